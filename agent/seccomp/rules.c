// SPDX-License-Identifier: GPL-2.0
#include "rules.h"

#include <errno.h>
#include <stdlib.h>

#include "../common/cleanup.h"

#define OUTCOMES_MAX 64U
/* Costs are not counted beyond; times the cubes of one argument they still fit 64 bits. */
#define COST_MAX (1ULL << 40)

/**
 * struct step - a test on the path
 * @in:		how it came out
 * @moot:	had it come out the other way, the path would end here with the outcome that it
 *		has at its end: the rule can do without the test.  So `a or b or c` takes three
 *		rules, not `a`, `b and not a`, `c and not a and not b`.  Rules of one outcome
 *		may overlap for that, but never those of two.
 */
struct step {
	const struct gabion_policy_test *test;
	bool in;
	bool moot;
};

/**
 * struct walk - over all paths from one outcome
 * @path:	tests so far
 * @steps:	tests taken in all
 * @outcomes:	ends seen, and how many rules each takes: for the choice of the fallback
 * @emitting:	second walk: rules are made
 */
struct walk {
	const struct gabion_view *view;
	u32 abi;
	struct step *path;
	u32 depth;
	u32 steps;
	struct {
		u32 outcome;
		u64 cost;
	} outcomes[OUTCOMES_MAX];
	u32 noutcomes;
	bool emitting;
	struct gabion_rules *rules;
	struct gabion_error *error;
};

/* struct range - of values of (argument & mask), ends included */
struct range {
	u64 low;
	u64 high;
};

static int no_memory(struct gabion_error *error)
{
	return gabion_error_set(error, -ENOMEM, "out of memory");
}

