// SPDX-License-Identifier: GPL-2.0
#include "cubes.h"

#include <errno.h>
#include <stdlib.h>

void gabion_cubes_free(struct gabion_cubes *set)
{
	free(set->cubes);
	*set = (struct gabion_cubes){0};
}

int gabion_cubes_add(struct gabion_cubes *set, struct gabion_cube cube)
{
	size_t capacity = set->capacity ? 2 * set->capacity : 16;
	struct gabion_cube *cubes;

	if (set->n == set->capacity) {
		cubes = realloc(set->cubes, capacity * sizeof(*cubes));
		if (!cubes)
			return -ENOMEM;
		set->cubes = cubes;
		set->capacity = capacity;
	}
	set->cubes[set->n++] = cube;
	return 0;
}

/*
 * The numbers x & mask in ascending order are 0, 1, 2, ... spread over the bits
 * of the mask: their ranks.  Ranges are cut into prefixes of ranks, and these
 * are spread again, so that a mask with holes is no special case.
 */
static u64 spread(u64 rank, u64 mask)
{
	u64 x = 0;

	for (; mask; mask &= mask - 1, rank >>= 1)
		if (rank & 1)
			x |= mask & -mask;
	return x;
}

/* Rank of the smallest x & mask that is >= @low. false: all are smaller. */
static bool rank_from(u64 mask, u64 low, u64 *rank)
{
	u64 x = 0, bit;
	int i;

	/* Like @low as long as its bits are in the mask. */
	for (i = 63; i >= 0; i--) {
		bit = 1ULL << i;
		if (!(low & bit))
			continue;
		if (mask & bit) {
			x |= bit;
			continue;
		}
		/* A bit that no x & mask has: the next free one above it goes up instead. */
		for (bit <<= 1; bit; bit <<= 1)
			if ((mask & bit) && !(x & bit))
				break;
		if (!bit)
			return false;
		x = (x & ~(bit - 1)) | bit;
		break;
	}
	for (*rank = 0, i = 0; mask; mask &= mask - 1, i++)
		if (x & mask & -mask)
			*rank |= 1ULL << i;
	return true;
}

int gabion_cubes_add_range(struct gabion_cubes *set, u64 mask, u64 low, u64 high)
{
	u64 first, end, last, all = ~0ULL, size;
	int err = 0, bits = __builtin_popcountll(mask);

	if (low > high || !rank_from(mask, low, &first))
		return 0;
	if (bits < 64)
		all = (1ULL << bits) - 1;
	if (high == ~0ULL || !rank_from(mask, high + 1, &end))
		last = all;
	else if (!end)
		return 0;
	else
		last = end - 1;
	/* Largest aligned block of ranks that begins at @first and ends before @last. */
	while (!err && first <= last) {
		size = first ? first & -first : 0; /* 0 stands for 2^64 */
		while (size - 1 > last - first)
			size = size ? size >> 1 : 1ULL << 63;
		err = gabion_cubes_add(set, (struct gabion_cube){spread(all & ~(size - 1), mask),
								 spread(first, mask)});
		if (!size || first + size < first)
			break;
		first += size;
	}
	return err;
}

int gabion_cubes_intersect(struct gabion_cubes *set, const struct gabion_cubes *other)
{
	struct gabion_cubes result = {0};
	struct gabion_cube both;
	size_t i, j;

	for (i = 0; i < set->n; i++)
		for (j = 0; j < other->n; j++)
			if (gabion_cube_meet(set->cubes[i], other->cubes[j], &both) &&
			    gabion_cubes_add(&result, both)) {
				gabion_cubes_free(&result);
				return -ENOMEM;
			}
	gabion_cubes_free(set);
	*set = result;
	return 0;
}
