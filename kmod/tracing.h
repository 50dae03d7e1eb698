/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracing that began under another domain or another policy.
 *
 * The kernel asks once, when a task begins to trace another (ptrace_attach(),
 * ptrace_traceme()). Afterwards it only looks whose tracee it is
 * (ptrace_check_attach()), also across an exec of the tracer (begin_new_exec()).
 * So the tracer reviews its tracees when its own domain or the policy has
 * changed, and is made to when that of a tracee has.
 *
 * It lets go whom it may not trace as if it had died (exit_ptrace()): a tracee
 * with PTRACE_O_EXITKILL is killed, any other goes on by itself. The tracer does
 * that itself: the kernel relies on nobody else ending it, but for the death of
 * the tracee.
 *
 * Lock order: tasklist_lock, then signal locks and owing_lock (revoke.c).
 */
#ifndef GABION_TRACING_H
#define GABION_TRACING_H

#include <linux/sched.h>

/* The current task lets go the tracees that its domain may not trace; recorded. May sleep. */
void gabion_tracees_review(void);

/*
 * The label of @tracee was written: who traces it has to look at it. Who begins to, and was
 * asked before, is kept away by the caller (cred_guard_mutex). Atomic.
 */
void gabion_tracer_revoke(const struct task_struct *tracee);

/* Return: 0, or -ENOENT: this kernel lacks what it needs. */
int gabion_tracing_init(void);

#endif /* GABION_TRACING_H */
