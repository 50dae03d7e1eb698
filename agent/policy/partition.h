/* SPDX-License-Identifier: GPL-2.0 */
/* Which states of an automaton have one language: partition refinement. */
#ifndef GABION_POLICY_PARTITION_H
#define GABION_POLICY_PARTITION_H

#include "dfa.h"

/* Number of each state's language to @block_of[state]; 0: that of the dead state. Return: how many. */
uint32_t gabion_partition(const struct gabion_automaton *dfa, uint32_t *block_of);

#endif /* GABION_POLICY_PARTITION_H */
