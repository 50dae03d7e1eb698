// SPDX-License-Identifier: GPL-2.0
/* Grants that are wider than one wants: on every file, and to write what one may execute. */
#include "../../core/decide.h"
#include "product.h"
#include "warn.h"

#define WRITES	 (GABION_FILE_WRITE | GABION_FILE_APPEND)
#define EXECUTES (GABION_FILE_EXECUTE | GABION_FILE_MAP)
/* Those whose holder, on all files, holds the machine. */
#define MIGHTY                                                                                     \
	(WRITES | EXECUTES | GABION_FILE_CREATE | GABION_FILE_DELETE | GABION_FILE_SETATTR |       \
	 GABION_FILE_CHOWN | GABION_FILE_LINK | GABION_FILE_MKNOD | GABION_FILE_RELABEL)

/* Names of labels; made when a warning is likely. */
struct names {
	struct gabion_model *m;
	const struct gabion_view *view;
	bool made;
	struct gabion_name_pairs pairs;
	const struct gabion_name_pair **by_label; /* NULL: no name has the label */
};

static void make_names(struct names *n)
{
	const struct gabion_view *const views[2] = {n->view, n->view};
	uint32_t nlabels = n->view->classes[GABION_CLASS_FILE].nlabels;
	struct gabion_error error;
	size_t i;

	if (n->made)
		return;
	n->made = true;
	n->by_label = gabion_xcalloc(nlabels, sizeof(*n->by_label));
	/* Too large for it: then there are no examples, and no warnings that need one. */
	if (gabion_product_pairs(views, GABION_CLASS_FILE, &n->pairs, &error))
		return;
	for (i = 0; i < n->pairs.n; i++)
		if (n->pairs.v[i].label[0] < nlabels)
			n->by_label[n->pairs.v[i].label[0]] = &n->pairs.v[i];
}

/* Does the resource have every name, but perhaps "/"? */
static bool is_everything(struct names *n, uint32_t resource)
{
	const struct gabion_class_model *c = &n->m->classes[GABION_CLASS_FILE];
	uint32_t first = c->of_first[resource], end = c->of_first[resource + 1], label, i;
	bool all, *in;

	/* Labels without it: none, no name, that of "/", and perhaps one that nothing has. */
	if (c->labels.sets.n - (end - first) > 4)
		return false;
	make_names(n);
	all = n->pairs.n;
	in = gabion_xcalloc(c->labels.sets.n, sizeof(*in));
	for (i = first; i < end; i++)
		in[c->of[i]] = true;
	for (label = 0; label < c->labels.sets.n; label++) {
		const struct gabion_name_pair *p = n->by_label[label];

		if (p && p->name && !p->root_only && !in[label])
			all = false;
	}
	free(in);
	return all;
}

static bool is_confined(const struct gabion_model *m, const struct gabion_rule *rule)
{
	return !(m->domains.v[rule->domain].flags & GABION_DOMAIN_UNCONFINED);
}

static void warn_broad(struct names *n)
{
	struct gabion_model *m = n->m;
	size_t i;

	for (i = 0; i < m->rules.n; i++) {
		const struct gabion_rule *rule = &m->rules.v[i];
		char *words;

		if (rule->klass != GABION_CLASS_FILE || rule->kind == GABION_RULE_DENY ||
		    rule->knowing || rule->to != GABION_NO_DOMAIN || !(rule->named & MIGHTY) ||
		    !is_confined(m, rule) || !is_everything(n, rule->object))
			continue;
		words = gabion_bits_format(GABION_CLASS_FILE, rule->named & MIGHTY);
		model_warning(m, &rule->loc,
			      gabion_arena_printf(&m->arena,
						  "name what is needed; or, if all of it is: "
						  "knowingly %s",
						  words),
			      "domain \"%s\" may %s every file there is",
			      m->domains.v[rule->domain].name, words);
		free(words);
	}
}

/* The first rule of @domain that grants some of @bits on @label; *@knowing: is one meant so? */
static const struct gabion_rule *find_grant(const struct gabion_model *m, uint32_t domain,
					    uint32_t label, uint32_t bits, bool *knowing)
{
	const struct gabion_domain *d = &m->domains.v[domain];
	const struct gabion_rule *found = NULL;
	struct gabion_warn_labels labels;
	size_t i;
	uint32_t j;

	for (i = d->first_rule; i < d->last_rule; i++) {
		const struct gabion_rule *rule = &m->rules.v[i];

		if (rule->klass != GABION_CLASS_FILE || rule->kind == GABION_RULE_DENY ||
		    !(rule->permissions & bits))
			continue;
		gabion_warn_labels_of(m, rule, &labels);
		for (j = 0; j < labels.n && labels.v[j] != label; j++)
			;
		if (j == labels.n)
			continue;
		*knowing |= rule->knowing;
		if (!found)
			found = rule;
	}
	return found;
}

/* Said once of each rule that grants writing. */
static void warn_program(struct names *n, uint32_t domain, uint32_t label, bool *said)
{
	struct gabion_model *m = n->m;
	bool knowing = false;
	const struct gabion_rule *write = find_grant(m, domain, label, WRITES, &knowing);
	const struct gabion_rule *execute = find_grant(m, domain, label, EXECUTES, &knowing);
	char *name;

	if (knowing || !write || !execute || said[write - m->rules.v])
		return;
	make_names(n);
	if (!n->by_label[label])
		return;
	said[write - m->rules.v] = true;
	name = gabion_name_pair_format(n->by_label[label], GABION_CLASS_FILE);
	if (model_warning(m, &write->loc,
			  "keep what is written and what is executed apart; or, if it is meant so, "
			  "write `knowingly` before the rule",
			  "domain \"%s\" may write what it may execute: %s",
			  m->domains.v[domain].name, name))
		model_note(m, &execute->loc, "it may execute it by this");
	free(name);
}

static void warn_programs(struct names *n)
{
	struct gabion_model *m = n->m;
	uint32_t nlabels = n->view->classes[GABION_CLASS_FILE].nlabels, domain, label, may;
	bool *said = gabion_xcalloc(m->rules.n, sizeof(*said));

	for (domain = 0; domain < m->domains.n; domain++) {
		if (m->domains.v[domain].flags & GABION_DOMAIN_UNCONFINED)
			continue;
		for (label = 0; label < nlabels; label++) {
			may = gabion_effective(n->view, GABION_CLASS_FILE, domain, label);
			if ((may & WRITES) && (may & EXECUTES))
				warn_program(n, domain, label, said);
		}
	}
	free(said);
}

void gabion_warn_objects(struct gabion_model *m, const struct gabion_view *view)
{
	struct names names = {.m = m, .view = view};

	warn_broad(&names);
	warn_programs(&names);
	gabion_name_pairs_free(&names.pairs);
	free(names.by_label);
}
