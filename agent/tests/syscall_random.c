// SPDX-License-Identifier: GPL-2.0
#include "syscall_random.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscall_random_pool.h"

/* SplitMix64 (Steele, Lea, Flood 2014): any seed is a good one. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static uint32_t below(uint64_t *state, uint32_t n)
{
	return next_random(state) % n;
}

static bool one_in(uint64_t *state, uint32_t n)
{
	return !below(state, n);
}

/* A policy in the making. */
struct maker {
	uint64_t state;
	struct gabion_random_policy *policy;
};

static void spell_number(uint64_t *state, struct reference_value *v)
{
	static const char *const formats[] = {"%" PRIu64, "0x%" PRIx64, "0o%" PRIo64, "0%" PRIo64};

	if (v->negative)
		snprintf(v->text, sizeof(v->text), "-%" PRIu64, -v->bits);
	else
		snprintf(v->text, sizeof(v->text), formats[below(state, 4)], v->bits);
}

/* A number of at most @bits, or a constant of @p. */
static void make_value(uint64_t *state, const struct pool_parameter *p, uint32_t bits,
		       struct reference_value *v)
{
	uint64_t mask = bits < 64 ? (1ULL << bits) - 1 : UINT64_MAX;
	size_t n = 0;

	memset(v, 0, sizeof(*v));
	while (p && n < POOL_N(p->constants) && p->constants[n].full)
		n++;
	if (n && !one_in(state, 3)) {
		const struct pool_constant *a = &p->constants[below(state, n)];
		const struct pool_constant *b = &p->constants[below(state, n)];

		v->bits = a->value;
		v->negative = a->value < 0;
		snprintf(v->text, sizeof(v->text), "%s",
			 a->small && one_in(state, 2) ? a->small : a->full);
		if (a->value >= 0 && b->value >= 0 && one_in(state, 3)) {
			v->bits |= b->value;
			snprintf(v->text, sizeof(v->text), "%s|%s", a->full,
				 b->small ? b->small : b->full);
		}
		return;
	}
	switch (below(state, 6)) {
	case 0:
		v->bits = below(state, 4);
		break;
	case 1:
		v->bits = mask - below(state, 3);
		break;
	case 2:
		v->bits = (1ULL << below(state, bits)) - below(state, 2);
		break;
	case 3:
		v->negative = true;
		v->bits = -(uint64_t)(1 + below(state, 300));
		break;
	case 4:
		v->bits = next_random(state) & mask;
		break;
	default:
		v->bits = below(state, 5000) & mask;
	}
	spell_number(state, v);
}

static void make_ranges(uint64_t *state, const struct pool_parameter *p, uint32_t bits,
			struct reference_condition *c)
{
	uint64_t mask = bits < 64 ? (1ULL << bits) - 1 : UINT64_MAX;

	c->nranges = 1 + below(state, REFERENCE_RANGES);
	for (size_t i = 0; i < c->nranges; i++) {
		make_value(state, p, bits, &c->low[i]);
		c->high[i] = c->low[i];
		if (!one_in(state, 3))
			continue;
		make_value(state, p, bits, &c->high[i]);
		if ((c->low[i].bits & mask) > (c->high[i].bits & mask)) {
			struct reference_value v = c->low[i];

			c->low[i] = c->high[i];
			c->high[i] = v;
		}
	}
}

static struct reference_condition *make_test(uint64_t *state, const char *call)
{
	struct reference_condition *c = calloc(1, sizeof(*c));
	const struct pool_parameter *p = NULL;
	uint32_t first = below(state, POOL_N(pool_parameters)), i, bits;

	for (i = 0; call && i < POOL_N(pool_parameters) && !p; i++)
		if (!strcmp(pool_parameters[(first + i) % POOL_N(pool_parameters)].call, call))
			p = &pool_parameters[(first + i) % POOL_N(pool_parameters)];
	if (one_in(state, 5))
		p = NULL;
	c->kind = REFERENCE_TEST;
	c->argument = p ? p->argument : below(state, 6);
	c->bits = p ? p->bits : 0;
	bits = p ? p->bits : 64;
	if (p)
		snprintf(c->parameter, sizeof(c->parameter), "%s", p->name);
	else
		snprintf(c->parameter, sizeof(c->parameter), "arg%u", c->argument);
	c->masked = one_in(state, 3);
	if (c->masked)
		make_value(state, p, bits, &c->mask);
	c->operator= below(state, REFERENCE_NOT_IN + 1);
	if (c->operator>= REFERENCE_IN)
		make_ranges(state, p, bits, c);
	else
		make_value(state, p, bits, &c->low[0]);
	/* A masked value that can be met. */
	if (c->masked && c->operator<= REFERENCE_UNEQUAL && !one_in(state, 4)) {
		c->low[0] = c->mask;
		if (one_in(state, 2) && !c->mask.negative) {
			c->low[0].bits &= next_random(state);
			spell_number(state, &c->low[0]);
		}
	}
	return c;
}

