// SPDX-License-Identifier: GPL-2.0
/* The last probe of sys_enter.  See syscall_tracepoint.h. */
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/ptrace.h>
#include <linux/tracepoint.h>
#include <asm/syscall.h>
#include "check_syscall.h"
#include "symbol.h"
#include "syscall_tracepoint.h"
#include "task_label.h"

static struct tracepoint *sys_enter;
static DEFINE_MUTEX(watch_mutex);
bool gabion_sys_enter_watched;

static int error_of(u32 outcome)
{
	switch (GABION_OUTCOME_ACTION(outcome)) {
	case GABION_ACTION_ERRNO:
		return -(int)GABION_OUTCOME_DATA(outcome);
	case GABION_ACTION_TRACE:
		return -ENOSYS;
	default:
		return -EPERM;
	}
}

/* Preemption is off: no signals, no tracer; a call that may not run returns an error. */
static void probe_sys_enter(void *data, struct pt_regs *regs, long number)
{
	struct gabion_call call;
	u32 outcome;

	/* -1: a probe before this one took the call away. */
	if (gabion_task_label(current) == GABION_HOST || syscall_get_nr(current, regs) == -1)
		return;
	outcome = gabion_syscall_judge(regs, &call, GABION_LOOK_LAST);
	/* TRACE: if there is a tracer, it was asked before, or this ended there. */
	if (gabion_outcome_runs(outcome) ||
	    (GABION_OUTCOME_ACTION(outcome) == GABION_ACTION_TRACE &&
	     ptrace_event_enabled(current, PTRACE_EVENT_SECCOMP)))
		return;
	syscall_set_return_value(current, regs, error_of(outcome), 0);
	regs->orig_ax = -1;
}

int gabion_sys_enter_watch(void)
{
	int err = 0;

	if (gabion_sys_enter_ready())
		return 0;
	mutex_lock(&watch_mutex);
	if (!sys_enter) {
		err = -ENOENT;
	} else if (!gabion_sys_enter_watched) {
		err = tracepoint_probe_register_prio(sys_enter, probe_sys_enter, NULL, INT_MIN);
		WRITE_ONCE(gabion_sys_enter_watched, !err);
	}
	mutex_unlock(&watch_mutex);
	return err;
}

static bool alone(void)
{
	const struct tracepoint_func *f;
	bool yes;

	rcu_read_lock_sched();
	f = rcu_dereference_sched(sys_enter->funcs);
	yes = f && f[0].func == probe_sys_enter && !f[1].func;
	rcu_read_unlock_sched();
	return yes;
}

void gabion_sys_enter_release(void)
{
	mutex_lock(&watch_mutex);
	/* Somebody who comes now is met by the next confined task, which waits for the mutex. */
	if (gabion_sys_enter_watched && alone()) {
		WRITE_ONCE(gabion_sys_enter_watched, false);
		tracepoint_probe_unregister(sys_enter, probe_sys_enter, NULL);
	}
	mutex_unlock(&watch_mutex);
}

/* Without CONFIG_FTRACE_SYSCALLS there is none, and nobody who could use it. */
void gabion_sys_enter_init(void)
{
	sys_enter = gabion_symbol_tracepoint("sys_enter");
}

void gabion_sys_enter_exit(void)
{
	if (gabion_sys_enter_watched)
		tracepoint_probe_unregister(sys_enter, probe_sys_enter, NULL);
	tracepoint_synchronize_unregister();
}
