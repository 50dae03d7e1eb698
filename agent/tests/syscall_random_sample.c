// SPDX-License-Identifier: GPL-2.0
/* Calls to ask a random policy about: near its constants and at the ends of the tables. */
#include <string.h>

#include "syscall_random.h"

struct picker {
	uint64_t state;
};

static uint32_t below(struct picker *p, uint32_t n)
{
	uint64_t z = p->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (z ^ z >> 31) % n;
}

static uint64_t wide(struct picker *p)
{
	return (uint64_t)below(p, 1U << 31) << 33 ^ (uint64_t)below(p, 1U << 31) << 11 ^
	       below(p, 1U << 11);
}

/* The @n-th test of @c from the left, counted down; NULL: there are fewer. */
static const struct reference_condition *nth_test(const struct reference_condition *c, uint32_t *n)
{
	const struct reference_condition *found;

	if (!c)
		return NULL;
	if (c->kind == REFERENCE_TEST)
		return (*n)-- ? NULL : c;
	found = nth_test(c->left, n);
	return found ? found : nth_test(c->right, n);
}

static uint64_t near(struct picker *p, uint64_t value)
{
	switch (below(p, 8)) {
	case 0:
		return value - 1;
	case 1:
		return value + 1;
	case 2: /* bits that the kernel does not look at, or does */
		return value ^ (uint64_t)(1 + below(p, 0x7fffffff)) << 32;
	case 3:
		return value ^ 1ULL << below(p, 64);
	case 4:
		return value | wide(p);
	case 5:
		return value & 0xffffffff;
	default:
		return value;
	}
}

static uint64_t any_value(struct picker *p)
{
	switch (below(p, 6)) {
	case 0:
		return 0;
	case 1:
		return UINT64_MAX;
	case 2:
		return 0xffffffff;
	case 3:
		return below(p, 32);
	case 4:
		return 1ULL << below(p, 64);
	default:
		return wide(p);
	}
}

static void aim(struct picker *p, const struct reference_condition *c, uint64_t *arguments)
{
	const struct reference_condition *test;
	uint32_t i, n;

	for (i = 0; i < 32; i++) {
		n = i;
		test = nth_test(c, &n);
		if (!test)
			return;
		n = test->operator>= REFERENCE_IN ? below(p, test->nranges) : 0;
		arguments[test->argument] =
			near(p, test->operator>= REFERENCE_IN && below(p, 2) ? test->high[n].bits
									     : test->low[n].bits);
		if (test->masked && !below(p, 3))
			arguments[test->argument] |= test->mask.bits;
	}
}

/* A number of a call that has this name in @abi; else any. */
static uint32_t number_of(struct picker *p, uint32_t abi, const char *name)
{
	uint32_t number;

	for (number = 0; number < 560; number++) {
		const char *known = gabion_reference_name(abi, number);

		if (known && !strcmp(known, name))
			return number;
	}
	/* It may be behind one of the multiplexers. */
	return below(p, 2) ? 102 : 117;
}

static uint32_t any_number(struct picker *p)
{
	static const uint32_t edges[] = {
		0,	    1,		334,	    335,	386,	    387,
		402,	    424,	425,	    426,	427,	    446,
		456,	    457,	462,	    511,	512,	    513,
		547,	    548,	2046,	    2047,	2048,	    0x3fffffff,
		0x40000000, 0x40000001, 0x40000029, 0x7fffffff, 0x80000000, 0xffffffff,
	};

	return below(p, 2) ? edges[below(p, sizeof(edges) / sizeof(edges[0]))] : below(p, 600);
}

void gabion_random_sample(const struct gabion_random_policy *policy, uint64_t i,
			  struct gabion_random_sample *sample)
{
	struct picker p = {policy->seed ^ i * 0xd1342543de82ef95ULL};
	const struct gabion_random_domain *d;
	const struct reference_item *item;
	uint32_t a;

	sample->domain = below(&p, GABION_RANDOM_DOMAINS);
	d = &policy->domains[sample->domain];
	a = below(&p, 10);
	sample->abi = a < 5 ? GABION_ABI_X86_64 : a < 8 ? GABION_ABI_I386 : GABION_ABI_X32;
	for (a = 0; a < 6; a++)
		sample->arguments[a] = any_value(&p);
	sample->number = any_number(&p);
	if (d->filter.nitems && below(&p, 8)) {
		item = &d->items[below(&p, d->filter.nitems)];
		if (item->by_number) {
			sample->abi = below(&p, 8) ? (uint32_t)item->only : sample->abi;
			sample->number = item->number;
		} else {
			sample->number =
				number_of(&p, sample->abi, item->names[below(&p, item->nnames)]);
		}
		aim(&p, item->condition, sample->arguments);
	}
	/* socketcall and ipc choose by it. */
	if (sample->abi == GABION_ABI_I386 && (sample->number == 102 || sample->number == 117))
		sample->arguments[0] = below(&p, 26) | (uint64_t)!below(&p, 4) << 16;
	for (a = 0; sample->abi == GABION_ABI_I386 && a < 6; a++)
		sample->arguments[a] &= 0xffffffff;
}
