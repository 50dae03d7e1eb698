// SPDX-License-Identifier: GPL-2.0
#include "strmap.h"

#include <string.h>

/* FNV-1a, 32 bit. */
static uint32_t hash_name(const char *s)
{
	uint32_t h = 2166136261U;

	while (*s)
		h = (h ^ (unsigned char)*s++) * 16777619U;
	return h;
}

bool gabion_strmap_get(const struct gabion_strmap *map, const char *name, uint32_t *value)
{
	uint32_t hash = hash_name(name);
	size_t i;

	if (!map->nslots)
		return false;
	for (i = hash & (map->nslots - 1); map->slots[i]; i = (i + 1) & (map->nslots - 1)) {
		const struct gabion_strmap_entry *e = &map->entries.v[map->slots[i] - 1];

		if (e->hash == hash && !strcmp(e->name, name)) {
			*value = e->value;
			return true;
		}
	}
	return false;
}

static void place(struct gabion_strmap *map, uint32_t entry)
{
	size_t i = map->entries.v[entry].hash & (map->nslots - 1);

	while (map->slots[i])
		i = (i + 1) & (map->nslots - 1);
	map->slots[i] = entry + 1;
}

void gabion_strmap_add(struct gabion_strmap *map, const char *name, uint32_t value)
{
	uint32_t i;

	vec_push(&map->entries, (struct gabion_strmap_entry){ name, value, hash_name(name) });
	if (map->entries.n * 2 > map->nslots) {
		free(map->slots);
		map->nslots = map->nslots ? map->nslots * 2 : 16;
		map->slots = gabion_xcalloc(map->nslots, sizeof(*map->slots));
		for (i = 0; i + 1 < map->entries.n; i++)
			place(map, i);
	}
	place(map, map->entries.n - 1);
}

void gabion_strmap_free(struct gabion_strmap *map)
{
	free(map->entries.v);
	free(map->slots);
	memset(map, 0, sizeof(*map));
}
