// SPDX-License-Identifier: GPL-2.0
/* SYSCALL_WORK_SECCOMP on confined tasks.  See syscall_work.h. */
#include <linux/sched/signal.h>
#include <linux/thread_info.h>
#include <linux/tracepoint.h>
#include "compat.h"
#include "policy.h"
#include "syscall_filter.h"
#include "syscall_work.h"
#include "task_label.h"

/* What runs for the kernel, whatever process it belongs to. */
static bool makes_no_calls(const struct task_struct *task)
{
	return task->exit_state || (task->flags & (PF_KTHREAD | PF_IO_WORKER | GABION_PF_USER_WORKER));
}

static bool wanted(const struct task_struct *task)
{
	bool yes;

	if (makes_no_calls(task))
		return false;
	rcu_read_lock();
	yes = gabion_filter_wanted(rcu_dereference(gabion_policy_in_force),
				   gabion_task_label(task));
	rcu_read_unlock();
	return yes;
}

bool gabion_syscall_work_set(struct task_struct *task)
{
	/* The bit operation is a full barrier: see gabion_syscall_work_drop(). */
	return wanted(task) && !test_and_set_bit(SYSCALL_WORK_BIT_SECCOMP,
						 &task_thread_info(task)->syscall_work);
}

static bool refresh_pass(void)
{
	struct task_struct *process, *thread;
	bool changed = false;

	rcu_read_lock();
	for_each_process_thread(process, thread)
		changed |= gabion_syscall_work_set(thread);
	rcu_read_unlock();
	return changed;
}

/*
 * A child that is in the list was seen; one that was not comes to
 * probe_newtask() later, after the swap.
 */
void gabion_syscall_work_refresh(void)
{
	smp_mb();	/* the policy that was published, before the list is read */
	while (refresh_pass())
		tracepoint_synchronize_unregister();
}

void gabion_syscall_work_drop(void)
{
	/* Only the task itself changes it, in exec. */
	struct sighand_struct *sighand = rcu_dereference_protected(current->sighand, true);

	/* A mode never goes away, nor does the flag with it. */
	if (current->seccomp.mode || wanted(current))
		return;
	/* Under the lock that seccomp(2) sets a mode and the flag with, for other threads too. */
	spin_lock_irq(&sighand->siglock);
	if (!current->seccomp.mode)
		clear_syscall_work(SECCOMP);
	spin_unlock_irq(&sighand->siglock);
	/*
	 * A swap or an assignment that came in between found the flag still set:
	 * it published before it looked, so it is seen here. Pairs with the
	 * test_and_set_bit() in gabion_syscall_work_set().
	 */
	smp_mb();
	gabion_syscall_work_set(current);
}

bool gabion_syscall_work_any(void)
{
	struct task_struct *process, *thread;
	bool any = false;

	rcu_read_lock();
	for_each_process_thread(process, thread) {
		if (!makes_no_calls(thread) &&
		    test_task_syscall_work(thread, SECCOMP) && !READ_ONCE(thread->seccomp.mode))
			any = true;
	}
	rcu_read_unlock();
	return any;
}
