// SPDX-License-Identifier: GPL-2.0
/* What a domain may do to another, and to what another has made. See decision.h. */
#include "decision.h"
#include "judgement.h"

/*
 * Column of @object, what is wanted of it. GABION_HOST is what is not held: of a host that
 * is held only the kernel's, whose rights nobody gets by tracing it.
 */
static __always_inline bool column_of(const struct gabion_policy *policy, u16 object, u32 wanted,
				      u32 *index)
{
	if (object == GABION_HOST && (wanted & GABION_DOM_TRACE) && gabion_policy_holds_host(policy))
		return false;
	return gabion_policy_index(policy, object, index);
}

/* The short way. Preemption off is an RCU read-side section. */
static __always_inline bool domain_granted(u16 subject, u16 object, u32 wanted)
{
	struct gabion_subject s;
	bool granted;
	u32 index;

	preempt_disable_notrace();
	s = gabion_subject_of(subject);
	granted = s.known && column_of(s.policy, object, wanted, &index) &&
		  gabion_granted(&s, GABION_CLASS_DOMAIN, index, wanted);
	preempt_enable_notrace();
	return granted;
}

/* The long way, with the record. */
static noinline int decide_domain_slow(enum gabion_hook_id hook, u16 subject, u16 object,
				       pid_t pid, u32 wanted, u32 signal)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_DOMAIN,
		.wanted = wanted,
		.target = object,
		.target_pid = pid,
		.signal = signal,
	};
	struct gabion_subject s;
	u32 index;
	int err;

	rcu_read_lock();
	s = gabion_subject_of(subject);
	if (s.known && column_of(s.policy, object, wanted, &index)) {
		event.label = index;
		err = gabion_judge(&s, &event, -EPERM);
	} else if (gabion_subject_has(&s, GABION_DOMAIN_UNCONFINED)) {
		err = 0;
	} else {
		/* No column of the matrix: nothing is granted on such a domain. */
		event.refused = wanted;
		event.reason = GABION_REASON_SIGMA;
		err = gabion_conclude(&s, &event, -EPERM);
	}
	rcu_read_unlock();
	return err;
}

int gabion_decide_domain(enum gabion_hook_id hook, u16 subject, u16 object, pid_t pid,
			 u32 wanted, u32 signal)
{
	if (likely(domain_granted(subject, object, wanted)))
		return 0;
	return decide_domain_slow(hook, subject, object, pid, wanted, signal);
}

int gabion_decide_flow(enum gabion_hook_id hook, u16 subject, u16 object, u32 wanted)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_DOMAIN,
		.wanted = wanted,
		.refused = wanted,
		.target = object,
	};
	const struct gabion_view *view;
	struct gabion_subject s;
	int err = 0;
	u32 index;

	rcu_read_lock();
	s = gabion_subject_of(subject);
	if (s.known && gabion_policy_index(s.policy, object, &index)) {
		view = &s.policy->view;
		event.label = index;
		event.refused &= ~gabion_level_mask(
			gabion_label_level(view, GABION_CLASS_DOMAIN, s.index),
			gabion_label_level(view, GABION_CLASS_DOMAIN, index),
			GABION_DOM_READ_FLOW, GABION_DOM_WRITE_FLOW);
		event.refused &= ~gabion_policy_effective(s.policy, GABION_CLASS_DOMAIN, s.index,
							  index);
		event.reason = event.refused ? GABION_REASON_LEVEL : 0;
	} else if (gabion_subject_has(&s, GABION_DOMAIN_UNCONFINED)) {
		event.refused = 0;
	} else {
		event.reason = GABION_REASON_SIGMA;
	}
	if (event.refused)
		err = gabion_conclude(&s, &event, -EPERM);
	rcu_read_unlock();
	return err;
}

int gabion_refuse_transition(enum gabion_hook_id hook, u16 from, u16 to)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_DOMAIN,
		.reason = GABION_REASON_TRANSITION,
		.target = to,
	};
	struct gabion_subject s;

	rcu_read_lock();
	s = gabion_subject_of(from);
	/* Even in complain mode: the exec would go on in neither domain. */
	s.known = false;
	gabion_conclude(&s, &event, -EPERM);
	rcu_read_unlock();
	return -EPERM;
}

