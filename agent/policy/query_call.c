// SPDX-License-Identifier: GPL-2.0
#include "query_call.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/cleanup.h"
#include "diag.h"
#include "mem.h"
#include "syscall_constants.h"
#include "syscall_names.h"
#include "syscall_params.h"
#include "test_walk.h"

struct question {
	const char *text; /* what is left of it */
	const struct gabion_call_parameters *parameters;
	const char *multiplexer; /* behind which the call is, with its arguments in memory */
	uint32_t abi, number;
	struct gabion_walk walk;
	struct gabion_error *error;
};

static void skip_space(struct question *q)
{
	q->text += strspn(q->text, " \t");
}

/* The next word or number, malloc'ed; "" if something else comes. */
static char *next_word(struct question *q)
{
	size_t n = 0;

	skip_space(q);
	while (isalnum((unsigned char)q->text[n]) || q->text[n] == '_')
		n++;
	q->text += n;
	return gabion_xstrndup(q->text - n, n);
}

/* Take @sign if it comes next. */
static bool next_is(struct question *q, const char *sign)
{
	skip_space(q);
	if (strncmp(q->text, sign, strlen(sign)))
		return false;
	q->text += strlen(sign);
	return true;
}

static int unknown(struct question *q, const char *what, const struct gabion_suggestion *s)
{
	if (s->nearest)
		return gabion_error_set(q->error, -EINVAL, "unknown %s \"%s\": did you mean `%s`?",
					what, s->name, s->nearest);
	return gabion_error_set(q->error, -EINVAL, "unknown %s \"%s\"", what, s->name);
}

/* The call is there, but not in the ABI asked about: say where. */
static int of_other_abi(struct question *q, const char *name)
{
	cleanup_free char *list = gabion_xstrdup("");
	enum gabion_multiplexer which;
	uint32_t abi;

	for (abi = 0; abi < GABION_ABI_END; abi++) {
		char *longer;

		if (gabion_call_number(abi, name) < 0 &&
		    (abi != GABION_ABI_I386 || gabion_call_multiplexed(name, &which) < 0))
			continue;
		longer = gabion_xasprintf("%s%s%s:%s", list, *list ? " or " : "",
					  gabion_abi_name(abi), name);
		free(list);
		list = longer;
	}
	if (!*list)
		return gabion_error_set(q->error, -EINVAL,
					"syscall \"%s\" is none of x86-64, i386 or x32", name);
	return gabion_error_set(q->error, -EINVAL, "%s has no syscall \"%s\": write %s",
				gabion_abi_name(q->abi), name, list);
}

static int find_by_name(struct question *q, const char *name)
{
	struct gabion_suggestion s = {.name = name};
	enum gabion_multiplexer which;
	int number = gabion_call_number(q->abi, name);
	int selector = gabion_call_multiplexed(name, &which);

	if (number < 0 && selector >= 0 && q->abi == GABION_ABI_I386) {
		/* Nothing but the multiplexer leads there. */
		q->number = gabion_multiplexers[which].number;
		q->multiplexer = gabion_call_name(q->abi, q->number);
		q->walk.known = 1;
		q->walk.arguments[0] = selector;
		return 0;
	}
	if (number < 0 && (selector >= 0 || gabion_call_is_known(name)))
		return of_other_abi(q, name);
	if (number < 0) {
		gabion_suggest_calls(&s);
		return unknown(q, "syscall", &s);
	}
	q->number = number;
	q->parameters = gabion_parameters_of(name);
	return 0;
}

static int find_call(struct question *q)
{
	const char *rest = q->text;
	cleanup_free char *name = next_word(q);
	uint64_t number;

	if (next_is(q, "@"))
		return gabion_error_set(q->error, -EINVAL,
					"\"%s\": a set is not one syscall: ask about a call of it",
					rest);
	if (!*name)
		return gabion_error_set(q->error, -EINVAL,
					"\"%s\" is no syscall: write its name, or its number",
					rest);
	if (!isdigit((unsigned char)name[0]))
		return find_by_name(q, name);
	if (!gabion_number_parse(name, &number) || number > UINT32_MAX)
		return gabion_error_set(q->error, -EINVAL, "\"%s\" is not a number", name);
	q->number = number;
	if (gabion_call_name(q->abi, q->number))
		q->parameters = gabion_parameters_of(gabion_call_name(q->abi, q->number));
	return 0;
}

