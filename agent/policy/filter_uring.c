// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring does what other syscalls do without calling them: who may use it may
 * call these (core/syscall.h).  Said here so that the message names what to write;
 * the verifier would only refuse the image.
 */
#include "filter_table.h"

static bool never_runs(uint32_t outcome)
{
	return !(outcome & GABION_OUTCOME_TEST) && gabion_outcome_refuses(outcome);
}

static bool always_runs(uint32_t outcome)
{
	return !(outcome & GABION_OUTCOME_TEST) && gabion_outcome_runs(outcome);
}

/* Where io_uring is let in: the item, else the default. */
static const struct gabion_loc *place_of(const struct gabion_model *m,
					 const struct gabion_filter_spec *spec, uint32_t abi)
{
	size_t i;

	for (i = 0; i < spec->items.n; i++) {
		const struct gabion_item *item = spec->items.v[i].item;

		if (!gabion_outcome_refuses(spec->items.v[i].outcome) &&
		    (gabion_call_set_has(&item->calls, abi, GABION_CALL_URING_SETUP) ||
		     gabion_call_set_has(&item->calls, abi, GABION_CALL_URING_ENTER)))
			return &item->ast->name.loc;
	}
	return spec->fallback_rule ? &spec->fallback_rule->loc : &m->domains.v[spec->domain].loc;
}

void gabion_filter_check_uring(struct gabion_model *m, const struct gabion_filter_spec *spec,
			       uint32_t abi, const uint32_t *table)
{
	const char *missing = "";
	uint32_t i, n = 0;

	if (never_runs(table[GABION_CALL_URING_SETUP]) &&
	    never_runs(table[GABION_CALL_URING_ENTER]))
		return;
	for (i = 0; i < gabion_uring_ntwins; i++) {
		uint16_t number = gabion_uring_twins[i].number[abi];

		if (number == GABION_NO_CALL || always_runs(table[number]))
			continue;
		missing = gabion_arena_printf(&m->arena, "%s%s%s", missing, n++ ? ", " : "",
					      gabion_uring_twins[i].name);
	}
	if (n)
		model_error(m, place_of(m, spec, abi),
			    "grant them without condition, as in `syscalls @io-uring`, or take it "
			    "away: `syscalls -io_uring_setup, -io_uring_enter`",
			    "domain \"%s\" could do through io_uring (%s) what it may not call: %s",
			    m->domains.v[spec->domain].name, gabion_abi_name(abi), missing);
}
