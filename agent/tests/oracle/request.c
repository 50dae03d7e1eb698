// SPDX-License-Identifier: GPL-2.0
/* Questions to a policy: what its globs and endpoints match, and what is just beside. */
#include <string.h>

#include "../random.h"
#include "generate.h"
#include "glob.h"
#include "words.h"

static void change_name(uint64_t *random, char name[ORACLE_PATH])
{
	size_t n = strlen(name), at = policy_random(random, n + 1);

	switch (policy_random(random, 4)) {
	case 0:
		if (n + 1 < ORACLE_PATH) {
			memmove(name + at + 1, name + at, n - at);
			name[at] = oracle_glob_byte(random, true);
		}
		break;
	case 1:
		if (at < n) {
			memmove(name + at, name + at + 1, n - at);
			name[n - 1] = '\0';
		}
		break;
	case 2:
		if (at < n)
			name[at] = oracle_glob_byte(random, true);
		break;
	default:
		name[at] = '\0';
		memset(name + at, 0, ORACLE_PATH - at);
	}
}

static void draw_file(const struct oracle_policy *p, size_t glob, uint64_t *random,
		      struct oracle_request *q)
{
	size_t changes;

	q->unreachable = !policy_random(random, 24);
	if (!q->unreachable && glob < p->nglobs)
		oracle_glob_sample(p, &p->globs[glob], random, q->path);
	/* Parts of a brace are globs, too: what they match is not yet a name. */
	for (changes = policy_random(random, 4) / 2; changes; changes--)
		change_name(random, q->path);
	oracle_name_mend(q->path);
}

static void draw_elsewhere(uint64_t *random, struct oracle_request *q)
{
	q->protocol = policy_random(random, oracle_nprotocols);
	q->port = policy_random(random, 2) ? policy_random(random, 65536) : 80;
	q->address[15] = 1;
}

/* In or beside @r. */
static void draw_endpoint(const struct oracle_resource *r, uint64_t *random,
			  struct oracle_request *q)
{
	const struct oracle_ports *ports =
		r->nports ? &r->ports[policy_random(random, r->nports)] : NULL;
	size_t bit;

	q->protocol =
		policy_random(random, 16) ? r->protocol : policy_random(random, oracle_nprotocols);
	memcpy(q->address, r->address, sizeof(q->address));
	/* Bits behind the prefix are free; sometimes one of the last before is turned. */
	for (bit = r->addressed ? r->prefix : 0; bit < 128; bit++)
		if (!policy_random(random, 3))
			q->address[bit / 8] ^= 0x80 >> bit % 8;
	if (r->addressed && r->prefix && !policy_random(random, 4)) {
		bit = r->prefix - 1 - policy_random(random, r->prefix < 3 ? 1 : 2);
		q->address[bit / 8] ^= 0x80 >> bit % 8;
	}
	q->port = policy_random(random, 65536);
	if (ports && policy_random(random, 8))
		q->port = (policy_random(random, 2) ? ports->from : ports->to) +
			  policy_random(random, 3) - 1;
}

/* An object of @resource, or of any resource or glob where that is no resource. */
static void draw_object(const struct oracle_policy *p, size_t resource, uint64_t *random,
			struct oracle_request *q)
{
	const struct oracle_resource *r;

	if (resource >= p->nresources && p->nresources)
		resource = policy_random(random, p->nresources);
	r = resource < p->nresources ? &p->resources[resource] : NULL;
	if (q->klass == ORACLE_FILE) {
		size_t glob = p->nglobs ? policy_random(random, p->nglobs) : 0;

		if (r && r->klass == ORACLE_FILE && r->nglobs && policy_random(random, 4))
			glob = r->nexcept && !policy_random(random, 4)
				       ? r->except[0]
				       : r->globs[policy_random(random, r->nglobs)];
		draw_file(p, glob, random, q);
	} else if (q->klass == ORACLE_NET) {
		if (r && r->klass == ORACLE_NET)
			draw_endpoint(r, random, q);
		else
			draw_elsewhere(random, q);
		if (!oracle_protocols[q->protocol].ports)
			q->port = 0;
	} else if (q->klass == ORACLE_DOMAIN) {
		q->target =
			policy_random(random, 3) ? policy_random(random, p->ndomains) : q->domain;
	}
}

static void draw_word(uint64_t *random, struct oracle_request *q)
{
	if (q->klass >= ORACLE_TABLES) {
		q->word = policy_random(random, oracle_nnames[q->klass]);
		return;
	}
	/* Executing also says where it leads; what needs no rule shows the order of levels. */
	do
		q->word = !policy_random(random, 5)   ? oracle_word("execute")
			  : !policy_random(random, 5) ? oracle_word("search")
			  : !policy_random(random, 5) ? oracle_word("accept")
						      : policy_random(random, oracle_nwords);
	while (!oracle_words[q->word].flow[q->klass]);
}

/* Something that @rule, of the domain of @q or of what that uses, is about. */
static void draw_from_rule(const struct oracle_policy *p, const struct oracle_rule *rule,
			   uint64_t *random, struct oracle_request *q)
{
	const struct oracle_object *o =
		rule->nobjects ? &rule->objects[policy_random(random, rule->nobjects)] : NULL;
	const struct oracle_word *w;
	size_t n;

	q->klass = rule->kind == ORACLE_ACCESS || rule->kind == ORACLE_NUMBERS ? rule->klass
									       : ORACLE_FILE;
	draw_word(random, q);
	if (rule->nverbs && policy_random(random, 4)) {
		q->word = rule->verbs[policy_random(random, rule->nverbs)].word;
		w = &oracle_words[q->word];
		for (n = 0; n < 4 && w->implies[n]; n++)
			;
		if (n && policy_random(random, 2))
			q->word = oracle_word(w->implies[policy_random(random, n)]);
	}
	if (o && o->kind == ORACLE_GLOB && policy_random(random, 8))
		draw_file(p, o->index, random, q);
	else
		draw_object(p, o && o->kind == ORACLE_RESOURCE ? o->index : p->nresources, random,
			    q);
	if (o && o->kind == ORACLE_BLOCK && rule->kind == ORACLE_ACCESS)
		q->target = o->index;
	if (o && o->kind == ORACLE_NUMBER)
		q->word = o->index;
}

void oracle_request(const struct oracle_policy *p, uint64_t *random, struct oracle_request *q)
{
	static const uint8_t classes[] = {
		ORACLE_FILE,	   ORACLE_FILE,	  ORACLE_FILE,	  ORACLE_FILE,	  ORACLE_FILE,
		ORACLE_NET,	   ORACLE_NET,	  ORACLE_NET,	  ORACLE_DOMAIN,  ORACLE_DOMAIN,
		ORACLE_CAPABILITY, ORACLE_SOCKET, ORACLE_CONTROL, ORACLE_NETLINK, ORACLE_LIMIT,
	};
	const struct oracle_block *b;

	memset(q, 0, sizeof(*q));
	q->amount = policy_random(random, 6);
	q->domain = policy_random(random, 16) ? 1 + policy_random(random, p->ndomains - 1) : 0;
	b = &p->blocks[policy_random(random, 4) ? q->domain : policy_random(random, p->nblocks)];
	if (b->nrules && policy_random(random, 4)) {
		draw_from_rule(p, &b->rules[policy_random(random, b->nrules)], random, q);
		return;
	}
	q->klass = classes[policy_random(random, sizeof(classes))];
	draw_word(random, q);
	draw_object(p, p->nresources, random, q);
}
