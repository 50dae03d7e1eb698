/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which tasks pass through the syscall filter.
 *
 * The kernel calls __secure_computing() for a task with SYSCALL_WORK_SECCOMP.
 * A task whose domain has a filter, or `audit required wait`, gets that flag, whether or not it has a
 * seccomp filter of its own; the rest of the host pays nothing.
 *
 * The invariant that keeps the kernel alive: a task with the flag and without a
 * seccomp mode enters __secure_computing() only through our hook, because the
 * original would BUG().  So the module stays while any task is in that state.
 * The flag is copied by fork, somewhere in the middle; therefore it is taken away
 * by the task itself only, at the entry of a syscall, where it is not forking:
 * whoever has it may have a child under way, whoever has not has none.  io_uring
 * workers make no syscalls and do not count.
 *
 * Set: at exec commit, birth, assignment, and for all tasks after a policy swap.
 */
#ifndef GABION_SYSCALL_WORK_H
#define GABION_SYSCALL_WORK_H

#include <linux/sched.h>
#include <linux/types.h>

/**
 * gabion_syscall_work_set - flag @task if its domain, as labelled now, wants it
 *
 * Any context. Return: true if that changed anything.
 */
bool gabion_syscall_work_set(struct task_struct *task);

/* After a policy swap: flag every task that the policy in force wants flagged. May sleep. */
void gabion_syscall_work_refresh(void);

/* The current task is at the entry of a syscall: drop a flag that nobody wants. May sleep. */
void gabion_syscall_work_drop(void);

/* Is any task alive that depends on our hook? May sleep. */
bool gabion_syscall_work_any(void);

#endif /* GABION_SYSCALL_WORK_H */
