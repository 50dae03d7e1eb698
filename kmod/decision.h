/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a check's question to a verdict: look up, compare, record, answer.
 *
 * Every function decides for the current task's domain and returns 0 or the
 * negative errno that the hook returns. A refusal is recorded before it is
 * returned; in complain mode it is recorded and 0 is returned. What cannot be
 * decided is refused.
 */
#ifndef GABION_DECISION_H
#define GABION_DECISION_H

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include "hooks.h"
#include "path_label.h"
#include "policy.h"
#include "task_label.h"

/*
 * The kernel has put other credentials over the task's own to do something on
 * its own authority: overlayfs reads and opens its layers as the one who mounted
 * it, and would misread them if the domain's rights counted. What the task
 * itself asked for was decided before.
 *
 * io_uring runs a request with the credentials it was submitted with, the same
 * way; there the task's own request is at stake, so a task that has a ring gets
 * no such allowance.
 */
static inline bool gabion_kernel_acts(void)
{
	if (current_cred() == rcu_access_pointer(current->real_cred))
		return false;
	if (gabion_task_has_uring(current))
		return false;
	return !(current->flags & PF_IO_WORKER);
}

/*
 * The short way: the label is cached and sigma grants everything wanted. About
 * 40 instructions; preemption off is an RCU read-side section.
 */
static __always_inline bool gabion_path_granted(u16 domain, const struct path *path, u32 wanted)
{
	const struct gabion_policy *policy;
	bool granted = false;
	const u32 *row;
	int label;

	preempt_disable_notrace();
	policy = rcu_dereference_sched(gabion_policy_in_force);
	if (likely(policy && domain < policy->nnumbers)) {
		row = policy->file_rows[domain];
		if (likely(row)) {
			label = gabion_path_label_cached(policy, path);
			granted = label >= 0 && !(wanted & ~row[label]);
		}
	}
	preempt_enable_notrace();
	return granted;
}

/*
 * The short way for what every call on a socket asks: is its family granted?
 */
static __always_inline bool gabion_family_granted(u16 domain, unsigned int family)
{
	const struct gabion_policy *policy;
	bool granted = false;
	u32 index;

	preempt_disable_notrace();
	policy = rcu_dereference_sched(gabion_policy_in_force);
	if (likely(policy && gabion_policy_index(policy, domain, &index) && family < 64))
		granted = le64_to_cpu(gabion_policy_domain(policy, index)->families) >> family & 1;
	preempt_enable_notrace();
	return granted;
}

/**
 * gabion_decision_basis - what decisions are made on right now: the policy in force, and the
 * current task's domain. Two equal answers: nothing changed between them.
 */
static inline u64 gabion_decision_basis(void)
{
	const struct gabion_policy *policy;
	u64 basis;

	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	basis = policy ? (u64)policy->generation << 16 : 0;
	rcu_read_unlock();
	return basis | gabion_task_label(current);
}

/*
 * Several decisions that are needed together: 0 only if one policy, and one
 * domain, grants them all. A swap between them could otherwise have one half
 * granted by the old policy and the other by the new, where neither grants both.
 * A refusal stands, since who refuses a part refuses the whole. What grants or lets
 * pass and is to be recorded may be recorded for both policies.
 */
#define gabion_decide_together(decisions)				\
({									\
	u64 basis_;							\
	int err_;							\
									\
	do {								\
		basis_ = gabion_decision_basis();			\
		err_ = (decisions);					\
	} while (!err_ && unlikely(basis_ != gabion_decision_basis()));	\
	err_;								\
})

/* The long way, with the record. */
int gabion_decide_path_slow(enum gabion_hook_id hook, u16 domain, const struct path *path,
			    u32 wanted, gfp_t gfp);

/**
 * gabion_decide_path_as - may @domain do @wanted to the file at @path?
 * @hook:	who asks
 * @domain:	domain number
 * @path:	referenced by the caller
 * @wanted:	GABION_FILE_*
 * @gfp:	GFP_KERNEL, or GFP_ATOMIC where the hook must not sleep
 *
 * Return: 0, -EACCES, or -ENOMEM.
 */
static __always_inline int gabion_decide_path_as(enum gabion_hook_id hook, u16 domain,
						 const struct path *path, u32 wanted, gfp_t gfp)
{
	if (likely(gabion_path_granted(domain, path, wanted)))
		return 0;
	return gabion_decide_path_slow(hook, domain, path, wanted, gfp);
}

/* The same for the current domain. */
static __always_inline int gabion_decide_path(enum gabion_hook_id hook, const struct path *path,
					      u32 wanted, gfp_t gfp)
{
	return gabion_decide_path_as(hook, gabion_task_label(current), path, wanted, gfp);
}

/* The same for a file of which there is nothing but its host-absolute @name, @length bytes and NUL. */
int gabion_decide_name(enum gabion_hook_id hook, const char *name, size_t length, u32 wanted);

