// SPDX-License-Identifier: GPL-2.0
/* See exec_carried.h. */
#include <linux/hrtimer.h>
#include <linux/iocontext.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/static_call.h>
#include <linux/time.h>
#include "compat.h"
#include "decision.h"
#include "exec_carried.h"
#include "symbol.h"

static void nothing_to_flush(struct sigpending *queue)
{
}

/* flush_sigqueue(), exit_io_context() and perf_event_exit_task(), which are not exported. */
DEFINE_STATIC_CALL(gabion_flush_sigqueue, nothing_to_flush);

static void nothing_to_leave(struct task_struct *task)
{
}

DEFINE_STATIC_CALL(gabion_exit_io_context, nothing_to_leave);
DEFINE_STATIC_CALL(gabion_exit_events, nothing_to_leave);

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

/* The kernel's own, and those of ptrace's breakpoints, say -1. */
#define KERNELS_OWN	((struct task_struct *)-1L)

#define OWNERS_MAX	8

/**
 * struct owners - domains that have perf count in this task
 * @domains:	each once, none the host; of more than fit, the last is nobody's
 * @n:		of them
 */
struct owners {
	u16 domains[OWNERS_MAX];
	unsigned int n;
};

static void owners_add(struct owners *owners, u16 domain)
{
	unsigned int i;

	for (i = 0; i < owners->n; i++)
		if (owners->domains[i] == domain)
			return;
	if (owners->n < OWNERS_MAX)
		owners->domains[owners->n++] = domain;
	else
		owners->domains[OWNERS_MAX - 1] = GABION_UNKNOWN;
}

/*
 * That of who opened it; of one that a child inherited, who opened its origin. What we opened in
 * our former domain, @from, somebody there may have the descriptor of.
 */
static u16 owner_of(const struct perf_event *event, u16 from)
{
	const struct task_struct *owner = READ_ONCE((event->parent ?: event)->owner);

	if (owner == KERNELS_OWN)
		return GABION_HOST;
	if (owner == current)
		return from;
	/* It has ended, or left its domain, and the descriptor to somebody. */
	return owner ? gabion_target_label(owner) : GABION_UNKNOWN;
}

/*
 * The context's lock is a raw one: nothing is decided with it held. The scheduler swaps contexts
 * that two tasks have inherited (perf_event_context_sched_out()), and the other task may end with
 * ours: it must not get in between the pointer and the lock.
 */
static void owners_find(struct owners *owners, int n, u16 from)
{
	struct perf_event_context *context;
	const struct perf_event *event;
	u16 domain;

	local_irq_disable();
	context = gabion_perf_context(current, n);
	if (context) {
		raw_spin_lock(&context->lock);
		list_for_each_entry(event, &context->event_list, event_entry) {
			domain = owner_of(event, from);
			if (domain != GABION_HOST)
				owners_add(owners, domain);
		}
		raw_spin_unlock(&context->lock);
	}
	local_irq_enable();
}

/*
 * As perf_event_exit_task(): what we opened, on others too, is nobody's from now on. Who has it from
 * us would be judged by a domain that it is not in.
 */
static void leave_events(void)
{
	struct perf_event *event, *next;

	mutex_lock(&current->perf_event_mutex);
	list_for_each_entry_safe(event, next, &current->perf_event_list, owner_entry) {
		list_del_init(&event->owner_entry);
		/* Pairs with perf_remove_from_owner()'s. */
		smp_store_release(&event->owner, NULL);
	}
	mutex_unlock(&current->perf_event_mutex);
}

/*
 * Events stay with a task that executes, unless its user changes: begin_new_exec() drops them soon
 * after this, with the same locks. They tell of registers and the stack.
 */
static void review_events(u16 from, u16 to)
{
	struct owners owners = {};
	unsigned int i;
	int n, err = 0;

	for (n = 0; n < GABION_PERF_CONTEXTS; n++)
		owners_find(&owners, n, from);
	for (i = 0; i < owners.n && !err; i++)
		err = gabion_decide_domain(GABION_HOOK_bprm_committing_creds, owners.domains[i], to,
					   current->tgid, GABION_DOM_INSPECT, 0);
	if (err)
		static_call(gabion_exit_events)(current);
	if (from != GABION_HOST)
		leave_events();
}

void gabion_exec_carried_review(u16 from, u16 to)
{
	u32 signal = carried_signal();

	if (signal && gabion_decide_domain(GABION_HOOK_bprm_committing_creds, from, to,
					   current->tgid, GABION_DOM_SIGNAL, signal))
		drop_signals();
	own_io_context();
	review_events(from, to);
}

int __init gabion_exec_carried_init(void)
{
	unsigned long flush = gabion_symbol_address("flush_sigqueue");
	unsigned long leave = gabion_symbol_address("exit_io_context");
	unsigned long events = gabion_symbol_address("perf_event_exit_task");

	if (!flush || !leave || !events)
		return -ENOENT;
	static_call_update(gabion_flush_sigqueue, (void (*)(struct sigpending *))flush);
	static_call_update(gabion_exit_io_context, (void (*)(struct task_struct *))leave);
	static_call_update(gabion_exit_events, (void (*)(struct task_struct *))events);
	return 0;
}
