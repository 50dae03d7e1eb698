/* SPDX-License-Identifier: GPL-2.0 */
/* What the tasks of a domain may have of the resources of setrlimit(2). */
#ifndef GABION_LIMIT_H
#define GABION_LIMIT_H

#include <linux/resource.h>
#include <linux/sched.h>

/**
 * gabion_limits_lower - a process has entered a domain: lower its limits to the domain's
 * @leader:	of the process, referenced; current, or one that is not executing
 * @domain:	its number
 * @stack:	NULL, or the limit of the stack that an execution is about to set: lowered, too
 *
 * Both limits, soft and hard; none is raised. Those of a domain that is in complain mode stay.
 */
void gabion_limits_lower(struct task_struct *leader, u16 domain, struct rlimit *stack);

#endif /* GABION_LIMIT_H */
