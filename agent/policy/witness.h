/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Example names: for a label, a shortest name that gets it.
 */
#ifndef GABION_POLICY_WITNESS_H
#define GABION_POLICY_WITNESS_H

#include "dfa.h"

/* Breadth-first tree over an automaton. */
struct gabion_witness {
	uint32_t *parent;	/* [2 * nstates] node we came from; the root from itself */
	uint8_t *byte;		/* [2 * nstates] on what byte */
	uint32_t *found;	/* [nlabels] node + 1 of the first name of the label */
};

/* All 256 bytes in @order, of @paths those first that are easy to read. */
void gabion_witness_order(uint8_t *order, bool paths);

/*
 * @paths: only names that the kernel can make, without "//" and trailing '/';
 * bytes that are easy to read first.
 */
void gabion_witness_init(struct gabion_witness *w, const struct gabion_automaton *dfa,
			 uint32_t nlabels, bool paths);
void gabion_witness_free(struct gabion_witness *w);

/* A name of @label and its length, malloc'ed; NULL if no name has it. */
char *gabion_witness_name(const struct gabion_witness *w, uint32_t label, size_t *length);

#endif /* GABION_POLICY_WITNESS_H */
