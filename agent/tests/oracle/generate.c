// SPDX-License-Identifier: GPL-2.0
#include "generate.h"

#include <stdlib.h>
#include <string.h>

#include "../random.h"
#include "glob.h"
#include "words.h"

#define STARS 10

/*
 * @stars: that may still be drawn; many of them, in globs that meet, make automata explode
 * @depth: braces around what is drawn
 */
struct generator {
	struct oracle_policy *p;
	uint64_t random;
	unsigned int stars, depth;
};

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014). */
uint64_t oracle_random(uint64_t seed)
{
	uint64_t z = seed + 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (z ^ z >> 31) | 1;
}

static uint32_t draw(struct generator *g, uint32_t below)
{
	return policy_random(&g->random, below);
}

static size_t new_glob(struct generator *g)
{
	if (g->p->nglobs == ORACLE_GLOBS)
		abort();
	memset(&g->p->globs[g->p->nglobs], 0, sizeof(g->p->globs[0]));
	return g->p->nglobs++;
}

static bool is_star(enum oracle_piece_kind kind)
{
	return kind == ORACLE_STAR || kind == ORACLE_STARS;
}

static struct oracle_piece *add_piece(struct generator *g, size_t glob, enum oracle_piece_kind kind)
{
	struct oracle_glob *to = &g->p->globs[glob];
	unsigned int price = kind == ORACLE_STARS ? 3 : 1;
	size_t i;

	/* What stands in a brace, or behind one, is there once for each alternative. */
	price *= g->depth ? 3 : 1;
	for (i = 0; i < to->n; i++)
		price *= to->pieces[i].kind == ORACLE_BRACE ? 4 : 1;
	if (is_star(kind)) {
		/* Two stars are another glob than `*` twice. */
		if (g->stars < price || (to->n && is_star(to->pieces[to->n - 1].kind))) {
			kind = ORACLE_BYTE;
			to->pieces[to->n].byte = 'a';
		} else {
			g->stars -= price;
		}
	}
	to->pieces[to->n].kind = kind;
	return &to->pieces[to->n++];
}

static bool has_room(const struct generator *g, size_t glob, size_t pieces)
{
	return g->p->globs[glob].n + pieces <= ORACLE_PIECES;
}

static void add_byte(struct generator *g, size_t glob, uint8_t byte)
{
	add_piece(g, glob, ORACLE_BYTE)->byte = byte;
}

/* Few bytes, so that globs meet; never '.' at the start of a component. */
static uint8_t plain_byte(struct generator *g)
{
	return "ab"[draw(g, 2)];
}

static uint8_t policy_byte(struct generator *g)
{
	if (draw(g, 5))
		return plain_byte(g);
	return oracle_glob_byte(&g->random, false);
}

static void add_bracket(struct generator *g, size_t glob)
{
	static const uint8_t ends[][2] = {
		{'a', 'b'},   {'a', 'a'}, {'b', 'd'}, {'.', '0'}, {'-', '-'}, {'!', '~'},
		{0x80, 0xff}, {'^', 'a'}, {']', ']'}, {'*', ','}, {'b', 'b'}, {' ', '+'},
	};
	struct oracle_piece *p = add_piece(g, glob, ORACLE_BRACKET);
	size_t i;

	p->negated = !draw(g, 3);
	p->n = 1 + draw(g, ORACLE_PARTS);
	for (i = 0; i < p->n; i++) {
		const uint8_t *r = ends[draw(g, sizeof(ends) / sizeof(ends[0]))];

		p->ranges[i].from = r[0];
		p->ranges[i].to = r[1];
	}
}

static void add_component(struct generator *g, size_t glob, unsigned int depth);

/* Alternatives that are not empty; where a component @ends, also empty ones and more components. */
static void add_brace(struct generator *g, size_t glob, unsigned int depth, bool ends)
{
	uint8_t parts[ORACLE_PARTS], n = 1 + draw(g, ORACLE_PARTS), i;
	struct oracle_piece *p;

	g->depth++;
	for (i = 0; i < n; i++) {
		parts[i] = new_glob(g);
		if (ends && draw(g, 3)) {
			if (!i)
				continue;
			add_byte(g, parts[i], '/');
			add_component(g, parts[i], depth + 1);
		} else if (ends && !draw(g, 3)) {
			add_byte(g, parts[i], policy_byte(g));
		} else {
			add_component(g, parts[i], depth + 1);
			if (!draw(g, 4) && has_room(g, parts[i], 4)) {
				add_byte(g, parts[i], '/');
				add_byte(g, parts[i], plain_byte(g));
			}
		}
	}
	g->depth--;
	p = add_piece(g, glob, ORACLE_BRACE);
	memcpy(p->parts, parts, sizeof(parts));
	p->n = n;
}

