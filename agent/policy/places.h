/* SPDX-License-Identifier: GPL-2.0 */
/* Where the blocks of domains stand in the sources: for those who propose a rule. */
#ifndef GABION_POLICY_PLACES_H
#define GABION_POLICY_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "ast.h"

struct gabion_sources;

/* The name behind `domain`; @line and @column are 1-based. Strings are owned. */
struct gabion_place {
	char *domain;
	char *file;
	uint32_t line, column;
};

/* Zero-initialise to begin. */
struct gabion_places {
	struct gabion_place *v;
	size_t n, room;
};

/* Add the domains of @blocks, abstractions not. */
void gabion_places_add(struct gabion_places *places, const struct gabion_sources *sources,
		       const struct gabion_ast_block *blocks);

/* Where the block of @domain is; NULL: it has none, as a host that no rule holds. */
const struct gabion_place *gabion_places_find(const struct gabion_places *places,
					      const char *domain);

void gabion_places_free(struct gabion_places *places);

#endif /* GABION_POLICY_PLACES_H */