/*
 * The same for an object that has no host-absolute name: GABION_LABEL_UNREACHABLE, if none ever
 * leads to it, or GABION_LABEL_NONE, which no rule is about.
 */
int gabion_decide_nameless(enum gabion_hook_id hook, u32 label, u32 wanted);

/* May ioctl() command @command be given to the file at @path? May sleep. As gabion_decide_path. */
int gabion_decide_ioctl(enum gabion_hook_id hook, const struct path *path, u32 command);

/* Nothing could be looked up: refuse, and say so. Return: -ENOMEM, 0 in complain mode. */
int gabion_no_memory(enum gabion_hook_id hook, u16 domain, u32 wanted);

/**
 * gabion_decide_move - may a name of @from's object come into being at @to?
 * @wanted_from:	wanted on @from
 * @wanted_to:		wanted on @to
 * @below:		a directory: names below it change too
 *
 * The new name must have the same label as the old one (for a directory, all
 * names below too), or @from's label must grant relabel.
 */
int gabion_decide_move(enum gabion_hook_id hook, const struct path *from, u32 wanted_from,
		       const struct path *to, u32 wanted_to, bool below);

/**
 * gabion_decide_net_as - network endpoint, for domain @domain
 * @by_peer:	see struct gabion_event
 *
 * Any context. Return: 0 or -EACCES.
 */
int gabion_decide_net_as(enum gabion_hook_id hook, u16 domain, const struct gabion_net_key *key,
			 u32 wanted, bool by_peer);

/* The same for the current domain. */
static inline int gabion_decide_net(enum gabion_hook_id hook, const struct gabion_net_key *key,
				    u32 wanted)
{
	return gabion_decide_net_as(hook, gabion_task_label(current), key, wanted, false);
}

/*
 * May every endpoint there is connect to the current domain's @local? Refused as a
 * whole where the policy restricts, or records, any.
 */
int gabion_decide_all_peers(enum gabion_hook_id hook, const struct gabion_net_key *local);

/*
 * As gabion_decide_net() where any of @other on @local will do as well; what is recorded is
 * about @key. Records nothing in complain mode.
 */
int gabion_decide_net_or(enum gabion_hook_id hook, const struct gabion_net_key *local, u32 other,
			 const struct gabion_net_key *key, u32 wanted);

/**
 * gabion_decide_domain - may @subject do @wanted to @object's domain?
 * @hook:	who asks
 * @subject:	domain number
 * @object:	domain number
 * @pid:	process acted on, for the record
 * @signal:	signal number or 0, for the record
 *
 * Any context. Return: 0 or -EPERM.
 */
int gabion_decide_domain(enum gabion_hook_id hook, u16 subject, u16 object, pid_t pid,
			 u32 wanted, u32 signal);

/**
 * gabion_decide_flow - may information flow between @subject and what @object's domain made?
 * @hook:	who asks
 * @subject:	domain number
 * @object:	domain number; one that the policy does not have has no level: refused
 * @wanted:	GABION_DOM_IPC_READ, GABION_DOM_IPC_WRITE
 *
 * By the level order alone, or because the policy grants @wanted. Any context.
 * Return: 0 or -EPERM.
 */
int gabion_decide_flow(enum gabion_hook_id hook, u16 subject, u16 object, u32 wanted);

/* One of the numbered sets of a domain. Any context. Return: 0, -EPERM, -EACCES (socket). */
int gabion_decide_capability(enum gabion_hook_id hook, int capability, bool record);
int gabion_decide_family(enum gabion_hook_id hook, int family);
int gabion_decide_netlink(enum gabion_hook_id hook, int protocol);
int gabion_decide_control(enum gabion_hook_id hook, enum gabion_control control);

/*
 * May the current domain give a file @mode? A set-user-ID program acts for its owner whoever
 * executes it, the host as well, and chmod(2) asks the owner for no capability. Set-group-ID
 * also where the group may not execute the file yet: an ACL can let it, without a mode.
 */
static inline int gabion_decide_set_id(enum gabion_hook_id hook, umode_t mode)
{
	bool regular = S_ISREG(mode) || !(mode & S_IFMT);

	if (!regular || !(mode & (S_ISUID | S_ISGID)))
		return 0;
	return gabion_decide_capability(hook, CAP_FSETID, true);
}

/* Would gabion_decide_control() say yes in @domain? Records nothing. Any context. */
bool gabion_control_granted(u16 domain, enum gabion_control control);

/* Record that a command to Gabion itself was refused for want of `control admin` in @domain. */
void gabion_refuse_administration(u16 domain);

/* Refuse a change of domain for @reason; recorded. Return: -EPERM. */
int gabion_refuse_transition(enum gabion_hook_id hook, u16 from, u16 to);

#endif /* GABION_DECISION_H */
