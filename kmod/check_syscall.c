// SPDX-License-Identifier: GPL-2.0
/*
 * The syscall filter.
 *
 * __secure_computing() is replaced: for a task with a seccomp mode the original
 * runs first, with its tracers and notifiers; what is then in the registers is
 * judged, so nothing of that can bend it.  Afterwards only the sys_enter
 * tracepoint can still change a call: syscall_tracepoint.c.
 *
 * The original must not run for a task without a mode: it would BUG().
 */
#include <linux/nospec.h>
#include <linux/pid_namespace.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/static_call.h>
#include <asm/syscall.h>
#include "audit.h"
#include "audit_repeat.h"
#include "audit_wait.h"
#include "check_syscall.h"
#include "engine.h"
#include "policy.h"
#include "symbol.h"
#include "syscall_tracepoint.h"
#include "syscall_work.h"
#include "task_label.h"

static int no_signal(int number, int reason, bool force_coredump)
{
	return 0;
}

static int no_notify(int exit_code, unsigned long message)
{
	return 0;
}

/* The kernel's own third mode, which it does not tell: a task that must not make another call. */
#define SECCOMP_MODE_DEAD	(SECCOMP_MODE_FILTER + 1)

DEFINE_STATIC_CALL(gabion_force_sig_seccomp, no_signal);
DEFINE_STATIC_CALL(gabion_ptrace_notify, no_notify);

int gabion_check_syscall_init(void)
{
	unsigned long signal = gabion_symbol_address("force_sig_seccomp");
	unsigned long notify = gabion_symbol_address("ptrace_notify");

	if (!signal || !notify)
		return -ENOENT;
	static_call_update(gabion_force_sig_seccomp, (int (*)(int, int, bool))signal);
	static_call_update(gabion_ptrace_notify, (int (*)(int, unsigned long))notify);
	return 0;
}

/* A call whose arguments matter, with the policy held: do they allow it, with nothing to record? */
static noinline bool test_grants(const struct gabion_policy *policy,
				 const struct gabion_filter *filter, u32 abi, u32 number,
				 const struct pt_regs *regs)
{
	u64 arguments[6];

	gabion_call_arguments(arguments, abi, regs);
	return gabion_filter_judge(&policy->view, filter->image, abi, number, arguments) ==
	       GABION_OUTCOME(GABION_ACTION_ALLOW, 0);
}

/*
 * Nothing to judge? One load says so for nearly every call: it always runs, and
 * that is known. Or the domain has no filter, and the task is here for its own, or to wait.
 */
static __always_inline bool passes(const struct pt_regs *regs)
{
	u16 label = gabion_task_label(current);
	const struct gabion_policy *policy;
	const struct gabion_filter *filter;
	u32 number = regs->orig_ax, abi = 0;
	bool yes = false;
	u8 state;

	if (in_ia32_syscall()) {
		abi = GABION_ABI_I386;
	} else if (number & __X32_SYSCALL_BIT) {
		abi = GABION_ABI_X32;
		number &= ~__X32_SYSCALL_BIT;
	}
	preempt_disable_notrace();
	policy = rcu_dereference_sched(gabion_policy_in_force);
	if (likely(policy && label < policy->nnumbers)) {
		filter = policy->filters[label];
		if (likely(filter && number < filter->count[abi])) {
			number = array_index_nospec(number, filter->count[abi]);
			state = READ_ONCE(filter->known[abi][number]);
			yes = state == GABION_CALL_RUNS ||
			      (state == GABION_CALL_TESTED &&
			       test_grants(policy, filter, abi, number, regs));
		} else if (!filter) {
			yes = (current->seccomp.mode || test_bit(label, policy->waiting)) &&
			      policy->local[label] != GABION_TRANSITION_NONE;
		}
	}
	preempt_enable_notrace();
	return yes;
}

/* Threads inside of the original, by pid. A dead one's bit stays until its pid is used again. */
static DECLARE_BITMAP(inside, PID_MAX_LIMIT);

