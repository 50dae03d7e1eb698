/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Patterns over bytes: what globs and network endpoints are compiled to, and
 * what the automaton is built from.  A pattern is a sequence of tokens; a
 * token matches one byte of a set, or any number of bytes of a set.
 */
#ifndef GABION_POLICY_PATTERN_H
#define GABION_POLICY_PATTERN_H

#include "byteset.h"
#include "mem.h"

struct gabion_token {
	uint32_t set;	/* number in struct gabion_sets */
	bool loop;	/* zero or more bytes of the set */
};

typedef VEC(struct gabion_token) gabion_pattern;

/*
 * Distinct byte sets.  Number b < 256 is the set { b }, so that literal bytes
 * need no look-up.
 */
struct gabion_sets {
	VEC(struct gabion_byteset) sets;
};

#define GABION_SET_NOT_SLASH 256U	/* what `*` and `?` range over */
#define GABION_SET_ANY	     257U	/* what `**` ranges over */

void gabion_sets_init(struct gabion_sets *sets);
void gabion_sets_free(struct gabion_sets *sets);
uint32_t gabion_sets_intern(struct gabion_sets *sets, const struct gabion_byteset *set);

#endif /* GABION_POLICY_PATTERN_H */
