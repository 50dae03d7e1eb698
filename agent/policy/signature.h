/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signatures of states: where their bytes lead, in classes of states. States of one language have
 * one signature, however they split it into fallback and edges.
 */
#ifndef GABION_POLICY_SIGNATURE_H
#define GABION_POLICY_SIGNATURE_H

#include "dfa.h"

typedef VEC(uint32_t) gabion_words;

/*
 * Append the class that most bytes of @state lead to, of several 0 or that of the lowest byte;
 * then, ascending, each byte that leads elsewhere, and where. @class_of: [nstates].
 */
void gabion_signature_append_any(const struct gabion_automaton *dfa, uint32_t state,
				 const uint32_t *class_of, gabion_words *words);

/* The same, and soon where there is one edge, as most states have. */
static inline void gabion_signature_append(const struct gabion_automaton *dfa, uint32_t state,
					   const uint32_t *class_of, gabion_words *words)
{
	uint32_t rest = class_of[dfa->fallback[state]], first = dfa->first[state], klass;

	if (dfa->first[state + 1] - first == 1) {
		klass = class_of[dfa->edges[first].next];
		if (klass != rest) {
			vec_reserve(words, 3);
			words->v[words->n++] = rest;
			words->v[words->n++] = dfa->edges[first].byte;
			words->v[words->n++] = klass;
			return;
		}
	}
	gabion_signature_append_any(dfa, state, class_of, words);
}

#endif /* GABION_POLICY_SIGNATURE_H */