/* [ABI:]NAME|NUMBER */
static int read_call(struct question *q)
{
	cleanup_free char *first = NULL;
	size_t n = strcspn(q->text, ":(");
	int abi;

	if (q->text[n] != ':')
		return find_call(q);
	/* x86-64 is more than a word. */
	first = gabion_xstrndup(q->text, n);
	q->text += n + 1;
	abi = gabion_abi_of(first);
	if (abi < 0)
		return gabion_error_set(q->error, -EINVAL,
					"unknown ABI \"%s\": the ABIs are x86-64, i386 and x32",
					first);
	q->abi = abi;
	return find_call(q);
}

static int read_value(struct question *q, const struct gabion_parameter *p, uint64_t *value)
{
	*value = 0;
	do {
		bool negative = next_is(q, "-");
		cleanup_free char *word = next_word(q), *nearest = NULL;
		struct gabion_value one = {};
		struct gabion_suggestion s = {.name = word};

		if (isdigit((unsigned char)word[0])) {
			if (!gabion_number_parse(word, &one.bits))
				return gabion_error_set(q->error, -EINVAL, "\"%s\" is not a number",
							word);
		} else if (!gabion_constant_find(word, &one) &&
			   !gabion_constant_find_short(word, p ? p->prefixes : NULL, &one)) {
			nearest = gabion_constant_nearest(word, p ? p->prefixes : NULL);
			s.nearest = nearest;
			return unknown(q, "constant", &s);
		}
		*value |= negative ? -one.bits : one.bits;
	} while (next_is(q, "|"));
	return 0;
}

/* PARAMETER = VALUE */
static int read_argument(struct question *q)
{
	cleanup_free char *name = next_word(q);
	const struct gabion_parameter *p;
	int index = gabion_parameter_find(q->parameters, name, &p), err;
	uint64_t value;

	if (q->multiplexer)
		return gabion_error_set(q->error, -EINVAL,
					"i386 has this call behind %s alone, which has its "
					"arguments in memory: ask without them",
					q->multiplexer);
	if (index < 0) {
		cleanup_free char *list = gabion_parameter_list(q->parameters);

		return gabion_error_set(q->error, -EINVAL, "unknown parameter \"%s\": %s", name,
					list);
	}
	if (q->walk.known >> index & 1)
		return gabion_error_set(q->error, -EINVAL, "arg%d is given twice: leave out \"%s\"",
					index, name);
	if (!next_is(q, "=="))
		if (!next_is(q, "="))
			return gabion_error_set(q->error, -EINVAL, "write %s = VALUE", name);
	err = read_value(q, p, &value);
	if (err)
		return err;
	/* The upper half of an int is ignored: any will do. */
	if (q->abi == GABION_ABI_I386)
		value &= 0xffffffff;
	q->walk.known |= 1U << index;
	q->walk.arguments[index] = value;
	return 0;
}

static int read_question(struct question *q)
{
	int err = read_call(q);

	if (!err && next_is(q, "(")) {
		do
			err = read_argument(q);
		while (!err && next_is(q, ","));
		if (!err && !next_is(q, ")"))
			err = gabion_error_set(q->error, -EINVAL,
					       "expected ',' or ')' before \"%s\"", q->text);
	}
	skip_space(q);
	if (!err && *q->text)
		err = gabion_error_set(
			q->error, -EINVAL,
			"write NAME, or NAME(PARAMETER = VALUE, ...): \"%s\" is left over",
			q->text);
	return err;
}

/* What is reached: the first outcome, whether others behave otherwise. */
struct ways {
	bool any, differ;
	uint32_t outcome;
};

