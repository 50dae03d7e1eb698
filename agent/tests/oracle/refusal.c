// SPDX-License-Identifier: GPL-2.0
#include "refusal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "glob.h"
#include "judge.h"
#include "print.h"
#include "words.h"

/* What stands between @before and @after in @message, cut to @n bytes; NULL if they do not. */
static const char *between(const char *message, const char *before, const char *after, char *out,
			   size_t n)
{
	const char *from = strstr(message, before), *to;

	if (!from)
		return NULL;
	from += strlen(before);
	to = *after ? strstr(from, after) : from + strlen(from);
	if (!to || (size_t)(to - from) >= n)
		return NULL;
	memcpy(out, from, to - from);
	out[to - from] = '\0';
	return to;
}

/* Read an example of the compiler: a path, an endpoint, or something unreachable. */
static bool read_example(const char *text, struct oracle_request *q)
{
	char protocol[9], address[64];
	unsigned int port = 0;

	memset(q, 0, sizeof(*q));
	q->klass = ORACLE_FILE;
	if (!strcmp(text, "an object without host-absolute name")) {
		q->unreachable = true;
		return true;
	}
	if (*text == '/') {
		if (strlen(text) >= sizeof(q->path))
			return false;
		strcpy(q->path, text);
		return true;
	}
	q->klass = ORACLE_NET;
	if (sscanf(text, "%8s %63s port %u", protocol, address, &port) < 2)
		return false;
	q->port = port;
	for (q->protocol = 0; strcmp(oracle_protocols[q->protocol].name, protocol); q->protocol++)
		if (q->protocol + 1U == oracle_nprotocols)
			return false;
	if (inet_pton(AF_INET6, address, q->address) == 1)
		return true;
	q->address[10] = q->address[11] = 0xff;
	return inet_pton(AF_INET, address, q->address + 12) == 1;
}

/* One side of a conflict: a resource, or a glob that stands in a rule (@level is NULL then). */
struct side {
	bool matches;
	struct oracle_level *level;
};

static void find_glob(struct oracle_policy *p, const char *name, const struct oracle_request *q,
		      struct side *side)
{
	char text[ORACLE_GLOB_TEXT];
	size_t b, i, j;

	for (b = 0; b < p->nblocks; b++) {
		for (i = 0; i < p->blocks[b].nrules && !p->blocks[b].gone; i++) {
			const struct oracle_rule *r = &p->blocks[b].rules[i];

			for (j = 0; j < r->nobjects && !r->gone; j++) {
				const struct oracle_object *o = &r->objects[j];

				if (o->gone || o->kind != ORACLE_GLOB || r->kind == ORACLE_ENTER ||
				    r->kind == ORACLE_HELPER)
					continue;
				oracle_glob_text(p, &p->globs[o->index], text);
				if (!strcmp(text, name))
					side->matches |= oracle_object_is(p, b, r, o, q);
			}
		}
	}
}

static struct side find_side(struct oracle_policy *p, const char *name,
			     const struct oracle_request *q)
{
	struct side side = {};
	char known[ORACLE_NAME];
	size_t i;

	if (*name == '/') {
		find_glob(p, name, q, &side);
		return side;
	}
	for (i = 0; i < p->nresources; i++) {
		oracle_resource_name(p, i, known);
		if (strcmp(known, name))
			continue;
		side.matches = oracle_resource_has(p, i, q);
		side.matches &= !p->resources[i].level.none;
		side.level = &p->resources[i].level;
	}
	return side;
}

/* "overlapping level: "A" (level X) and "B" (level Y) both match EXAMPLE" */
static enum oracle_refusal judge_overlap(struct oracle_policy *p, const char *message, bool mend)
{
	static const struct oracle_level lowest;
	char a[ORACLE_GLOB_TEXT], b[ORACLE_GLOB_TEXT], example[ORACLE_GLOB_TEXT];
	const char *rest = between(message, "level: \"", "\" (level ", a, sizeof(a));
	struct oracle_request q;
	struct side one, other;

