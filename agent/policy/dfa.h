/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Deterministic automaton, sparse: each state has one fallback for all bytes
 * and a list of the bytes that lead elsewhere.
 */
#ifndef GABION_POLICY_DFA_H
#define GABION_POLICY_DFA_H

#include "labels.h"
#include "nfa.h"

/* Bounds of the construction; beyond them the policy is refused. */
#define GABION_DFA_STATES_MAX	(4U << 20)
#define GABION_DFA_MEMBERS_MAX	(128U << 20)	/* NFA nodes in all states together */
#define GABION_DFA_EDGES_MAX	(64U << 20)

struct gabion_dfa_edge {
	uint32_t next;
	uint8_t byte;
};

/* State 0 is dead. */
struct gabion_automaton {
	uint32_t nstates;
	uint32_t start;
	uint32_t *fallback;		/* [nstates] */
	uint32_t *first;		/* [nstates + 1]: edges of s are first[s] .. first[s + 1] */
	struct gabion_dfa_edge *edges;	/* ascending byte, next != fallback; at most 255 of a state */
	uint32_t *accept;		/* [nstates], labels */
};

/* Next state on @byte. */
uint32_t gabion_automaton_next(const struct gabion_automaton *dfa, uint32_t state,
			       unsigned int byte);

void gabion_automaton_free(struct gabion_automaton *dfa);

/*
 * Subset construction (Rabin and Scott 1959).  Labels are added to @labels in
 * order of discovery.  Return: 0, or -EFBIG and in *@culprit a resource whose
 * patterns make most of the states.
 */
int gabion_dfa_construct(struct gabion_automaton *dfa, struct gabion_nfa *nfa,
			 struct gabion_labels *labels, uint32_t *culprit);

/* Replace @dfa by the smallest automaton with the same labels, states in breadth-first order. */
void gabion_dfa_minimise(struct gabion_automaton *dfa);

#endif /* GABION_POLICY_DFA_H */
