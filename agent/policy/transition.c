// SPDX-License-Identifier: GPL-2.0
/*
 * Which domain an execution enters: `enter` from the host and unconfined domains, `enter
 * helper` from the kernel, `exec ... as` from others and from a host that is held.  One file
 * must lead to one domain.
 */
#include "model.h"
#include "witness.h"

enum entry {
	BY_PROGRAM,	/* enter */
	BY_HELPER,	/* enter helper */
	BY_RULE,	/* exec ... as */
};

/* One row of the matrix under construction: the entry and the resource it comes from. */
struct row {
	enum entry entry;
	uint16_t *to;
	const struct gabion_loc **by;	/* what says so */
};

/* What has @label, in the arena; NULL if no name of the kernel's does. */
static const char *example(struct gabion_model *m, uint32_t label)
{
	struct gabion_class_model *c = &m->classes[GABION_CLASS_FILE];
	struct gabion_witness w;
	const char *copy;
	char *name;
	size_t n;

	if (label == GABION_LABEL_UNREACHABLE)
		return "an object without host-absolute name";
	gabion_witness_init(&w, &c->dfa, c->labels.sets.n, true);
	name = gabion_witness_name(&w, label, &n);
	gabion_witness_free(&w);
	copy = name ? gabion_arena_strndup(&m->arena, name, n) : NULL;
	free(name);
	return copy;
}

/* False: no file that there can be has the label. */
static bool report(struct gabion_model *m, const struct row *row, uint32_t domain, uint32_t label,
		   const struct gabion_loc *second, uint32_t to_second)
{
	const char *who = row->entry == BY_PROGRAM  ? "a task of the host"
			  : row->entry == BY_HELPER ? "the kernel"
						    : gabion_arena_printf(&m->arena, "domain %s",
									  m->domains.v[domain].name);
	const char *name = example(m, label);

	if (!name)
		return false;
	model_error(m, second,
		    "make the two globs disjoint, or enter one domain",
		    "ambiguous transition: when %s executes %s it enters \"%s\" or \"%s\"", who,
		    name, m->domains.v[row->to[label]].name, m->domains.v[to_second].name);
	model_note(m, row->by[label], "the other one");
	return true;
}

