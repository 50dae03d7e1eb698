// SPDX-License-Identifier: GPL-2.0
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "glob.h"
#include "words.h"

static bool any_matches(const struct oracle_policy *p, const uint8_t *globs, size_t n,
			const char *path)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!p->globs[globs[i]].gone && oracle_glob_matches(p, &p->globs[globs[i]], path))
			return true;
	return false;
}

static bool endpoint_has(const struct oracle_resource *r, const struct oracle_request *q)
{
	bool any = true;
	size_t i;

	if (r->protocol != q->protocol)
		return false;
	for (i = 0; r->addressed && i < r->prefix; i++)
		if ((r->address[i / 8] ^ q->address[i / 8]) >> (7 - i % 8) & 1)
			return false;
	for (i = 0; i < r->nports; i++) {
		if (r->ports[i].gone)
			continue;
		if (q->port >= r->ports[i].from && q->port <= r->ports[i].to)
			return true;
		any = false;
	}
	return any;
}

bool oracle_resource_has(const struct oracle_policy *p, size_t resource,
			 const struct oracle_request *q)
{
	const struct oracle_resource *r = &p->resources[resource];

	if (r->gone || r->klass != q->klass)
		return false;
	if (r->klass == ORACLE_NET)
		return endpoint_has(r, q);
	if (q->unreachable || !r->nglobs)
		return q->unreachable && !r->nglobs;
	return any_matches(p, r->globs, r->nglobs, q->path) &&
	       !any_matches(p, r->except, r->nexcept, q->path);
}

bool oracle_object_is(const struct oracle_policy *p, size_t block, const struct oracle_rule *rule,
		      const struct oracle_object *o, const struct oracle_request *q)
{
	if (o->gone)
		return false;
	switch (o->kind) {
	case ORACLE_RESOURCE:
		return oracle_resource_has(p, o->index, q);
	case ORACLE_GLOB:
		return q->klass == ORACLE_FILE && !q->unreachable && !p->globs[o->index].gone &&
		       oracle_glob_matches(p, &p->globs[o->index], q->path);
	case ORACLE_BLOCK:
		return q->klass == ORACLE_DOMAIN && rule->kind == ORACLE_ACCESS &&
		       q->target == o->index;
	case ORACLE_SELF:
		return q->klass == ORACLE_DOMAIN && q->target == block;
	case ORACLE_NUMBER:
		return q->klass == rule->klass && q->word == o->index;
	}
	abort();
}

struct spreading {
	const struct oracle_policy *policy;
	bool done[ORACLE_BLOCKS];
	void (*visit)(void *arg, const struct oracle_rule *rule);
	void *arg;
};

static void spread(struct spreading *s, size_t block)
{
	const struct oracle_block *b = &s->policy->blocks[block];
	size_t i, j;

	for (i = 0; i < b->nrules; i++) {
		const struct oracle_rule *rule = &b->rules[i];

		if (rule->gone)
			continue;
		if (rule->kind != ORACLE_USE) {
			s->visit(s->arg, rule);
			continue;
		}
		for (j = 0; j < rule->nobjects; j++) {
			size_t used = rule->objects[j].index;

			if (rule->objects[j].gone || s->done[used])
				continue;
			s->done[used] = true;
			spread(s, used);
		}
	}
}

void oracle_each_rule(const struct oracle_policy *policy, size_t block,
		      void (*visit)(void *arg, const struct oracle_rule *rule), void *arg)
{
	struct spreading s = {.policy = policy, .visit = visit, .arg = arg};

	spread(&s, block);
}

bool oracle_block_enters(const struct oracle_policy *p, size_t block, enum oracle_rule_kind kind,
			 const char *path)
{
	const struct oracle_block *b = &p->blocks[block];
	size_t i, j;

	for (i = 0; i < b->nrules && !b->gone; i++) {
		if (b->rules[i].gone || b->rules[i].kind != kind)
			continue;
		for (j = 0; j < b->rules[i].nobjects; j++) {
			const struct oracle_object *o = &b->rules[i].objects[j];

			if (!o->gone && !p->globs[o->index].gone &&
			    oracle_glob_matches(p, &p->globs[o->index], path))
				return true;
		}
	}
	return false;
}