static int ascending(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

/* [@low, @high] without the @n ranges @out, into @set. */
static int add_without(struct gabion_cubes *set, u64 mask, u64 low, u64 high, struct range *out,
		       size_t n)
{
	size_t i;
	int err = 0;

	qsort(out, n, sizeof(*out), ascending);
	for (i = 0; !err && i < n; i++) {
		if (out[i].high < low)
			continue;
		if (out[i].low > low)
			err = gabion_cubes_add_range(set, mask, low,
						     out[i].low - 1 < high ? out[i].low - 1 : high);
		if (out[i].high >= high)
			return err;
		low = out[i].high + 1;
	}
	return err ? err : gabion_cubes_add_range(set, mask, low, high);
}

/* What the path lets through of (argument & mask), all its tests of these together. */
static int add_mask(struct walk *w, struct gabion_cubes *set, u32 argument, u64 mask)
{
	cleanup_free struct range *out = calloc(w->depth, sizeof(*out));
	u64 low = 0, high = mask, l, h;
	size_t n = 0;
	u32 i;

	if (!out)
		return -ENOMEM;
	for (i = 0; i < w->depth; i++) {
		const struct gabion_policy_test *t = w->path[i].test;

		if (w->path[i].moot || t->argument != argument || le64_to_cpu(t->mask) != mask)
			continue;
		l = le64_to_cpu(t->low);
		h = le64_to_cpu(t->high);
		if (!w->path[i].in && l <= h) {
			out[n++] = (struct range){l, h};
		} else if (w->path[i].in) {
			if (l > h)
				return 0;
			low = l > low ? l : low;
			high = h < high ? h : high;
		}
	}
	return low > high ? 0 : add_without(set, mask, low, high, out, n);
}

/* Was the same (argument, mask) tested before step @i? */
static bool repeats(const struct walk *w, u32 i)
{
	u32 j;

	for (j = 0; j < i; j++)
		if (!w->path[j].moot && w->path[j].test->argument == w->path[i].test->argument &&
		    w->path[j].test->mask == w->path[i].test->mask)
			return true;
	return false;
}

/* What the path lets through of one argument. */
static int argument_cubes(struct walk *w, struct gabion_cubes *set, u32 argument)
{
	/* In i386 the upper half is zero, in comparisons that a policy may make too. */
	struct gabion_cube all = {w->abi == GABION_ABI_I386 ? ~0ULL << 32 : 0, 0};
	int err = gabion_cubes_add(set, all);
	size_t j;
	u32 i;

	for (i = 0; !err && i < w->depth; i++) {
		cleanup_cubes struct gabion_cubes one = {0};

		if (w->path[i].moot || w->path[i].test->argument != argument || repeats(w, i))
			continue;
		err = add_mask(w, &one, argument, le64_to_cpu(w->path[i].test->mask));
		if (!err && (u64)one.n * set->n > 64 * GABION_RULES_MAX)
			return -E2BIG;
		if (!err)
			err = gabion_cubes_intersect(set, &one);
	}
	for (j = 0; j < set->n && w->abi == GABION_ABI_I386; j++)
		set->cubes[j].mask &= 0xffffffff;
	return err;
}

static int too_many(struct walk *w, u32 bound)
{
	return gabion_error_set(w->error, -E2BIG,
				"its conditions on arguments take more than %u rules; make them "
				"simpler: ranges and 'not' on several arguments multiply",
				bound);
}

static bool compares_several(const struct gabion_seccomp_rule *rule)
{
	u32 i, n = 0;

	for (i = 0; i < GABION_SYSCALL_ARGUMENTS; i++)
		n += rule->argument[i].mask != 0;
	return n > 1;
}

static int emit(struct walk *w, u32 outcome, const struct gabion_cubes sets[])
{
	size_t at[GABION_SYSCALL_ARGUMENTS] = {0}, capacity;
	struct gabion_rules *r = w->rules;
	struct gabion_seccomp_rule *rules;
	u32 i;

	do {
		if (r->n == GABION_RULES_MAX)
			return too_many(w, GABION_RULES_MAX);
		if (r->nseveral == GABION_RULES_SEVERAL_MAX)
			return too_many(w, GABION_RULES_SEVERAL_MAX);
		if (r->n == r->capacity) {
			capacity = r->capacity ? 2 * r->capacity : 16;
			rules = realloc(r->rules, capacity * sizeof(*rules));
			if (!rules)
				return no_memory(w->error);
			r->rules = rules;
			r->capacity = capacity;
		}
		r->rules[r->n].outcome = outcome;
		for (i = 0; i < GABION_SYSCALL_ARGUMENTS; i++)
			r->rules[r->n].argument[i] = sets[i].cubes[at[i]];
		r->nseveral += compares_several(&r->rules[r->n]);
		r->n++;
		/* The next combination, like a counter. */
		for (i = 0; i < GABION_SYSCALL_ARGUMENTS && ++at[i] == sets[i].n; i++)
			at[i] = 0;
	} while (i < GABION_SYSCALL_ARGUMENTS);
	return 0;
}

static int account(struct walk *w, u32 outcome, u64 cost)
{
	u32 i;

	for (i = 0; i < w->noutcomes && w->outcomes[i].outcome != outcome; i++)
		;
	if (i == OUTCOMES_MAX)
		return gabion_error_set(w->error, -E2BIG, "it has more than %u different outcomes",
					OUTCOMES_MAX);
	if (i == w->noutcomes) {
		w->outcomes[i].outcome = outcome;
		w->outcomes[i].cost = 0;
		w->noutcomes++;
	}
	w->outcomes[i].cost += cost;
	return 0;
}

/* Find the moot steps of a path to @outcome. */
static void mark_moot(struct walk *w, u32 outcome)
{
	u32 i;

	for (i = 0; i < w->depth; i++) {
		const struct gabion_policy_test *t = w->path[i].test;
		u32 other = le32_to_cpu(w->path[i].in ? t->on_false : t->on_true);

		w->path[i].moot = (other & ~GABION_OUTCOME_QUIET) == outcome;
	}
}

/* A path came to its end. */
static int arrive(struct walk *w, u32 outcome)
{
	struct gabion_cubes sets[GABION_SYSCALL_ARGUMENTS] = {0};
	u64 cost = 1;
	int err = 0;
	u32 i;

	outcome &= ~GABION_OUTCOME_QUIET;
	if (w->emitting && outcome == w->rules->fallback)
		return 0;
	mark_moot(w, outcome);
	for (i = 0; !err && i < GABION_SYSCALL_ARGUMENTS; i++) {
		err = argument_cubes(w, &sets[i], i);
		cost *= sets[i].n;
		if (cost > COST_MAX || (err == -E2BIG && !w->emitting))
			cost = COST_MAX;
		/* Too many for rules, but not for a fallback. */
		if (err == -E2BIG && !w->emitting)
			err = 0;
	}
	if (err == -E2BIG)
		too_many(w, GABION_RULES_MAX);
	else if (err)
		no_memory(w->error);
	else if (cost) /* 0: the tests contradict each other */
		err = w->emitting ? emit(w, outcome, sets) : account(w, outcome, cost);
	for (i = 0; i < GABION_SYSCALL_ARGUMENTS; i++)
		gabion_cubes_free(&sets[i]);
	/* The walk goes on to other ends. */
	for (i = 0; i < w->depth; i++)
		w->path[i].moot = false;
	return err;
}

static int walk(struct walk *w, u32 outcome);

/* On behind the last step of the path, if anything can get there. */
static int walk_on(struct walk *w, __le32 outcome)
{
	const struct gabion_policy_test *t = w->path[w->depth - 1].test;
	cleanup_cubes struct gabion_cubes set = {0};

	/* Tests of one value contradict each other often, as in `in {a, b, c}` twice. */
	if (add_mask(w, &set, t->argument, le64_to_cpu(t->mask)))
		return no_memory(w->error);
	return set.n ? walk(w, le32_to_cpu(outcome)) : 0;
}

static int walk(struct walk *w, u32 outcome)
{
	const struct gabion_policy_test *t;
	int err;

	if (!(outcome & GABION_OUTCOME_TEST))
		return arrive(w, outcome);
	if (w->depth == GABION_RULES_DEPTH_MAX || ++w->steps > GABION_RULES_STEPS_MAX)
		return gabion_error_set(w->error, -E2BIG,
					"its conditions on arguments branch too much; make them "
					"simpler");
	t = &w->view->tests[outcome & ~GABION_OUTCOME_TEST];
	w->path[w->depth++] = (struct step){t, true, false};
	err = walk_on(w, t->on_true);
	w->path[w->depth - 1].in = false;
	if (!err)
		err = walk_on(w, t->on_false);
	w->depth--;
	return err;
}

static u32 dearest(const struct walk *w)
{
	u32 i, best = 0;

	for (i = 1; i < w->noutcomes; i++)
		if (w->outcomes[i].cost > w->outcomes[best].cost)
			best = i;
	return w->outcomes[best].outcome;
}

static bool covers(const struct gabion_seccomp_rule *wide, const struct gabion_seccomp_rule *narrow)
{
	u32 i;

	for (i = 0; i < GABION_SYSCALL_ARGUMENTS; i++) {
		const struct gabion_cube *w = &wide->argument[i], *n = &narrow->argument[i];

		if (w->mask & ~n->mask || (n->value & w->mask) != w->value)
			return false;
	}
	return wide->outcome == narrow->outcome;
}

/* Rules that may overlap may also hold each other; libseccomp 2.5.4 leaks what it drops of them. */
static void drop_covered(struct gabion_rules *r)
{
	size_t i, j;

	for (i = 0; i < r->n;) {
		for (j = 0; j < r->n && (j == i || !covers(&r->rules[j], &r->rules[i])); j++)
			;
		if (j < r->n)
			r->rules[i] = r->rules[--r->n];
		else
			i++;
	}
}

int gabion_rules_build(struct gabion_rules *rules, const struct gabion_view *view, u32 abi,
		       u32 outcome, u32 fallback, struct gabion_error *error)
{
	cleanup_free struct step *path = calloc(GABION_RULES_DEPTH_MAX, sizeof(*path));
	struct walk w = {
		.view = view,
		.abi = abi,
		.path = path,
		.rules = rules,
		.error = error,
	};
	int err = 0;

	if (!path)
		return no_memory(error);
	rules->fallback = fallback & ~GABION_OUTCOME_QUIET;
	if (fallback == GABION_FALLBACK_ANY) {
		err = walk(&w, outcome);
		rules->fallback = err ? 0 : dearest(&w);
	}
	w.steps = 0;
	w.emitting = true;
	if (!err)
		err = walk(&w, outcome);
	if (!err)
		drop_covered(rules);
	return err;
}

void gabion_rules_free(struct gabion_rules *rules)
{
	free(rules->rules);
	*rules = (struct gabion_rules){0};
}

bool gabion_rule_is_unconditional(const struct gabion_seccomp_rule *rule)
{
	u32 i;

	for (i = 0; i < GABION_SYSCALL_ARGUMENTS; i++)
		if (rule->argument[i].mask)
			return false;
	return true;
}
