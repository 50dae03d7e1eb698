// SPDX-License-Identifier: GPL-2.0
/*
 * The JSON writer, held against the plainest way to write the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/json.h"
#include "../event/event_json.h"
#include "test.h"

/* A name that is longer than two words of the machine, so that every place in one comes up. */
#define NAME_LENGTH 21

static const char *escaped(unsigned char c)
{
	static char text[8];

	if (c == '"' || c == '\\')
		snprintf(text, sizeof(text), "\\%c", c);
	else if (c == '\n' || c == '\t')
		strcpy(text, c == '\n' ? "\\n" : "\\t");
	else if (c < 0x20 || c == 0x7f)
		snprintf(text, sizeof(text), "\\u%04x", c);
	else if (c < 0x80)
		snprintf(text, sizeof(text), "%c", c);
	else
		strcpy(text, "\xef\xbf\xbd");
	return text;
}

static void each_byte_is_written_the_same_wherever_it_is(void **state)
{
	char name[NAME_LENGTH + 1], expected[64];
	unsigned int byte, at;

	(void)state;
	for (byte = 1; byte < 256; byte++)
		for (at = 0; at < NAME_LENGTH; at++) {
			cleanup_json struct gabion_json json = { 0 };

			memset(name, '~', NAME_LENGTH);
			name[NAME_LENGTH] = '\0';
			name[at] = '\0';
			snprintf(expected, sizeof(expected), "\"%s%s%s\"", name,
				 escaped((unsigned char)byte), "~~~~~~~~~~~~~~~~~~~~" + at);
			name[at] = (char)byte;
			gabion_json_string(&json, NULL, name);
			assert_string_equal(json.data, expected);
		}
}

static void assert_number(uint64_t number)
{
	cleanup_json struct gabion_json json = { 0 };
	char expected[64];

	snprintf(expected, sizeof(expected), "{\"n\":%" PRIu64 ",\"h\":\"%016" PRIx64 "\"}", number,
		 number);
	gabion_json_open(&json, NULL, '{');
	gabion_json_unsigned(&json, "n", number);
	gabion_json_hex(&json, "h", number);
	gabion_json_close(&json, '}');
	assert_string_equal(json.data, expected);
}

static void numbers_of_each_length_are_written(void **state)
{
	uint64_t power;
	int i;

	(void)state;
	assert_number(0);
	assert_number(UINT64_MAX);
	for (power = 1, i = 0; i < 20; i++, power *= 10) {
		assert_number(power - 1);
		assert_number(power);
		assert_number(power + 1);
		assert_number(power / 9 * 7);
	}
}

static void assert_time(time_t seconds, uint32_t ns)
{
	cleanup_json struct gabion_json json = { 0 };
	struct gabion_record record = { .kind = GABION_RECORD_MISSED };
	char date[32], expected[64];
	struct tm tm;

	record.time = (uint64_t)seconds * 1000000000 + ns;
	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(expected, sizeof(expected), ",\"time\":\"%s.%09" PRIu32 "Z\",", date, ns);
	gabion_record_encode(&json, &record);
	assert_non_null(strstr(json.data, expected));
}

static void times_are_as_strftime_has_them(void **state)
{
	time_t day;

	(void)state;
	for (day = 0; day < 40000; day++)
		assert_time(day * 86400 + day % 86400, (uint32_t)(day * 24999 % 1000000000));
	assert_time(951782399, 999999999);	/* the last of 28 February 2000 */
	assert_time(4102444799, 1);
}

static void memory_grows_with_what_is_written(void **state)
{
	cleanup_json struct gabion_json json = { 0 };
	char name[300];
	size_t i;

	(void)state;
	memset(name, '\x01', sizeof(name));
	for (i = 0; i < 100; i++)
		gabion_json_bytes(&json, "k", name, sizeof(name));
	assert_false(json.failed);
	assert_int_equal(json.length, 100 * (6 + 6 * sizeof(name)) + 99);
	assert_int_equal(strlen(json.data), json.length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte_is_written_the_same_wherever_it_is),
		cmocka_unit_test(numbers_of_each_length_are_written),
		cmocka_unit_test(times_are_as_strftime_has_them),
		cmocka_unit_test(memory_grows_with_what_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