static unsigned long died_inside(void)
{
	const struct task_struct *task;
	unsigned long pid, n = 0;

	rcu_read_lock();
	for_each_set_bit(pid, inside, PID_MAX_LIMIT) {
		task = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
		n += !task || (READ_ONCE(task->flags) & PF_EXITING);
	}
	rcu_read_unlock();
	return n;
}

void gabion_syscall_newborn(pid_t pid)
{
	if (unlikely(test_bit(pid, inside))) {
		clear_bit(pid, inside);
		this_cpu_inc(gabion_hook_counts[GABION_HOOK___secure_computing].left);
	}
}

bool gabion_syscall_running(void)
{
	struct gabion_hook_count sum = gabion_hook_sum(GABION_HOOK___secure_computing);

	return sum.entered != sum.left + died_inside();
}

static int run_original(const struct seccomp_data *sd)
{
	int result;

	if (unlikely(test_and_set_bit(current->pid, inside)))
		this_cpu_inc(gabion_hook_counts[GABION_HOOK___secure_computing].left);
	result = gabion_original___secure_computing(sd);
	clear_bit(current->pid, inside);
	return result;
}

static bool record(const struct gabion_policy *policy, u16 domain, const struct gabion_call *call,
		   u32 outcome, u32 verdict, u32 reason, enum gabion_hook_id hook)
{
	struct gabion_repeat_key key = {
		.generation = policy ? policy->generation : 0,
		.domain = domain,
		.hook = hook,
		.klass = GABION_CLASS_SYSCALL,
		.wanted = call->number,
		.outcome = outcome & ~GABION_OUTCOME_QUIET,
		.verdict = verdict,
	};
	bool repeats = reason == GABION_REASON_SYSCALL;

	if (repeats && gabion_repeat(&key, call, NULL))
		return true;
	return gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_ACCESS,
		.verdict = verdict,
		.reason = verdict == GABION_VERDICT_ALLOWED ? GABION_REASON_NONE : reason,
		.klass = GABION_CLASS_SYSCALL,
		.wanted = call->number,
		.refused = verdict == GABION_VERDICT_ALLOWED ? 0 : call->number,
		.policy = policy,
		.generation = key.generation,
		.hook = hook,
		.domain = domain,
		.target = GABION_NO_TARGET,
		.call = call,
		.outcome = outcome,
		.repeats = repeats,
	});
}

/* Remember that @call ran, and how the next one is to be judged. */
static void mark_used(const struct gabion_filter *filter, const struct gabion_call *call,
		      u32 entry)
{
	if (call->number >= filter->count[call->abi])
		return;
	if (!test_bit(call->number, filter->used->bits[call->abi]))
		set_bit(call->number, filter->used->bits[call->abi]);
	if (entry & GABION_OUTCOME_TEST)
		WRITE_ONCE(filter->known[call->abi][call->number], GABION_CALL_TESTED);
	else if (entry == GABION_OUTCOME(GABION_ACTION_ALLOW, 0))
		WRITE_ONCE(filter->known[call->abi][call->number], GABION_CALL_RUNS);
}

static bool complains(const struct gabion_policy *policy, u16 domain)
{
	u32 index;

	return gabion_policy_index(policy, domain, &index) &&
	       (le32_to_cpu(gabion_policy_domain(policy, index)->flags) & GABION_DOMAIN_COMPLAIN);
}

static bool is_news(u32 action, u32 verdict, enum gabion_look look)
{
	switch (look) {
	case GABION_LOOK_TRACED:
		return action != GABION_ACTION_TRACE || verdict != GABION_VERDICT_ALLOWED;
	case GABION_LOOK_LAST:
		return verdict == GABION_VERDICT_DENIED;
	default:
		return true;
	}
}

/* Inside an RCU section. The outcome; ALLOW where complain mode makes it one. */
static u32 judge(const struct gabion_policy *policy, u16 domain, const struct gabion_call *call,
		 enum gabion_look look)
{
	const struct gabion_filter *filter = gabion_filter_of(policy, domain);
	u32 entry, outcome, action, verdict = GABION_VERDICT_DENIED, index;