	if (!rest || !between(rest, ") and \"", "\" (level ", b, sizeof(b)) ||
	    !between(rest, ") both match ", "", example, sizeof(example)) ||
	    !read_example(example, &q))
		return ORACLE_WRONG;
	one = find_side(p, a, &q);
	other = find_side(p, b, &q);
	if (!one.matches || !other.matches ||
	    oracle_level_same(one.level ? one.level : &lowest, other.level ? other.level : &lowest))
		return ORACLE_WRONG;
	if (mend && one.level)
		*one.level = lowest;
	if (mend && other.level)
		*other.level = lowest;
	return ORACLE_RIGHT;
}

static void drop_entries(struct oracle_block *b, enum oracle_rule_kind kind, bool others)
{
	size_t i;

	for (i = 0; i < b->nrules; i++)
		if (b->rules[i].kind == kind && (!others || !b->rules[i].nobjects))
			b->rules[i].gone = true;
}

/* Two entries of the kernel. */
static enum oracle_refusal judge_helpers(struct oracle_policy *p, const char *path, size_t a,
					 size_t b, bool mend)
{
	if (!oracle_block_enters(p, a, ORACLE_HELPER, path) ||
	    !oracle_block_enters(p, b, ORACLE_HELPER, path))
		return ORACLE_WRONG;
	if (mend)
		drop_entries(&p->blocks[b], ORACLE_HELPER, false);
	return ORACLE_RIGHT;
}

/* Rules `exec ... as` of a domain, of which two must hold for one file. */
struct exits {
	struct oracle_policy *policy;
	size_t block;
	struct oracle_request request;
	size_t a, b;
	const struct oracle_rule *to_a, *to_b;
};

static void find_exit(void *arg, const struct oracle_rule *rule)
{
	struct exits *x = arg;

	if (rule->kind != ORACLE_EXEC || !rule->as ||
	    !oracle_object_is(x->policy, x->block, rule, &rule->objects[0], &x->request))
		return;
	if (rule->as == x->a)
		x->to_a = rule;
	if (rule->as == x->b)
		x->to_b = rule;
}

/* The host: by `enter` of the one or a rule of its own, and so of the other. */
static enum oracle_refusal judge_host(struct exits *x, const char *path, bool mend)
{
	struct oracle_policy *p = x->policy;

	oracle_each_rule(p, 0, find_exit, x);
	if ((!x->to_a && !oracle_block_enters(p, x->a, ORACLE_ENTER, path)) ||
	    (!x->to_b && !oracle_block_enters(p, x->b, ORACLE_ENTER, path)))
		return ORACLE_WRONG;
	if (mend && x->to_b)
		((struct oracle_rule *)x->to_b)->gone = true;
	else if (mend)
		drop_entries(&p->blocks[x->b], ORACLE_ENTER, false);
	return ORACLE_RIGHT;
}

static size_t block_of(const char *name)
{
	return name[0] == 'd' ? strtoul(name + 1, NULL, 10) : 0;
}

/* "ambiguous transition: when WHO executes PATH it enters "A" or "B"" */
static enum oracle_refusal judge_transition(struct oracle_policy *p, const char *message, bool mend)
{
	char who[64], path[ORACLE_GLOB_TEXT], a[64], b[64];
	const char *rest = between(message, "when ", " executes ", who, sizeof(who));
	struct exits x = {.policy = p};

	if (!rest || !between(rest, " executes ", " it enters \"", path, sizeof(path)) ||
	    !(rest = between(rest, " it enters \"", "\" or \"", a, sizeof(a))) ||
	    !between(rest, "\" or \"", "\"", b, sizeof(b)) || !read_example(path, &x.request))
		return ORACLE_WRONG;
	x.a = block_of(a);
	x.b = block_of(b);
	if (x.a == x.b)
		return ORACLE_WRONG;
	if (!strcmp(who, "the kernel"))
		return judge_helpers(p, path, x.a, x.b, mend);
	if (!x.a || !x.b)
		return ORACLE_WRONG;
	if (!strcmp(who, "a task of the host"))
		return judge_host(&x, path, mend);
	if (strncmp(who, "domain d", 8))
		return ORACLE_WRONG;
	x.block = block_of(who + 7);
	oracle_each_rule(p, x.block, find_exit, &x);
	if (!x.to_a || !x.to_b)
		return ORACLE_WRONG;
	if (mend)
		((struct oracle_rule *)x.to_b)->gone = true;
	return ORACLE_RIGHT;
}