/* What the rules of one domain say of one request. */
struct inquiry {
	const struct oracle_policy *policy;
	const struct oracle_request *request;
	bool granted, denied, trusted, audit, quiet;
	struct oracle_verdict grants, denials; /* lines only */
	int as;				       /* `exec ... as`, or -1 */
};

static void add_line(struct oracle_verdict *v, uint32_t line)
{
	size_t i, n;

	for (i = 0; i < v->nlines && v->lines[i] < line; i++)
		;
	if (i < v->nlines && v->lines[i] == line)
		return;
	if (v->nlines == ORACLE_LINES)
		abort();
	for (n = v->nlines++; n > i; n--)
		v->lines[n] = v->lines[n - 1];
	v->lines[i] = line;
}

/* Does one of the words of @rule grant what is asked for, name it, deny it? */
struct words {
	bool grants, names, denies;
};

static struct words words_of(const struct oracle_rule *rule, size_t wanted)
{
	struct words w = {};
	size_t i;

	if (rule->kind == ORACLE_EXEC)
		w.grants = oracle_grants(oracle_word("execute"), wanted);
	for (i = 0; i < rule->nverbs; i++) {
		if (rule->verbs[i].gone)
			continue;
		w.grants |= oracle_grants(rule->verbs[i].word, wanted);
		w.denies |= oracle_denies(rule->verbs[i].word, wanted);
	}
	/* Where `write` is marked, so is the appending in it. */
	w.names = w.denies;
	return w;
}

static void inquire(void *arg, const struct oracle_rule *rule)
{
	struct inquiry *x = arg;
	const struct oracle_request *q = x->request;
	struct words w;
	size_t i;

	if (rule->kind != ORACLE_ACCESS && rule->kind != ORACLE_EXEC)
		return;
	w = words_of(rule, q->word);
	for (i = 0; i < rule->nobjects; i++) {
		const struct oracle_object *o = &rule->objects[i];

		if (!oracle_object_is(x->policy, q->domain, rule, o, q))
			continue;
		if (rule->kind == ORACLE_EXEC && rule->as)
			x->as = rule->as;
		if (rule->effect == ORACLE_DENY) {
			x->denied |= w.denies;
			x->quiet |= w.denies && rule->quiet;
			if (w.denies)
				add_line(&x->denials, o->line);
			continue;
		}
		x->granted |= w.grants;
		x->trusted |= w.grants && rule->effect == ORACLE_TRUSTED;
		x->audit |= w.names && rule->audit;
		if (w.grants)
			add_line(&x->grants, o->line);
	}
}

/* Line of the first glob of all `enter` of a block, which has some. */
static uint32_t first_entry(const struct oracle_block *b, enum oracle_rule_kind kind)
{
	size_t i, j;

	for (i = 0; i < b->nrules; i++) {
		if (b->rules[i].gone || b->rules[i].kind != kind)
			continue;
		for (j = 0; j < b->rules[i].nobjects; j++)
			if (!b->rules[i].objects[j].gone)
				return b->rules[i].objects[j].line;
	}
	abort();
}

/* `enter`: the domain may read, map and execute it, as the line of its first glob says. */
static void inquire_entries(struct inquiry *x, enum oracle_rule_kind kind)
{
	const struct oracle_request *q = x->request;

	if (q->klass != ORACLE_FILE || q->unreachable ||
	    !oracle_grants(oracle_word("execute"), q->word) ||
	    !oracle_block_enters(x->policy, q->domain, kind, q->path))
		return;
	x->granted = true;
	add_line(&x->grants, first_entry(&x->policy->blocks[q->domain], kind));
}

