/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes along over an execve that nobody names: timers, signals that wait or
 * are blocked, an I/O context that is shared with a process that stays behind, and what
 * others have perf count.
 */
#ifndef GABION_EXEC_CARRIED_H
#define GABION_EXEC_CARRIED_H

#include <linux/types.h>

/**
 * gabion_exec_carried_review - the current task went from domain @from to another, @to
 *
 * At the point of no return, with the label written and no other thread left. Timers and
 * signals are dropped unless @from may `signal` @to, recorded if there were any. The I/O context
 * becomes the task's own. Events of perf that count in the task go, all of them, unless each
 * domain that opened one may `inspect` @to. Context: may sleep.
 */
void gabion_exec_carried_review(u16 from, u16 to);

/* Return: 0, or -ENOENT: this kernel lacks what it needs. */
int gabion_exec_carried_init(void);

#endif /* GABION_EXEC_CARRIED_H */
