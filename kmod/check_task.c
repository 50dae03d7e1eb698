// SPDX-License-Identifier: GPL-2.0
/* What a task does to other tasks: signals, tracing, scheduling. Most hooks here are atomic. */
#include <linux/capability.h>
#include <linux/posix-timers.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/sched/task.h>
#include <asm/syscall.h>
#include <uapi/linux/resource.h>
#include "decision.h"
#include "engine.h"

GABION_CHECK4(task_kill, struct task_struct *, p, struct kernel_siginfo *, info, int, sig,
	      const struct cred *, cred)
{
	/* USB's completion of a request, with credentials of its own: not the task it interrupts. */
	if (!in_task())
		return 0;
	return gabion_decide_domain(GABION_HOOK_task_kill, gabion_task_label(current),
				    gabion_target_label(p), p->tgid, GABION_DOM_SIGNAL, sig);
}

/* Also /proc/PID, process_vm_readv, pidfd_getfd, ...: whatever asks ptrace_may_access(). */
GABION_CHECK2(ptrace_access_check, struct task_struct *, child, unsigned int, mode)
{
	u32 wanted = mode & PTRACE_MODE_ATTACH ? GABION_DOM_TRACE : GABION_DOM_INSPECT;

	return gabion_decide_domain(GABION_HOOK_ptrace_access_check, gabion_task_label(current),
				    gabion_target_label(child), child->tgid, wanted, 0);
}

/* The parent becomes the tracer: it is the one that is judged, whoever asks. */
GABION_CHECK1(ptrace_traceme, struct task_struct *, parent)
{
	u16 tracer = gabion_task_label(parent);

	if (tracer == GABION_HOST)
		return 0;
	return gabion_decide_domain(GABION_HOOK_ptrace_traceme, tracer, gabion_task_label(current),
				    current->tgid, GABION_DOM_TRACE, 0);
}

static int decide_task(enum gabion_hook_id hook, const struct task_struct *task, u32 wanted)
{
	return gabion_decide_domain(hook, gabion_task_label(current), gabion_target_label(task),
				    task->tgid, wanted, 0);
}

GABION_CHECK1(task_setnice, struct task_struct *, task)
{
	return decide_task(GABION_HOOK_task_setnice, task, GABION_DOM_SCHEDULE);
}

GABION_CHECK1(task_setioprio, struct task_struct *, task)
{
	return decide_task(GABION_HOOK_task_setioprio, task, GABION_DOM_SCHEDULE);
}

GABION_CHECK1(task_getioprio, struct task_struct *, task)
{
	return decide_task(GABION_HOOK_task_getioprio, task, GABION_DOM_INSPECT);
}

/* Also sched_setaffinity(). */
GABION_CHECK1(task_setscheduler, struct task_struct *, task)
{
	return decide_task(GABION_HOOK_task_setscheduler, task, GABION_DOM_SCHEDULE);
}

GABION_CHECK1(task_getscheduler, struct task_struct *, task)
{
	return decide_task(GABION_HOOK_task_getscheduler, task, GABION_DOM_INSPECT);
}

GABION_CHECK1(task_movememory, struct task_struct *, task)
{
	return decide_task(GABION_HOOK_task_movememory, task, GABION_DOM_SCHEDULE);
}

/*
 * prlimit() asks about credentials only: the task is the syscall's first
 * argument, if it is still the one with these. Called under rcu_read_lock().
 */
static u16 prlimit_target(const struct cred *cred, pid_t *tgid)
{
	unsigned long arguments[6];
	struct task_struct *task;

	syscall_get_arguments(current, current_pt_regs(), arguments);
	task = pid_task(find_vpid((pid_t)arguments[0]), PIDTYPE_PID);
	if (!task || __task_cred(task) != cred)
		return GABION_UNKNOWN;
	*tgid = task->tgid;
	return gabion_target_label(task);
}

/* Writing asks task_setrlimit too. */
GABION_CHECK3(task_prlimit, const struct cred *, cred, const struct cred *, target,
	      unsigned int, flags)
{
	pid_t tgid = 0;
	u16 domain;

	if (!(flags & LSM_PRLIMIT_READ))
		return 0;
	domain = prlimit_target(target, &tgid);
	return gabion_decide_domain(GABION_HOOK_task_prlimit, gabion_task_label(current), domain,
				    tgid, GABION_DOM_INSPECT, 0);
}

/*
 * The kernel signals all who are in @group, a process group or a session: each domain in it must be
 * open to that. Atomic, under tasklist_lock or RCU.
 */
static int decide_members(enum gabion_hook_id hook, struct pid *group, enum pid_type type)
{
	u16 domain = gabion_task_label(current), asked = domain, member;
	struct task_struct *task;
	int err = 0;

	do_each_pid_task(group, type, task) {
		/* Just being born, it has no label; who makes it is in the group, and is asked about. */
		if (err || READ_ONCE(task->__state) == TASK_NEW)
			continue;
		member = gabion_target_label(task);
		/* Members of one domain, one after the other, are one question: interrupts are off. */
		if (gabion_is_same(member, domain) || member == asked)
			continue;
		err = decide_task(hook, task, GABION_DOM_SIGNAL);
		asked = member;
	} while_each_pid_task(group, type, task);
	return err;
}

