/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a process was started with, and what it may do: taken from it step by step.
 */
#ifndef GABION_VMM_JAIL_PROCESS_H
#define GABION_VMM_JAIL_PROCESS_H

#include <sys/types.h>

#include "../../agent/common/error.h"
#include "../../agent/seccomp/rlimits.h"

/* Close every descriptor but stdin, stdout and stderr, and have something be each of those. */
int gabion_process_close_descriptors(struct gabion_error *error);

/* Forget the environment, also where /proc shows it. */
void gabion_process_clear_environment(void);

/*
 * Mount, ipc, uts and, if it is in a group, cgroup namespaces of its own; the network namespace
 * @netns, unless -1. The host's name there is @name.
 */
int gabion_process_enter_namespaces(const char *name, int netns, struct gabion_error *error);

/* Set @limits, and where they say nothing: no core file, 2048 descriptors, no message queue. */
int gabion_process_limit(const struct gabion_rlimits *limits, struct gabion_error *error);

/* Become @uid and @gid, with no other group, no capability, and no way to any. */
int gabion_process_drop_privilege(uid_t uid, gid_t gid, struct gabion_error *error);

#endif /* GABION_VMM_JAIL_PROCESS_H */