/* What can stand anywhere in a component but at its start. */
static void add_more(struct generator *g, size_t glob, unsigned int depth)
{
	switch (draw(g, 12)) {
	case 0:
	case 1:
		add_piece(g, glob, ORACLE_STAR);
		break;
	case 2:
		add_piece(g, glob, draw(g, 3) ? ORACLE_STAR : ORACLE_STARS);
		break;
	case 3:
		add_piece(g, glob, ORACLE_QUESTION);
		break;
	case 4:
		add_bracket(g, glob);
		break;
	case 5:
		if (depth < 2 && g->p->nglobs < ORACLE_GLOBS - 40) {
			add_brace(g, glob, depth, false);
			break;
		}
		/* fallthrough */
	default:
		add_byte(g, glob, policy_byte(g));
	}
}

/* One component, not empty in any expansion. */
static void add_component(struct generator *g, size_t glob, unsigned int depth)
{
	unsigned int more = draw(g, 3);

	switch (draw(g, 10)) {
	case 0:
		add_piece(g, glob, ORACLE_STAR);
		break;
	case 1:
		add_piece(g, glob, ORACLE_STARS);
		break;
	case 2:
		add_piece(g, glob, ORACLE_QUESTION);
		break;
	case 3:
		add_bracket(g, glob);
		break;
	case 4:
		if (depth < 2 && g->p->nglobs < ORACLE_GLOBS - 40) {
			add_brace(g, glob, depth, false);
			break;
		}
		/* fallthrough */
	default:
		add_byte(g, glob, plain_byte(g));
	}
	while (more-- && has_room(g, glob, 4))
		add_more(g, glob, depth);
}

static size_t draw_glob(struct generator *g)
{
	size_t glob = new_glob(g), components = 1 + draw(g, 3);

	while (components-- && has_room(g, glob, 5)) {
		add_byte(g, glob, '/');
		add_component(g, glob, 0);
	}
	if (!draw(g, 4) && has_room(g, glob, 2) && g->p->nglobs < ORACLE_GLOBS - 40)
		add_brace(g, glob, 1, true);
	return glob;
}

static void draw_level(struct generator *g, struct oracle_level *level, bool any)
{
	size_t i;

	level->written = draw(g, 4);
	if (!level->written)
		return;
	level->any = any && !draw(g, 8);
	level->none = any && !level->any && !draw(g, 8);
	if (level->any || level->none)
		return;
	level->rank = g->p->nranks ? draw(g, g->p->nranks) : 0;
	for (i = 0; i < g->p->ncategories; i++)
		level->categories[i] = !draw(g, 3);
}

static void draw_address(struct generator *g, struct oracle_resource *r)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	unsigned int i, bits;

	r->v4 = draw(g, 2);
	memcpy(r->address, mapped, sizeof(mapped));
	for (i = r->v4 ? 12 : 0; i < 16; i++)
		r->address[i] = draw(g, 4) ? 0 : draw(g, 256);
	bits = r->v4 ? 32 : 128;
	r->prefix = 128 - (draw(g, 3) ? draw(g, bits + 1) : 0);
	for (i = r->prefix; i < 128; i++)
		r->address[i / 8] &= ~(0x80 >> i % 8);
}

static void draw_endpoint(struct generator *g, struct oracle_resource *r)
{
	static const uint16_t usual[] = {0, 1, 22, 80, 255, 256, 443, 511, 512, 1023, 65535};
	size_t i;

	r->protocol = draw(g, oracle_nprotocols);
	r->addressed = oracle_protocols[r->protocol].addresses && draw(g, 3);
	if (r->addressed)
		draw_address(g, r);
	r->nports = oracle_protocols[r->protocol].ports ? draw(g, ORACLE_PARTS + 1) : 0;
	for (i = 0; i < r->nports; i++) {
		uint16_t a = draw(g, 4) ? usual[draw(g, 11)] : draw(g, 65536);
		uint16_t b = draw(g, 2) ? a : draw(g, 2) ? usual[draw(g, 11)] : draw(g, 65536);

		r->ports[i].from = a < b ? a : b;
		r->ports[i].to = a < b ? b : a;
	}
}

