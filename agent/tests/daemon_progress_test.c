// SPDX-License-Identifier: GPL-2.0
/*
 * The set of events that an output has taken.
 */
#include <stdlib.h>
#include <string.h>

#include "../stream/progress.h"
#include "test.h"

static void neighbours_become_one_range(void **state)
{
	struct gabion_progress p = { 0 };

	(void)state;
	gabion_progress_add(&p, 5, 5);
	gabion_progress_add(&p, 7, 7);
	assert_int_equal(p.nranges, 2);
	assert_false(gabion_progress_has(&p, 6));
	gabion_progress_add(&p, 6, 6);
	assert_int_equal(p.nranges, 1);
	assert_int_equal(p.ranges[0].first, 5);
	assert_int_equal(p.ranges[0].last, 7);
	gabion_progress_free(&p);
}

static void wide_range_swallows_others(void **state)
{
	struct gabion_progress p = { 0 };

	(void)state;
	gabion_progress_add(&p, 10, 12);
	gabion_progress_add(&p, 20, 22);
	gabion_progress_add(&p, 30, 32);
	gabion_progress_add(&p, 11, 29);
	assert_int_equal(p.nranges, 1);
	assert_int_equal(p.ranges[0].first, 10);
	assert_int_equal(p.ranges[0].last, 32);
	gabion_progress_free(&p);
}

static void forgetting_cuts_a_range(void **state)
{
	struct gabion_progress p = { 0 };

	(void)state;
	gabion_progress_add(&p, 1, 3);
	gabion_progress_add(&p, 5, 9);
	gabion_progress_forget(&p, 6);
	assert_int_equal(p.nranges, 1);
	assert_int_equal(p.ranges[0].first, 7);
	gabion_progress_forget(&p, 9);
	assert_int_equal(p.nranges, 0);
	gabion_progress_forget(&p, 100);
	gabion_progress_free(&p);
}

static void the_ends_of_the_numbers(void **state)
{
	struct gabion_progress p = { 0 };

	(void)state;
	gabion_progress_add(&p, UINT64_MAX, UINT64_MAX);
	gabion_progress_add(&p, 0, 0);
	assert_true(gabion_progress_has(&p, 0));
	assert_true(gabion_progress_has(&p, UINT64_MAX));
	assert_false(gabion_progress_has(&p, 1));
	gabion_progress_free(&p);
}

/* Against a plain array of bits, with any order of operations. */
static void behaves_like_a_set(void **state)
{
	unsigned char model[256] = { 0 };
	struct gabion_progress p = { 0 };
	unsigned int round, first, last, i;

	(void)state;
	srandom(1);
	for (round = 0; round < 20000; round++) {
		first = (unsigned int)random() % 250;
		last = first + (unsigned int)random() % 6;
		if (round % 50 == 49) {
			gabion_progress_forget(&p, first);
			memset(model, 0, first + 1);
		} else {
			assert_int_equal(gabion_progress_add(&p, first, last), 0);
			memset(model + first, 1, last - first + 1);
		}
		for (i = 0; i < 256; i++)
			assert_int_equal(gabion_progress_has(&p, i), model[i]);
		for (i = 1; i < p.nranges; i++)
			assert_true(p.ranges[i - 1].last + 1 < p.ranges[i].first);
	}
	gabion_progress_free(&p);
}

static void losses_are_kept_for_each_cpu_and_domain(void **state)
{
	const struct gabion_loss web = { 3, "web", 7 }, web_later = { 3, "web", 9 },
				 web_elsewhere = { 0, "web", 1 }, db = { 3, "db", 2 },
				 kernel = { 3, "", 4 };
	struct gabion_progress p = { 0 };

	(void)state;
	assert_int_equal(gabion_progress_lost(&p, &web), 0);
	gabion_progress_set_lost(&p, &web);
	gabion_progress_set_lost(&p, &web_elsewhere);
	gabion_progress_set_lost(&p, &db);
	gabion_progress_set_lost(&p, &web_later);
	assert_int_equal(gabion_progress_lost(&p, &web), 9);
	assert_int_equal(gabion_progress_lost(&p, &web_elsewhere), 1);
	assert_int_equal(gabion_progress_lost(&p, &db), 2);
	assert_int_equal(gabion_progress_lost(&p, &kernel), 0);
	gabion_progress_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_become_one_range),
		cmocka_unit_test(wide_range_swallows_others),
		cmocka_unit_test(forgetting_cuts_a_range),
		cmocka_unit_test(the_ends_of_the_numbers),
		cmocka_unit_test(behaves_like_a_set),
		cmocka_unit_test(losses_are_kept_for_each_cpu_and_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
