// SPDX-License-Identifier: GPL-2.0
#include "places.h"

#include <string.h>

#include "mem.h"
#include "source.h"

void gabion_places_add(struct gabion_places *places, const struct gabion_sources *sources,
		       const struct gabion_ast_block *blocks)
{
	const struct gabion_ast_block *b;

	for (b = blocks; b; b = b->next)
		if (!b->abstraction)
			vec_push(places, (struct gabion_place){
						 .domain = gabion_xstrdup(b->name.text),
						 .file = gabion_xstrdup(
							 sources->files.v[b->name.loc.file].name),
						 .line = b->name.loc.line,
						 .column = b->name.loc.column,
					 });
}

const struct gabion_place *gabion_places_find(const struct gabion_places *places,
					      const char *domain)
{
	size_t i;

	for (i = 0; i < places->n; i++)
		if (!strcmp(places->v[i].domain, domain))
			return &places->v[i];
	return NULL;
}

void gabion_places_free(struct gabion_places *places)
{
	size_t i;

	for (i = 0; i < places->n; i++) {
		free(places->v[i].domain);
		free(places->v[i].file);
	}
	free(places->v);
	*places = (struct gabion_places){0};
}