/* The host may execute what other domains are entered by. */
static void inquire_others(struct inquiry *x)
{
	const struct oracle_request *q = x->request;
	size_t i;

	if (q->domain || q->klass != ORACLE_FILE || q->unreachable ||
	    q->word != oracle_word("execute"))
		return;
	for (i = 1; i < x->policy->ndomains; i++) {
		if (!oracle_block_enters(x->policy, i, ORACLE_ENTER, q->path))
			continue;
		x->granted = true;
		add_line(&x->grants, first_entry(&x->policy->blocks[i], ORACLE_ENTER));
	}
}

/* Granted without a rule; @self has one: the domain. */
static bool is_implied(const struct oracle_request *q, bool *self)
{
	static const char *const own[] = {"signal", "inspect", "schedule", "ipc_read", "ipc_write"};
	const char *word = oracle_words[q->word].name;
	size_t i;

	*self = false;
	if (q->klass == ORACLE_FILE)
		return !strcmp(word, "search");
	if (q->klass == ORACLE_NET)
		return !strcmp(word, "accept") || !strcmp(word, "receive");
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		*self |= q->target == q->domain && !strcmp(own[i], word);
	return *self;
}

/* Level of the object; @known: a resource names it. */
static struct oracle_level level_of(const struct oracle_policy *p, const struct oracle_request *q,
				    bool *known)
{
	size_t i;

	*known = true;
	if (q->klass == ORACLE_DOMAIN)
		return p->blocks[q->target].level;
	for (i = 0; i < p->nresources; i++)
		if (oracle_resource_has(p, i, q) && !p->resources[i].level.none)
			return p->resources[i].level;
	*known = false;
	for (i = 0; i < p->nresources; i++)
		*known |= oracle_resource_has(p, i, q);
	return (struct oracle_level){};
}

/* What executing the file of @q enters for the host and whoever is unconfined, or -1. */
static int entered(const struct oracle_policy *p, enum oracle_rule_kind kind,
		   const struct oracle_request *q)
{
	size_t i;

	for (i = 0; i < p->ndomains && !q->unreachable; i++)
		if (oracle_block_enters(p, i, kind, q->path))
			return i;
	return -1;
}

static int entered_by_helper(const struct oracle_policy *p, const struct oracle_request *q)
{
	int named = entered(p, ORACLE_HELPER, q);
	size_t i, j;

	if (named >= 0 || entered(p, ORACLE_ENTER, q) >= 0)
		return named;
	for (i = 0; i < p->ndomains; i++)
		for (j = 0; j < p->blocks[i].nrules; j++)
			if (!p->blocks[i].gone && !p->blocks[i].rules[j].gone &&
			    p->blocks[i].rules[j].kind == ORACLE_HELPER &&
			    !p->blocks[i].rules[j].nobjects)
				return i;
	return -1;
}

static void judge_transition(const struct inquiry *x, bool as_host, struct oracle_verdict *v)
{
	const struct oracle_request *q = x->request;

	if (q->klass != ORACLE_FILE || v->reason != ORACLE_ALLOWED ||
	    q->word != oracle_word("execute"))
		return;
	v->enters = x->as;
	if (v->enters < 0 && as_host)
		v->enters = entered(x->policy, ORACLE_ENTER, q);
	if (!q->domain)
		v->helper = entered_by_helper(x->policy, q);
}

static void judge_access(const struct oracle_policy *p, const struct oracle_request *q,
			 struct oracle_verdict *v)
{
	const struct oracle_block *d = &p->blocks[q->domain];
	struct inquiry x = {.policy = p, .request = q, .as = -1};
	bool implied, self, known, ordered;
	struct oracle_level level = level_of(p, q, &known);

