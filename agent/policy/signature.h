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
void gabion_signature_append(const struct gabion_automaton *dfa, uint32_t state,
			     const uint32_t *class_of, gabion_words *words);

#endif /* GABION_POLICY_SIGNATURE_H */
