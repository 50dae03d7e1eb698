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

/* Look domain @number up in the policy in force. Inside an RCU read-side section. */
struct gabion_subject gabion_subject_of(u16 number);

/* Has the domain @flag (GABION_DOMAIN_*)? */
bool gabion_subject_has(const struct gabion_subject *s, u32 flag);

/**
 * gabion_judge - compare with sigma, record, answer
 * @s:		the subject, in the RCU section it was looked up in
 * @event:	holds class, label, wanted and the object's names
 * @error:	negative errno of a refusal
 *
 * Return: 0 or @error.
 */
int gabion_judge(const struct gabion_subject *s, struct gabion_event *event, int error);

/* Record what @event says (refused, reason) and turn it into the hook's answer: 0 or @error. */
int gabion_conclude(const struct gabion_subject *s, struct gabion_event *event, int error);

#endif /* GABION_JUDGEMENT_H */
