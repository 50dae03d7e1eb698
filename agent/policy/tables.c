// SPDX-License-Identifier: GPL-2.0
/* sigma: rules to matrices [ndomains][nlabels]. */
#include "model.h"

uint32_t *gabion_tables_row(const struct gabion_model *m, const struct gabion_tables *t,
			    uint32_t **matrix, uint32_t domain)
{
	if (!*matrix)
		*matrix = gabion_xcalloc(m->domains.n * t->nlabels, sizeof(**matrix));
	return *matrix + (size_t)domain * t->nlabels;
}

static void add_bits(const struct gabion_model *m, struct gabion_tables *t, uint32_t **matrix,
		     const struct gabion_rule *rule, uint32_t label, uint32_t bits)
{
	if (bits)
		gabion_tables_row(m, t, matrix, rule->domain)[label] |= bits;
}

static void apply(const struct gabion_model *m, const struct gabion_rule *rule, uint32_t label)
{
	struct gabion_tables *t = (struct gabion_tables *)&m->tables[rule->klass];
	/* Single commands are for ioctls.c. */
	uint32_t bits = rule->commands ? 0 : rule->permissions;

	if (rule->kind == GABION_RULE_DENY) {
		add_bits(m, t, &t->deny, rule, label, bits);
	} else {
		add_bits(m, t, &t->allow, rule, label, bits);
		/* An exception for commands is one, too: to those that are listed. */
		if (rule->kind == GABION_RULE_TRUSTED)
			add_bits(m, t, &t->trusted, rule, label, rule->permissions);
	}
	add_bits(m, t, &t->audit, rule, label, rule->audit);
	add_bits(m, t, &t->quiet, rule, label, rule->quiet);
}

/* What every domain may, unless it is denied. */
static void grant_implied(const struct gabion_model *m, struct gabion_tables *t, uint32_t implied)
{
	size_t n = m->domains.n * t->nlabels, i;

	for (i = 0; i < n; i++)
		t->allow[i] |= implied;
}

/* A peer without a resource has no level of its own that could differ from the domain's. */
static void trust_unknown_peers(const struct gabion_model *m, struct gabion_tables *t)
{
	uint32_t d;

	for (d = 0; t->nlabels && m->levels.n > 1 && d < m->domains.n; d++)
		gabion_tables_row(m, t, &t->trusted, d)[GABION_LABEL_NONE] |= GABION_NET_IMPLIED;
}

/* Deny outranks allow, whatever the order in which they are written. */
static void subtract_denied(const struct gabion_model *m, struct gabion_tables *t)
{
	size_t n = m->domains.n * t->nlabels, i;

	for (i = 0; t->deny && i < n; i++) {
		t->allow[i] &= ~t->deny[i];
		if (t->trusted)
			t->trusted[i] &= ~t->deny[i];
	}
}

/* Sizes; checked before anything is allocated for them. */
static bool size_tables(struct gabion_model *m)
{
	uint32_t klass;

	for (klass = GABION_CLASS_FILE; klass < GABION_CLASS_TABLES_END; klass++) {
		struct gabion_tables *t = &m->tables[klass];

		t->nlabels = klass == GABION_CLASS_DOMAIN ? m->domains.n
							  : m->classes[klass].labels.sets.n;
		if (m->domains.n * (uint64_t)t->nlabels * sizeof(*t->allow) <=
		    GABION_POLICY_SIZE_MAX)
			continue;
		model_error(m, NULL, "fewer domains, or resources put together",
			    "%zu domains times %u distinct sets of resources of class %s do not "
			    "fit into %u bytes",
			    m->domains.n, t->nlabels, gabion_class_name(klass),
			    GABION_POLICY_SIZE_MAX);
		return false;
	}
	return true;
}

bool gabion_model_tables(struct gabion_model *m)
{
	uint32_t klass, j;
	size_t i;

	if (!size_tables(m))
		return false;

	for (klass = GABION_CLASS_FILE; klass < GABION_CLASS_TABLES_END; klass++) {
		struct gabion_tables *t = &m->tables[klass];

		gabion_tables_row(m, t, &t->allow, 0);
	}
	for (i = 0; i < m->rules.n; i++) {
		const struct gabion_rule *rule = &m->rules.v[i];
		const struct gabion_class_model *c;

		if (rule->klass == GABION_CLASS_DOMAIN)
			apply(m, rule, rule->object);
		if (rule->klass >= GABION_CLASS_DOMAIN)
			continue;
		c = &m->classes[rule->klass];
		for (j = c->of_first[rule->object]; j < c->of_first[rule->object + 1]; j++)
			apply(m, rule, c->of[j]);
	}
	grant_implied(m, &m->tables[GABION_CLASS_FILE], GABION_FILE_IMPLIED);
	grant_implied(m, &m->tables[GABION_CLASS_NET], GABION_NET_IMPLIED);
	trust_unknown_peers(m, &m->tables[GABION_CLASS_NET]);
	for (klass = GABION_CLASS_FILE; klass < GABION_CLASS_TABLES_END; klass++)
		subtract_denied(m, &m->tables[klass]);
	for (i = 0; i < m->domains.n; i++) {
		struct gabion_domain *d = &m->domains.v[i];

		d->granted.capabilities &= ~d->denied.capabilities;
		d->granted.families &= ~d->denied.families;
		d->granted.controls &= ~d->denied.controls;
		d->granted.netlink &= ~d->denied.netlink;
	}
	return true;
}
