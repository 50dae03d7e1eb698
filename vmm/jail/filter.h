/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The syscalls that are left to each kind of thread: everything else ends the process. What they
 * are is in calls.c.
 */
#ifndef GABION_VMM_JAIL_FILTER_H
#define GABION_VMM_JAIL_FILTER_H

#include <linux/filter.h>
#include <sys/types.h>

#include "../../agent/common/error.h"

/**
 * enum gabion_thread - the kinds of threads
 * @GABION_THREAD_MAIN:	makes the machine, serves its devices and the API
 * @GABION_THREAD_VCPU:	runs a processor, and the devices that the guest's access calls; the
 *			main thread starts it, so it is held by that one's filter, too
 * @GABION_THREAD_OUTSIDE: of the processes outside of a jail, when there is one
 */
enum gabion_thread {
	GABION_THREAD_MAIN,
	GABION_THREAD_VCPU,
	GABION_THREAD_OUTSIDE,
	GABION_THREADS
};

/**
 * struct gabion_filters - a program for seccomp(2) for each kind
 * @of:		their instructions are owned
 */
struct gabion_filters {
	struct sock_fprog of[GABION_THREADS];
};

/* Make them for the process @pid, as it calls itself. To be freed whatever the result. */
int gabion_filters_build(struct gabion_filters *filters, pid_t pid, struct gabion_error *error);
void gabion_filters_free(struct gabion_filters *filters);
#define cleanup_filters __attribute__((cleanup(gabion_filters_free)))

/*
 * Hold the calling thread, and those that it starts, to the calls of @thread, for ever; it gains
 * no privilege by execve(2) any more, either. Without memory of the heap. 0 or -errno.
 */
int gabion_filters_enter(const struct gabion_filters *filters, enum gabion_thread thread);

#endif /* GABION_VMM_JAIL_FILTER_H */
