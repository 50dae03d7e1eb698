/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names to numbers; iteration order is insertion order, so that whatever is
 * made from a map is the same in every run.
 */
#ifndef GABION_POLICY_STRMAP_H
#define GABION_POLICY_STRMAP_H

#include <stdbool.h>
#include <stdint.h>
#include "mem.h"

struct gabion_strmap_entry {
	const char *name;
	uint32_t value;
	uint32_t hash;
};

/* Names are borrowed: they live as long as the map.  Zero-initialise to begin. */
struct gabion_strmap {
	VEC(struct gabion_strmap_entry) entries;
	uint32_t *slots;	/* entry index + 1; 0 is free */
	size_t nslots;
};

/* True and *value if @name is there. */
bool gabion_strmap_get(const struct gabion_strmap *map, const char *name, uint32_t *value);

/* Where the value of @name is until the next one is added; true: it was not there, and is 0 now. */
bool gabion_strmap_find(struct gabion_strmap *map, const char *name, uint32_t **value);

/* Add @name, which must not be there. */
void gabion_strmap_add(struct gabion_strmap *map, const char *name, uint32_t value);

void gabion_strmap_free(struct gabion_strmap *map);

#endif /* GABION_POLICY_STRMAP_H */
