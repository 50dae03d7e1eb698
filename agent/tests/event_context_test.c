// SPDX-License-Identifier: GPL-2.0
/*
 * What an event says beside the decision: where the task comes from, levels, rules,
 * arguments by name, and what of it is cut. As JSON, back again, and for people.
 */
#include <string.h>

#include "../event/event_line.h"
#include "test.h"

#define HAS(a) (1ULL << GABION_E_##a)
#define CUT(a) (1ULL << GABION_E_##a)

static struct gabion_ancestor ancestors[] = {
	{ .pid = 700, .start = 9000, .comm = "sh", .domain = "build" },
	{ .pid = 650, .start = 8000, .comm = "a\xff" "b", .domain = "host" },
	{ .pid = 600, .start = 7000, .comm = "sshd", .domain = "host" },
	{ .pid = 500, .start = 6000, .comm = "sshd", .domain = "host" },
	{ .pid = 1, .start = 1, .comm = "systemd", .domain = "host" },
};

static char *rules[] = { "nginx.gabion:12", "/etc/gabion/base.gabion:3" };

/* What the level order refuses, by a rule that grants it. */
static struct gabion_record refused(void)
{
	return (struct gabion_record){
		.instance = 0xab,
		.event = {
			.present = HAS(SEQUENCE) | HAS(CPU) | HAS(CPU_SEQUENCE) | HAS(VERDICT) |
				   HAS(REASON) | HAS(CLASS) | HAS(WANTED) | HAS(DOMAIN) |
				   HAS(LEVEL) | HAS(OBJECT) | HAS(OBJECT_LEVEL) | HAS(RULE) |
				   HAS(TGID) | HAS(COMM) | HAS(ANCESTOR),
			.sequence = 127,
			.cpu = 1,
			.cpu_sequence = 60,
			.type = GABION_EVENT_ACCESS,
			.verdict = GABION_VERDICT_DENIED,
			.reason = GABION_REASON_LEVEL,
			.klass = GABION_CLASS_FILE,
			.wanted = GABION_FILE_READ,
			.domain = "nginx",
			.level = "internal:web",
			.object = "/etc/shadow",
			.object_level = "secret:web,finance",
			.rules = rules,
			.nrules = 2,
			.tgid = 812,
			.comm = "nginx",
			.ancestors = ancestors,
			.nancestors = 5,
		},
	};
}

static char *json_of(const struct gabion_record *record, struct gabion_json *json)
{
	gabion_json_reset(json);
	gabion_record_encode(json, record);
	assert_false(json->failed);
	return json->data;
}

static void all_of_it_in_json(void **state)
{
	struct gabion_record record = refused();
	cleanup_json struct gabion_json json = { 0 };

	(void)state;
	assert_string_equal(
		json_of(&record, &json),
		"{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000ab\","
		"\"sequence\":127,\"cpu\":1,\"cpu_sequence\":60,\"verdict\":\"denied\","
		"\"reason\":\"level\",\"domain\":\"nginx\",\"level\":\"internal:web\","
		"\"class\":\"file\",\"wanted\":[\"read\"],\"object\":\"/etc/shadow\","
		"\"object_level\":\"secret:web,finance\","
		"\"rules\":[\"nginx.gabion:12\",\"/etc/gabion/base.gabion:3\"],"
		"\"pid\":812,\"comm\":\"nginx\",\"ancestors\":["
		"{\"pid\":700,\"start_ns\":9000,\"comm\":\"sh\",\"domain\":\"build\"},"
		"{\"pid\":650,\"start_ns\":8000,\"comm\":\"a\xef\xbf\xbd" "b\","
		"\"comm_hex\":\"61ff62\",\"domain\":\"host\"},"
		"{\"pid\":600,\"start_ns\":7000,\"comm\":\"sshd\",\"domain\":\"host\"},"
		"{\"pid\":500,\"start_ns\":6000,\"comm\":\"sshd\",\"domain\":\"host\"},"
		"{\"pid\":1,\"start_ns\":1,\"comm\":\"systemd\",\"domain\":\"host\"}]}");
}

