/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domain changes that wait for an execve to succeed.
 *
 * Keyed by task. An entry is made by a task for itself (TASK_EXEC, or the
 * choice at the start of an exec), used up at exec commit, and dropped when the
 * next exec starts or the task is freed. Spinlock gabion_pending_lock protects
 * the table; it is a leaf lock, taken with interrupts off because a task may be
 * freed in softirq.
 */
#ifndef GABION_EXEC_PENDING_H
#define GABION_EXEC_PENDING_H

#include <linux/sched.h>
#include <linux/types.h>

/**
 * enum gabion_pending_state - life of an entry
 * @GABION_PENDING_FORCED:	the administrator named the domain; waits for an exec
 * @GABION_PENDING_CHOSEN:	an exec is under way and has chosen
 */
enum gabion_pending_state {
	GABION_PENDING_FORCED,
	GABION_PENDING_CHOSEN,
};

/**
 * gabion_pending_set - remember @domain for @task's exec, replacing an older entry
 *
 * Context: may sleep. Return: 0 or -ENOMEM (nothing changed).
 */
int gabion_pending_set(const struct task_struct *task, u16 domain,
		       enum gabion_pending_state state);

/* Entry of @task in @state; true and its domain, or false. */
bool gabion_pending_get(const struct task_struct *task, enum gabion_pending_state state,
			u16 *domain);

/* Forget what @task has. Cheap when nobody has anything. Any context. */
void gabion_pending_drop(const struct task_struct *task);

/* Forget everything. Module exit, when no hook runs any more. */
void gabion_pending_exit(void);

#endif /* GABION_EXEC_PENDING_H */
