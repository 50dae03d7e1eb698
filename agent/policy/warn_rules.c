// SPDX-License-Identifier: GPL-2.0
/* Rules that change nothing: taken away, said twice, or an exception that the order does not need.
 */
#include "commands.h"
#include "warn.h"

#define BITS 32

/* Who grants what within one block of one domain: how many rules, by label and permission. */
struct grants {
	struct gabion_model *m;
	uint32_t klass;
	uint32_t domain;
	const struct gabion_ast_block *block;
	uint32_t *count;	 /* [nlabels][BITS] */
	uint32_t *first, *of;	 /* rules of the class by object: of[first[o]] .. of[first[o + 1]] */
};

static bool grants(const struct grants *g, const struct gabion_rule *rule)
{
	return rule->klass == g->klass && rule->block == g->block &&
	       rule->kind != GABION_RULE_DENY && !rule->commands;
}

static void count(const struct grants *g, const struct gabion_rule *rule, int more)
{
	struct gabion_warn_labels labels;
	uint32_t i, bits;

	gabion_warn_labels_of(g->m, rule, &labels);
	for (i = 0; i < labels.n; i++)
		for (bits = rule->permissions; bits; bits &= bits - 1)
			g->count[labels.v[i] * BITS + __builtin_ctz(bits)] += more;
}

/* What every domain may without a rule. */
static uint32_t implied_of(uint32_t klass)
{
	return klass == GABION_CLASS_FILE  ? GABION_FILE_IMPLIED
	       : klass == GABION_CLASS_NET ? GABION_NET_IMPLIED
					   : 0;
}

/* Do @least rules grant all that @rule does, wherever it does? */
static bool is_covered(const struct grants *g, const struct gabion_rule *rule, uint32_t least)
{
	uint32_t asked = rule->permissions & ~implied_of(rule->klass);
	struct gabion_warn_labels labels;
	uint32_t i, bits;

	gabion_warn_labels_of(g->m, rule, &labels);
	for (i = 0; i < labels.n; i++)
		for (bits = asked; bits; bits &= bits - 1)
			if (g->count[labels.v[i] * BITS + __builtin_ctz(bits)] < least)
				return false;
	return labels.n;
}

/* Whose objects have @label: ascending resources; of the class of domains itself. */
static const uint32_t *objects_with(const struct gabion_model *m, uint32_t klass,
				    const uint32_t *label, uint32_t *n)
{
	const struct gabion_labels *l = &m->classes[klass].labels;

	if (klass == GABION_CLASS_DOMAIN) {
		*n = 1;
		return label;
	}
	*n = l->sets.v[*label].nmembers;
	return l->members.v + l->sets.v[*label].member;
}

static bool has_label(const struct gabion_model *m, const struct gabion_rule *rule, uint32_t label)
{
	uint32_t n, i;
	const uint32_t *objects = objects_with(m, rule->klass, &label, &n);

	for (i = 0; i < n; i++)
		if (objects[i] == rule->object)
			return true;
	return false;
}

