// SPDX-License-Identifier: GPL-2.0
#include "export.h"

#include <errno.h>
#include <stdlib.h>

#include "../common/cleanup.h"
#include "../policy/syscall_names.h"
#include "reach.h"

#define EACH_ABI(e, abi)                                                                           \
	for ((abi) = 0; (abi) < GABION_ABI_END; (abi)++)                                           \
		if ((e)->abi[abi])

static void find_abis(struct gabion_export *e, const struct gabion_view *view,
		      const struct gabion_policy_filter *filter)
{
	u32 abi, number;

	/* x86-64 is there even if nothing runs: a profile without an architecture is none. */
	e->abi[GABION_ABI_X86_64] = true;
	for (abi = 0; abi < GABION_ABI_END; abi++)
		for (number = 0; !e->abi[abi] && number < le32_to_cpu(filter->abi[abi].count);
		     number++)
			e->abi[abi] =
				gabion_reach(view, gabion_filter_entry(view, filter, abi, number)) &
				GABION_REACH_MAY_RUN;
}

static bool same_rules(const struct gabion_rules *a, const struct gabion_rules *b, u64 mask)
{
	size_t i, j;

	if (a->n != b->n || a->fallback != b->fallback)
		return false;
	for (i = 0; i < a->n; i++) {
		if (a->rules[i].outcome != b->rules[i].outcome)
			return false;
		for (j = 0; j < GABION_SYSCALL_ARGUMENTS; j++)
			if ((a->rules[i].argument[j].mask ^ b->rules[i].argument[j].mask) & mask ||
			    (a->rules[i].argument[j].value ^ b->rules[i].argument[j].value) & mask)
				return false;
	}
	return true;
}

static bool looks_at_upper_half(const struct gabion_rules *rules)
{
	size_t i, j;

	for (i = 0; i < rules->n; i++)
		for (j = 0; j < GABION_SYSCALL_ARGUMENTS; j++)
			if (rules->rules[i].argument[j].mask >> 32)
				return true;
	return false;
}

/* libseccomp gives an i386 multiplexer the rule of the call that it stands for. */
static const char *check_multiplexed(const struct gabion_view *view,
				     const struct gabion_policy_filter *filter,
				     const struct gabion_export_call *call)
{
	enum gabion_multiplexer which;
	u64 arguments[GABION_SYSCALL_ARGUMENTS] = {0};
	int selector = gabion_call_multiplexed(call->name, &which);
	u32 outcome;

	/* No rule here, none there. */
	if (selector < 0 || !call->rules.n)
		return NULL;
	if (gabion_export_outcome(call) == GABION_OUTCOME_TEST)
		return "i386 has it behind a multiplexer, whose arguments cannot be judged";
	arguments[0] = (u64)selector;
	outcome = gabion_filter_judge(view, filter, GABION_ABI_I386,
				      gabion_multiplexers[which].number, arguments);
	return (outcome & ~GABION_OUTCOME_QUIET) == gabion_export_outcome(call)
		       ? NULL
		       : "i386's multiplexer has another outcome for it";
}

static bool is_known(const struct gabion_export *e, const char *name)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (!strcmp(e->calls[i].name, name))
			return true;
	return false;
}

/* Rules of the call in one ABI; -E2BIG: @why says that they are too many. */
static int build_rules(struct gabion_rules *rules, const struct gabion_view *view,
		       const struct gabion_policy_filter *filter, u32 abi, u32 number,
		       u32 otherwise)
{
	struct gabion_error error;

	return gabion_rules_build(rules, view, abi, gabion_filter_entry(view, filter, abi, number),
				  otherwise, &error);
}

/* Is it the same in the other ABIs that have it? */
static int compare_abis(struct gabion_export *e, struct gabion_export_call *call,
			const struct gabion_view *view, const struct gabion_policy_filter *filter,
			u32 first)
{
	u32 abi;
	int number, err;

	EACH_ABI(e, abi)
	{
		cleanup_rules struct gabion_rules other = {0};

		number = gabion_call_number(abi, call->name);
		if (abi == first || number < 0)
			continue;
		err = build_rules(&other, view, filter, abi, (u32)number, e->otherwise);
		if (err == -ENOMEM)
			return err;
		if (err ||
		    !same_rules(&call->rules, &other,
				abi == GABION_ABI_I386 || first == GABION_ABI_I386 ? 0xffffffff
										   : ~0ULL))
			call->why = "its outcome differs between ABIs";
		if (abi == GABION_ABI_X32 && looks_at_upper_half(&call->rules))
			call->why = "libseccomp compares only the lower halves of x32 arguments";
	}
	return 0;
}