/* "other helpers enter "A" or "B"" */
static enum oracle_refusal judge_other_helpers(struct oracle_policy *p, const char *message,
					       bool mend)
{
	char a[64], b[64];
	size_t side, found = 0, i;
	const char *names[] = {a, b};

	if (!between(message, "enter \"", "\" or \"", a, sizeof(a)) ||
	    !between(message, "\" or \"", "\"", b, sizeof(b)) || !strcmp(a, b))
		return ORACLE_WRONG;
	for (side = 0; side < 2; side++) {
		const struct oracle_block *d = &p->blocks[block_of(names[side])];

		for (i = 0; i < d->nrules && !d->gone; i++) {
			if (d->rules[i].kind == ORACLE_HELPER && !d->rules[i].nobjects &&
			    !d->rules[i].gone) {
				found++;
				break;
			}
		}
	}
	if (found == 2 && mend)
		drop_entries(&p->blocks[block_of(b)], ORACLE_HELPER, true);
	return found == 2 ? ORACLE_RIGHT : ORACLE_WRONG;
}

/* What `enter` names may lie in resources of a level that the domain may not read. */
static enum oracle_refusal judge_program(struct oracle_policy *p, const char *message, bool mend)
{
	struct oracle_block *d;
	char name[64];
	size_t i;

	if (!between(message, "domain \"", "\"", name, sizeof(name)))
		return ORACLE_WRONG;
	d = &p->blocks[block_of(name)];
	for (i = 0; i < p->nresources; i++)
		if (!p->resources[i].gone && p->resources[i].klass == ORACLE_FILE &&
		    !p->resources[i].level.none &&
		    !oracle_order_permits(oracle_word("execute"), ORACLE_FILE, &d->level,
					  &p->resources[i].level))
			break;
	if (i == p->nresources)
		return ORACLE_WRONG;
	if (mend) {
		drop_entries(d, ORACLE_ENTER, false);
		drop_entries(d, ORACLE_HELPER, false);
	}
	return ORACLE_RIGHT;
}

static enum oracle_refusal judge_order(struct oracle_policy *p, bool mend)
{
	const struct oracle_rule *rule;
	size_t block;

	if (!oracle_order_violated(p, &block, &rule))
		return ORACLE_WRONG;
	if (mend)
		oracle_mend_order(p);
	return ORACLE_RIGHT;
}

void oracle_mend_order(struct oracle_policy *p)
{
	const struct oracle_rule *found;
	struct oracle_rule *rule;
	size_t block;

	while (oracle_order_violated(p, &block, &found)) {
		rule = (struct oracle_rule *)found;
		if (rule->kind == ORACLE_EXEC)
			rule->gone = true;
		else
			rule->effect = ORACLE_TRUSTED;
	}
}

enum oracle_refusal oracle_refuse(struct oracle_policy *p, const char *message, bool mend)
{
	if (!strncmp(message, "overlapping level: ", 19))
		return judge_overlap(p, message, mend);
	if (!strncmp(message, "ambiguous transition: ", 22))
		return judge_transition(p, message, mend);
	if (!strncmp(message, "other helpers enter ", 20))
		return judge_other_helpers(p, message, mend);
	if (strstr(message, " may not ") &&
	    (strstr(message, "_program\" (level ") || strstr(message, "_helper\" (level ")))
		return judge_program(p, message, mend);
	if (strstr(message, " may not "))
		return judge_order(p, mend);
	if (!strncmp(message, "the automaton grows ", 20))
		return ORACLE_HOPELESS;
	return ORACLE_WRONG;
}