static void fill(struct gabion_model *m, struct row *row, uint32_t domain, uint32_t resource,
		 uint32_t to, const struct gabion_loc *by)
{
	const struct gabion_class_model *c = &m->classes[GABION_CLASS_FILE];
	bool reported = false;
	uint32_t i;

	for (i = c->of_first[resource]; i < c->of_first[resource + 1]; i++) {
		uint32_t label = c->of[i];

		if (row->to[label] != GABION_TRANSITION_NONE && row->to[label] != to) {
			if (!reported)
				reported = report(m, row, domain, label, by, to);
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

	/* The host is left for with whatever is executed, and may lack some of it. */
	if (rule->to == GABION_HOST || m->domains.v[rule->to].flags & GABION_DOMAIN_UNCONFINED ||
	    m->domains.v[rule->to].lacks)
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

static uint16_t *nowhere(size_t n)
{
	uint16_t *to = gabion_xcalloc(n, sizeof(*to));

	memset(to, 0xff, n * sizeof(*to));
	return to;
}

/* What a task of the host enters, held or not: row 0 of the matrix. */
static bool fill_host(struct gabion_model *m, uint16_t *to, const struct gabion_loc **by)
{
	struct row row = { BY_PROGRAM, to, by };
	bool any = false;
	uint32_t d;

	for (d = 1; d < m->domains.n; d++) {
		uint32_t program = m->domains.v[d].program;

		if (program == GABION_NFA_NONE)
			continue;
		fill(m, &row, GABION_HOST, program, d, &m->resources.v[program].loc);
		any = true;
	}
	return any;
}

/* The domain for helpers that no rule names, or GABION_NO_DOMAIN. */
static uint32_t any_helper(struct gabion_model *m)
{
	uint32_t found = GABION_NO_DOMAIN, d;

	for (d = 0; d < m->domains.n; d++) {
		if (!m->domains.v[d].any_helper)
			continue;
		if (found == GABION_NO_DOMAIN) {
			found = d;
			continue;
		}
		model_error(m, m->domains.v[d].any_helper,
			    "name the programs of one of them: enter helper PATH",
			    "other helpers enter \"%s\" or \"%s\"", m->domains.v[found].name,
			    m->domains.v[d].name);
		model_note(m, m->domains.v[found].any_helper, "the other one");
	}
	return found;
}

/* What the kernel's helpers enter, where that is not what the host would; @host is row 0. */
static void fill_helpers(struct gabion_model *m, const uint16_t *host,
			 const struct gabion_loc **by)
{
	struct gabion_tables *t = &m->tables[GABION_CLASS_FILE];
	uint32_t rest = any_helper(m), d, label;
	struct row row = { BY_HELPER, nowhere(t->nlabels), by };
	bool any = rest != GABION_NO_DOMAIN;

	for (d = 0; d < m->domains.n; d++) {
		uint32_t helper = m->domains.v[d].helper;

		if (helper == GABION_NFA_NONE)
			continue;
		fill(m, &row, GABION_HOST, helper, d, &m->resources.v[helper].loc);
		any = true;
	}
	for (label = 0; rest != GABION_NO_DOMAIN && label < t->nlabels; label++)
		if (row.to[label] == GABION_TRANSITION_NONE &&
		    host[label] == GABION_TRANSITION_NONE)
			row.to[label] = rest;
	if (any)
		t->helpers = row.to;
	else
		free(row.to);
}

/* `exec ... as` of domain @d; true if there is any. */
static bool fill_rules(struct gabion_model *m, struct row *row, uint32_t d)
{
	bool any = false;
	size_t i;

	for (i = m->domains.v[d].first_rule; i < m->domains.v[d].last_rule; i++) {
		const struct gabion_rule *rule = &m->rules.v[i];

		if (rule->kind != GABION_RULE_EXEC || rule->to == GABION_NO_DOMAIN)
			continue;
		fill(m, row, d, rule->object, rule->to, &rule->loc);
		check_target(m, rule);
		any = true;
	}
	return any;
}

/* The host's own rules, beside what is entered from it. */
static bool fill_host_rules(struct gabion_model *m, uint16_t *to, const struct gabion_loc **by)
{
	struct row row = { BY_PROGRAM, to, by };
	bool any = fill_rules(m, &row, GABION_HOST);
	uint32_t label;

	/* To stay is not to be led to it: a helper, which is not held, would be. */
	for (label = 0; label < m->tables[GABION_CLASS_FILE].nlabels; label++)
		if (to[label] == GABION_HOST)
			to[label] = GABION_TRANSITION_NONE;
	return any;
}

void gabion_model_transitions(struct gabion_model *m)
{
	struct gabion_tables *t = &m->tables[GABION_CLASS_FILE];
	const struct gabion_loc **host_by = gabion_xcalloc(t->nlabels, sizeof(*host_by));
	const struct gabion_loc **by = gabion_xcalloc(t->nlabels, sizeof(*by));
	uint16_t *matrix = nowhere(m->domains.n * t->nlabels);
	bool any = fill_host(m, matrix, host_by);
	uint32_t d, label;

	fill_helpers(m, matrix, by);
	for (d = 1; d < m->domains.n; d++) {
		struct row row = { BY_RULE, matrix + (size_t)d * t->nlabels, by };

		any |= fill_rules(m, &row, d);
		/* Unconfined is unconfined: there `enter` holds as on the host. */
		for (label = 0;
		     m->domains.v[d].flags & GABION_DOMAIN_UNCONFINED && label < t->nlabels;
		     label++)
			if (row.to[label] == GABION_TRANSITION_NONE)
				row.to[label] = matrix[label];
	}
	any |= fill_host_rules(m, matrix, host_by);
	free(host_by);
	free(by);
	if (any)
		t->transition = matrix;
	else
		free(matrix);
}