static struct reference_condition *make_condition(uint64_t *state, const char *call, int depth)
{
	struct reference_condition *c;

	if (!depth || one_in(state, 2))
		return make_test(state, call);
	c = calloc(1, sizeof(*c));
	c->kind = below(state, 3);
	c->comma = one_in(state, 2);
	c->left = make_condition(state, call, depth - 1);
	if (c->kind != REFERENCE_NOT)
		c->right = make_condition(state, call, depth - 1);
	return c;
}

static void condition_free(struct reference_condition *c)
{
	if (!c)
		return;
	condition_free(c->left);
	condition_free(c->right);
	free(c);
}

static bool is_uring_twin(const char *name)
{
	size_t i;

	for (i = 0; i < POOL_N(pool_uring); i++)
		if (!strcmp(pool_uring[i], name))
			return true;
	return false;
}

/* A call by name, perhaps of one ABI only, perhaps with a condition. */
static void make_named(struct maker *m, struct gabion_random_domain *d, size_t at, bool keep_uring)
{
	static const char *const prefixes[] = {"x86-64:", "i386:", "x32:"};
	struct reference_item *item = &d->items[at];
	const char *name;
	int only = -1;

	do {
		name = pool_names[below(&m->state, POOL_N(pool_names))];
	} while (keep_uring && (is_uring_twin(name) || !strcmp(name, "socketcall")));
	/* Not every ABI has every call: those of i386 are the ones that all of the pool has. */
	if (one_in(&m->state, 8))
		only = GABION_ABI_I386;
	item->only = only;
	item->names[item->nnames++] = name;
	snprintf(d->spelling[at], sizeof(d->spelling[at]), "%s%s", only < 0 ? "" : prefixes[only],
		 name);
	if (!one_in(&m->state, 3))
		item->condition = make_condition(&m->state, name, 3);
}

static void make_numbered(struct maker *m, struct gabion_random_domain *d, size_t at)
{
	static const char *const prefixes[][2] = {
		{"", "x86_64:"}, {"i386:", "i386:"}, {"x32:", "x32:"}};
	static const uint32_t edges[] = {0, 334, 386, 448, 462, 500, 512, 547, 548, 2046, 2047};
	struct reference_item *item = &d->items[at];

	item->by_number = true;
	item->only = below(&m->state, 3);
	do {
		item->number = one_in(&m->state, 2) ? edges[below(&m->state, POOL_N(edges))]
						    : below(&m->state, 470);
	} while (item->number == 425 || item->number == 426);
	snprintf(d->spelling[at], sizeof(d->spelling[at]), "%s%u",
		 prefixes[item->only][below(&m->state, 2)], item->number);
	if (one_in(&m->state, 2))
		item->condition = make_condition(&m->state, NULL, 2);
}

static void make_set_item(struct maker *m, struct gabion_random_domain *d, size_t at)
{
	struct reference_item *item = &d->items[at];
	uint32_t set = below(&m->state, GABION_RANDOM_SETS);

	item->only = -1;
	item->nnames = m->policy->nsets[set];
	memcpy(item->names, m->policy->sets[set], sizeof(item->names));
	snprintf(d->spelling[at], sizeof(d->spelling[at]), "@s%u", set);
}

static void make_action(uint64_t *state, uint32_t *action, uint32_t *data)
{
	*action = below(state, GABION_ACTION_END);
	*data = 0;
	if (*action == GABION_ACTION_ERRNO)
		*data = one_in(state, 2) ? 1 + below(state, 4095) : ENOSYS;
	if (*action == GABION_ACTION_TRAP || *action == GABION_ACTION_TRACE)
		*data = one_in(state, 2) ? below(state, 65536) : 0;
}

static void make_statement(struct maker *m, struct gabion_random_domain *d, bool keep_uring)
{
	struct gabion_random_statement *s = &d->statements[d->nstatements++];
	size_t room = GABION_RANDOM_ITEMS - d->filter.nitems, i;
	uint32_t action = GABION_ACTION_ALLOW, data = 0;
	bool taken = one_in(&m->state, 3);

	*s = (struct gabion_random_statement){.first = d->filter.nitems};
	s->n = 1 + below(&m->state, room < 3 ? room : 3);
	s->as = one_in(&m->state, 2);
	if (s->as)
		make_action(&m->state, &action, &data);
	s->quiet = (s->as ? action >= GABION_ACTION_ERRNO : taken) && one_in(&m->state, 3);
	for (i = s->first; i < s->first + s->n; i++) {
		struct reference_item *item = &d->items[i];

		item->action = action;
		item->data = data;
		item->quiet = s->quiet;
		item->negated = !s->as && (s->quiet || (taken && !one_in(&m->state, 3)));
		if (!keep_uring && one_in(&m->state, 5))
			make_numbered(m, d, i);
		else if (!keep_uring && one_in(&m->state, 4))
			make_set_item(m, d, i);
		else
			make_named(m, d, i, keep_uring);
	}
	d->filter.nitems += s->n;
}

