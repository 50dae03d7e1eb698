/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Example names: for a label, a shortest name that gets it.
 */
#ifndef GABION_POLICY_WITNESS_H
#define GABION_POLICY_WITNESS_H

#include <stdbool.h>

#include "dfa.h"

/* Where the walk came; @place: enum gabion_place, 0 where names are no paths. */
struct gabion_witness_node {
	uint32_t parent;	/* the root from itself */
	uint32_t state;
	uint8_t byte;		/* that led here */
	uint8_t place;
};

/* Breadth-first tree over an automaton. */
struct gabion_witness {
	VEC(struct gabion_witness_node) nodes;
	uint32_t *found;	/* [nlabels] node + 1 of the first name of the label */
	bool *not_root;		/* [nlabels] has it a name other than "/"? */
};

/* All 256 bytes in @order, of @paths those first that are easy to read. */
void gabion_witness_order(uint8_t *order, bool paths);

/* @paths: only names that the kernel can make (path_place.h); bytes that are easy to read first. */
void gabion_witness_init(struct gabion_witness *w, const struct gabion_automaton *dfa,
			 uint32_t nlabels, bool paths);
void gabion_witness_free(struct gabion_witness *w);

/* A name of @label and its length, malloc'ed; NULL if no name has it. */
char *gabion_witness_name(const struct gabion_witness *w, uint32_t label, size_t *length);

#endif /* GABION_POLICY_WITNESS_H */
