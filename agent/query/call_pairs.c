// SPDX-License-Identifier: GPL-2.0
#include "call_pairs.h"

#include <errno.h>
#include <string.h>

#include "../seccomp/cubes.h"
#include "../policy/pair_index.h"

/* Bounds of one walk: cubes that are met with others, and tests one after another. */
#define WORK_MAX  100000000U
#define DEPTH_MAX 4000U

struct walk {
	const struct gabion_policy_test *const *tests;
	void (*visit)(const struct gabion_call_pair *pair, void *data);
	void *data;
	struct gabion_pair_index compared;
	VEC(uint8_t) alike; /* of each pair of tests compared: do they ask the same? */
	uint64_t work;
};

/* What is known of the arguments on the way: the values that lead here. */
struct way {
	const struct gabion_cubes *values[6];
	uint32_t looked_at;
	uint32_t depth;
};

static const struct gabion_policy_test *test_of(const struct walk *w, int side, uint32_t outcome)
{
	return &w->tests[side][outcome & ~GABION_OUTCOME_TEST];
}

static bool same_question(const struct gabion_policy_test *a, const struct gabion_policy_test *b)
{
	return a->argument == b->argument && a->mask == b->mask && a->low == b->low &&
	       a->high == b->high;
}

/* Are the two the same all the way down?  Tests lead to greater indexes only: this ends. */
static bool same(struct walk *w, uint32_t a, uint32_t b, uint32_t depth)
{
	const struct gabion_policy_test *x, *y;
	uint32_t number;
	bool fresh, alike;

	if (!(a & b & GABION_OUTCOME_TEST))
		return a == b;
	number = gabion_pair_index_add(&w->compared, (uint64_t)a << 32 | b, &fresh);
	if (!fresh)
		return w->alike.v[number];
	vec_push(&w->alike, false);
	x = test_of(w, 0, a);
	y = test_of(w, 1, b);
	alike = depth < DEPTH_MAX && same_question(x, y) &&
		same(w, le32_to_cpu(x->on_true), le32_to_cpu(y->on_true), depth + 1) &&
		same(w, le32_to_cpu(x->on_false), le32_to_cpu(y->on_false), depth + 1);
	w->alike.v[number] = alike;
	return alike;
}

static void report(struct walk *w, const uint32_t outcome[2], const struct way *way)
{
	struct gabion_call_pair pair = {{outcome[0], outcome[1]}, way->looked_at, {}};
	size_t i, k;

	for (i = 0; i < 6; i++) {
		const struct gabion_cubes *set = way->values[i];

		pair.arguments[i] = set->cubes[0].value;
		for (k = 1; k < set->n; k++)
			if (set->cubes[k].value < pair.arguments[i])
				pair.arguments[i] = set->cubes[k].value;
	}
	w->visit(&pair, w->data);
}

/* Values for which @test goes out as @holds says. */
static int values_of(const struct gabion_policy_test *test, bool holds, struct gabion_cubes *set)
{
	u64 mask = le64_to_cpu(test->mask), low = le64_to_cpu(test->low);
	u64 high = le64_to_cpu(test->high);
	int err = 0;

	if (holds)
		return gabion_cubes_add_range(set, mask, low, high);
	if (low)
		err = gabion_cubes_add_range(set, mask, 0, low - 1);
	if (!err && high != ~0ULL)
		err = gabion_cubes_add_range(set, mask, high + 1, ~0ULL);
	return err;
}

static int go(struct walk *w, const uint32_t outcome[2], const struct way *way);

/* Go on where the test of @side goes out as @holds says, if it can. */
static int branch(struct walk *w, const uint32_t outcome[2], int side, bool holds,
		  const struct way *way)
{
	const struct gabion_policy_test *test = test_of(w, side, outcome[side]);
	uint32_t next[2] = {outcome[0], outcome[1]};
	cleanup_cubes struct gabion_cubes left = {0};
	struct way further = *way;
	int err = values_of(test, holds, &left);

	w->work += left.n * way->values[test->argument]->n + 1;
	if (!err && w->work > WORK_MAX)
		err = -E2BIG;
	if (!err)
		err = gabion_cubes_intersect(&left, way->values[test->argument]);
	if (err || !left.n)
		return err;
	further.values[test->argument] = &left;
	further.looked_at |= 1U << test->argument;
	further.depth++;
	next[side] = le32_to_cpu(holds ? test->on_true : test->on_false);
	return go(w, next, &further);
}

static int go(struct walk *w, const uint32_t outcome[2], const struct way *way)
{
	int side, err;

	if (same(w, outcome[0], outcome[1], 0))
		return 0;
	if (!((outcome[0] | outcome[1]) & GABION_OUTCOME_TEST)) {
		report(w, outcome, way);
		return 0;
	}
	if (way->depth > DEPTH_MAX)
		return -E2BIG;
	side = !(outcome[0] & GABION_OUTCOME_TEST);
	err = branch(w, outcome, side, false, way);
	return err ? err : branch(w, outcome, side, true, way);
}

int gabion_call_pairs(const struct gabion_policy_test *const tests[2], const uint32_t outcome[2],
		      bool narrow, void (*visit)(const struct gabion_call_pair *pair, void *data),
		      void *data)
{
	struct walk w = {.tests = tests, .visit = visit, .data = data};
	struct gabion_cube any = {narrow ? ~(u64)UINT32_MAX : 0, 0};
	const struct gabion_cubes all = {&any, 1, 1};
	struct way way = {.values = {&all, &all, &all, &all, &all, &all}};
	int err = go(&w, outcome, &way);

	gabion_pair_index_free(&w.compared);
	free(w.alike.v);
	return err;
}
