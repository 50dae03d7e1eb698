/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_CHECK_SYSCALL_H
#define GABION_CHECK_SYSCALL_H

#include "syscall_filter.h"

struct seccomp_data;

/* trampoline.S: __secure_computing() as the kernel has it; it calls the second in its stead. */
int gabion_original___secure_computing(const struct seccomp_data *sd);
int gabion_replace___secure_computing(const struct seccomp_data *sd);

/* Find what the actions need of the kernel. Context: may sleep; module init. Return: 0 or -ENOENT. */
int gabion_check_syscall_init(void);

/**
 * gabion_syscall_judge - what happens to the current task's call?
 * @regs:	of the current task
 * @call:	filled in
 * @again:	it was judged before: record only that it is refused now
 *
 * Records what is to be recorded. Any context of the task; does not sleep.
 * Return: an outcome that is no test (uapi/gabion/syscall.h).
 */
u32 gabion_syscall_judge(const struct pt_regs *regs, struct gabion_call *call, bool again);

/*
 * A program's own seccomp filter may kill the thread in the middle of our hook,
 * which then is never left. How many did and are not accounted for, for who
 * waits until the hook is left; and: @pid begins a new life, account for the old.
 */
unsigned long gabion_syscall_died_inside(void);
void gabion_syscall_newborn(pid_t pid);

#endif /* GABION_CHECK_SYSCALL_H */
