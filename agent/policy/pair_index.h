/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers for 64-bit keys, 0, 1, ... in the order in which they are first seen. */
#ifndef GABION_POLICY_PAIR_INDEX_H
#define GABION_POLICY_PAIR_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "mem.h"

/* Zero-initialise to begin. */
struct gabion_pair_index {
	VEC(uint64_t) keys;
	uint32_t *slots; /* number + 1; 0 is free */
	size_t nslots;
};

/* Number of @key, a new one if need be: *@fresh. */
uint32_t gabion_pair_index_add(struct gabion_pair_index *index, uint64_t key, bool *fresh);

void gabion_pair_index_free(struct gabion_pair_index *index);

#endif /* GABION_POLICY_PAIR_INDEX_H */
