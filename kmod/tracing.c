// SPDX-License-Identifier: GPL-2.0
/* Who traces whom.  See tracing.h. */
#include <linux/list.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/static_call.h>
#include "decision.h"
#include "revoke.h"
#include "symbol.h"
#include "task_label.h"
#include "tracing.h"

static void nothing_to_unlink(struct task_struct *tracee)
{
}

/* __ptrace_unlink(), which is not exported. */
DEFINE_STATIC_CALL(gabion_ptrace_unlink, nothing_to_unlink);

/* tasklist_lock, which is not either. */
static rwlock_t *tasklist __ro_after_init;

static bool has_tracees(void)
{
	bool any;

	/*
	 * Who asked before our label was written may be about to be linked, still in one
	 * section with the question (ptrace_traceme()).
	 */
	read_lock(tasklist);
	any = !list_empty(&current->ptraced);
	read_unlock(tasklist);
	return any;
}

static bool may_trace(const struct task_struct *tracee)
{
	return !gabion_decide_domain(GABION_HOOK_ptrace_access_check, gabion_task_label(current),
				     gabion_target_label(tracee), tracee->tgid, GABION_DOM_TRACE,
				     0);
}

/* How many are let go with interrupts off, and forks and exits waiting. */
#define LET_GO_MAX	64

/* What is left after let_go(). */
enum left {
	LEFT_NONE,
	LEFT_UNBORN,	/* one that is just being born, and has no label yet */
	LEFT_MORE,
};

/* Without @wait what is being born goes, too. */
static enum left let_go(bool wait)
{
	struct task_struct *tracee, *next;
	enum left left = LEFT_NONE;
	unsigned int gone = 0;

	write_lock_irq(tasklist);
	list_for_each_entry_safe(tracee, next, &current->ptraced, ptrace_entry) {
		/* Nothing of it can be controlled, and it is waited for by whoever is to. */
		if (tracee->exit_state)
			continue;
		/* Linked by copy_process(), as a child of one that we trace. */
		if (wait && READ_ONCE(tracee->__state) == TASK_NEW) {
			left = LEFT_UNBORN;
			continue;
		}
		if (may_trace(tracee))
			continue;
		if (tracee->ptrace & PT_EXITKILL)
			send_sig(SIGKILL, tracee, 1);
		static_call(gabion_ptrace_unlink)(tracee);
		if (++gone == LET_GO_MAX) {
			left = LEFT_MORE;
			break;
		}
	}
	write_unlock_irq(tasklist);
	return left;
}

/* Ticks that a tracee may take to be born. */
#define BIRTH_TRIES	50

void gabion_tracees_review(void)
{
	enum left left = LEFT_MORE;
	int tries = BIRTH_TRIES;

	might_sleep();
	/*
	 * A birth takes a moment, unless it waits for us: kernel_clone() writes to memory
	 * (CLONE_PARENT_SETTID) that the tracer may serve by FUSE or userfaultfd.
	 */
	while (left && has_tracees()) {
		left = let_go(tries && !fatal_signal_pending(current));
		if (left == LEFT_UNBORN) {
			tries--;
			schedule_timeout_killable(1);
		}
		cond_resched();
	}
}

void gabion_tracer_revoke(const struct task_struct *tracee)
{
	struct task_struct *tracer;

	rcu_read_lock();
	/* As in has_tracees(): after @tracee's own ptrace_traceme(), or before its question. */
	read_lock(tasklist);
	tracer = ptrace_parent((struct task_struct *)tracee);
	if (tracer && gabion_task_label(tracer) != GABION_HOST)
		gabion_revoke(tracer);
	read_unlock(tasklist);
	rcu_read_unlock();
}

int __init gabion_tracing_init(void)
{
	unsigned long unlink = gabion_symbol_address("__ptrace_unlink");

	tasklist = (rwlock_t *)gabion_symbol_address("tasklist_lock");
	if (!unlink || !tasklist)
		return -ENOENT;
	static_call_update(gabion_ptrace_unlink, (void (*)(struct task_struct *))unlink);
	return 0;
}
