// SPDX-License-Identifier: GPL-2.0
/*
 * Events of what administrators and agents did: as JSON and back, and for people.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../event/event_line.h"
#include "test.h"

#define HAS(a) (1ULL << GABION_E_##a)

static struct gabion_record record_of(uint32_t type, uint64_t present)
{
	return (struct gabion_record){
		.instance = 0xab,
		.event = {
			.present = HAS(SEQUENCE) | HAS(VERDICT) | HAS(REASON) | HAS(CLASS) |
				   HAS(GENERATION) | HAS(TGID) | HAS(COMM) | present,
			.sequence = 9,
			.type = type,
			.verdict = GABION_VERDICT_ALLOWED,
			.generation = 3,
			.tgid = 812,
			.comm = "gabion",
		},
	};
}

/* @expected stands between the kind of record and the process, here and after the way back. */
static void assert_json(const struct gabion_record *record, const char *type, const char *expected)
{
	cleanup_json struct gabion_json json = { 0 }, again = { 0 };
	cleanup_record struct gabion_record back = { 0 };
	struct gabion_error error = { 0 };
	char whole[1024];

	snprintf(whole, sizeof(whole),
		 "{\"version\":1,\"type\":\"%s\",\"instance\":\"00000000000000ab\",\"sequence\":9,%s"
		 "\"pid\":812,\"comm\":\"gabion\"}", type, expected);
	gabion_record_encode(&json, record);
	assert_string_equal(json.data, whole);
	assert_int_equal(gabion_record_parse(&back, json.data, json.length, &error), 0);
	gabion_record_encode(&again, &back);
	assert_string_equal(again.data, whole);
}

static void assert_line(const struct gabion_record *record, const char *expected)
{
	char *line = gabion_record_line(record, 0);

	assert_string_equal(line, expected);
	free(line);
}

static void policy_in_force(void **state)
{
	struct gabion_record record = record_of(GABION_EVENT_POLICY, 0);

	(void)state;
	assert_json(&record, "policy", "\"generation\":3,\"verdict\":\"allowed\",");
	assert_line(&record, "POLICY  generation 3 is in force  gabion[812] #9");
	record.event.generation = 0;
	assert_json(&record, "policy", "\"generation\":0,\"verdict\":\"allowed\",");
	assert_line(&record, "POLICY  none is in force any longer  gabion[812] #9");
}

static void policy_refused(void **state)
{
	struct gabion_record record = record_of(GABION_EVENT_POLICY, HAS(ERROR) | HAS(MESSAGE));

	(void)state;
	record.event.verdict = GABION_VERDICT_DENIED;
	record.event.error = EINVAL;
	record.event.message = "rule: no such resource";
	assert_json(&record, "policy", "\"generation\":3,\"verdict\":\"denied\",\"errno\":\"EINVAL\","
				       "\"message\":\"rule: no such resource\",");
	assert_line(&record, "DENIED  change of the policy: Invalid argument: rule: no such resource"
			     "  gabion[812] #9");
	record.event.error = 999;
	record.event.message = NULL;
	record.event.present &= ~HAS(MESSAGE);
	assert_json(&record, "policy", "\"generation\":3,\"verdict\":\"denied\",\"errno\":999,");
	assert_line(&record, "DENIED  change of the policy: error 999  gabion[812] #9");
}

static void new_mode(void **state)
{
	static const struct {
		uint32_t flags;
		const char *word;
	} modes[] = {
		{ 0, "enforce" },
		{ GABION_DOMAIN_I386 | GABION_DOMAIN_COMPLAIN, "complain" },
		{ GABION_DOMAIN_UNCONFINED, "unconfined" },
	};
	struct gabion_record record = record_of(GABION_EVENT_MODE, HAS(TARGET) | HAS(DOMAIN_FLAGS));
	char json[128], line[128];
	size_t i;

	(void)state;
	record.event.target = "nginx";
	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		record.event.domain_flags = modes[i].flags;
		snprintf(json, sizeof(json), "\"generation\":3,\"target\":\"nginx\",\"mode\":\"%s\",",
			 modes[i].word);
		snprintf(line, sizeof(line), "MODE    domain nginx is in mode %s now  gabion[812]  "
					     "policy gen 3 #9", modes[i].word);
		assert_json(&record, "mode", json);
		assert_line(&record, line);
	}
}

static void agent_comes_and_goes(void **state)
{
	struct gabion_record record = record_of(GABION_EVENT_SUBSCRIBE, 0);

	(void)state;
	assert_json(&record, "subscribe", "\"generation\":3,");
	assert_line(&record, "AGENT   connected: it takes the events  gabion[812] #9");
	record.event.type = GABION_EVENT_UNSUBSCRIBE;
	assert_json(&record, "unsubscribe", "\"generation\":3,");
	assert_line(&record, "AGENT   disconnected: events wait in the kernel  gabion[812] #9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy_in_force),
		cmocka_unit_test(policy_refused),
		cmocka_unit_test(new_mode),
		cmocka_unit_test(agent_comes_and_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