	if (!filter && gabion_policy_index(policy, domain, &index))
		return GABION_OUTCOME(GABION_ACTION_ALLOW, 0);
	/* A domain that the policy lacks may do nothing. */
	entry = filter ? gabion_filter_entry(&policy->view, filter->image, call->abi, call->number)
		       : GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM);
	outcome = gabion_outcome_resolve(policy->view.tests, entry, call->arguments);
	action = GABION_OUTCOME_ACTION(outcome);
	if (action == GABION_ACTION_ALLOW) {
		mark_used(filter, call, entry);
		return outcome;
	}
	if (action == GABION_ACTION_LOG ||
	    (action == GABION_ACTION_TRACE && ptrace_event_enabled(current, PTRACE_EVENT_SECCOMP)))
		verdict = GABION_VERDICT_ALLOWED;
	else if (complains(policy, domain))
		verdict = GABION_VERDICT_COMPLAIN;
	if (!(outcome & GABION_OUTCOME_QUIET) && is_news(action, verdict, look) &&
	    !record(policy, domain, call, outcome, verdict, GABION_REASON_SYSCALL,
		    GABION_HOOK___secure_computing) && verdict != GABION_VERDICT_DENIED)
		return GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM);
	if (action == GABION_ACTION_LOG)
		mark_used(filter, call, entry);
	return verdict == GABION_VERDICT_COMPLAIN ? GABION_OUTCOME(GABION_ACTION_ALLOW, 0)
						  : outcome & ~GABION_OUTCOME_QUIET;
}

u32 gabion_syscall_judge(const struct pt_regs *regs, struct gabion_call *call,
			 enum gabion_look look)
{
	u32 outcome = GABION_OUTCOME(GABION_ACTION_ALLOW, 0);
	const struct gabion_policy *policy;

	gabion_call_read(call, regs);
	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	if (policy)
		outcome = judge(policy, gabion_task_label(current), call, look);
	rcu_read_unlock();
	return outcome;
}

/*
 * A tracer can hold the signal of a kill back, but then the next call is the end.
 * Under the lock that another thread's seccomp(TSYNC) looks and sets a mode with.
 */
static void die_next_time(void)
{
	struct sighand_struct *sighand = rcu_dereference_protected(current->sighand, true);

	spin_lock_irq(&sighand->siglock);
	current->seccomp.mode = SECCOMP_MODE_DEAD;
	spin_unlock_irq(&sighand->siglock);
}

/* As seccomp's actions of the same names. Return: 0: runs; -1: does not; 1: a tracer had its say. */
static int act(struct pt_regs *regs, u32 outcome, bool traced)
{
	u32 data = GABION_OUTCOME_DATA(outcome);

	switch (GABION_OUTCOME_ACTION(outcome)) {
	case GABION_ACTION_ALLOW:
	case GABION_ACTION_LOG:
		return 0;
	case GABION_ACTION_TRACE:
		if (traced)
			return 0;
		if (!ptrace_event_enabled(current, PTRACE_EVENT_SECCOMP)) {
			syscall_set_return_value(current, regs, -ENOSYS, 0);
			return -1;
		}
		static_call(gabion_ptrace_notify)(PTRACE_EVENT_SECCOMP << 8 | SIGTRAP, data);
		/* A tracer that died has decided nothing; one may also skip the call. */
		if (fatal_signal_pending(current) || syscall_get_nr(current, regs) < 0)
			return -1;
		return 1;
	case GABION_ACTION_ERRNO:
		syscall_set_return_value(current, regs, -(int)data, 0);
		return -1;
	case GABION_ACTION_KILL:
		die_next_time();
		fallthrough;
	default:
		/* The handler, or the dump, sees the registers as they were. */
		syscall_rollback(current, regs);
		static_call(gabion_force_sig_seccomp)(syscall_get_nr(current, regs), data,
						      GABION_OUTCOME_ACTION(outcome) ==
							      GABION_ACTION_KILL);
		return -1;
	}
}

/* The last look cannot be had (no memory): the call must not run. */
static int refuse(struct pt_regs *regs, int error)
{
	struct gabion_call call;

	gabion_call_read(&call, regs);
	record(NULL, gabion_task_label(current), &call, GABION_OUTCOME(GABION_ACTION_ERRNO, -error),
	       GABION_VERDICT_DENIED, GABION_REASON_MEMORY, GABION_HOOK___secure_computing);
	syscall_set_return_value(current, regs, error, 0);
	return -1;
}

