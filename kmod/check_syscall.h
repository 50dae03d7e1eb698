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
 * enum gabion_look - which time a call is judged
 * @GABION_LOOK_FIRST:	everything is recorded that is to be
 * @GABION_LOOK_TRACED:	a tracer that TRACE asked may have changed it: not again that it was asked
 * @GABION_LOOK_LAST:	behind sys_enter's probes: only a refusal is news
 */
enum gabion_look {
	GABION_LOOK_FIRST,
	GABION_LOOK_TRACED,
	GABION_LOOK_LAST,
};

/**
 * gabion_syscall_judge - what happens to the current task's call?
 * @regs:	of the current task
 * @call:	filled in
 * @look:	which time, for the record
 *
 * Records what is to be recorded. Any context of the task; does not sleep.
 * Return: an outcome that is no test (uapi/gabion/syscall.h).
 */
u32 gabion_syscall_judge(const struct pt_regs *regs, struct gabion_call *call,
			 enum gabion_look look);

/*
 * Is a task in the hook, perhaps asleep in a tracer's or notifier's hands? May sleep.
 *
 * A program's own seccomp filter may kill the thread in the middle of the hook,
 * which then is never left; such threads do not count.
 */
bool gabion_syscall_running(void);

/* @pid begins a new life (born, or taken over by a thread that execs): account for the old. */
void gabion_syscall_newborn(pid_t pid);

#endif /* GABION_CHECK_SYSCALL_H */
