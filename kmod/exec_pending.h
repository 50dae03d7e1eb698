/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domain changes that wait for an execve to succeed.
 *
 * Per task two of them: the *forced* one, which the administrator named with
 * TASK_EXEC and which stays until an exec succeeds (a shell or execvp tries
 * several files), and the *chosen* one of the exec that is under way.
 *
 * An entry dies with the success of an exec or with the task. Spinlock
 * gabion_pending_lock protects the table; it is a leaf lock, taken with
 * interrupts off because a task may be freed in softirq.
 */
#ifndef GABION_EXEC_PENDING_H
#define GABION_EXEC_PENDING_H

#include <linux/sched.h>
#include <linux/types.h>

/**
 * enum gabion_pending_kind - which of a task's two changes
 * @GABION_PENDING_FORCED:	named by the administrator
 * @GABION_PENDING_CHOSEN:	of the exec under way
 */
enum gabion_pending_kind {
	GABION_PENDING_FORCED,
	GABION_PENDING_CHOSEN,
	GABION_PENDING_KINDS,
};

/* Remember the forced one. Context: may sleep. Return: 0 or -ENOMEM (nothing changed). */
int gabion_pending_force(const struct task_struct *task, u16 domain);

/*
 * Remember the chosen one, and @from: the domain that the choice was made for. An assignment
 * after that makes it void. Context: may sleep. Return: 0 or -ENOMEM (nothing changed).
 */
int gabion_pending_choose(const struct task_struct *task, u16 from, u16 domain);

/* True and the domain, or false. Any context; cheap when no task has anything. */
bool gabion_pending_get(const struct task_struct *task, enum gabion_pending_kind kind,
			u16 *domain);

/* Domain that the chosen one was chosen for; GABION_UNKNOWN if there is none. */
u16 gabion_pending_from(const struct task_struct *task);

/* Forget the chosen one: its exec has failed, or a new one begins. Any context. */
void gabion_pending_unchoose(const struct task_struct *task);

/* Forget both. Any context. */
void gabion_pending_drop(const struct task_struct *task);

/* Forget everything. Module exit, when no hook runs any more. */
void gabion_pending_exit(void);

#endif /* GABION_EXEC_PENDING_H */
