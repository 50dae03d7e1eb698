// SPDX-License-Identifier: GPL-2.0
/* Grants that are wider than one wants: on every file, and to write what one may execute. */
#include "../../core/decide.h"
#include "warn.h"
#include "witness.h"

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
	struct gabion_witness witness;
};

static void make_names(struct names *n)
{
	const struct gabion_class_model *c = &n->m->classes[GABION_CLASS_FILE];

	if (!n->made)
		gabion_witness_init(&n->witness, &c->dfa, c->labels.sets.n, true);
	n->made = true;
}

/* A name of @label, malloc'ed; NULL: none has it. */
static char *name_of(struct names *n, uint32_t label)
{
	size_t length;

	if (label == GABION_LABEL_UNREACHABLE)
		return gabion_xstrdup("unreachable");
	make_names(n);
	return gabion_witness_name(&n->witness, label, &length);
}

/* Does the resource have every name, but perhaps "/"? */
static bool is_everything(struct names *n, uint32_t resource)
{
	const struct gabion_class_model *c = &n->m->classes[GABION_CLASS_FILE];
	uint32_t first = c->of_first[resource], end = c->of_first[resource + 1], label, i;
	bool all = true, *in;

	/* Labels without it: none, no name, that of "/", and perhaps one that nothing has. */
	if (c->labels.sets.n - (end - first) > 4)
		return false;
	make_names(n);
	in = gabion_xcalloc(c->labels.sets.n, sizeof(*in));
	for (i = first; i < end; i++)
		in[c->of[i]] = true;
	for (label = 0; label < c->labels.sets.n; label++)
		all &= in[label] || !n->witness.not_root[label];
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

/* What a domain's rules grant on a label: the first of each sort, and is one meant so? */
struct holding {
	const struct gabion_rule *write, *execute;
	bool knowing;
};

/* Of all labels; or, without @grant, take back what was added for @domain. */
static void hold(const struct gabion_model *m, uint32_t domain, struct holding *on, bool grant)
{
	const struct gabion_domain *d = &m->domains.v[domain];
	struct gabion_warn_labels labels;
	size_t i;
	uint32_t j;

	for (i = d->first_rule; i < d->last_rule; i++) {
		const struct gabion_rule *rule = &m->rules.v[i];

		if (rule->klass != GABION_CLASS_FILE || rule->kind == GABION_RULE_DENY ||
		    !(rule->permissions & (WRITES | EXECUTES)))
			continue;
		gabion_warn_labels_of(m, rule, &labels);
		for (j = 0; j < labels.n; j++) {
			struct holding *h = &on[labels.v[j]];

			if (!grant) {
				*h = (struct holding){};
				continue;
			}
			if (!h->write && (rule->permissions & WRITES))
				h->write = rule;
			if (!h->execute && (rule->permissions & EXECUTES))
				h->execute = rule;
			h->knowing |= rule->knowing;
		}
	}
}

/* Said once of each rule that grants writing. */
static void warn_program(struct names *n, const struct holding *h, uint32_t label, bool *said)
{
	struct gabion_model *m = n->m;
	char *name;

	if (h->knowing || !h->write || !h->execute || said[h->write - m->rules.v])
		return;
	name = name_of(n, label);
	if (!name)
		return;
	said[h->write - m->rules.v] = true;
	if (model_warning(m, &h->write->loc,
			  "keep what is written and what is executed apart; or, if it is meant so, "
			  "write `knowingly` before the rule",
			  "domain \"%s\" may write what it may execute: %s",
			  m->domains.v[h->write->domain].name, name))
		model_note(m, &h->execute->loc, "it may execute it by this");
	free(name);
}

static void warn_programs(struct names *n)
{
	struct gabion_model *m = n->m;
	uint32_t nlabels = n->view->classes[GABION_CLASS_FILE].nlabels, domain, label, may;
	struct holding *on = gabion_xcalloc(nlabels, sizeof(*on));
	bool *said = gabion_xcalloc(m->rules.n, sizeof(*said));

	for (domain = 0; domain < m->domains.n; domain++) {
		if (m->domains.v[domain].flags & GABION_DOMAIN_UNCONFINED)
			continue;
		hold(m, domain, on, true);
		for (label = 0; label < nlabels; label++) {
			if (!on[label].write || !on[label].execute)
				continue;
			may = gabion_effective(n->view, GABION_CLASS_FILE, domain, label);
			if ((may & WRITES) && (may & EXECUTES))
				warn_program(n, &on[label], label, said);
		}
		hold(m, domain, on, false);
	}
	free(on);
	free(said);
}

void gabion_warn_objects(struct gabion_model *m, const struct gabion_view *view)
{
	struct names names = {.m = m, .view = view};

	warn_broad(&names);
	warn_programs(&names);
	if (names.made)
		gabion_witness_free(&names.witness);
}
