/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One command, run for the host, from its start until the host has read everything. Needs nothing
 * of a guest: the tests run it on the host.
 */
#ifndef GABION_VMM_GUEST_SESSION_H
#define GABION_VMM_GUEST_SESSION_H

#include "protocol.h"

/**
 * struct gabion_session_channels - connections to the host
 * @control, @in, @out, @err: owned by whoever made them until gabion_session_run(), which closes
 *the three streams;
 *		@err is -1 for a job with a terminal
 * @reader:	of @control, behind the JOB
 */
struct gabion_session_channels {
	int control, in, out, err;
	struct gabion_guest_reader *reader;
};

/**
 * gabion_session_run - run @job's command and tell the host how it ended
 * @alone:	called when the command has ended: is to end whatever else may hold its streams;
 * NULL: nothing does
 *
 * Blocks SIGCHLD, ignores SIGPIPE, and waits for every child of the process.
 *
 * Return: 0: the host knows and has closed the control channel; -errno: it broke the protocol, or
 * is gone, and the command was killed.
 */
int gabion_session_run(const struct gabion_guest_job *job, struct gabion_session_channels *channels,
		       void (*alone)(void));

/* Tell the host that there is no command to run: the exit @status that it is to have, and why. 0 or
 * -errno. */
int gabion_session_fail(int control, unsigned int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* GABION_VMM_GUEST_SESSION_H */