/*
 * Who is in a process group has the kernel signal all of it: by reading from the terminal, or
 * writing to it, in the background (__tty_check_change()). Under tasklist_lock, which holds the
 * group still.
 */
static int decide_group(enum gabion_hook_id hook, struct task_struct *joins, pid_t number)
{
	struct pid *group = find_vpid(number);

	return group && task_pgrp(joins) != group ? decide_members(hook, group, PIDTYPE_PGID) : 0;
}

GABION_CHECK2(task_setpgid, struct task_struct *, task, pid_t, group)
{
	return gabion_decide_together(
		decide_task(GABION_HOOK_task_setpgid, task, GABION_DOM_SCHEDULE) ?:
		decide_group(GABION_HOOK_task_setpgid, task, group));
}

GABION_CHECK1(task_getpgid, struct task_struct *, task)
{
	return decide_task(GABION_HOOK_task_getpgid, task, GABION_DOM_INSPECT);
}

GABION_CHECK1(task_getsid, struct task_struct *, task)
{
	return decide_task(GABION_HOOK_task_getsid, task, GABION_DOM_INSPECT);
}

/*
 * vhangup(2), by every ABI: its terminal is gone for all of the session, whose leader gets SIGHUP
 * from the kernel. Others that only have it open are not found.
 */
GABION_CHECK0(__x64_sys_vhangup)
{
	int err;

	if (!READ_ONCE(current->signal->tty))
		return 0;
	rcu_read_lock();
	err = gabion_decide_together(decide_members(GABION_HOOK___x64_sys_vhangup,
						    task_session(current), PIDTYPE_SID));
	rcu_read_unlock();
	return err;
}

/* A task's own affairs but for one, whose capability cap_task_prctl() takes without the hook. */
GABION_CHECK1(task_prctl, int, option)
{
	if (option != PR_SET_SECUREBITS)
		return 0;
	return gabion_decide_capability(GABION_HOOK_task_prctl, CAP_SETPCAP, true);
}

/* The processor time that another process has used: no LSM hook is asked about clocks. */
static int decide_clock(enum gabion_hook_id hook, clockid_t clock)
{
	pid_t number = CPUCLOCK_PID(clock);
	struct task_struct *task;
	int err = 0;

	if (!number)
		return 0;
	rcu_read_lock();
	task = pid_task(find_vpid(number), PIDTYPE_PID);
	if (task && !same_thread_group(task, current))
		err = decide_task(hook, task, GABION_DOM_INSPECT);
	rcu_read_unlock();
	return err;
}

GABION_CHECK1(posix_cpu_clock_get, clockid_t, clock)
{
	return decide_clock(GABION_HOOK_posix_cpu_clock_get, clock);
}

GABION_CHECK1(posix_cpu_timer_create, struct k_itimer *, timer)
{
	return decide_clock(GABION_HOOK_posix_cpu_timer_create, timer->it_clock);
}

GABION_CHECK1(posix_cpu_nsleep, clockid_t, clock)
{
	return decide_clock(GABION_HOOK_posix_cpu_nsleep, clock);
}

/* Nor about getpriority(2), which tells of all that it is asked about. */
static int decide_nice(enum gabion_hook_id hook, struct task_struct *task)
{
	return same_thread_group(task, current) ? 0 : decide_task(hook, task, GABION_DOM_INSPECT);
}

static int decide_user(enum gabion_hook_id hook, uid_t who)
{
	kuid_t uid = who ? make_kuid(current_user_ns(), who) : current_uid();
	struct task_struct *process, *thread;

	for_each_process_thread(process, thread)
		if (uid_eq(task_uid(thread), uid) && decide_nice(hook, thread))
			return -EPERM;
	return 0;
}

static int decide_priority(enum gabion_hook_id hook, int which, int who)
{
	struct task_struct *task;
	struct pid *group;
	int err = 0;

	rcu_read_lock();
	switch (which) {
	case PRIO_PROCESS:
		task = who ? pid_task(find_vpid(who), PIDTYPE_PID) : NULL;
		if (task)
			err = decide_nice(hook, task);
		break;
	case PRIO_PGRP:
		group = who ? find_vpid(who) : task_pgrp(current);
		do_each_pid_task(group, PIDTYPE_PGID, task) {
			err = err ?: decide_nice(hook, task);
		} while_each_pid_task(group, PIDTYPE_PGID, task);
		break;
	case PRIO_USER:
		err = decide_user(hook, who);
		break;
	}
	rcu_read_unlock();
	return err;
}

GABION_CHECK1(__x64_sys_getpriority, const struct pt_regs *, regs)
{
	return decide_priority(GABION_HOOK___x64_sys_getpriority, regs->di, regs->si);
}

GABION_CHECK1(__ia32_sys_getpriority, const struct pt_regs *, regs)
{
	return decide_priority(GABION_HOOK___ia32_sys_getpriority, regs->bx, regs->cx);
}
