// SPDX-License-Identifier: GPL-2.0
#include "pattern.h"

void gabion_sets_init(struct gabion_sets *sets)
{
	struct gabion_byteset set;
	unsigned int b;

	memset(sets, 0, sizeof(*sets));
	for (b = 0; b < 256; b++) {
		memset(&set, 0, sizeof(set));
		gabion_byteset_add(&set, b);
		vec_push(&sets->sets, set);
	}
	memset(&set, 0xff, sizeof(set));
	gabion_byteset_remove(&set, '/');
	vec_push(&sets->sets, set);
	gabion_byteset_add(&set, '/');
	vec_push(&sets->sets, set);
}

void gabion_sets_free(struct gabion_sets *sets)
{
	free(sets->sets.v);
	memset(sets, 0, sizeof(*sets));
}

uint32_t gabion_sets_intern(struct gabion_sets *sets, const struct gabion_byteset *set)
{
	size_t i = 256;

	if (gabion_byteset_count(set) == 1)
		for (i = 0; !gabion_byteset_has(set, i);)
			i++;
	for (; i < sets->sets.n; i++)
		if (gabion_byteset_equal(&sets->sets.v[i], set))
			return i;
	vec_push(&sets->sets, *set);
	return sets->sets.n - 1;
}
