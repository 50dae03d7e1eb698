/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which rules of the policy a decision comes from, found in a time that does not
 * depend on how many there are: for the record only, nothing is decided here.
 */
#ifndef GABION_RULE_INDEX_H
#define GABION_RULE_INDEX_H

#include "policy.h"

/* Most rules that a question is answered with. */
#define GABION_RULES_FOUND_MAX	8U

/**
 * struct gabion_rule_question - which rules ...
 * @domain:	index in the policy, subject
 * @klass:	enum gabion_class
 * @object:	label, in classes with labels; index of a domain; or number
 * @wanted:	... have a say in any of these permissions (classes with tables)
 * @command:	... about one command of ioctl(2)
 * @deny:	... by denying them; or else by granting them
 */
struct gabion_rule_question {
	u32 domain;
	u32 klass;
	u32 object;
	u32 wanted;
	bool command;
	bool deny;
};

/* Fill @policy->rule_order. Context: may sleep. Return: 0 or -ENOMEM. */
int gabion_rule_index_build(struct gabion_policy *policy);

/**
 * gabion_rules_find - rules with different places in the policy's source
 * @policy:	valid while this runs
 * @question:	what is asked
 * @found:	[GABION_RULES_FOUND_MAX], indexes into RULES
 * @cut:	there are more
 *
 * Any context, does not sleep. Return: how many.
 */
unsigned int gabion_rules_find(const struct gabion_policy *policy,
			       const struct gabion_rule_question *question, u32 *found, bool *cut);

#endif /* GABION_RULE_INDEX_H */