/* Where in g->of the rules on @object begin that are not before @rule. */
static uint32_t first_on(const struct grants *g, uint32_t object, size_t rule)
{
	uint32_t low = g->first[object], high = g->first[object + 1];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (g->of[middle] < rule)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first other rule that grants some of what @rule does. */
static const struct gabion_rule *find_other(const struct grants *g, const struct gabion_rule *rule)
{
	const struct gabion_domain *d = &g->m->domains.v[g->domain];
	const struct gabion_rule *found = NULL;
	struct gabion_warn_labels labels;
	const uint32_t *objects;
	uint32_t n, i, j;

	gabion_warn_labels_of(g->m, rule, &labels);
	objects = objects_with(g->m, g->klass, &labels.v[0], &n);
	for (i = 0; i < n; i++) {
		for (j = first_on(g, objects[i], d->first_rule); j < g->first[objects[i] + 1];
		     j++) {
			const struct gabion_rule *other = &g->m->rules.v[g->of[j]];

			if (g->of[j] >= d->last_rule || (found && other > found))
				break;
			if (other != rule && grants(g, other) &&
			    (other->permissions & rule->permissions)) {
				found = other;
				break;
			}
		}
	}
	return found;
}

/* Rules by object, in their order. */
static void index_rules(struct grants *g)
{
	const struct gabion_model *m = g->m;
	size_t n = g->klass == GABION_CLASS_DOMAIN ? m->domains.n : m->resources.n, i;

	g->first = gabion_xcalloc(n + 1, sizeof(*g->first));
	g->of = gabion_xcalloc(m->rules.n, sizeof(*g->of));
	for (i = 0; i < m->rules.n; i++)
		if (m->rules.v[i].klass == g->klass)
			g->first[m->rules.v[i].object]++;
	for (i = 1; i <= n; i++)
		g->first[i] += g->first[i - 1];
	for (i = m->rules.n; i-- > 0;)
		if (m->rules.v[i].klass == g->klass)
			g->of[--g->first[m->rules.v[i].object]] = i;
}

static const char *object_of(const struct gabion_model *m, const struct gabion_rule *rule)
{
	return rule->klass == GABION_CLASS_DOMAIN ? m->domains.v[rule->object].name
						  : m->resources.v[rule->object].name;
}

/* A grant on which nothing else hangs. */
static bool is_plain(const struct grants *g, const struct gabion_rule *rule)
{
	return rule->klass == g->klass && rule->block == g->block && rule->named && !rule->audit &&
	       !rule->quiet && rule->to == GABION_NO_DOMAIN &&
	       (rule->kind == GABION_RULE_ALLOW || rule->kind == GABION_RULE_EXEC);
}

static void warn_twice(const struct grants *g, const struct gabion_rule *rule)
{
	const struct gabion_rule *other = find_other(g, rule);
	const struct gabion_model *m = g->m;
	char *words = rule->commands ? gabion_xasprintf("ioctl(%s)", rule->commands->text)
				     : gabion_bits_format(rule->klass, rule->named);
	bool needed = rule->permissions & ~implied_of(rule->klass);
	bool said = model_warning(g->m, &rule->loc, "drop it",
				  needed ? "%s of \"%s\" is granted by other rules here anyway"
					 : "%s of \"%s\" needs no rule",
				  words, object_of(m, rule));

	free(words);
	if (!said || !other || !needed)
		return;
	if (other->named)
		model_note(g->m, &other->loc, "by this one, for one");
	else
		model_note(g->m, &other->loc, "a domain may do that without a rule");
}

/* Rules of one block: the last of several that say the same is the one too many. */
static void warn_block(struct grants *g)
{
	const struct gabion_domain *d = &g->m->domains.v[g->domain];
	size_t i;

	for (i = d->first_rule; i < d->last_rule; i++)
		if (grants(g, &g->m->rules.v[i]))
			count(g, &g->m->rules.v[i], 1);
	for (i = d->last_rule; i-- > d->first_rule;) {
		const struct gabion_rule *rule = &g->m->rules.v[i];

		if (!is_plain(g, rule) || !is_covered(g, rule, rule->commands ? 1 : 2))
			continue;
		warn_twice(g, rule);
		if (!rule->commands)
			count(g, rule, -1);
	}
	/* All counts go back to zero, but for those that went already. */
	for (i = d->first_rule; i < d->last_rule; i++) {
		struct gabion_warn_labels labels;
		uint32_t j;

		if (!grants(g, &g->m->rules.v[i]))
			continue;
		gabion_warn_labels_of(g->m, &g->m->rules.v[i], &labels);
		for (j = 0; j < labels.n; j++)
			memset(g->count + labels.v[j] * BITS, 0, BITS * sizeof(*g->count));
	}
}

/* Each block that gives @domain rules of the class, once. */
static void warn_blocks(struct grants *g)
{
	const struct gabion_domain *d = &g->m->domains.v[g->domain];
	VEC(const struct gabion_ast_block *) done = {};
	size_t i, j;

	for (i = d->first_rule; i < d->last_rule; i++) {
		g->block = g->m->rules.v[i].block;
		for (j = 0; j < done.n && done.v[j] != g->block; j++)
			;
		if (g->m->rules.v[i].klass != g->klass || j < done.n)
			continue;
		vec_push(&done, g->block);
		warn_block(g);
	}
	free(done.v);
}

/* Numbers: the same twice in one block. */
static void warn_numbers(struct gabion_model *m, const struct gabion_domain *d)
{
	size_t i, j;

	for (i = d->first_rule; i < d->last_rule; i++) {
		const struct gabion_rule *rule = &m->rules.v[i];

		for (j = d->first_rule; rule->klass >= GABION_CLASS_CAPABILITY && j < i; j++) {
			const struct gabion_rule *other = &m->rules.v[j];

			if (other->klass != rule->klass || other->object != rule->object ||
			    other->kind != rule->kind || other->block != rule->block)
				continue;
			if (model_warning(m, &rule->loc, "drop it", "%s is said twice",
					  gabion_name_of(rule->klass, rule->object)))
				model_note(m, &other->loc, "said here first");
			break;
		}
	}
}

static bool number_is_denied(const struct gabion_domain *d, const struct gabion_rule *rule)
{
	switch (rule->klass) {
	case GABION_CLASS_CAPABILITY:
		return d->denied.capabilities >> rule->object & 1;
	case GABION_CLASS_FAMILY:
		return d->denied.families >> rule->object & 1;
	case GABION_CLASS_CONTROL:
		return d->denied.controls >> rule->object & 1;
	default:
		return d->denied.netlink >> rule->object & 1;
	}
}

/* Is all that the rule's words name taken away, wherever it is granted? */
static bool is_denied(const struct gabion_model *m, const struct gabion_rule *rule)
{
	const struct gabion_tables *t = &m->tables[rule->klass];
	struct gabion_warn_labels labels;
	uint32_t i;

	if (!t->deny || !rule->named)
		return false;
	gabion_warn_labels_of(m, rule, &labels);
	for (i = 0; i < labels.n; i++)
		if (rule->named & ~t->deny[(size_t)rule->domain * t->nlabels + labels.v[i]])
			return false;
	return labels.n;
}

/* The deny rule that takes some of it away. */
static const struct gabion_rule *find_deny(const struct gabion_model *m,
					   const struct gabion_rule *rule)
{
	const struct gabion_domain *d = &m->domains.v[rule->domain];
	struct gabion_warn_labels labels = {};
	size_t i;

	if (rule->klass < GABION_CLASS_TABLES_END)
		gabion_warn_labels_of(m, rule, &labels);
	for (i = d->first_rule; i < d->last_rule; i++) {
		const struct gabion_rule *other = &m->rules.v[i];

		if (other->kind != GABION_RULE_DENY || other->klass != rule->klass)
			continue;
		if (labels.n ? (other->permissions & rule->named) && !other->commands &&
				       has_label(m, other, labels.v[0])
			     : other->object == rule->object)
			return other;
	}
	return NULL;
}

/* What the domain itself says and takes back; of an abstraction that is its good right. */
static void warn_denied(struct gabion_model *m, const struct gabion_domain *d)
{
	size_t i;

	for (i = d->first_rule; i < d->last_rule; i++) {
		const struct gabion_rule *rule = &m->rules.v[i], *deny;
		bool numbers = rule->klass >= GABION_CLASS_CAPABILITY;

		if (rule->kind == GABION_RULE_DENY || !gabion_warn_is_own(m, rule) ||
		    !(numbers ? number_is_denied(d, rule) : is_denied(m, rule)))
			continue;
		deny = find_deny(m, rule);
		if (model_warning(m, &rule->loc, "drop one of the two",
				  "this rule grants nothing: `deny` takes all of it away") &&
		    deny)
			model_note(m, &deny->loc, "denied here");
	}
}

/* What leads to flows that no check sees: there `trusted` declares what `gabion flow` finds. */
static uint32_t beyond_order(enum gabion_class klass)
{
	switch (klass) {
	case GABION_CLASS_FILE:
		return GABION_FILE_RELABEL | GABION_FILE_CREATE;
	case GABION_CLASS_NET:
		return GABION_NET_BIND;
	case GABION_CLASS_DOMAIN:
		return GABION_DOM_IPC_READ | GABION_DOM_IPC_WRITE;
	default:
		return 0;
	}
}

/* Exceptions from an order that permits it. */
static void warn_trusted(struct gabion_model *m, const struct gabion_view *view,
			 const struct gabion_domain *d)
{
	size_t i;

	for (i = d->first_rule; i < d->last_rule; i++) {
		const struct gabion_rule *rule = &m->rules.v[i];
		struct gabion_warn_labels labels;
		bool needed = rule->permissions & beyond_order(rule->klass);
		uint32_t j;

		if (rule->kind != GABION_RULE_TRUSTED || !gabion_warn_is_own(m, rule))
			continue;
		gabion_warn_labels_of(m, rule, &labels);
		for (j = 0; j < labels.n; j++)
			needed |= rule->permissions &
				  ~gabion_warn_level_mask(view, rule, labels.v[j]);
		if (!needed && labels.n)
			model_warning(m, &rule->loc, "drop `trusted`",
				      "the order of levels permits this: it is no exception");
	}
}

void gabion_warn_rules(struct gabion_model *m, const struct gabion_view *view)
{
	struct grants g = {.m = m};

	for (g.klass = GABION_CLASS_FILE; g.klass < GABION_CLASS_TABLES_END; g.klass++) {
		g.count =
			gabion_xcalloc((size_t)m->tables[g.klass].nlabels * BITS, sizeof(*g.count));
		index_rules(&g);
		for (g.domain = 0; g.domain < m->domains.n; g.domain++)
			if (!(m->domains.v[g.domain].flags & GABION_DOMAIN_UNCONFINED))
				warn_blocks(&g);
		free(g.count);
		free(g.first);
		free(g.of);
	}
	for (g.domain = 0; g.domain < m->domains.n; g.domain++) {
		const struct gabion_domain *d = &m->domains.v[g.domain];

		if (d->flags & GABION_DOMAIN_UNCONFINED)
			continue;
		warn_numbers(m, d);
		warn_denied(m, d);
		warn_trusted(m, view, d);
	}
}
