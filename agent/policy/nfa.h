/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nondeterministic automaton of all patterns of one class: a trie, so that
 * patterns share their prefixes and a set of literal names is already
 * deterministic.  A loop token adds a node that returns to itself, reached
 * without reading a byte.
 */
#ifndef GABION_POLICY_NFA_H
#define GABION_POLICY_NFA_H

#include <stdint.h>
#include "pattern.h"

#define GABION_NFA_NONE 0xffffffffU

/* A name that ends at the node belongs to the resource; or does not, whatever else says so. */
struct gabion_nfa_accept {
	uint32_t resource;
	uint32_t next;
	bool except;
};

struct gabion_nfa_node {
	uint32_t set;		/* bytes that lead here from the parent; of a loop: that stay here */
	uint32_t sibling;	/* next child of the parent */
	uint32_t children;	/* first node that a byte leads to */
	uint32_t accepts;	/* first accept */
	uint32_t star;		/* child that loops over GABION_SET_NOT_SLASH, no byte read */
	uint32_t double_star;	/* the same over GABION_SET_ANY */
	uint32_t state;		/* of the automaton, that is this node alone; 0: none yet */
	bool loop;
};

/* Node 0 is the root. */
struct gabion_nfa {
	const struct gabion_sets *sets;
	VEC(struct gabion_nfa_node) nodes;
	VEC(uint32_t) owners;	/* of each node, resource whose pattern made it */
	VEC(struct gabion_nfa_accept) accepts;
};

void gabion_nfa_init(struct gabion_nfa *nfa, const struct gabion_sets *sets);
void gabion_nfa_free(struct gabion_nfa *nfa);

/* Names that match @pattern belong to (@except: do not belong to) @resource. */
void gabion_nfa_add(struct gabion_nfa *nfa, const gabion_pattern *pattern, uint32_t resource,
		    bool except);

#endif /* GABION_POLICY_NFA_H */
