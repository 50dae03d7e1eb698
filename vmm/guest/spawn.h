/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starting the command, with pipes or a terminal.
 */
#ifndef GABION_VMM_GUEST_SPAWN_H
#define GABION_VMM_GUEST_SPAWN_H

#include <sys/types.h>

#include "protocol.h"

/**
 * struct gabion_guest_command - a command that was started
 * @pid:	also its process group and session
 * @in, @out, @err: our ends of its streams, non-blocking, owned by the caller; a terminal has @in
 *and @out, which are both its master; -1: there is none
 */
struct gabion_guest_command {
	pid_t pid;
	int in, out, err;
};

/*
 * Start @job's command. Return: 0; -ENOENT, -EACCES, ...: it cannot be executed; *@what is then the
 * name of the step that failed, NULL when it is the execution itself.
 */
int gabion_guest_spawn(const struct gabion_guest_job *job, struct gabion_guest_command *command,
		       const char **what);

#endif /* GABION_VMM_GUEST_SPAWN_H */
