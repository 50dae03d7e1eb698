/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sys_enter tracepoint comes after the filter, and its probes may change
 * the call.  While somebody uses it, a probe of ours with the lowest priority
 * looks last at what confined tasks then call.  It is attached by the first
 * confined task that meets the tracepoint, and taken away when it is alone:
 * attaching makes the syscalls of the whole host take the slow path, so it is
 * not there before somebody else has done that.
 *
 * What remains: a call that was already past the filter when our probe went, and
 * meets a probe that came in that moment. Probes that change calls are kernel
 * code, which is trusted.
 */
#ifndef GABION_SYSCALL_TRACEPOINT_H
#define GABION_SYSCALL_TRACEPOINT_H

#include <linux/thread_info.h>
#include <linux/types.h>

/* Written under a mutex of syscall_tracepoint.c. */
extern bool gabion_sys_enter_watched;

/* False: this call of the current task goes through sys_enter's probes, and ours is not there. */
static inline bool gabion_sys_enter_ready(void)
{
	return !test_syscall_work(SYSCALL_TRACEPOINT) || READ_ONCE(gabion_sys_enter_watched);
}

/*
 * Make it ready. May sleep. Return: 0, or a negative errno when that cannot be
 * had: then the call must not run.
 */
int gabion_sys_enter_watch(void);

/* Detach if nobody else is there any more. May sleep; called now and then. */
void gabion_sys_enter_release(void);

/* Module init. Module exit, when no hook runs any more. */
void gabion_sys_enter_init(void);
void gabion_sys_enter_exit(void);

#endif /* GABION_SYSCALL_TRACEPOINT_H */
