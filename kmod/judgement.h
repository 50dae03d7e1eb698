/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the gabion_decide_*() functions are made of: the domain that is judged,
 * the comparison with sigma, the record. For decision*.c only.
 */
#ifndef GABION_JUDGEMENT_H
#define GABION_JUDGEMENT_H

#include "audit.h"
#include "policy.h"

/**
 * struct gabion_subject - the domain that is judged, in the policy in force
 * @policy:	valid inside the RCU section it was looked up in; NULL: none
 * @number:	domain number
 * @index:	in @policy
 * @known:	@policy has the domain; one that it does not have may do nothing
 */
struct gabion_subject {
	const struct gabion_policy *policy;
	u16 number;
	u32 index;
	bool known;
};

/*
 * Look domain @number up in the policy in force. Inside an RCU read-side section, or
 * with preemption off.
 */
static inline struct gabion_subject gabion_subject_of(u16 number)
{
	struct gabion_subject s = {
		.policy = rcu_dereference_check(gabion_policy_in_force, rcu_read_lock_sched_held()),
		.number = number,
	};

	s.known = s.policy && gabion_policy_index(s.policy, number, &s.index);
	return s;
}

/*
 * Does nothing hold the subject, whatever the policy says of the host's domain?
 * GABION_HOST; and GABION_HOST_HELD where there is no policy, until it has the other.
 */
static inline bool gabion_subject_is_free(const struct gabion_subject *s)
{
	return s->number == GABION_HOST || (s->number == GABION_HOST_HELD && !s->policy);
}

/* Has the domain @flag (GABION_DOMAIN_*)? What nothing holds is unconfined. */
bool gabion_subject_has(const struct gabion_subject *s, u32 flag);

/*
 * The short way past gabion_judge(), for which no event need be made: all of @wanted
 * is granted, and nothing of it is to be recorded.
 */
static inline bool gabion_granted(const struct gabion_subject *s, u32 klass, u32 label, u32 wanted)
{
	const struct gabion_class_view *c;

	if (!s->known)
		return false;
	c = &s->policy->view.classes[klass];
	return !(wanted & ~gabion_policy_effective(s->policy, klass, s->index, label)) &&
	       !(gabion_matrix(c, c->audit, s->index, label) & wanted);
}

/**
 * gabion_judge - compare with sigma, record, answer
 * @s:		the subject, in the RCU section it was looked up in
 * @event:	holds class, label, wanted and the object's names
 * @error:	negative errno of a refusal
 *
 * Return: 0 or @error.
 */
int gabion_judge(const struct gabion_subject *s, struct gabion_event *event, int error);

/*
 * Record what @event says (refused, reason) and turn it into the hook's answer: 0 or @error, a
 * negative errno, with which is also refused what must leave a record and has no room for it.
 */
int gabion_conclude(const struct gabion_subject *s, struct gabion_event *event, int error);

#endif /* GABION_JUDGEMENT_H */
