/* SPDX-License-Identifier: GPL-2.0 */
/* What the items of `syscalls` mean: which calls, on which condition, and what happens then. */
#ifndef GABION_POLICY_ITEMS_H
#define GABION_POLICY_ITEMS_H

#include "condition.h"
#include "syscall_names.h"

/* Calls of every ABI. */
struct gabion_call_set {
	uint64_t numbers[GABION_ABI_END][GABION_CALLS_MAX / 64];
	/* Bits by first argument: what is reached through the multiplexers of i386. */
	uint32_t multiplexed[GABION_MULTIPLEXERS];
};

static inline bool gabion_call_set_has(const struct gabion_call_set *set, uint32_t abi,
				       uint32_t number)
{
	return set->numbers[abi][number / 64] >> number % 64 & 1;
}

/**
 * struct gabion_item - one item, resolved
 * @calls:	what it is about
 * @condition:	NULL: none
 * @negated:	refused with the default action
 * @quiet:	a refusal of it is not recorded; already in @outcome
 * @outcome:	not for @negated
 * @ast:	as written; NULL while there is only a mistake
 */
struct gabion_item {
	struct gabion_call_set calls;
	const struct gabion_condition *condition;
	bool negated, quiet;
	uint32_t outcome;
	const struct gabion_ast_call *ast;
};

/* Item of @call in @rule, made once; NULL after a diagnostic. */
const struct gabion_item *gabion_item_of(struct gabion_model *m, const struct gabion_ast_rule *rule,
					 struct gabion_ast_call *call);

/* Outcome that @rule (SYSCALLS, DEFAULT) says, @otherwise where it says none; with a diagnostic
 * where it makes no sense. */
uint32_t gabion_action_of(struct gabion_model *m, const struct gabion_ast_rule *rule,
			  uint32_t otherwise);

/* Does the call not run, whoever traces? */
static inline bool gabion_outcome_refuses(uint32_t outcome)
{
	return GABION_OUTCOME_ACTION(outcome) >= GABION_ACTION_ERRNO;
}

#endif /* GABION_POLICY_ITEMS_H */
