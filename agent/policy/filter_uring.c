// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring does what other syscalls do without calling them: who may use it may
 * call these (core/syscall.h).  Said here so that the message names what to write;
 * the verifier would only refuse the image.
 */
#include "filter_table.h"

void gabion_filter_check_uring(struct gabion_model *m, const struct gabion_filter_spec *spec,
			       uint32_t abi, const uint32_t *table)
{
	bool setup = !gabion_outcome_never_runs(table[GABION_CALL_URING_SETUP]);
	const struct gabion_loc *place;
	const char *missing = "";
	uint32_t i, n = 0;

	if (!setup && gabion_outcome_never_runs(table[GABION_CALL_URING_ENTER]))
		return;
	for (i = 0; i < gabion_uring_ntwins; i++) {
		uint16_t number = gabion_uring_twins[i].number[abi];

		if (number == GABION_NO_CALL || gabion_outcome_always_runs(table[number]))
			continue;
		missing = gabion_arena_printf(&m->arena, "%s%s%s", missing, n++ ? ", " : "",
					      gabion_uring_twins[i].name);
	}
	place = gabion_filter_grant(m, spec, abi,
				    setup ? GABION_CALL_URING_SETUP : GABION_CALL_URING_ENTER);
	if (n)
		model_error(m, place,
			    "grant them without condition, as in `syscalls @io-uring`, or take it "
			    "away: `syscalls -io_uring_setup, -io_uring_enter`",
			    "domain \"%s\" could do through io_uring (%s) what it may not call: %s",
			    m->domains.v[spec->domain].name, gabion_abi_name(abi), missing);
}
