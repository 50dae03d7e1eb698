// SPDX-License-Identifier: GPL-2.0
/*
 * Subjects and ids of NATS messages: whatever names hold, they stay one token, and one header.
 */
#include <stdlib.h>
#include <string.h>

#include "../daemon/nats_name.h"
#include "test.h"

static void name_becomes_one_token(void **state)
{
	char token[GABION_NATS_TOKEN_MAX + 1], name[GABION_NATS_TOKEN_MAX + 10];

	(void)state;
	gabion_nats_token(token, "Web-1_a");
	assert_string_equal(token, "Web-1_a");
	gabion_nats_token(token, "web.example.org");
	assert_string_equal(token, "web_example_org");
	gabion_nats_token(token, "a >*\r\n\xc3\xa4");
	assert_string_equal(token, "a_______");
	gabion_nats_token(token, "");
	assert_string_equal(token, "_");
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	gabion_nats_token(token, name);
	assert_int_equal(strlen(token), GABION_NATS_TOKEN_MAX);
}

static void prefix_is_tokens_and_dots(void **state)
{
	char longest[GABION_NATS_PREFIX_MAX + 2];

	(void)state;
	assert_true(gabion_nats_is_prefix("gabion"));
	assert_true(gabion_nats_is_prefix("a.b-1._"));
	assert_false(gabion_nats_is_prefix(""));
	assert_false(gabion_nats_is_prefix("."));
	assert_false(gabion_nats_is_prefix("a."));
	assert_false(gabion_nats_is_prefix(".a"));
	assert_false(gabion_nats_is_prefix("a..b"));
	assert_false(gabion_nats_is_prefix("a.*"));
	assert_false(gabion_nats_is_prefix("a.>"));
	assert_false(gabion_nats_is_prefix("a b"));
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_false(gabion_nats_is_prefix(longest));
	longest[sizeof(longest) - 2] = '\0';
	assert_true(gabion_nats_is_prefix(longest));
}

static void subject_tells_the_type(void **state)
{
	struct gabion_record record = { .event = { .type = GABION_EVENT_TRANSITION } };
	char subject[GABION_NATS_SUBJECT_MAX + 1];

	(void)state;
	gabion_nats_subject(subject, "fleet.gabion", "web1", &record);
	assert_string_equal(subject, "fleet.gabion.web1.transition");
	/* Of a newer module. */
	record.event.type = 4000000000U;
	gabion_nats_subject(subject, "gabion", "web1", &record);
	assert_string_equal(subject, "gabion.web1.4000000000");
	record.kind = GABION_RECORD_LOSS;
	gabion_nats_subject(subject, "gabion", "web1", &record);
	assert_string_equal(subject, "gabion.web1.loss");
	record.kind = GABION_RECORD_MALFORMED;
	gabion_nats_subject(subject, "gabion", "web1", &record);
	assert_string_equal(subject, "gabion.web1.malformed");
}

static void assert_id(const struct gabion_record *record, const char *expected)
{
	char *id = gabion_nats_id("web1", record);

	assert_string_equal(id, expected);
	free(id);
}

static void id_is_the_same_for_the_same_record_only(void **state)
{
	struct gabion_record record = {
		.instance = 0x1f, .time = 77, .cpu = 2, .count = 3, .total = 10,
		.event = { .sequence = 18446744073709551615ULL },
	};

	(void)state;
	assert_id(&record, "web1-000000000000001f-18446744073709551615");
	record.kind = GABION_RECORD_LOSS;
	assert_id(&record, "web1-000000000000001f-loss--2-10-3");
	record.text = (char *)(uintptr_t)"a\r\nNats-Rollup: all";
	assert_id(&record, "web1-000000000000001f-loss-a__Nats-Rollup__all-2-10-3");
	record.kind = GABION_RECORD_MALFORMED;
	assert_id(&record, "web1-000000000000001f-malformed-77");
	/* Two of these need not be the same. */
	record.time = 0;
	assert_id(&record, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_becomes_one_token),
		cmocka_unit_test(prefix_is_tokens_and_dots),
		cmocka_unit_test(subject_tells_the_type),
		cmocka_unit_test(id_is_the_same_for_the_same_record_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