/* With the program's own filter, the record and the actions. */
static noinline int filter(const struct seccomp_data *sd)
{
	struct pt_regs *regs = current_pt_regs();
	enum gabion_look look = GABION_LOOK_FIRST;
	struct gabion_call call;
	int result;

	/* The original would say so in the kernel log, which a program must not be able to make it. */
	if (current->seccomp.mode == SECCOMP_MODE_DEAD) {
		send_sig(SIGKILL, current, 1);
		return -1;
	}
	do {
		/* Again after a tracer: what it changed is for both filters to see. */
		if (current->seccomp.mode && run_original(sd) == -1)
			return -1;
		if (current->seccomp.mode && passes(regs) && gabion_sys_enter_ready())
			return 0;
		if (look == GABION_LOOK_FIRST)
			gabion_syscall_work_drop();
		result = gabion_sys_enter_watch();
		if (result)
			return refuse(regs, result);
		/* Runs nothing; how a tracer skips a call, with a result that is in the registers. */
		if (syscall_get_nr(current, regs) == -1)
			return 0;
		result = act(regs, gabion_syscall_judge(regs, &call, look),
			     look == GABION_LOOK_TRACED);
		look = GABION_LOOK_TRACED;
	} while (result > 0);
	return result;
}

int gabion_replace___secure_computing(const struct seccomp_data *sd)
{
	int result = 0;

	this_cpu_inc(gabion_hook_counts[GABION_HOOK___secure_computing].entered);
	/* Before it is judged: the policy may have been replaced when there is room. */
	if (unlikely(gabion_audit_is_tight(gabion_task_label(current))) && gabion_audit_wait())
		result = -1;
	/* The short way needs no stack frame, and is what nearly every call takes. */
	else if (current->seccomp.mode || !passes(current_pt_regs()) || !gabion_sys_enter_ready())
		result = filter(sd);
	if (result) {
		this_cpu_inc(gabion_hook_counts[GABION_HOOK___secure_computing].refused);
		gabion_count_refusal();
	}
	this_cpu_inc(gabion_hook_counts[GABION_HOOK___secure_computing].left);
	return result;
}

/*
 * The entries of i386 and x32, for domains without a filter: only if the domain
 * has the ABI. A filter has judged them before.
 */
static int check_abi(const struct pt_regs *regs, u32 abi, enum gabion_hook_id hook)
{
	u32 flag = abi == GABION_ABI_I386 ? GABION_DOMAIN_I386 : GABION_DOMAIN_X32;
	u32 outcome = GABION_OUTCOME(GABION_ACTION_ERRNO, ENOSYS), index, flags;
	u16 domain = gabion_task_label(current);
	const struct gabion_policy *policy;
	struct gabion_call call;
	int err = 0;

	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	if (!policy || !gabion_policy_index(policy, domain, &index) ||
	    gabion_filter_of(policy, domain))
		goto out;
	flags = le32_to_cpu(gabion_policy_domain(policy, index)->flags);
	if (flags & (GABION_DOMAIN_UNCONFINED | flag))
		goto out;
	gabion_call_read(&call, regs);
	if (!(flags & GABION_DOMAIN_COMPLAIN))
		err = -ENOSYS;
	if (!record(policy, domain, &call, outcome,
		    err ? GABION_VERDICT_DENIED : GABION_VERDICT_COMPLAIN, GABION_REASON_SYSCALL, hook))
		err = -ENOSYS;
out:
	rcu_read_unlock();
	return err;
}

GABION_CHECK2(ia32_sys_call, const struct pt_regs *, regs, unsigned int, number)
{
	return check_abi(regs, GABION_ABI_I386, GABION_HOOK_ia32_sys_call);
}

GABION_CHECK2(x32_sys_call, const struct pt_regs *, regs, unsigned int, number)
{
	return check_abi(regs, GABION_ABI_X32, GABION_HOOK_x32_sys_call);
}
