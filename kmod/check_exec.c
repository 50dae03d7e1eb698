// SPDX-License-Identifier: GPL-2.0
/*
 * Execution and the change of domain that comes with it.
 *
 * The domain is chosen once per execve, from the file that was named (a script,
 * not its interpreter), when bprm_creds_for_exec asks. bprm_check then asks for
 * each file of the chain; the change is made at the point of no return. The ELF
 * interpreter is not executed but mapped, and asked for by mmap_file.
 */
#include <linux/binfmts.h>
#include <linux/personality.h>
#include <linux/ptrace.h>
#include <linux/security.h>
#include <linux/sched.h>
#include "audit.h"
#include "check_syscall.h"
#include "decision.h"
#include "engine.h"
#include "exec_carried.h"
#include "exec_pending.h"
#include "limit.h"
#include "revoke.h"
#include "syscall_work.h"
#include "tracing.h"

/*
 * A usermode helper (modprobe, a core_pattern program, ...) is forked by a kernel
 * thread and has no memory until it executes its program (user_mode_thread() in
 * kernel/umh.c). Whoever comes from user space has some: exec is a syscall.
 */
static bool is_helper(void)
{
	return !current->mm;
}

static bool has_entries(const struct gabion_policy *policy)
{
	const struct gabion_class_view *c = &policy->view.classes[GABION_CLASS_FILE];

	return c->transition || c->helpers;
}

/*
 * Domain that executing a file of @label leads the current task of domain @from
 * to. A helper has the host's, and rules of its own where the policy has some.
 */
static u16 entered(const struct gabion_policy *policy, u16 from, u32 label)
{
	const struct gabion_class_view *c = &policy->view.classes[GABION_CLASS_FILE];
	u16 to = GABION_TRANSITION_NONE;

	if (c->helpers && from == GABION_HOST && is_helper())
		to = le16_to_cpu(c->helpers[label]);
	return to == GABION_TRANSITION_NONE ? gabion_policy_entered(policy, from, label)
					    : policy->numbers[to];
}

/* Domain that an exec of @path by domain @from leads to. */
static int choose(u16 from, const struct path *path, u16 *to)
{
	struct gabion_path_buffer buffer = {};
	const struct gabion_policy *policy;
	int label;

	*to = from;
	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	if (!policy || !has_entries(policy)) {
		rcu_read_unlock();
		return 0;
	}
	preempt_disable();
	label = gabion_path_label_cached(policy, path);
	preempt_enable();
	if (label < 0) {
		rcu_read_unlock();
		if (gabion_path_buffer_get(&buffer, GFP_KERNEL))
			return -ENOMEM;
		rcu_read_lock();
		policy = rcu_dereference(gabion_policy_in_force);
		if (policy)
			label = gabion_path_label(policy, path, &buffer);
	}
	if (policy)
		*to = entered(policy, from, label);
	rcu_read_unlock();
	gabion_path_buffer_put(&buffer);
	return 0;
}

/* May whoever traces the current task go on doing so when it is in domain @to? */
static int check_tracer(u16 to)
{
	struct task_struct *tracer;
	u16 domain = GABION_HOST;
	pid_t pid = 0;

	rcu_read_lock();
	tracer = ptrace_parent(current);
	if (tracer) {
		domain = gabion_task_label(tracer);
		pid = tracer->tgid;
	}
	rcu_read_unlock();
	if (domain == GABION_HOST)
		return 0;
	return gabion_decide_domain(GABION_HOOK_bprm_creds_for_exec, domain, to, pid,
				    GABION_DOM_TRACE, 0);
}

/*
 * A seccomp filter goes along, and may answer for the kernel: itself, or by a
 * listener or tracer. Who could lie to the new program so must be one who may trace it.
 */
static int check_seccomp(u16 from, u16 to)
{
	if (current->seccomp.mode != SECCOMP_MODE_FILTER)
		return 0;
	return gabion_decide_domain(GABION_HOOK_bprm_creds_for_exec, from, to, current->tgid,
				    GABION_DOM_TRACE, 0);
}

