// SPDX-License-Identifier: GPL-2.0
#include "pair_index.h"

#include "hash.h"

/* Slot of @key, or the free one where it belongs. */
static size_t find_slot(const struct gabion_pair_index *index, uint64_t key)
{
	size_t i = gabion_hash_mix(key) & (index->nslots - 1);

	while (index->slots[i] && index->keys.v[index->slots[i] - 1] != key)
		i = (i + 1) & (index->nslots - 1);
	return i;
}

static void grow(struct gabion_pair_index *index)
{
	size_t i;

	free(index->slots);
	index->nslots = index->nslots ? index->nslots * 2 : 1024;
	index->slots = gabion_xcalloc(index->nslots, sizeof(*index->slots));
	for (i = 0; i < index->keys.n; i++)
		index->slots[find_slot(index, index->keys.v[i])] = i + 1;
}

uint32_t gabion_pair_index_add(struct gabion_pair_index *index, uint64_t key, bool *fresh)
{
	size_t slot;

	if (index->keys.n * 2 >= index->nslots)
		grow(index);
	slot = find_slot(index, key);
	*fresh = !index->slots[slot];
	if (*fresh) {
		vec_push(&index->keys, key);
		index->slots[slot] = index->keys.n;
	}
	return index->slots[slot] - 1;
}

void gabion_pair_index_free(struct gabion_pair_index *index)
{
	free(index->keys.v);
	free(index->slots);
	*index = (struct gabion_pair_index){0};
}
