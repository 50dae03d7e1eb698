// SPDX-License-Identifier: GPL-2.0
#include "test_walk.h"

/* Steps of one walk, and how far down it goes. */
#define STEPS_MAX 20000U
#define DEPTH_MAX 2000U

/* A test on the way and how it went out. */
struct step {
	const struct gabion_policy_test *test;
	bool holds;
	const struct step *up;
	uint32_t depth;
};

/*
 * Is there a value for which all tests of the same bits went out as they did?
 * The smallest one that the tests which hold allow goes up over the others.
 */
static bool feasible(const struct step *last)
{
	const struct gabion_policy_test *test = last->test;
	uint64_t low = 0, high = le64_to_cpu(test->mask);
	const struct step *s;
	bool moved = true;

	for (s = last; s; s = s->up) {
		if (!s->holds || s->test->argument != test->argument || s->test->mask != test->mask)
			continue;
		if (le64_to_cpu(s->test->low) > low)
			low = le64_to_cpu(s->test->low);
		if (le64_to_cpu(s->test->high) < high)
			high = le64_to_cpu(s->test->high);
	}
	while (moved && low <= high) {
		moved = false;
		for (s = last; s; s = s->up) {
			if (s->holds || s->test->argument != test->argument ||
			    s->test->mask != test->mask || low < le64_to_cpu(s->test->low) ||
			    low > le64_to_cpu(s->test->high))
				continue;
			if (le64_to_cpu(s->test->high) == UINT64_MAX)
				return false;
			low = le64_to_cpu(s->test->high) + 1;
			moved = true;
		}
	}
	return low <= high;
}

static uint32_t next(const struct gabion_policy_test *t, uint64_t argument)
{
	uint64_t value = argument & le64_to_cpu(t->mask);

	return le32_to_cpu(value >= le64_to_cpu(t->low) && value <= le64_to_cpu(t->high)
				   ? t->on_true
				   : t->on_false);
}

static bool go(struct gabion_walk *walk, uint32_t outcome, const struct step *up, uint32_t *steps)
{
	const struct gabion_policy_test *t;
	struct step step;
	int holds;

	for (;;) {
		if (!(outcome & GABION_OUTCOME_TEST)) {
			walk->visit(outcome, walk->data);
			return true;
		}
		if (++*steps > STEPS_MAX || (up && up->depth > DEPTH_MAX))
			return false;
		t = &walk->tests[outcome & ~GABION_OUTCOME_TEST];
		if (!(walk->known >> t->argument & 1))
			break;
		outcome = next(t, walk->arguments[t->argument]);
	}
	walk->asked |= 1U << t->argument;
	for (holds = 0; holds <= 1; holds++) {
		step = (struct step){t, holds, up, up ? up->depth + 1 : 0};
		if (feasible(&step) &&
		    !go(walk, le32_to_cpu(holds ? t->on_true : t->on_false), &step, steps))
			return false;
	}
	return true;
}

bool gabion_walk_outcomes(struct gabion_walk *walk, uint32_t outcome)
{
	uint32_t steps = 0;

	return go(walk, outcome, NULL, &steps);
}
