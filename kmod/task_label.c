// SPDX-License-Identifier: GPL-2.0
/* Task labels.  See task_label.h. */
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/tracepoint.h>
#include "audit.h"
#include "audit_wait.h"
#include "check_syscall.h"
#include "decision.h"
#include "limit.h"
#include "policy.h"
#include "revoke.h"
#include "symbol.h"
#include "syscall_work.h"
#include "task_label.h"
#include "tracing.h"

u16 gabion_task_labels[PID_MAX_LIMIT];
atomic64_t gabion_task_changes = ATOMIC64_INIT(0);

static struct tracepoint *newtask;

/*
 * In copy_process(), after the child got its pid and before it runs, for every
 * clone: threads, vfork, io_uring workers (sched_process_fork misses those).
 */
static void probe_newtask(void *data, struct task_struct *task, unsigned long clone_flags)
{
	gabion_syscall_newborn(task->pid);
	gabion_task_set_label(task, gabion_task_label(current));
	gabion_syscall_work_set(task);
	gabion_revoke_inherit(task);
}

int gabion_task_label_init(void)
{
	newtask = gabion_symbol_tracepoint("task_newtask");
	if (!newtask)
		return -ENOENT;
	return tracepoint_probe_register(newtask, probe_newtask, NULL);
}

void gabion_task_label_exit(void)
{
	tracepoint_probe_unregister(newtask, probe_newtask, NULL);
	tracepoint_synchronize_unregister();
}

/*
 * Label @thread if it is alive: its signal lock keeps it from being released, and its pid
 * from being another's. As __lock_task_sighand(), which is not exported. Inside an RCU
 * read-side section. Return: was it alive, and the label another one?
 */
static bool relabel(struct task_struct *thread, u16 domain)
{
	struct sighand_struct *sighand;
	unsigned long flags;
	bool changed = false;

	while ((sighand = rcu_dereference(thread->sighand))) {
		spin_lock_irqsave(&sighand->siglock, flags);
		if (likely(sighand == rcu_access_pointer(thread->sighand))) {
			changed = gabion_task_label(thread) != domain;
			if (changed)
				gabion_task_relabel(thread, domain);
			spin_unlock_irqrestore(&sighand->siglock, flags);
			break;
		}
		spin_unlock_irqrestore(&sighand->siglock, flags);
	}
	return changed;
}

/* One pass over the threads of @leader; true if a label changed. */
static bool assign_threads(struct task_struct *leader, u16 domain)
{
	struct task_struct *thread;
	bool changed = false;

	rcu_read_lock();
	for_each_thread(leader, thread) {
		/* The pid of a dead thread may be somebody else's already. */
		if (!pid_alive(thread))
			continue;
		if (relabel(thread, domain)) {
			gabion_revoke(thread);
			gabion_tracer_revoke(thread);
			changed = true;
		}
		changed |= gabion_syscall_work_set(thread);
	}
	rcu_read_unlock();
	return changed;
}

bool gabion_task_is_kernels(const struct task_struct *task)
{
	/* A helper is forked by a kernel thread; who has memory has executed something. */
	return (task->flags & PF_KTHREAD) ||
	       (!READ_ONCE(task->mm) && !(READ_ONCE(task->flags) & PF_EXITING));
}

/* Inside an RCU read-side section. May tasks of @domain have no io_uring? */
static bool bars_uring(u16 domain)
{
	return gabion_filter_bars_uring(rcu_dereference(gabion_policy_in_force), domain) ||
	       !gabion_control_granted(domain, GABION_CONTROL_IO_URING);
}

/* One pass over all threads; true if a label changed. */
static bool label_hosts(u16 from, u16 to)
{
	struct task_struct *process, *thread;
	bool changed = false, bars;

	rcu_read_lock();
	bars = to == GABION_HOST_HELD && bars_uring(to);
	for_each_process_thread(process, thread) {
		/* The pid of a dead thread may be somebody else's already. */
		if (!pid_alive(thread) || gabion_task_label(thread) != from ||
		    gabion_task_is_kernels(thread))
			continue;
		if (!relabel(thread, to))
			continue;
		changed = true;
		if (to == GABION_HOST)
			continue;
		gabion_revoke(thread);
		gabion_syscall_work_set(thread);
		if (bars && gabion_task_has_uring(thread))
			send_sig(SIGKILL, thread, 1);
	}
	rcu_read_unlock();
	return changed;
}

void gabion_task_label_hosts(u16 to)
{
	u16 from = to == GABION_HOST ? GABION_HOST_HELD : GABION_HOST;

	lockdep_assert_held_write(&gabion_domain_rwsem);
	while (label_hosts(from, to)) {
		/* A probe_newtask() that read the old label has written it by then. */
		tracepoint_synchronize_unregister();
		cond_resched();
	}
}

static bool barred_uring(struct task_struct *leader, u16 domain)
{
	struct task_struct *thread;
	bool uring = false;

	rcu_read_lock();
	for_each_thread(leader, thread)
		uring |= gabion_task_has_uring(thread);
	uring = uring && bars_uring(domain);
	rcu_read_unlock();
	return uring;
}

