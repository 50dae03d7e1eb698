// SPDX-License-Identifier: GPL-2.0
#include "test_store.h"

#include "hash.h"

/* Of nodes, those that no outcome leads to included. */
#define NODES_MAX (1U << 20)

void gabion_test_store_free(struct gabion_test_store *store)
{
	free(store->nodes.v);
	free(store->slots);
	memset(store, 0, sizeof(*store));
}

static size_t find_slot(const struct gabion_test_store *store,
			const struct gabion_policy_test *test)
{
	uint32_t words[sizeof(*test) / sizeof(uint32_t)];
	size_t i;

	_Static_assert(sizeof(*test) % sizeof(uint32_t) == 0, "words without a rest");
	memcpy(words, test, sizeof(words));
	i = gabion_hash_words(words, sizeof(words) / sizeof(words[0])) & (store->nslots - 1);
	for (; store->slots[i]; i = (i + 1) & (store->nslots - 1))
		if (!memcmp(&store->nodes.v[store->slots[i] - 1], test, sizeof(*test)))
			break;
	return i;
}

static void grow(struct gabion_test_store *store)
{
	size_t i;

	free(store->slots);
	store->nslots = store->nslots ? store->nslots * 2 : 256;
	store->slots = gabion_xcalloc(store->nslots, sizeof(*store->slots));
	for (i = 0; i < store->nodes.n; i++)
		store->slots[find_slot(store, &store->nodes.v[i])] = i + 1;
}

static uint32_t add_node(struct gabion_test_store *store, uint8_t argument, uint64_t mask,
			 struct gabion_interval range, uint32_t on_true, uint32_t on_false)
{
	struct gabion_policy_test test = {
		.mask = cpu_to_le64(mask),
		.low = cpu_to_le64(range.low),
		.high = cpu_to_le64(range.high),
		.on_true = cpu_to_le32(on_true),
		.on_false = cpu_to_le32(on_false),
		.argument = argument,
	};
	size_t slot;

	if (on_true == on_false || (!range.low && range.high >= mask))
		return on_true;
	if (store->nodes.n * 2 >= store->nslots)
		grow(store);
	slot = find_slot(store, &test);
	if (!store->slots[slot]) {
		if (store->nodes.n == NODES_MAX) {
			store->overflow = true;
			return on_false;
		}
		vec_push(&store->nodes, test);
		store->slots[slot] = store->nodes.n;
	}
	return GABION_OUTCOME_TEST | (store->slots[slot] - 1);
}

/* Intervals ascending and apart: halve until one is left. */
static uint32_t search(struct gabion_test_store *store, uint8_t argument, uint64_t mask,
		       const struct gabion_interval *v, size_t n, uint32_t on_true,
		       uint32_t on_false)
{
	size_t half = n / 2;
	uint32_t below, above;

	if (n == 1)
		return add_node(store, argument, mask, v[0], on_true, on_false);
	above = search(store, argument, mask, v + half, n - half, on_true, on_false);
	below = search(store, argument, mask, v, half, on_true, on_false);
	return add_node(store, argument, mask, (struct gabion_interval){0, v[half - 1].high}, below,
			above);
}

static int by_low(const void *a, const void *b)
{
	const struct gabion_interval *x = a, *y = b;

	return x->low < y->low ? -1 : x->low > y->low;
}

uint32_t gabion_test_add(struct gabion_test_store *store, uint8_t argument, uint64_t mask,
			 struct gabion_interval *intervals, size_t n, uint32_t on_true,
			 uint32_t on_false)
{
	size_t kept = 0, i;

	for (i = 0; i < n; i++) {
		struct gabion_interval v = intervals[i];

		/* No masked value is above the mask, or one with bits outside of it. */
		if (v.high > mask)
			v.high = mask;
		if (v.low > v.high || (v.low == v.high && (v.low & ~mask)))
			continue;
		intervals[kept++] = v;
	}
	n = kept;
	if (!n)
		return on_false;
	qsort(intervals, n, sizeof(*intervals), by_low);
	for (kept = 0, i = 1; i < n; i++) {
		struct gabion_interval *last = &intervals[kept];

		if (intervals[i].low <= last->high || intervals[i].low == last->high + 1)
			last->high =
				intervals[i].high > last->high ? intervals[i].high : last->high;
		else
			intervals[++kept] = intervals[i];
	}
	return search(store, argument, mask, intervals, kept + 1, on_true, on_false);
}
