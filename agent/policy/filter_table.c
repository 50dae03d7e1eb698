// SPDX-License-Identifier: GPL-2.0
#include "filter_table.h"

/* The multiplexer of i386 that @number is, or -1. */
static int multiplexer_of(uint32_t abi, uint32_t number)
{
	int i;

	for (i = 0; abi == GABION_ABI_I386 && i < GABION_MULTIPLEXERS; i++)
		if (gabion_multiplexers[i].number == number)
			return i;
	return -1;
}

/* How an item is about a call. */
enum touch {
	NOT,
	SOMETIMES,	     /* on its condition */
	THROUGH_MULTIPLEXER, /* with some of the first arguments */
	ALWAYS,
};

static enum touch touches(const struct gabion_item *item, uint32_t abi, uint32_t number,
			  int multiplexer)
{
	if (gabion_call_set_has(&item->calls, abi, number))
		return item->condition ? SOMETIMES : ALWAYS;
	if (multiplexer >= 0 && item->calls.multiplexed[multiplexer])
		return THROUGH_MULTIPLEXER;
	return NOT;
}

static uint32_t add_multiplexed(struct gabion_model *m, const struct gabion_filter_item *i,
				int multiplexer, uint32_t otherwise)
{
	struct gabion_interval v[32];
	uint32_t selectors = i->item->calls.multiplexed[multiplexer], n = 0, s;

	for (s = 0; s < 32; s++)
		if (selectors >> s & 1)
			v[n++] = (struct gabion_interval){s, s};
	return gabion_test_add(&m->filters.tests, 0, gabion_multiplexers[multiplexer].mask, v, n,
			       i->outcome, otherwise);
}

/* Outcome of one number, which @spec's items are tried for in their order. */
static uint32_t call_outcome(struct gabion_model *m, struct gabion_filter_spec *spec, uint32_t abi,
			     uint32_t number)
{
	int multiplexer = multiplexer_of(abi, number);
	bool known = gabion_call_name(abi, number) && !gabion_call_is_recent(abi, number);
	/* libc tries a recent call first and falls back on ENOSYS alone. */
	uint32_t outcome = known ? spec->fallback : spec->otherwise;
	struct gabion_filter_item *cut = NULL;
	size_t end = spec->items.n, i;
	bool any = false;

	for (i = 0; i < spec->items.n; i++) {
		struct gabion_filter_item *f = &spec->items.v[i];
		enum touch touch = touches(f->item, abi, number, multiplexer);

		if (touch == NOT)
			continue;
		any = true;
		if (!cut)
			f->counts = true;
		else if (GABION_OUTCOME_ACTION(cut->outcome) == GABION_OUTCOME_ACTION(f->outcome))
			f->same_as = cut->item;
		else
			f->cut_by = cut->item;
		if (touch == ALWAYS && !cut) {
			cut = f;
			end = i + 1;
		}
	}
	if (!any)
		return outcome;
	/* A call that the policy writes is known. */
	outcome = spec->fallback;
	while (end--) {
		const struct gabion_filter_item *f = &spec->items.v[end];

		switch (touches(f->item, abi, number, multiplexer)) {
		case NOT:
			break;
		case SOMETIMES:
			outcome = gabion_condition_compile(f->item->condition, &m->filters.tests,
							   abi, number, f->outcome, outcome);
			break;
		case THROUGH_MULTIPLEXER:
			outcome = add_multiplexed(m, f, multiplexer, outcome);
			break;
		case ALWAYS:
			outcome = f->outcome;
			break;
		}
	}
	return outcome;
}

const struct gabion_loc *gabion_filter_grant(const struct gabion_model *m,
					     const struct gabion_filter_spec *spec, uint32_t abi,
					     uint32_t number)
{
	size_t i;

	for (i = 0; i < spec->items.n; i++) {
		const struct gabion_item *item = spec->items.v[i].item;

		if (!gabion_outcome_refuses(spec->items.v[i].outcome) &&
		    gabion_call_set_has(&item->calls, abi, number))
			return &item->ast->name.loc;
	}
	return spec->fallback_rule ? &spec->fallback_rule->loc : &m->domains.v[spec->domain].loc;
}

static bool is_strict_call(uint32_t abi, const char *name)
{
	return !strcmp(name, "read") || !strcmp(name, "write") || !strcmp(name, "exit") ||
	       !strcmp(name, "rt_sigreturn") ||
	       (abi == GABION_ABI_I386 && !strcmp(name, "sigreturn"));
}

void gabion_filter_fill(struct gabion_model *m, struct gabion_filter_spec *spec, uint32_t abi,
			uint32_t *table)
{
	uint32_t number;

	for (number = 0; number < GABION_CALLS_MAX; number++) {
		const char *name = gabion_call_name(abi, number);

		if (!(spec->abis >> abi & 1))
			table[number] = spec->otherwise;
		else if (!spec->strict)
			table[number] = call_outcome(m, spec, abi, number);
		else
			table[number] = name && is_strict_call(abi, name)
						? GABION_OUTCOME(GABION_ACTION_ALLOW, 0)
						: spec->fallback;
	}
}
