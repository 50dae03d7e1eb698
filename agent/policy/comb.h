/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables of GABION_SECTION_DFA: byte classes and row displacement.
 */
#ifndef GABION_POLICY_COMB_H
#define GABION_POLICY_COMB_H

#include "dfa.h"

struct gabion_comb_cell {
	uint32_t check;	/* state, GABION_COMB_FREE if unused */
	uint32_t next;
};

#define GABION_COMB_FREE 0xffffffffU

struct gabion_comb {
	uint32_t nclasses;
	uint32_t ncells;
	uint8_t classmap[256];
	uint32_t *base;			/* [nstates] */
	uint32_t *fallback;		/* [nstates] */
	struct gabion_comb_cell *cells;
};

void gabion_comb_pack(struct gabion_comb *comb, const struct gabion_automaton *dfa);
void gabion_comb_free(struct gabion_comb *comb);

#endif /* GABION_POLICY_COMB_H */