/* io_uring and what it can do, or neither. */
static void make_uring(struct gabion_random_domain *d, bool grant)
{
	static const char *const calls[] = {"io_uring_setup", "io_uring_enter"};
	struct gabion_random_statement *s = &d->statements[d->nstatements++];
	size_t i;

	*s = (struct gabion_random_statement){.n = grant ? 1 : 2};
	d->filter.nitems = s->n;
	for (i = 0; i < s->n; i++) {
		struct reference_item *item = &d->items[i];

		item->only = -1;
		item->negated = !grant;
		item->nnames = grant ? POOL_N(pool_uring) : 1;
		memcpy(item->names, grant ? pool_uring : &calls[i],
		       item->nnames * sizeof(item->names[0]));
		snprintf(d->spelling[i], sizeof(d->spelling[i]), "%s", grant ? "@uring" : calls[i]);
	}
}

static void make_domain(struct maker *m, struct gabion_random_domain *d, uint32_t number)
{
	struct reference_filter *f = &d->filter;
	bool grants_uring = one_in(&m->state, 10);
	uint32_t n = 1 + below(&m->state, 5);

	snprintf(d->name, sizeof(d->name), "d%u", number);
	f->items = d->items;
	f->abis = 1U << GABION_ABI_X86_64 | (one_in(&m->state, 3) ? 0 : 1U << GABION_ABI_I386) |
		  (one_in(&m->state, 2) ? 0 : 1U << GABION_ABI_X32);
	if (one_in(&m->state, 24)) {
		f->strict = true;
		return;
	}
	f->default_written = one_in(&m->state, 2);
	if (f->default_written) {
		make_action(&m->state, &f->default_action, &f->default_data);
		f->default_quiet = f->default_action >= GABION_ACTION_ERRNO && one_in(&m->state, 3);
	}
	if (grants_uring || (f->default_written && f->default_action < GABION_ACTION_ERRNO))
		make_uring(d, grants_uring);
	while (n-- && f->nitems < GABION_RANDOM_ITEMS)
		make_statement(m, d, grants_uring);
}

static void make_sets(struct maker *m)
{
	struct gabion_random_policy *p = m->policy;
	uint32_t set, i, n;

	for (set = 0; set < GABION_RANDOM_SETS; set++) {
		n = 1 + below(&m->state, 9);
		/* The last one uses the first. */
		if (set == GABION_RANDOM_SETS - 1) {
			memcpy(p->sets[set], p->sets[0], sizeof(p->sets[0]));
			p->nsets[set] = p->nsets[0];
		}
		for (i = 0; i < n; i++)
			p->sets[set][p->nsets[set]++] =
				pool_names[below(&m->state, POOL_N(pool_names))];
	}
}

struct gabion_random_policy *gabion_random_policy_new(uint64_t seed)
{
	struct gabion_random_policy *p = calloc(1, sizeof(*p));
	struct maker m = {seed, p};
	uint32_t i;

	p->seed = seed;
	make_sets(&m);
	for (i = 0; i < GABION_RANDOM_DOMAINS; i++)
		make_domain(&m, &p->domains[i], i);
	gabion_random_policy_write(p);
	return p;
}

void gabion_random_policy_omit(struct gabion_random_policy *p, uint32_t domain, size_t item,
			       bool omit)
{
	p->domains[domain].omitted[item] = omit;
	gabion_random_policy_write(p);
}

void gabion_random_policy_free(struct gabion_random_policy *p)
{
	size_t d, i;

	for (d = 0; d < GABION_RANDOM_DOMAINS; d++)
		for (i = 0; i < p->domains[d].filter.nitems; i++)
			condition_free(p->domains[d].items[i].condition);
	free(p->text);
	free(p);
}

uint32_t gabion_reference_judge(const struct gabion_random_policy *p,
				const struct gabion_random_sample *sample)
{
	const struct gabion_random_domain *d = &p->domains[sample->domain];
	struct reference_item left[GABION_RANDOM_ITEMS];
	struct reference_filter filter = d->filter;
	size_t i, n = 0, omitted = 0;

	for (i = 0; i < filter.nitems; i++)
		omitted += d->omitted[i];
	if (!omitted)
		return gabion_reference_outcome(&filter, sample->abi, sample->number,
						sample->arguments);
	for (i = 0; i < filter.nitems; i++)
		if (!d->omitted[i])
			left[n++] = d->items[i];
	filter.items = left;
	filter.nitems = n;
	return gabion_reference_outcome(&filter, sample->abi, sample->number, sample->arguments);
}
