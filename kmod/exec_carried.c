// SPDX-License-Identifier: GPL-2.0
/* See exec_carried.h. */
#include <linux/hrtimer.h>
#include <linux/iocontext.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/static_call.h>
#include <linux/time.h>
#include "decision.h"
#include "exec_carried.h"
#include "symbol.h"

static void nothing_to_flush(struct sigpending *queue)
{
}

/* flush_sigqueue() and exit_io_context(), which are not exported. */
DEFINE_STATIC_CALL(gabion_flush_sigqueue, nothing_to_flush);

static void nothing_to_leave(struct task_struct *task)
{
}

DEFINE_STATIC_CALL(gabion_exit_io_context, nothing_to_leave);

/* Of a process that has one thread left, which is us. */
static spinlock_t *signal_lock(void)
{
	return &unrcu_pointer(current->sighand)->siglock;
}

/* Those of timer_create() are deleted by every exec (exit_itimers()), setitimer()'s are not. */
static u32 timers_signal(void)
{
	const struct signal_struct *process = current->signal;

	if (hrtimer_active(&process->real_timer) || process->it_real_incr)
		return SIGALRM;
	if (process->it[CPUCLOCK_PROF].expires)
		return SIGPROF;
	return process->it[CPUCLOCK_VIRT].expires ? SIGVTALRM : 0;
}

static u32 first_of(sigset_t *set)
{
	u32 signal;

	for (signal = 1; signal <= _NSIG; signal++)
		if (sigismember(set, signal))
			return signal;
	return 0;
}

/* A signal that comes from before the exec, or is kept off by what was done there; 0: none. */
static u32 carried_signal(void)
{
	/* Before what waits: one that expires now waits then. */
	u32 signal = timers_signal();

	spin_lock_irq(signal_lock());
	signal = signal ?: first_of(&current->pending.signal);
	signal = signal ?: first_of(&current->signal->shared_pending.signal);
	signal = signal ?: first_of(&current->blocked);
	spin_unlock_irq(signal_lock());
	return signal;
}

/* As selinux_bprm_committed_creds(), but that ignored signals stay ignored. */
static void drop_signals(void)
{
	struct signal_struct *process = current->signal;

	/* Armed again when its signal is taken (dequeue_signal()): by us, so not now. */
	hrtimer_cancel(&process->real_timer);
	spin_lock_irq(signal_lock());
	process->it_real_incr = 0;
	process->it[CPUCLOCK_PROF] = (struct cpu_itimer){};
	process->it[CPUCLOCK_VIRT] = (struct cpu_itimer){};
	if (!fatal_signal_pending(current)) {
		static_call(gabion_flush_sigqueue)(&current->pending);
		static_call(gabion_flush_sigqueue)(&process->shared_pending);
		sigemptyset(&current->blocked);
		recalc_sigpending();
	}
	spin_unlock_irq(signal_lock());
}

/*
 * Who shares it (CLONE_IO) sets the priority of the other's requests with its own. Only we
 * could let somebody share ours, so one that is ours alone stays that. A new one is made
 * when it is needed, as after a fork.
 */
static void own_io_context(void)
{
	if (current->io_context && atomic_read(&current->io_context->active_ref) > 1)
		static_call(gabion_exit_io_context)(current);
}

void gabion_exec_carried_review(u16 from, u16 to)
{
	u32 signal = carried_signal();

	if (signal && gabion_decide_domain(GABION_HOOK_bprm_committing_creds, from, to,
					   current->tgid, GABION_DOM_SIGNAL, signal))
		drop_signals();
	own_io_context();
}

int __init gabion_exec_carried_init(void)
{
	unsigned long flush = gabion_symbol_address("flush_sigqueue");
	unsigned long leave = gabion_symbol_address("exit_io_context");

	if (!flush || !leave)
		return -ENOENT;
	static_call_update(gabion_flush_sigqueue, (void (*)(struct sigpending *))flush);
	static_call_update(gabion_exit_io_context, (void (*)(struct task_struct *))leave);
	return 0;
}
