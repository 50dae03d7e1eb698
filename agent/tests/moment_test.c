// SPDX-License-Identifier: GPL-2.0
/*
 * Times as people write them; now is 2023-11-14 22:13:20.5 UTC, and local time two hours ahead.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "../common/moment.h"
#include "test.h"

#define SECOND 1000000000ULL
#define NOW (1700000000 * SECOND + SECOND / 2)

static void assert_moment(const char *text, uint64_t expected)
{
	struct gabion_error error = { 0 };
	uint64_t moment = 0;

	if (gabion_moment_parse(&moment, text, NOW, &error))
		fail_msg("%s", error.text);
	assert_int_equal(moment, expected);
}

static void durations_count_back(void **state)
{
	(void)state;
	assert_moment("90s", NOW - 90 * SECOND);
	assert_moment("15m", NOW - 900 * SECOND);
	assert_moment("1h30m", NOW - 5400 * SECOND);
	assert_moment("3d", NOW - 3 * 86400 * SECOND);
	assert_moment("0s", NOW);
}

static void absolute_times(void **state)
{
	(void)state;
	assert_moment("2023-11-14T22:13:20Z", 1700000000 * SECOND);
	/* As an event has it. */
	assert_moment("2023-11-14T22:13:20.123456789Z", 1700000000 * SECOND + 123456789);
	assert_moment("2023-11-14T23:13:20+01:00", 1700000000 * SECOND);
}

static void local_times(void **state)
{
	(void)state;
	assert_moment("2023-11-15 00:13:20", 1700000000 * SECOND);
	assert_moment("2023-11-15T00:13:20", 1700000000 * SECOND);
	assert_moment("2023-11-15 00:13", 1699999980 * SECOND);
	assert_moment("2023-11-15", 1699999200 * SECOND);
	assert_moment("00:13:20", 1700000000 * SECOND);
	assert_moment("00:13", 1699999980 * SECOND);
}

static void what_is_no_time(void **state)
{
	static const char *const wrong[] = { "", "5", "m", "5x", "5m3", "-5m", "yesterday", "25:00",
					     "2023-13-01", "2023-02-30", "00:13:20.", "2023-11-14T22:13:20Zz" };
	struct gabion_error error;
	uint64_t moment;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (gabion_moment_parse(&moment, wrong[i], NOW, &error) != -EINVAL)
			fail_msg("'%s' is a time", wrong[i]);
}

static void what_lies_ahead_or_too_far_back(void **state)
{
	struct gabion_error error;
	uint64_t moment;

	(void)state;
	assert_int_equal(gabion_moment_parse(&moment, "2023-11-14T22:13:21Z", NOW, &error), -ERANGE);
	assert_string_equal(error.text, "'2023-11-14T22:13:21Z' lies ahead");
	assert_int_equal(gabion_moment_parse(&moment, "01:00", NOW, &error), -ERANGE);
	assert_int_equal(gabion_moment_parse(&moment, "20000d", NOW, &error), -ERANGE);
	assert_int_equal(gabion_moment_parse(&moment, "99999999999999999999d", NOW, &error), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_count_back),
		cmocka_unit_test(absolute_times),
		cmocka_unit_test(local_times),
		cmocka_unit_test(what_is_no_time),
		cmocka_unit_test(what_lies_ahead_or_too_far_back),
	};

	setenv("TZ", "TEST-2", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