static void what_is_cut_is_marked(void **state)
{
	struct gabion_record record = refused();
	cleanup_json struct gabion_json json = { 0 };

	(void)state;
	assert_null(strstr(json_of(&record, &json), "_truncated"));
	record.event.truncated = CUT(OBJECT) | CUT(RULE) | CUT(ANCESTOR);
	json_of(&record, &json);
	assert_non_null(strstr(json.data, "\"object\":\"/etc/shadow\",\"object_truncated\":true,"));
	assert_non_null(strstr(json.data, ":3\"],\"rules_truncated\":true,"));
	assert_non_null(strstr(json.data, "}],\"ancestors_truncated\":true}"));
	/* Also where nothing of it is left. */
	record.event.nrules = 0;
	record.event.present &= ~HAS(RULE);
	assert_non_null(strstr(json_of(&record, &json), "\"rules_truncated\":true"));
}

static void it_survives_the_round_trip(void **state)
{
	struct gabion_record record = refused();
	cleanup_json struct gabion_json json = { 0 }, again = { 0 };
	cleanup_record struct gabion_record back = { 0 };
	struct gabion_error error = { 0 };

	(void)state;
	record.event.truncated = CUT(OBJECT) | CUT(LEVEL) | CUT(RULE) | CUT(ANCESTOR);
	json_of(&record, &json);
	assert_int_equal(gabion_record_parse(&back, json.data, json.length, &error), 0);
	assert_int_equal(back.event.cpu_sequence, 60);
	assert_int_equal(back.event.truncated, record.event.truncated);
	assert_int_equal(back.event.nancestors, 5);
	assert_string_equal(back.event.ancestors[1].comm, "a\xff" "b");
	assert_int_equal(back.event.ancestors[4].start, 1);
	assert_int_equal(back.event.nrules, 2);
	assert_string_equal(json_of(&back, &again), json.data);
}

static void assert_part(const struct gabion_record *record, const char *expected)
{
	char *line = gabion_record_line(record, 0);

	if (!strstr(line, expected))
		fail_msg("'%s' is not in '%s'", expected, line);
	free(line);
}

static void a_line_for_people(void **state)
{
	struct gabion_record record = refused();

	(void)state;
	assert_part(&record, "  /etc/shadow  (the level order forbids it: the domain is "
			     "internal:web, the object secret:web,finance)  rule nginx.gabion:12, "
			     "/etc/gabion/base.gabion:3  nginx[812] < sh[700] < a\\xffb[650] < "
			     "sshd[600] < ...");
	/* Who everybody comes from is left out. */
	record.event.ancestors += 3;
	record.event.nancestors = 2;
	assert_part(&record, "nginx[812] < sshd[500]  policy");
	record.event.truncated = CUT(OBJECT) | CUT(RULE);
	assert_part(&record, "  .../etc/shadow  (");
	assert_part(&record, "base.gabion:3, ...  nginx");
	record.event.nrules = 0;
	assert_part(&record, ")  rule ...  nginx");
}

static void assert_call(uint32_t abi, uint32_t number, const char *expected)
{
	struct gabion_record record = {
		.event = {
			.present = HAS(SEQUENCE) | HAS(CLASS) | HAS(WANTED) | HAS(ABI) | HAS(ARGUMENTS),
			.type = GABION_EVENT_ACCESS,
			.klass = GABION_CLASS_SYSCALL,
			.wanted = number,
			.abi = abi,
			.arguments = { 0xffffffff00000003, 1, 2, 3, 4, 5 },
		},
	};
	cleanup_json struct gabion_json json = { 0 };

	json_of(&record, &json);
	if (expected && !strstr(json.data, expected))
		fail_msg("'%s' is not in '%s'", expected, json.data);
	if (!expected && strstr(json.data, "parameters"))
		fail_msg("'%s' has names for the arguments", json.data);
}

static void arguments_by_name(void **state)
{
	(void)state;
	/* fcntl, whose fd is an int: the kernel does not look at the other half. */
	assert_call(GABION_ABI_X86_64, 72, "\"parameters\":{\"fd\":\"0x3\",\"cmd\":\"0x1\","
					   "\"arg\":\"0x2\"}");
	assert_call(GABION_ABI_X32, 72, "\"parameters\":{\"fd\":\"0x3\"");
	/* mmap, whose addr is a pointer. */
	assert_call(GABION_ABI_X86_64, 9, "\"parameters\":{\"addr\":\"0xffffffff00000003\"");
	/* getppid has none; mmap of i386 has its arguments in memory. */
	assert_call(GABION_ABI_X86_64, 110, NULL);
	assert_call(GABION_ABI_I386, 90, NULL);
	assert_call(GABION_ABI_X86_64, 9999, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_in_json),
		cmocka_unit_test(what_is_cut_is_marked),
		cmocka_unit_test(it_survives_the_round_trip),
		cmocka_unit_test(a_line_for_people),
		cmocka_unit_test(arguments_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
