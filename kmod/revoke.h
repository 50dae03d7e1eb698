/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Taking away what a task got under another domain or another policy.
 *
 * Only a task itself can safely change its descriptors and mappings, so it is
 * made to: task work runs before it returns to user mode, and interrupts a
 * system call it sleeps in.  Children born before the parent has done so copy
 * what it still has, so they are made to as well.
 */
#ifndef GABION_REVOKE_H
#define GABION_REVOKE_H

#include <linux/sched.h>

/**
 * gabion_revoke - have @task review its descriptors, mappings and tracees
 *
 * A task that cannot be told (no memory) is killed; init, which cannot be, is told later.
 * Context: atomic; @task is pinned by RCU or a reference.
 */
void gabion_revoke(struct task_struct *task);

/*
 * @task keeps what it may not have, for want of memory: it is killed; init, which cannot be,
 * has to try again. Atomic.
 */
void gabion_revoke_failed(struct task_struct *task);

/* @child of the current task was born: it owes what its parent owes. Atomic, also on PREEMPT_RT: it does not allocate. */
void gabion_revoke_inherit(struct task_struct *child);

/* Every confined task, after a policy swap. May sleep. */
void gabion_revoke_confined(void);

/* Return: 0, or -ENOENT: this kernel lacks what it needs. */
int gabion_revoke_init(void);

/* Module exit: no hook runs any more, nobody is confined. Waits for reviews under way. */
void gabion_revoke_exit(void);

#endif /* GABION_REVOKE_H */