static int add_call(struct gabion_export *e, const struct gabion_view *view,
		    const struct gabion_policy_filter *filter, u32 abi, u32 number)
{
	const char *name = gabion_call_name(abi, number);
	struct gabion_export_call call = {0}, *calls;
	int err;

	if (name && is_known(e, name))
		return 0;
	if (asprintf(&call.name, name ? "%s" : "%s:%u", name ? name : gabion_abi_name(abi),
		     number) < 0)
		return -ENOMEM;
	err = build_rules(&call.rules, view, filter, abi, number, e->otherwise);
	if (err == -E2BIG) {
		call.why = "its conditions on arguments take too many rules";
		err = 0;
	} else if (!err && !name && call.rules.n) {
		call.why = "it has no name";
	} else if (!err && name) {
		err = compare_abis(e, &call, view, filter, abi);
		if (!call.why && e->abi[GABION_ABI_I386])
			call.why = check_multiplexed(view, filter, &call);
	}
	/* What is refused like everything else needs no word. */
	if (!err && (call.rules.n || call.why)) {
		calls = realloc(e->calls, (e->n + 1) * sizeof(*calls));
		if (calls) {
			e->calls = calls;
			e->calls[e->n++] = call;
			return 0;
		}
		err = -ENOMEM;
	}
	gabion_rules_free(&call.rules);
	free(call.name);
	return err;
}

static int leave_out(struct gabion_export *e, bool lossy,
		     const char *(*says)(const struct gabion_export_call *call), FILE *warnings,
		     struct gabion_error *error)
{
	size_t i, kept = 0, left = 0;

	for (i = 0; i < e->n; i++) {
		struct gabion_export_call *call = &e->calls[i];

		if (!call->why)
			call->why = says(call);
		if (!call->why) {
			e->calls[kept++] = *call;
			continue;
		}
		if (!lossy && !left++)
			gabion_error_set(error, -EOPNOTSUPP, "%s cannot be said in this format: %s",
					 call->name, call->why);
		if (lossy)
			fprintf(warnings, "%s is refused: %s\n", call->name, call->why);
		gabion_rules_free(&call->rules);
		free(call->name);
	}
	e->n = kept;
	if (left > 1)
		gabion_error_prefix(error, "%zu calls", left);
	if (left)
		gabion_error_set(error, -EOPNOTSUPP,
				 "%s; --lossy leaves out, and so refuses, what cannot be said",
				 strdupa(error->text));
	return left ? -EOPNOTSUPP : 0;
}

static u32 otherwise(const struct gabion_policy_filter *filter, u32 abi)
{
	return le32_to_cpu(filter->abi[abi].otherwise) & ~GABION_OUTCOME_QUIET;
}

int gabion_export_build(struct gabion_export *e, const struct gabion_view *view,
			const struct gabion_policy_filter *filter, bool lossy,
			const char *(*says)(const struct gabion_export_call *call), FILE *warnings,
			struct gabion_error *error)
{
	u32 abi, number;
	int err = 0;

	find_abis(e, view, filter);
	e->otherwise = otherwise(filter, GABION_ABI_X86_64);
	EACH_ABI(e, abi)
	{
		if (otherwise(filter, abi) != e->otherwise)
			return gabion_error_set(error, -EOPNOTSUPP,
						"the default action differs between ABIs, which "
						"this format cannot say");
		for (number = 0; !err && number < le32_to_cpu(filter->abi[abi].count); number++)
			err = add_call(e, view, filter, abi, number);
	}
	if (err)
		return gabion_error_set(error, err, "out of memory");
	return leave_out(e, lossy, says, warnings, error);
}

u32 gabion_export_outcome(const struct gabion_export_call *call)
{
	return call->rules.n == 1 && gabion_rule_is_unconditional(call->rules.rules)
		       ? call->rules.rules[0].outcome
		       : GABION_OUTCOME_TEST;
}

void gabion_export_free(struct gabion_export *e)
{
	size_t i;

	for (i = 0; i < e->n; i++) {
		gabion_rules_free(&e->calls[i].rules);
		free(e->calls[i].name);
	}
	free(e->calls);
	*e = (struct gabion_export){0};
}
