// SPDX-License-Identifier: GPL-2.0
#include "strmap.h"

#include <string.h>

#include "hash.h"

static uint32_t hash_name(const char *s)
{
	size_t n = strlen(s);
	uint64_t h = n, word;

	for (; n >= sizeof(word); n -= sizeof(word), s += sizeof(word)) {
		memcpy(&word, s, sizeof(word));
		h = gabion_hash_mix(h ^ word);
	}
	for (word = 0; n--;)
		word = word << 8 | (unsigned char)*s++;
	return gabion_hash_mix(h ^ word);
}

static struct gabion_strmap_entry *find(const struct gabion_strmap *map, const char *name,
					uint32_t hash)
{
	size_t i;

	if (!map->nslots)
		return NULL;
	for (i = hash & (map->nslots - 1); map->slots[i]; i = (i + 1) & (map->nslots - 1)) {
		struct gabion_strmap_entry *e = &map->entries.v[map->slots[i] - 1];

		if (e->hash == hash && !strcmp(e->name, name))
			return e;
	}
	return NULL;
}

bool gabion_strmap_get(const struct gabion_strmap *map, const char *name, uint32_t *value)
{
	const struct gabion_strmap_entry *e = find(map, name, hash_name(name));

	if (e)
		*value = e->value;
	return e;
}

static void place(struct gabion_strmap *map, uint32_t entry)
{
	size_t i = map->entries.v[entry].hash & (map->nslots - 1);

	while (map->slots[i])
		i = (i + 1) & (map->nslots - 1);
	map->slots[i] = entry + 1;
}

static struct gabion_strmap_entry *add(struct gabion_strmap *map,
				       const struct gabion_strmap_entry *entry)
{
	uint32_t i;

	vec_push(&map->entries, *entry);
	if (map->entries.n * 2 > map->nslots) {
		free(map->slots);
		map->nslots = map->nslots ? map->nslots * 2 : 16;
		map->slots = gabion_xcalloc(map->nslots, sizeof(*map->slots));
		for (i = 0; i + 1 < map->entries.n; i++)
			place(map, i);
	}
	place(map, map->entries.n - 1);
	return &map->entries.v[map->entries.n - 1];
}

void gabion_strmap_add(struct gabion_strmap *map, const char *name, uint32_t value)
{
	add(map, &(struct gabion_strmap_entry){ name, value, hash_name(name) });
}

bool gabion_strmap_find(struct gabion_strmap *map, const char *name, uint32_t **value)
{
	uint32_t hash = hash_name(name);
	struct gabion_strmap_entry *e = find(map, name, hash);
	bool missing = !e;

	if (missing)
		e = add(map, &(struct gabion_strmap_entry){ name, 0, hash });
	*value = &e->value;
	return missing;
}

void gabion_strmap_free(struct gabion_strmap *map)
{
	free(map->entries.v);
	free(map->slots);
	memset(map, 0, sizeof(*map));
}
