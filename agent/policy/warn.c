// SPDX-License-Identifier: GPL-2.0
#include "warn.h"

#include "../../core/decide.h"

uint32_t gabion_warn_level_mask(const struct gabion_view *view, const struct gabion_rule *rule,
				uint32_t label)
{
	const struct gabion_policy_domain *d = &view->domains[rule->domain];

	return gabion_level_mask(
		&view->levels[le32_to_cpu(d->level)], gabion_label_level(view, rule->klass, label),
		gabion_class_read_flow(rule->klass), gabion_class_write_flow(rule->klass));
}

/* Does this file speak of levels?  What an abstraction for any policy declares cannot. */
static bool *find_files_with_levels(const struct gabion_model *m)
{
	bool *speaks = gabion_xcalloc(m->sources.files.n, sizeof(*speaks));
	const struct gabion_ast_resource *r;
	const struct gabion_ast_block *b;
	const struct gabion_ast_rule *rule;

	speaks[m->ast.levels_loc.file] = true;
	for (r = m->ast.resources; r; r = r->next)
		if (r->level.name.text && strcmp(r->level.name.text, "any") &&
		    strcmp(r->level.name.text, "none"))
			speaks[r->name.loc.file] = true;
	for (b = m->ast.blocks; b; b = b->next)
		for (rule = b->rules; rule; rule = rule->next)
			if (rule->kind == GABION_AST_LEVEL)
				speaks[rule->loc.file] = true;
	return speaks;
}

static void warn_levels(struct gabion_model *m)
{
	bool *speaks;
	size_t i;

	if (!m->ast.levels || !m->ast.levels->next)
		return;
	speaks = find_files_with_levels(m);
	for (i = 0; i < m->resources.n; i++) {
		const struct gabion_resource *r = &m->resources.v[i];

		if (r->lowest && speaks[r->loc.file])
			model_warning(m, &r->loc,
				      gabion_arena_printf(&m->arena, "write which it has: level %s",
							  m->ast.levels->text),
				      "resource \"%s\" has no level, in a policy with levels: it "
				      "has the lowest",
				      r->name);
	}
	free(speaks);
}

static void warn_empty(struct gabion_model *m)
{
	size_t i;

	for (i = 0; i < m->resources.n; i++) {
		const struct gabion_resource *r = &m->resources.v[i];
		const struct gabion_class_model *c = &m->classes[r->klass];

		if (c->of_first[i] == c->of_first[i + 1])
			model_warning(m, &r->loc, "look at what `except` takes away",
				      "resource \"%s\" matches no name", r->name);
	}
}

/* Rules of a domain that none is asked of: said once. */
static void warn_unconfined(struct gabion_model *m)
{
	size_t d, i;

	for (d = 0; d < m->domains.n; d++) {
		const struct gabion_domain *domain = &m->domains.v[d];

		for (i = domain->first_rule; i < domain->last_rule; i++) {
			const struct gabion_rule *rule = &m->rules.v[i];

			if (!(domain->flags & GABION_DOMAIN_UNCONFINED) || !rule->named ||
			    rule->to != GABION_NO_DOMAIN || !gabion_warn_is_own(m, rule))
				continue;
			model_warning(m, &rule->loc, "drop its rules, or `mode unconfined`",
				      "domain \"%s\" is unconfined: no rule of it is asked",
				      domain->name);
			break;
		}
	}
}

void gabion_model_warn(struct gabion_model *m, const struct gabion_view *view)
{
	warn_levels(m);
	warn_empty(m);
	warn_unconfined(m);
	gabion_warn_rules(m, view);
	gabion_warn_objects(m, view);
}