static int kind_of(uint32_t outcome)
{
	return gabion_outcome_runs(outcome)			       ? 0
	       : GABION_OUTCOME_ACTION(outcome) == GABION_ACTION_TRACE ? 1
								       : 2;
}

static void add_way(uint32_t outcome, void *data)
{
	struct ways *ways = data;

	if (ways->any && kind_of(outcome) != kind_of(ways->outcome))
		ways->differ = true;
	/* Of those that do the same the greatest is told. */
	if (!ways->any || GABION_OUTCOME_ACTION(outcome) > GABION_OUTCOME_ACTION(ways->outcome))
		ways->outcome = outcome;
	ways->any = true;
}

static char *name_missing(const struct question *q)
{
	char *text = gabion_xstrdup("");
	int i;

	for (i = 0; i < GABION_PARAMETERS; i++) {
		const char *name = q->parameters ? q->parameters->parameters[i].name : NULL;
		char *longer;

		if (!(q->walk.asked >> i & 1))
			continue;
		longer = name ? gabion_xasprintf("%s%s%s", text, *text ? ", " : "", name)
			      : gabion_xasprintf("%s%sarg%d", text, *text ? ", " : "", i);
		free(text);
		text = longer;
	}
	return text;
}

uint32_t gabion_query_outcome(const struct gabion_view *view, uint32_t domain, uint32_t abi,
			      uint32_t number)
{
	static const uint32_t needed[GABION_ABI_END] = {
		[GABION_ABI_I386] = GABION_DOMAIN_I386,
		[GABION_ABI_X32] = GABION_DOMAIN_X32,
	};
	const struct gabion_policy_filter *filter = gabion_filter_find(view, domain);
	uint32_t flags = le32_to_cpu(view->domains[domain].flags);

	if (flags & GABION_DOMAIN_UNCONFINED)
		return GABION_OUTCOME(GABION_ACTION_ALLOW, 0);
	if (filter)
		return gabion_filter_entry(view, filter, abi, number);
	/* Everything, by the entries that the domain has: kmod/check_syscall.c, check_abi(). */
	return needed[abi] & ~flags ? GABION_OUTCOME(GABION_ACTION_ERRNO, ENOSYS)
				    : GABION_OUTCOME(GABION_ACTION_ALLOW, 0);
}

int gabion_query_call(const struct gabion_view *view, const char *text,
		      struct gabion_answer *answer, struct gabion_error *error)
{
	const struct gabion_policy_domain *d = &view->domains[answer->domain];
	struct question q = {.text = text, .error = error};
	struct ways ways = {};
	int err = read_question(&q);
	bool all = true;

	if (err)
		return err;
	answer->klass = GABION_CLASS_SYSCALL;
	answer->unconfined = le32_to_cpu(d->flags) & GABION_DOMAIN_UNCONFINED;
	answer->complain = le32_to_cpu(d->flags) & GABION_DOMAIN_COMPLAIN;
	answer->subject_level = &view->levels[le32_to_cpu(d->level)];
	answer->unfiltered = !gabion_filter_find(view, answer->domain);
	answer->abi = q.abi;
	answer->label = q.number;
	q.walk.tests = view->tests;
	q.walk.visit = add_way;
	q.walk.data = &ways;
	all = gabion_walk_outcomes(
		&q.walk, gabion_query_outcome(view, answer->domain, q.abi, q.number));
	answer->outcome = ways.outcome;
	if (ways.differ || !all) {
		answer->allowed = false;
		answer->reason = GABION_ANSWER_ARGUMENTS;
		answer->missing = name_missing(&q);
		return 0;
	}
	answer->allowed = kind_of(ways.outcome) == 0;
	answer->denied = kind_of(ways.outcome) == 2;
	answer->audit = answer->allowed && GABION_OUTCOME_ACTION(ways.outcome) == GABION_ACTION_LOG;
	answer->quiet = ways.outcome & GABION_OUTCOME_QUIET;
	if (!answer->allowed)
		answer->reason = GABION_ANSWER_SYSCALL;
	return 0;
}
