/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which rule says so: RULES is for people, no decision looks at it.
 */
#ifndef GABION_CORE_RULE_H
#define GABION_CORE_RULE_H

#include "view.h"

/**
 * gabion_rule_says - does @rule have a say in an answer about its domain and object?
 * @rule:	of the class asked about
 * @deny:	is it asked what denies, or what grants?
 * @wanted:	permissions asked for, in a class with tables; any of them will do
 * @command:	about one command of ioctl(2): what grants single commands is no answer to the
 *		question for all
 */
static inline bool gabion_rule_says(const struct gabion_policy_rule *rule, bool deny, u32 wanted,
				    bool command)
{
	u32 permissions = le32_to_cpu(rule->permissions);

	if ((le16_to_cpu(rule->kind) == GABION_RULE_DENY) != deny)
		return false;
	if ((permissions & GABION_RULE_COMMANDS) && !deny && !command)
		return false;
	return le16_to_cpu(rule->klass) >= GABION_CLASS_TABLES_END || (permissions & wanted);
}

#endif /* GABION_CORE_RULE_H */
