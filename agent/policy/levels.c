// SPDX-License-Identifier: GPL-2.0
/* The lattice: an ordered list of levels times sets of categories. */
#include "doubt.h"
#include "model.h"

static uint32_t intern(struct gabion_model *m, const char *name, uint32_t rank, uint64_t categories)
{
	size_t i;

	for (i = 0; i < m->levels.n; i++)
		if (m->levels.v[i].rank == rank && m->levels.v[i].categories == categories)
			return i;
	vec_push(&m->levels, (struct gabion_level){ name, rank, categories });
	return m->levels.n - 1;
}

void gabion_model_levels(struct gabion_model *m)
{
	const struct gabion_ast_name *n;
	uint32_t known;

	for (n = m->ast.levels; n; n = n->next) {
		if (!strcmp(n->text, "any"))
			model_error(m, &n->loc, "choose another name",
				    "`any` is what is outside of the order of levels");
		else if (!strcmp(n->text, "none"))
			model_error(m, &n->loc, "choose another name",
				    "`none` is what a resource without a level of its own has");
		else if (gabion_strmap_get(&m->level_ranks, n->text, &known))
			model_error(m, &n->loc, "name each level once",
				    "level \"%s\" occurs twice in the order", n->text);
		else
			gabion_strmap_add(&m->level_ranks, n->text, m->nranks++);
	}
	if (!m->nranks)
		gabion_strmap_add(&m->level_ranks, "default", m->nranks++);
	for (n = m->ast.categories; n; n = n->next) {
		if (gabion_strmap_get(&m->category_bits, n->text, &known))
			continue;
		if (m->category_bits.entries.n == 64) {
			model_error(m, &n->loc, "remove one that is not needed",
				    "more than 64 categories");
			break;
		}
		gabion_strmap_add(&m->category_bits, n->text, m->category_bits.entries.n);
	}
	intern(m, m->level_ranks.entries.v[0].name, 0, 0);
}

static uint64_t resolve_categories(struct gabion_model *m, const struct gabion_ast_name *n)
{
	uint64_t categories = 0;
	uint32_t bit;

	for (; n; n = n->next) {
		if (gabion_strmap_get(&m->category_bits, n->text, &bit))
			categories |= 1ULL << bit;
		else if (!gabion_doubt_has(&m->parser, n->text))
			model_error(m, &n->loc,
				    gabion_model_suggest(m, &m->category_bits, n->text,
							 "declare it: category NAME, ..."),
				    "unknown category \"%s\"", n->text);
	}
	return categories;
}

/* "internal:finance,web", categories in the order of their declaration. */
static const char *level_name(struct gabion_model *m, const char *name, uint64_t categories)
{
	const char *separator = ":";
	size_t i;

	for (i = 0; i < m->category_bits.entries.n; i++) {
		if (!(categories >> i & 1))
			continue;
		name = gabion_arena_printf(&m->arena, "%s%s%s", name, separator,
					   m->category_bits.entries.v[i].name);
		separator = ",";
	}
	return name;
}

uint32_t gabion_model_level(struct gabion_model *m, const struct gabion_ast_level *level,
			    bool any_allowed)
{
	const char *name = level->name.text;
	uint64_t categories;
	uint32_t rank;

	if (!name)
		return 0;
	categories = resolve_categories(m, level->categories);
	if (!strcmp(name, "any") || !strcmp(name, "none")) {
		if (!any_allowed)
			model_error(m, &level->name.loc,
				    "give it a level, and write `trusted` before each exception",
				    "a domain cannot be outside of the order of levels");
		else if (level->categories)
			model_error(m, &level->name.loc, "leave the categories out",
				    "level `%s` has no categories", name);
		return intern(m, "any", GABION_RANK_ANY, 0);
	}
	if (!gabion_strmap_get(&m->level_ranks, name, &rank)) {
		if (!gabion_doubt_has(&m->parser, name))
			model_error(m, &level->name.loc,
				    gabion_model_suggest(m, &m->level_ranks, name,
							 "order it: level LOWEST < ... < HIGHEST"),
				    "unknown level \"%s\"", name);
		return intern(m, "any", GABION_RANK_ANY, 0);
	}
	return intern(m, level_name(m, name, categories), rank, categories);
}
