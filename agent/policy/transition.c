// SPDX-License-Identifier: GPL-2.0
/*
 * Which domain an execution enters: `enter` from unconfined domains, `exec ... as`
 * from others.  One file must lead to one domain.
 */
#include "model.h"
#include "witness.h"

/* One row of the matrix under construction: the entry and the resource it comes from. */
struct row {
	uint16_t *to;
	uint32_t *by; /* index of rule, or of domain for `enter` */
};

static const struct gabion_loc *place_of(const struct gabion_model *m, bool enter, uint32_t by)
{
	return enter ? &m->resources.v[m->domains.v[by].program].loc : &m->rules.v[by].loc;
}

static void report(struct gabion_model *m, uint32_t domain, uint32_t label, bool enter,
		   uint32_t first, uint32_t second, uint32_t to_first, uint32_t to_second)
{
	struct gabion_class_model *c = &m->classes[GABION_CLASS_FILE];
	struct gabion_witness w;
	char *name;
	size_t n;

	gabion_witness_init(&w, &c->dfa, c->labels.sets.n, true);
	name = gabion_witness_name(&w, label, &n);
	gabion_witness_free(&w);
	if (!name)
		return;
	model_error(m, place_of(m, enter, second),
		    "make the two globs disjoint, or enter one domain",
		    "ambiguous transition: when %s%s executes %s it enters \"%s\" or \"%s\"",
		    domain == GABION_HOST ? "an unconfined task" : "domain ",
		    domain == GABION_HOST ? "" : m->domains.v[domain].name, name,
		    m->domains.v[to_first].name, m->domains.v[to_second].name);
	model_note(m, place_of(m, enter, first), "the other one");
	free(name);
}

static void fill(struct gabion_model *m, struct row *row, uint32_t domain, uint32_t resource,
		 uint32_t to, bool enter, uint32_t by)
{
	const struct gabion_class_model *c = &m->classes[GABION_CLASS_FILE];
	bool reported = false;
	uint32_t i;

	for (i = c->of_first[resource]; i < c->of_first[resource + 1]; i++) {
		uint32_t label = c->of[i];

		if (row->to[label] != GABION_TRANSITION_NONE && row->to[label] != to) {
			if (!reported)
				report(m, domain, label, enter, row->by[label], by, row->to[label],
				       to);
			reported = true;
			continue;
		}
		row->to[label] = to;
		row->by[label] = by;
	}
}

/*
 * A domain that is entered by `exec ... as` and could not read and map the
 * program would die at once.
 */
static void check_target(struct gabion_model *m, const struct gabion_rule *rule)
{
	const struct gabion_class_model *c = &m->classes[GABION_CLASS_FILE];
	const struct gabion_tables *t = &m->tables[GABION_CLASS_FILE];
	const uint32_t need = GABION_FILE_READ | GABION_FILE_MAP;
	uint32_t i;

	if (m->domains.v[rule->to].flags & GABION_DOMAIN_UNCONFINED)
		return;
	for (i = c->of_first[rule->object]; i < c->of_first[rule->object + 1]; i++) {
		if ((t->allow[(size_t)rule->to * t->nlabels + c->of[i]] & need) == need)
			continue;
		if (model_warning(m, &rule->loc,
				  gabion_arena_printf(
					  &m->arena, "in domain %s write: enter PATH, or: map PATH",
					  m->domains.v[rule->to].name),
				  "domain \"%s\" is entered here but may not map \"%s\"",
				  m->domains.v[rule->to].name, m->resources.v[rule->object].name))
			model_note(m, &m->domains.v[rule->to].loc, "domain \"%s\" is here",
				   m->domains.v[rule->to].name);
		return;
	}
}

void gabion_model_transitions(struct gabion_model *m)
{
	struct gabion_tables *t = &m->tables[GABION_CLASS_FILE];
	size_t cells = m->domains.n * t->nlabels, i;
	uint32_t *by = gabion_xcalloc(t->nlabels, sizeof(*by)), d, label;
	uint16_t *matrix = gabion_xcalloc(cells, sizeof(*matrix));
	bool any = false;

	memset(matrix, 0xff, cells * sizeof(*matrix));
	for (d = 1; d < m->domains.n; d++) {
		struct row host = { matrix, by };

		if (m->domains.v[d].program == GABION_NFA_NONE)
			continue;
		fill(m, &host, GABION_HOST, m->domains.v[d].program, d, true, d);
		any = true;
	}
	for (d = 1; d < m->domains.n; d++) {
		struct row row = { matrix + (size_t)d * t->nlabels, by };

		for (i = m->domains.v[d].first_rule; i < m->domains.v[d].last_rule; i++) {
			const struct gabion_rule *rule = &m->rules.v[i];

			if (rule->kind != GABION_RULE_EXEC || rule->to == GABION_NO_DOMAIN)
				continue;
			fill(m, &row, d, rule->object, rule->to, false, i);
			check_target(m, rule);
			any = true;
		}
		/* Unconfined is unconfined: there `enter` holds as on the host. */
		for (label = 0;
		     m->domains.v[d].flags & GABION_DOMAIN_UNCONFINED && label < t->nlabels;
		     label++)
			if (row.to[label] == GABION_TRANSITION_NONE)
				row.to[label] = matrix[label];
	}
	free(by);
	if (any)
		t->transition = matrix;
	else
		free(matrix);
}