	oracle_each_rule(p, q->domain, inquire, &x);
	inquire_entries(&x, ORACLE_ENTER);
	inquire_entries(&x, ORACLE_HELPER);
	inquire_others(&x);
	implied = is_implied(q, &self);
	if (self)
		add_line(&x.grants, d->line);
	/* A peer that no resource names is of the level of the socket that it reaches. */
	ordered = x.trusted || (implied && q->klass == ORACLE_NET && !known) ||
		  oracle_order_permits(q->word, q->klass, &d->level, &level);
	if (d->mode == ORACLE_UNCONFINED)
		v->reason = ORACLE_ALLOWED;
	else if (x.denied)
		v->reason = ORACLE_DENIED;
	else if (!x.granted && !implied)
		v->reason = ORACLE_NO_RULE;
	else
		v->reason = ordered ? ORACLE_ALLOWED : ORACLE_ORDER;
	judge_transition(&x, !q->domain || d->mode == ORACLE_UNCONFINED, v);
	if (d->mode == ORACLE_UNCONFINED)
		return;
	v->audit = v->reason == ORACLE_ALLOWED && x.audit;
	v->quiet = v->reason != ORACLE_ALLOWED && x.quiet;
	if (v->reason == ORACLE_NO_RULE)
		return;
	memcpy(v->lines, v->reason == ORACLE_DENIED ? x.denials.lines : x.grants.lines,
	       sizeof(v->lines));
	v->nlines = v->reason == ORACLE_DENIED ? x.denials.nlines : x.grants.nlines;
}

/* `socket netlink` is about all of its protocols. */
static bool names_number(const struct oracle_rule *rule, const struct oracle_object *o,
			 const struct oracle_request *q)
{
	if (rule->klass == ORACLE_SOCKET && q->klass == ORACLE_NETLINK)
		return o->index == oracle_name(ORACLE_SOCKET, "netlink");
	return rule->klass == q->klass && o->index == q->word;
}

/* A family that a rule on a resource or a protocol brings with it. */
static bool brings_family(const struct oracle_rule *rule, const struct oracle_request *q)
{
	if (q->klass != ORACLE_SOCKET || rule->effect == ORACLE_DENY)
		return false;
	if (rule->kind == ORACLE_ACCESS && rule->klass == ORACLE_NET)
		return q->word == oracle_name(ORACLE_SOCKET, "inet") ||
		       q->word == oracle_name(ORACLE_SOCKET, "inet6");
	return rule->kind == ORACLE_NUMBERS && rule->klass == ORACLE_NETLINK &&
	       q->word == oracle_name(ORACLE_SOCKET, "netlink");
}

static void inquire_numbers(void *arg, const struct oracle_rule *rule)
{
	struct inquiry *x = arg;
	size_t i;

	for (i = 0; i < rule->nobjects; i++) {
		const struct oracle_object *o = &rule->objects[i];

		if (o->gone)
			continue;
		x->granted |= brings_family(rule, x->request);
		if (rule->kind != ORACLE_NUMBERS || !names_number(rule, o, x->request))
			continue;
		if (rule->klass == ORACLE_LIMIT) {
			/* What keeps below any of them is granted without a rule. */
			x->denied |= x->request->amount > o->most;
			add_line(&x->denials, o->line);
			continue;
		}
		if (rule->effect == ORACLE_DENY)
			x->denied = true;
		else
			x->granted = true;
		add_line(rule->effect == ORACLE_DENY ? &x->denials : &x->grants, o->line);
	}
}

static void judge_number(const struct oracle_policy *p, const struct oracle_request *q,
			 struct oracle_verdict *v)
{
	struct inquiry x = {.policy = p, .request = q};

	if (p->blocks[q->domain].mode == ORACLE_UNCONFINED)
		return;
	oracle_each_rule(p, q->domain, inquire_numbers, &x);
	x.granted |= q->klass == ORACLE_LIMIT;
	v->reason = x.denied ? ORACLE_DENIED : x.granted ? ORACLE_ALLOWED : ORACLE_NO_RULE;
	if (v->reason == ORACLE_NO_RULE)
		return;
	memcpy(v->lines, x.denied ? x.denials.lines : x.grants.lines, sizeof(v->lines));
	v->nlines = x.denied ? x.denials.nlines : x.grants.nlines;
}

void oracle_judge(const struct oracle_policy *policy, const struct oracle_request *request,
		  struct oracle_verdict *verdict)
{
	*verdict = (struct oracle_verdict){.enters = -1, .helper = -1};
	if (request->klass < ORACLE_TABLES)
		judge_access(policy, request, verdict);
	else
		judge_number(policy, request, verdict);
}