static void draw_resource(struct generator *g, struct oracle_resource *r)
{
	size_t i;

	r->klass = draw(g, 3) ? ORACLE_FILE : ORACLE_NET;
	draw_level(g, &r->level, true);
	if (r->klass == ORACLE_NET) {
		draw_endpoint(g, r);
		return;
	}
	r->nglobs = draw(g, 10) ? 1 + draw(g, ORACLE_PARTS) : 0;
	r->nexcept = r->nglobs && !draw(g, 3) ? 1 + draw(g, 2) : 0;
	for (i = 0; i < r->nglobs; i++)
		r->globs[i] = draw_glob(g);
	for (i = 0; i < r->nexcept; i++)
		r->except[i] = draw_glob(g);
}

static void draw_object(struct generator *g, enum oracle_class klass, struct oracle_object *o)
{
	size_t i, n = 0, pick[ORACLE_RESOURCES];

	o->broken = !draw(g, 4);
	if (klass == ORACLE_DOMAIN) {
		o->kind = draw(g, 4) ? ORACLE_BLOCK : ORACLE_SELF;
		o->index = draw(g, g->p->ndomains);
		return;
	}
	for (i = 0; i < g->p->nresources; i++)
		if (g->p->resources[i].klass == klass)
			pick[n++] = i;
	if (n && (klass == ORACLE_NET || draw(g, 3))) {
		o->kind = ORACLE_RESOURCE;
		o->index = pick[draw(g, n)];
	} else if (klass == ORACLE_FILE) {
		o->kind = ORACLE_GLOB;
		o->index = draw_glob(g);
	} else {
		o->gone = true;
	}
}

static void draw_access(struct generator *g, struct oracle_rule *rule)
{
	uint8_t order[] = {ORACLE_FILE, ORACLE_FILE, ORACLE_NET, ORACLE_DOMAIN};
	size_t i;

	rule->klass = order[draw(g, sizeof(order))];
	rule->effect = draw(g, 5) < 3 ? ORACLE_ALLOW : draw(g, 2) ? ORACLE_DENY : ORACLE_TRUSTED;
	rule->quiet = rule->effect == ORACLE_DENY && draw(g, 2);
	rule->audit = rule->effect != ORACLE_DENY && !draw(g, 4);
	rule->nverbs = 1 + draw(g, ORACLE_VERBS);
	for (i = 0; i < rule->nverbs; i++) {
		do
			rule->verbs[i].word = draw(g, oracle_nwords);
		while (!oracle_words[rule->verbs[i].word].flow[rule->klass]);
	}
	rule->domain_word = rule->klass == ORACLE_DOMAIN;
	for (i = 0; i < rule->nverbs; i++)
		if (!oracle_words[rule->verbs[i].word].flow[ORACLE_FILE] && draw(g, 2))
			rule->domain_word = false;
	rule->nobjects = 1 + draw(g, ORACLE_OBJECTS);
	for (i = 0; i < rule->nobjects; i++)
		draw_object(g, rule->klass, &rule->objects[i]);
}

static void draw_numbers(struct generator *g, struct oracle_rule *rule)
{
	size_t i;

	rule->kind = ORACLE_NUMBERS;
	rule->klass = ORACLE_TABLES + draw(g, ORACLE_CLASSES - ORACLE_TABLES);
	rule->effect = draw(g, 3) ? ORACLE_ALLOW : ORACLE_DENY;
	rule->nobjects = 1 + draw(g, ORACLE_OBJECTS);
	for (i = 0; i < rule->nobjects; i++)
		rule->objects[i] = (struct oracle_object){
			.kind = ORACLE_NUMBER,
			.index = draw(g, oracle_nnames[rule->klass]),
			.broken = !draw(g, 3),
			.most = draw(g, 5),
		};
	/* A limit takes away whatever it says. */
	if (rule->klass == ORACLE_LIMIT)
		rule->effect = ORACLE_ALLOW;
}

/* The host is entered by helpers only. */
static void draw_entry(struct generator *g, size_t block, struct oracle_rule *rule)
{
	size_t i;

	rule->kind = block && draw(g, 3) ? ORACLE_ENTER : ORACLE_HELPER;
	rule->nobjects = rule->kind == ORACLE_HELPER && !draw(g, 4) ? 0 : 1 + draw(g, 2);
	for (i = 0; i < rule->nobjects; i++)
		rule->objects[i] =
			(struct oracle_object){.kind = ORACLE_GLOB, .index = draw_glob(g)};
}

