// SPDX-License-Identifier: GPL-2.0
/* Sets of syscalls: found by name like abstractions, spread into the items that use them. */
#include "items.h"
#include "model.h"

static bool is_declared(const struct gabion_model *m, const char *name)
{
	const struct gabion_ast_set *s;

	for (s = m->ast.sets; s; s = s->next)
		if (!strcmp(s->name.text, name))
			return true;
	return false;
}

static void load_used(struct gabion_model *m, const struct gabion_ast_rule *rules,
			struct gabion_strmap *tried)
{
	const struct gabion_ast_rule *r;
	const struct gabion_ast_call *c;
	uint32_t known;

	for (r = rules; r; r = r->next) {
		for (c = r->calls; c; c = c->next) {
			if (!c->set || gabion_strmap_get(tried, c->name.text, &known) ||
			    is_declared(m, c->name.text))
				continue;
			gabion_strmap_add(tried, c->name.text, 0);
			gabion_model_load_named(m, &c->name, "syscalls", "set of syscalls");
		}
	}
}

void gabion_model_load_call_sets(struct gabion_model *m)
{
	struct gabion_strmap tried = {};
	const struct gabion_ast_block *b;
	const struct gabion_ast_set *s;
	size_t files;
	uint32_t known;

	do {
		files = m->sources.files.n;
		for (b = m->ast.blocks; b; b = b->next)
			load_used(m, b->rules, &tried);
		for (s = m->ast.sets; s; s = s->next)
			load_used(m, s->rules, &tried);
	} while (m->sources.files.n != files);
	gabion_strmap_free(&tried);
	for (s = m->ast.sets; s; s = s->next) {
		if (gabion_strmap_get(&m->call_set_names, s->name.text, &known)) {
			if (model_error(m, &s->name.loc, "give it another name",
					"set \"%s\" is there already", s->name.text))
				model_note(m, &m->call_sets.v[known].ast->name.loc,
					   "the first \"%s\"", s->name.text);
			continue;
		}
		gabion_strmap_add(&m->call_set_names, s->name.text, m->call_sets.n);
		vec_push(&m->call_sets, (struct gabion_named_set){.ast = s});
	}
}

static void unite(struct gabion_call_set *to, const struct gabion_call_set *from)
{
	uint32_t abi, i;

	for (abi = 0; abi < GABION_ABI_END; abi++)
		for (i = 0; i < GABION_CALLS_MAX / 64; i++)
			to->numbers[abi][i] |= from->numbers[abi][i];
	for (i = 0; i < GABION_MULTIPLEXERS; i++)
		to->multiplexed[i] |= from->multiplexed[i];
}

/* What a set cannot say: it is a list of names. */
static bool check_member(struct gabion_model *m, const struct gabion_ast_call *c)
{
	const char *what = c->negated ? "take calls away" : "look at arguments";

	if (!c->negated && !c->condition)
		return true;
	model_error(m, &c->name.loc, "write it in the domain", "a set cannot %s", what);
	return false;
}

static void spread(struct gabion_model *m, struct gabion_named_set *set)
{
	const struct gabion_ast_rule *r;
	struct gabion_ast_call *c;

	for (r = set->ast->rules; r; r = r->next) {
		if (r->kind != GABION_AST_SYSCALLS) {
			model_error(m, &r->loc, "write it in a domain",
				    "a set holds `syscalls` and nothing else");
			continue;
		}
		if (r->action.name.text || r->quiet)
			model_error(m, r->quiet ? &r->loc : &r->action.name.loc,
				    "write it in the domain, after @NAME",
				    "a set says which calls, not what happens to them");
		for (c = r->calls; c; c = c->next) {
			const struct gabion_item *item = NULL;

			if (check_member(m, c))
				item = gabion_item_of(m, r, c);
			if (item)
				unite(&set->calls, &item->calls);
		}
	}
}

bool gabion_model_call_set(struct gabion_model *m, const struct gabion_ast_name *name,
			   struct gabion_call_set *calls)
{
	struct gabion_named_set *set;
	uint32_t number;

	if (!gabion_strmap_get(&m->call_set_names, name->text, &number)) {
		if (!gabion_model_is_missing(m, "syscalls", name->text))
			model_error(m, &name->loc,
				    gabion_arena_printf(&m->arena,
							"write it: set %s { syscalls ... }",
							name->text),
				    "the file of set \"%s\" does not define it", name->text);
		return false;
	}
	set = &m->call_sets.v[number];
	if (set->state == GABION_SET_BEING_SPREAD) {
		model_error(m, &name->loc, "take one of the uses away",
			    "set \"%s\" uses itself, perhaps through others", name->text);
		return false;
	}
	if (set->state == GABION_SET_NEW) {
		set->state = GABION_SET_BEING_SPREAD;
		spread(m, set);
		set->state = GABION_SET_SPREAD;
	}
	*calls = set->calls;
	return true;
}