static bool shares(const struct task_struct *a, const struct task_struct *b)
{
	const struct files_struct *files = READ_ONCE(a->files);
	const struct mm_struct *mm = READ_ONCE(a->mm);

	return (files && READ_ONCE(b->files) == files) || (mm && READ_ONCE(b->mm) == mm);
}

/* With any of @leader's threads? It may be dead itself, and they may have tables of their own. */
static bool shares_with_one(const struct task_struct *leader, const struct task_struct *other,
			    unsigned int *looks)
{
	const struct task_struct *own;

	for_each_thread(leader, own) {
		++*looks;
		if (shares(own, other))
			return true;
	}
	return false;
}

#define LOOKS_MAX	16384

/*
 * Let others run, in the middle of a walk that is at @thread of @process. Return: can it go
 * on from there?
 */
static bool pause(struct task_struct *process, struct task_struct *thread)
{
	bool alive;

	get_task_struct(process);
	get_task_struct(thread);
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	alive = pid_alive(process) && pid_alive(thread);
	put_task_struct(thread);
	put_task_struct(process);
	return alive;
}

/*
 * Does a process outside of @domain share @leader's memory or descriptors?  What
 * one of them loses, writes or opens would be the other's. A walk that cannot be
 * ended says so, too: it will be asked again.
 */
static bool is_shared(const struct task_struct *leader, u16 domain)
{
	struct task_struct *process, *thread;
	unsigned int looks = 0;
	bool shared = false;

	rcu_read_lock();
	for_each_process_thread(process, thread) {
		/* A kernel thread may borrow the memory. */
		if (same_thread_group(thread, (struct task_struct *)leader) ||
		    (thread->flags & PF_KTHREAD) || gabion_task_label(thread) == domain)
			continue;
		shared = shares_with_one(leader, thread, &looks);
		if (!shared && looks > LOOKS_MAX) {
			shared = !pause(process, thread);
			looks = 0;
		}
		if (shared)
			goto out;
	}
out:
	rcu_read_unlock();
	return shared;
}

/*
 * A child of vfork() or posix_spawn() shares until it executes: a matter of
 * milliseconds. It is looked for @tries times, 20 ms apart.
 */
static bool ends_sharing(const struct task_struct *leader, u16 domain, int tries)
{
	while (is_shared(leader, domain)) {
		if (!--tries)
			return false;
		msleep(20);
	}
	return true;
}

#define TRIES	50

static bool agent_would_wait(const struct task_struct *leader, u16 domain)
{
	bool yes;

	rcu_read_lock();
	yes = gabion_netlink_is_agent(leader->pid) &&
	      gabion_audit_required(rcu_dereference(gabion_policy_in_force), domain);
	rcu_read_unlock();
	return yes;
}

int gabion_task_move(struct task_struct *leader, u16 domain, bool wait)
{
	/* Two assignments of one process would undo each other's passes for ever. */
	static DEFINE_MUTEX(assign_mutex);

	/* A kernel thread acts for the kernel; what it makes must be the host's. */
	if (!thread_group_leader(leader) || (leader->flags & PF_KTHREAD))
		return -EINVAL;
	if (barred_uring(leader, domain))
		return -EBUSY;
	if (agent_would_wait(leader, domain))
		return -EDEADLK;
	if (!ends_sharing(leader, domain, wait ? TRIES : 1))
		return -EMLINK;
	mutex_lock(&assign_mutex);
	while (assign_threads(leader, domain)) {
		/* A probe_newtask() that read the old label has written it by then. */
		tracepoint_synchronize_unregister();
		cond_resched();
	}
	mutex_unlock(&assign_mutex);
	/* A thread that waits for room waits by its domain. */
	gabion_audit_wake();
	/* With a child that was born before the labels were written. */
	if (ends_sharing(leader, domain, TRIES)) {
		gabion_limits_lower(leader, domain, NULL);
		return 0;
	}
	/* The process: the leader may be a zombie, to which alone a signal would do nothing. */
	rcu_read_lock();
	kill_pid(task_tgid(leader), SIGKILL, 1);
	rcu_read_unlock();
	return -EOWNERDEAD;
}

struct task_struct *gabion_task_get(pid_t pid)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

/*
 * Whoever is about to trace @leader's process (ptrace_attach()) has done so, or asks after the
 * labels are written. An exec, which may take for ever, keeps them off by itself.
 */
static bool guard_tracing(struct task_struct *leader)
{
	int tries = TRIES;

	while (!mutex_trylock(&leader->signal->cred_guard_mutex)) {
		if (!--tries)
			return false;
		msleep(20);
	}
	return true;
}

int gabion_task_assign(pid_t pid, u16 domain)
{
	struct task_struct *leader = gabion_task_get(pid);
	bool guarded;
	int err;

	if (!leader)
		return -ESRCH;
	guarded = guard_tracing(leader);
	err = gabion_task_move(leader, domain, true);
	if (guarded)
		mutex_unlock(&leader->signal->cred_guard_mutex);
	put_task_struct(leader);
	return err;
}

unsigned int gabion_task_count_confined(pid_t *any)
{
	struct task_struct *process, *thread;
	unsigned int n = 0;

	rcu_read_lock();
	for_each_process_thread(process, thread) {
		if (gabion_is_host(gabion_task_label(thread)))
			continue;
		n++;
		*any = thread->pid;
	}
	rcu_read_unlock();
	return n;
}
