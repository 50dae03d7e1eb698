// SPDX-License-Identifier: GPL-2.0
/* The numbered sets of a domain: capabilities, socket families, controls. See decision.h. */
#include "audit_repeat.h"
#include "decision.h"
#include "judgement.h"

static __le64 set_of_class(const struct gabion_policy_domain *d, u32 klass)
{
	switch (klass) {
	case GABION_CLASS_CAPABILITY:
		return d->capabilities;
	case GABION_CLASS_FAMILY:
		return d->families;
	case GABION_CLASS_NETLINK:
		return cpu_to_le64(le32_to_cpu(d->netlink));
	default:
		return d->controls;
	}
}

/* Membership of @number in one of the domain's bit sets. */
static int decide_number(enum gabion_hook_id hook, u32 klass, u32 number, u32 reason, bool record,
			 int error)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = klass,
		.wanted = number,
		.refused = number,
		.reason = reason,
		.target = GABION_NO_TARGET,
		.repeats = true,
	};
	struct gabion_repeat_key key = { .hook = hook, .klass = klass, .wanted = number };
	const struct gabion_policy_domain *d;
	struct gabion_subject s;
	__le64 set = 0;
	u32 verdict;
	int err = 0;

	rcu_read_lock();
	s = gabion_subject_of(gabion_task_label(current));
	if (s.known) {
		d = gabion_policy_domain(s.policy, s.index);
		set = set_of_class(d, klass);
	}
	if (gabion_subject_has(&s, GABION_DOMAIN_UNCONFINED) ||
	    (number < 64 && (le64_to_cpu(set) >> number & 1)))
		goto out;
	key.domain = s.number;
	key.generation = s.policy ? s.policy->generation : 0;
	verdict = record ? gabion_repeat(&key, NULL, NULL) : 0;
	if (verdict)
		err = verdict == GABION_VERDICT_DENIED ? error : 0;
	else if (record)
		err = gabion_conclude(&s, &event, error);
	else
		err = gabion_subject_has(&s, GABION_DOMAIN_COMPLAIN) ? 0 : error;
out:
	rcu_read_unlock();
	return err;
}

int gabion_decide_capability(enum gabion_hook_id hook, int capability, bool record)
{
	return decide_number(hook, GABION_CLASS_CAPABILITY, capability, GABION_REASON_CAPABILITY,
			     record, -EPERM);
}

int gabion_decide_family(enum gabion_hook_id hook, int family)
{
	return decide_number(hook, GABION_CLASS_FAMILY, family, GABION_REASON_SIGMA, true, -EACCES);
}

int gabion_decide_netlink(enum gabion_hook_id hook, int protocol)
{
	return decide_number(hook, GABION_CLASS_NETLINK, protocol, GABION_REASON_SIGMA, true,
			     -EACCES);
}

int gabion_decide_control(enum gabion_hook_id hook, enum gabion_control control)
{
	return decide_number(hook, GABION_CLASS_CONTROL, control, GABION_REASON_SIGMA, true, -EPERM);
}

bool gabion_control_granted(u16 domain, enum gabion_control control)
{
	struct gabion_subject s;
	bool granted;

	rcu_read_lock();
	s = gabion_subject_of(domain);
	granted = gabion_subject_has(&s, GABION_DOMAIN_UNCONFINED | GABION_DOMAIN_COMPLAIN) ||
		  (s.known && (le64_to_cpu(gabion_policy_domain(s.policy, s.index)->controls) >>
			       control & 1));
	rcu_read_unlock();
	return granted;
}

void gabion_refuse_administration(u16 domain)
{
	struct gabion_event event = {
		.hook = GABION_NHOOKS,
		.klass = GABION_CLASS_CONTROL,
		.wanted = GABION_CONTROL_ADMIN,
		.refused = GABION_CONTROL_ADMIN,
		.reason = GABION_REASON_SIGMA,
		.target = GABION_NO_TARGET,
	};
	struct gabion_subject s;

	rcu_read_lock();
	s = gabion_subject_of(domain);
	/* Even in complain mode: what is let pass there would end it. */
	s.known = false;
	gabion_conclude(&s, &event, -EPERM);
	rcu_read_unlock();
}
