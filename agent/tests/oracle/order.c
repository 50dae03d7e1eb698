// SPDX-License-Identifier: GPL-2.0
/* Rules without exception that the order of levels forbids: errors, says gabion-policy(5). */
#include <string.h>

#include "glob.h"
#include "judge.h"
#include "words.h"

struct search {
	const struct oracle_policy *policy;
	size_t block;
	const struct oracle_rule *found;
};

static struct oracle_level level_of(const struct oracle_policy *p, size_t block,
				    const struct oracle_object *o)
{
	if (o->kind == ORACLE_RESOURCE)
		return p->resources[o->index].level;
	if (o->kind == ORACLE_BLOCK)
		return p->blocks[o->index].level;
	if (o->kind == ORACLE_SELF)
		return p->blocks[block].level;
	return (struct oracle_level){};
}

static bool same_object(const struct oracle_policy *p, size_t block, const struct oracle_object *a,
			const struct oracle_object *b)
{
	char one[ORACLE_GLOB_TEXT], other[ORACLE_GLOB_TEXT];
	size_t x = a->kind == ORACLE_SELF ? block : a->index;
	size_t y = b->kind == ORACLE_SELF ? block : b->index;

	if (a->kind == ORACLE_GLOB && b->kind == ORACLE_GLOB) {
		oracle_glob_text(p, &p->globs[x], one);
		oracle_glob_text(p, &p->globs[y], other);
		return !strcmp(one, other);
	}
	return (a->kind == ORACLE_RESOURCE) == (b->kind == ORACLE_RESOURCE) &&
	       (a->kind == ORACLE_GLOB) == (b->kind == ORACLE_GLOB) && x == y;
}

/* Another rule of the domain that makes @word on @object an exception. */
struct exception {
	const struct oracle_policy *policy;
	size_t block, word;
	enum oracle_class klass;
	const struct oracle_object *object;
	bool found;
};

static void find_exception(void *arg, const struct oracle_rule *rule)
{
	struct exception *x = arg;
	size_t i, j;

	if (rule->kind != ORACLE_ACCESS || rule->effect != ORACLE_TRUSTED ||
	    rule->klass != x->klass)
		return;
	for (i = 0; i < rule->nobjects; i++)
		for (j = 0; j < rule->nverbs; j++)
			if (!rule->objects[i].gone && !rule->verbs[j].gone &&
			    oracle_grants(rule->verbs[j].word, x->word) &&
			    same_object(x->policy, x->block, &rule->objects[i], x->object))
				x->found = true;
}

static bool forbids(const struct search *s, const struct oracle_rule *rule, size_t word,
		    const struct oracle_object *o)
{
	struct oracle_level level = level_of(s->policy, s->block, o);
	struct exception x = {s->policy, s->block, word, rule->klass, o, false};

	/* A rule on what has no level of its own grants as much as the order permits. */
	if (level.none ||
	    oracle_order_permits(word, rule->klass, &s->policy->blocks[s->block].level, &level))
		return false;
	oracle_each_rule(s->policy, s->block, find_exception, &x);
	return !x.found;
}

static void find(void *arg, const struct oracle_rule *rule)
{
	struct search *s = arg;
	size_t i, j;

	if (s->found || rule->effect != ORACLE_ALLOW ||
	    (rule->kind != ORACLE_ACCESS && rule->kind != ORACLE_EXEC))
		return;
	for (i = 0; i < rule->nobjects; i++) {
		if (rule->objects[i].gone)
			continue;
		if (rule->kind == ORACLE_EXEC &&
		    forbids(s, rule, oracle_word("execute"), &rule->objects[i]))
			s->found = rule;
		for (j = 0; j < rule->nverbs; j++)
			if (!rule->verbs[j].gone &&
			    forbids(s, rule, rule->verbs[j].word, &rule->objects[i]))
				s->found = rule;
	}
}

bool oracle_order_violated(const struct oracle_policy *p, size_t *block,
			   const struct oracle_rule **rule)
{
	size_t i;

	for (i = 0; i < p->ndomains; i++) {
		struct search s = {.policy = p, .block = i};

		if (p->blocks[i].gone || p->blocks[i].mode == ORACLE_UNCONFINED)
			continue;
		oracle_each_rule(p, i, find, &s);
		if (!s.found)
			continue;
		*block = i;
		*rule = s.found;
		return true;
	}
	return false;
}
