// SPDX-License-Identifier: GPL-2.0
/* Syscalls whose outcome two policies see differently, gathered by outcomes. */
#include <errno.h>
#include <string.h>

#include "../policy/query_call.h"
#include "../policy/syscall_names.h"
#include "../policy/syscall_params.h"
#include "call_pairs.h"
#include "diff_parts.h"

struct comparison {
	const struct diff_pair *d;
	struct gabion_changes *changes;
	size_t first; /* of this domain's changes of syscalls */
	uint32_t abi;
	uint32_t number;
	uint32_t rest[2]; /* outcomes of numbers that no filter has an entry for */
};

static bool may_run(uint32_t outcome)
{
	return GABION_OUTCOME_ACTION(outcome) < GABION_ACTION_ERRNO;
}

/* What a domain that is not there could not call, and could not if it were, is no change. */
static bool is_change(const uint32_t outcome[2])
{
	bool there = outcome[0] != GABION_NO_OUTCOME && outcome[1] != GABION_NO_OUTCOME;

	return outcome[0] != outcome[1] && (there || may_run(outcome[0]) || may_run(outcome[1]));
}

/* Put @call, which is taken over, to those with the same outcomes. */
static void add_call(struct comparison *x, const uint32_t outcome[2], char *call)
{
	struct gabion_change *c = NULL;
	size_t i;

	if (!is_change(outcome)) {
		free(call);
		return;
	}
	for (i = x->first; i < x->changes->n; i++) {
		c = &x->changes->v[i];
		if (c->abi == x->abi && c->outcome[0] == outcome[0] && c->outcome[1] == outcome[1])
			break;
	}
	if (i == x->changes->n)
		gabion_changes_add(x->changes, (struct gabion_change){
						       .kind = GABION_CHANGE_CALLS,
						       .klass = GABION_CLASS_SYSCALL,
						       .abi = x->abi,
						       .outcome = {outcome[0], outcome[1]},
					       });
	c = &x->changes->v[i];
	/* The same call may come by several ways through its tests: one example will do. */
	for (i = 0; i < c->calls.n; i++)
		if (!strncmp(c->calls.v[i], call, strcspn(call, "(")) &&
		    strcspn(c->calls.v[i], "(") == strcspn(call, "("))
			break;
	if (i < c->calls.n)
		free(call);
	else
		vec_push(&c->calls, call);
}

/* "socket(domain = 16)": arguments by the names that a question may give them. */
static void add_example(const struct gabion_call_pair *pair, void *data)
{
	struct comparison *x = data;
	const char *name = gabion_call_name(x->abi, x->number);
	const struct gabion_call_parameters *p = name ? gabion_parameters_of(name) : NULL;
	char *text = name ? gabion_xstrdup(name) : gabion_xasprintf("%u", x->number), *longer;
	const char *separator = "(";
	int i;

	for (i = 0; i < GABION_PARAMETERS; i++) {
		const char *parameter = p ? p->parameters[i].name : NULL;
		char numbered[] = {'a', 'r', 'g', '0' + i, '\0'};

		if (!(pair->looked_at >> i & 1))
			continue;
		longer = gabion_xasprintf("%s%s%s = 0x%llx", text, separator,
					  parameter ? parameter : numbered,
					  (unsigned long long)pair->arguments[i]);
		free(text);
		text = longer;
		separator = ", ";
	}
	if (pair->looked_at) {
		longer = gabion_xasprintf("%s)", text);
		free(text);
		text = longer;
	}
	add_call(x, pair->outcome, text);
}

static void find_outcomes(const struct comparison *x, uint32_t number, uint32_t outcome[2])
{
	int side;

	for (side = 0; side < 2; side++)
		outcome[side] = x->d->domain[side] == NOT_THERE
					? GABION_NO_OUTCOME
					: gabion_query_outcome(x->d->views[side],
							       x->d->domain[side], x->abi, number);
}

static int compare_number(struct comparison *x, uint32_t number)
{
	const struct gabion_policy_test *tests[2] = {x->d->views[0]->tests, x->d->views[1]->tests};
	const char *name = gabion_call_name(x->abi, number);
	uint32_t outcome[2];

	find_outcomes(x, number, outcome);
	x->number = number;
	if ((outcome[0] | outcome[1]) & GABION_OUTCOME_TEST)
		return gabion_call_pairs(tests, outcome, x->abi == GABION_ABI_I386, add_example, x);
	/* Of numbers without a name only those are told that are unlike the rest. */
	if (name || outcome[0] != x->rest[0] || outcome[1] != x->rest[1])
		add_call(x, outcome, name ? gabion_xstrdup(name) : gabion_xasprintf("%u", number));
	return 0;
}

int gabion_diff_calls(const struct diff_pair *d, struct gabion_changes *changes,
		      struct gabion_error *error)
{
	struct comparison x = {.d = d, .changes = changes, .first = changes->n};
	uint32_t number;
	int err = 0;

	for (x.abi = 0; x.abi < GABION_ABI_END; x.abi++) {
		find_outcomes(&x, GABION_CALLS_MAX, x.rest);
		for (number = 0; number < GABION_CALLS_MAX; number++) {
			err = compare_number(&x, number);
			if (err)
				return gabion_error_set(error, err, "%s syscall %u: %s",
							gabion_abi_name(x.abi), number,
							err == -E2BIG ? "there are too many ways "
									"through its conditions to "
									"compare them"
								      : "no memory");
		}
		add_call(&x, x.rest, gabion_xstrdup("every number without a name"));
	}
	return 0;
}
