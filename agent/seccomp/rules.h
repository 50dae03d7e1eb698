/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One outcome of a syscall filter, which may be a graph of tests, as rules in
 * the form that libseccomp takes: conjunctions with at most one masked
 * comparison for each argument.  All rules that match given arguments have the
 * same outcome, so their order does not matter and actions cannot conflict.
 */
#ifndef GABION_SECCOMP_RULES_H
#define GABION_SECCOMP_RULES_H

#include "../../core/syscall.h"
#include "../common/error.h"
#include "cubes.h"

#define GABION_SYSCALL_ARGUMENTS 6

/* Bounds for one call; beyond them translating is refused. */
#define GABION_RULES_MAX       512U
/* Of them, on more than one argument: libseccomp's work on such grows beyond any patience. */
#define GABION_RULES_SEVERAL_MAX 64U
#define GABION_RULES_STEPS_MAX 65536U /* of tests, over all paths */
#define GABION_RULES_DEPTH_MAX 1024U  /* of tests on one path */

/**
 * struct gabion_seccomp_rule - what happens if all arguments are in their cubes
 * @outcome:	an end, without GABION_OUTCOME_QUIET
 * @argument:	a mask of 0: any
 */
struct gabion_seccomp_rule {
	u32 outcome;
	struct gabion_cube argument[GABION_SYSCALL_ARGUMENTS];
};

/**
 * struct gabion_rules - rules of one call
 * @fallback:	outcome where no rule matches
 * @nseveral:	rules that compare more than one argument
 */
struct gabion_rules {
	struct gabion_seccomp_rule *rules;
	size_t n;
	size_t capacity;
	size_t nseveral;
	u32 fallback;
};

void gabion_rules_free(struct gabion_rules *rules);
#define cleanup_rules __attribute__((cleanup(gabion_rules_free)))

/* Let gabion_rules_build() choose the fallback that takes the fewest rules. */
#define GABION_FALLBACK_ANY GABION_OUTCOME_TEST

/**
 * gabion_rules_build - take @outcome of a call of @abi apart
 * @rules:	empty; to be freed whatever the result
 * @fallback:	outcome for which no rules are made, or GABION_FALLBACK_ANY
 *
 * Return: 0; -E2BIG: beyond the bounds above (@error says which, but not for
 * which call); -ENOMEM.
 */
int gabion_rules_build(struct gabion_rules *rules, const struct gabion_view *view, u32 abi,
		       u32 outcome, u32 fallback, struct gabion_error *error);

/* Does @rule hold for all arguments? */
bool gabion_rule_is_unconditional(const struct gabion_seccomp_rule *rule);

#endif /* GABION_SECCOMP_RULES_H */