/* Abstractions use those behind them only: no cycle. */
static bool draw_use(struct generator *g, size_t block, struct oracle_rule *rule)
{
	size_t first = block < g->p->ndomains ? g->p->ndomains : block + 1, n;

	if (first >= g->p->nblocks)
		return false;
	n = g->p->nblocks - first;
	rule->kind = ORACLE_USE;
	rule->nobjects = 1 + draw(g, 2);
	rule->objects[0] =
		(struct oracle_object){.kind = ORACLE_BLOCK, .index = first + draw(g, n)};
	rule->objects[1] =
		(struct oracle_object){.kind = ORACLE_BLOCK, .index = first + draw(g, n)};
	return true;
}

static void draw_rule(struct generator *g, size_t block, struct oracle_rule *rule)
{
	unsigned int kind = draw(g, 12);

	if (kind == 0 && draw_use(g, block, rule))
		return;
	if (kind == 1 && !g->p->blocks[block].abstraction) {
		draw_entry(g, block, rule);
	} else if (kind == 2) {
		rule->kind = ORACLE_EXEC;
		rule->klass = ORACLE_FILE;
		rule->nobjects = 1;
		draw_object(g, ORACLE_FILE, &rule->objects[0]);
		/* Nothing on an unreachable file; `exec` is of files that have a name, too. */
		rule->as = draw(g, 3) ? 1 + draw(g, g->p->ndomains - 1) : 0;
	} else if (kind < 5) {
		draw_numbers(g, rule);
	} else {
		draw_access(g, rule);
	}
}

/* That nobody administers has to be said. */
static void deny_administration(struct oracle_block *host)
{
	if (host->nrules == ORACLE_RULES)
		host->nrules--;
	host->rules[host->nrules++] = (struct oracle_rule){
		.kind = ORACLE_NUMBERS,
		.klass = ORACLE_CONTROL,
		.effect = ORACLE_DENY,
		.nobjects = 1,
		.objects = {{.kind = ORACLE_NUMBER,
			     .index = oracle_name(ORACLE_CONTROL, "admin")}},
	};
}

void oracle_generate(struct oracle_policy *policy, uint64_t seed)
{
	struct generator g = { .p = policy, .random = oracle_random(seed), .stars = STARS };
	size_t i, j;

	/* Globs are cleared as they are made. */
	memset(policy->resources, 0, sizeof(policy->resources));
	memset(policy->blocks, 0, sizeof(policy->blocks));
	policy->nglobs = 0;
	policy->seed = seed;
	policy->nranks = draw(&g, 6) ? 1 + draw(&g, ORACLE_RANKS) : 0;
	policy->ncategories = draw(&g, 2) ? draw(&g, ORACLE_CATEGORIES + 1) : 0;
	policy->last = draw(&g, 2);
	policy->nresources = draw(&g, ORACLE_RESOURCES + 1);
	for (i = 0; i < policy->nresources; i++)
		draw_resource(&g, &policy->resources[i]);
	policy->ndomains = 2 + draw(&g, ORACLE_DOMAINS - 1);
	policy->nblocks = policy->ndomains + draw(&g, ORACLE_BLOCKS - ORACLE_DOMAINS + 1);
	policy->blocks[0].level.any = true;
	policy->blocks[0].mode = draw(&g, 3) ? ORACLE_UNCONFINED : draw(&g, ORACLE_UNCONFINED);
	for (i = policy->blocks[0].mode == ORACLE_UNCONFINED; i < policy->nblocks; i++) {
		struct oracle_block *b = &policy->blocks[i];

		b->abstraction = i >= policy->ndomains;
		b->nrules = draw(&g, ORACLE_RULES + 1);
		if (i && !b->abstraction) {
			draw_level(&g, &b->level, false);
			if (!draw(&g, 3))
				b->mode = draw(&g, ORACLE_UNCONFINED + 1);
			if (b->mode != ORACLE_UNCONFINED)
				b->required = draw(&g, ORACLE_REFUSE + 1);
		}
		for (j = 0; j < b->nrules && policy->nglobs < ORACLE_GLOBS - 60; j++)
			draw_rule(&g, i, &b->rules[j]);
		b->nrules = j;
	}
	if (policy->blocks[0].mode != ORACLE_UNCONFINED)
		deny_administration(&policy->blocks[0]);
}
