/* SPDX-License-Identifier: GPL-2.0 */
/* Questions about single commands of ioctl(2): "COMMAND PATH" of agent/policy/query.h. */
#ifndef GABION_POLICY_QUERY_IOCTL_H
#define GABION_POLICY_QUERY_IOCTL_H

#include "query.h"

/*
 * Take the command that *@object begins with, if it does: into @answer, and *@object
 * goes behind it.  0, or -EINVAL and @error.
 */
int gabion_query_command(const char **object, struct gabion_answer *answer,
			 struct gabion_error *error);

#endif /* GABION_POLICY_QUERY_IOCTL_H */