GABION_CHECK1(bprm_creds_for_exec, struct linux_binprm *, bprm)
{
	u16 from = gabion_task_label(current), to;
	int err;

	/* What an exec that failed has left. */
	gabion_pending_unchoose(current);
	if (!gabion_pending_get(current, GABION_PENDING_FORCED, &to)) {
		err = choose(from, &bprm->file->f_path, &to);
		if (err)
			return err;
		if (to == from)
			return 0;
	}
	/*
	 * A task that gave up gaining privileges may only lose some: out of a host
	 * that is not held always, between domains never (their sets are not compared).
	 * Nor between domains while root and working directory are shared with a
	 * task that stays behind.
	 */
	if (from != GABION_HOST && to != from &&
	    (task_no_new_privs(current) || (bprm->unsafe & LSM_UNSAFE_SHARE)))
		return gabion_refuse_transition(GABION_HOOK_bprm_creds_for_exec, from, to);
	err = check_tracer(to);
	if (!err && from != GABION_HOST && to != from)
		err = check_seccomp(from, to);
	if (err)
		return err;
	err = gabion_pending_choose(current, from, to);
	if (err)
		return err;
	/*
	 * AT_SECURE: the dynamic linker ignores what the old domain put in the environment.
	 * That of a helper is the kernel's; and it has no descriptors, for which libc would
	 * want /dev/full then, or abort.
	 */
	if (to != from && !is_helper()) {
		bprm->secureexec = 1;
		/* Nor does it run without ASLR because the old one wanted that. */
		bprm->per_clear |= PER_CLEAR_ON_SETID;
	}
	return 0;
}

/*
 * For each file of the chain: the one that was named is executed by the old
 * domain, an interpreter by the new one. bprm->interp is the name given to
 * execve (alloc_bprm()) until a handler replaces it (bprm_change_interp()).
 */
GABION_CHECK1(bprm_check, struct linux_binprm *, bprm)
{
	bool interpreter = bprm->interp != bprm->filename;
	u16 domain = gabion_task_label(current), to;
	int err;

	if (gabion_pending_get(current, GABION_PENDING_CHOSEN, &to) && interpreter)
		domain = to;
	if (domain == GABION_HOST)
		return 0;
	err = gabion_decide_path_as(GABION_HOOK_bprm_check, domain, &bprm->file->f_path,
				    GABION_FILE_EXECUTE, GFP_KERNEL);
	if (err)
		gabion_pending_unchoose(current);
	return err;
}

/* Point of no return: the old image is gone, other threads too, the pid is final. */
GABION_CHECK1(bprm_committing_creds, struct linux_binprm *, bprm)
{
	u16 from = gabion_task_label(current), to;
	struct gabion_path_buffer name = {};
	const struct gabion_policy *policy;
	u32 generation = 0;
	u16 chosen_from;

	/* The pid may have been that of a leader that is dead. */
	gabion_syscall_newborn(current->pid);
	/* binfmt_misc hands the program over open for reading: was only execution granted? */
	if (bprm->have_execfd && from != GABION_HOST)
		gabion_revoke(current);
	if (!gabion_pending_get(current, GABION_PENDING_CHOSEN, &to))
		return 0;
	chosen_from = gabion_pending_from(current);
	gabion_pending_drop(current);
	down_read(&gabion_domain_rwsem);
	/*
	 * The policy may have been replaced since the choice. By one that lacks
	 * the domain: the task may do nothing. By none: nobody is confined.
	 */
	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	/* And the administrator may have moved the task: that counts. */
	if (policy && gabion_is_same(gabion_task_label(current), chosen_from)) {
		generation = policy->generation;
		if (gabion_is_host(to))
			to = policy->numbers[0];
		gabion_task_relabel(current, to);
		gabion_syscall_work_set(current);
	}
	rcu_read_unlock();
	up_read(&gabion_domain_rwsem);
	if (!generation || to == from)
		return 0;
	/* Who traces us may have changed its domain since it was asked about. */
	gabion_tracer_revoke(current);
	gabion_exec_carried_review(from, to);
	/* The process has no other thread any more. */
	gabion_limits_lower(current->group_leader, to, &bprm->rlim_stack);
	/*
	 * The table is this task's alone by now, and what closes on exec is closed.
	 * Not here: closing may wait for a FUSE daemon, and we hold exec_update_lock.
	 * Before the new program's first instruction.
	 */
	if (to != GABION_HOST)
		gabion_revoke(current);
	if (!gabion_path_buffer_get(&name, GFP_KERNEL))
		gabion_path_name(&bprm->file->f_path, &name);
	/* There is no way back, but what left no record must not run. */
	if (!gabion_audit_transition(from, to, generation, name.path))
		send_sig(SIGKILL, current, 1);
	gabion_path_buffer_put(&name);
	return 0;
}

GABION_CHECK1(task_free, struct task_struct *, task)
{
	gabion_pending_drop(task);
	return 0;
}
