// SPDX-License-Identifier: GPL-2.0
/*
 * Records of every type and class against docs/event.schema.json, by somebody else's validator.
 * Run from the top of the tree.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "../event/event_json.h"
#include "../event/event_words.h"
#include "test.h"

#define HAS(a) (1ULL << GABION_E_##a)

static struct gabion_ancestor ancestors[] = {
	{ .pid = 700, .start = 9000, .comm = "a\xff" "b", .domain = "host" },
	{ .pid = 1, .start = 1, .comm = "systemd", .domain = "host" },
};

static char *rules[] = { "nginx.gabion:12" };

/* With all that the kernel says of every event. */
static struct gabion_record event_of(uint32_t type)
{
	return (struct gabion_record){
		.event = {
			.present = HAS(SEQUENCE) | HAS(CPU) | HAS(CPU_SEQUENCE) | HAS(BOOTTIME) |
				   HAS(REALTIME) | HAS(TYPE) | HAS(VERDICT) | HAS(REASON) |
				   HAS(CLASS) | HAS(WANTED) | HAS(REFUSED) | HAS(GENERATION) |
				   HAS(DOMAIN) | HAS(LEVEL) | HAS(LABEL) | HAS(PID) | HAS(TGID) |
				   HAS(PPID) | HAS(UID) | HAS(START) | HAS(COMM) | HAS(EXE) |
				   HAS(ANCESTOR),
			.sequence = 127,
			.cpu_sequence = 60,
			.realtime = 1700000000123456789,
			.boottime = ~0ULL,
			.start = 5,
			.type = type,
			.verdict = GABION_VERDICT_DENIED,
			.reason = GABION_REASON_SIGMA,
			.generation = 3,
			.domain = "nginx",
			.level = "internal:web",
			.uid = ~0U,
			.comm = "ng\ninx",
			.exe = "/usr/sbin/ng\xffinx",
			.ancestors = ancestors,
			.nancestors = 2,
		},
	};
}

static FILE *validator(void)
{
	FILE *stream = popen("docs/event-schema", "w");

	assert_non_null(stream);
	return stream;
}

static void put(FILE *stream, const struct gabion_record *record)
{
	cleanup_json struct gabion_json json = { 0 };

	gabion_record_encode(&json, record);
	assert_false(json.failed);
	fprintf(stream, "%s\n", json.data);
}

static void put_accesses(FILE *stream)
{
	static const uint32_t classes[] = {
		GABION_CLASS_CAPABILITY, GABION_CLASS_FAMILY, GABION_CLASS_CONTROL,
		GABION_CLASS_NETLINK, 99,
	};
	struct gabion_record record = event_of(GABION_EVENT_ACCESS);
	struct gabion_event *e = &record.event;
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		e->klass = classes[i];
		put(stream, &record);
	}
	e->klass = GABION_CLASS_FILE;
	e->wanted = e->refused = GABION_FILE_ALL;
	e->present |= HAS(OBJECT) | HAS(OBJECT2) | HAS(OBJECT_LEVEL) | HAS(RESOURCE) | HAS(RULE) |
		      HAS(COMMAND) | HAS(HOOK);
	e->object = "/a\xff";
	e->object2 = "/b";
	e->object_level = "secret";
	e->resource = "a,b";
	e->rules = rules;
	e->nrules = 1;
	e->command = 0x5412;
	e->hook = "file_open";
	for (e->reason = 0; e->reason <= GABION_REASON_SYSCALL + 1; e->reason++)
		put(stream, &record);
	e->truncated = HAS(OBJECT) | HAS(OBJECT2) | HAS(EXE) | HAS(LEVEL) | HAS(OBJECT_LEVEL) |
		       HAS(RESOURCE) | HAS(RULE) | HAS(ANCESTOR);
	put(stream, &record);

	record = event_of(GABION_EVENT_ACCESS);
	e->klass = GABION_CLASS_NET;
	e->present |= HAS(NET);
	e->net.protocol = 6;
	put(stream, &record);
	e->net.protocol = 255;
	put(stream, &record);

	record = event_of(GABION_EVENT_ACCESS);
	e->klass = GABION_CLASS_DOMAIN;
	e->present |= HAS(TARGET) | HAS(TARGET_PID) | HAS(SIGNAL);
	e->target = "host";
	put(stream, &record);
}

static void put_calls(FILE *stream)
{
	struct gabion_record record = event_of(GABION_EVENT_ACCESS);
	struct gabion_event *e = &record.event;
	uint32_t action;

	e->klass = GABION_CLASS_SYSCALL;
	e->reason = GABION_REASON_SYSCALL;
	e->present |= HAS(ABI) | HAS(ARGUMENTS) | HAS(OUTCOME) | HAS(IP);
	e->arguments[1] = ~0ULL;
	for (e->abi = 0; e->abi <= GABION_ABI_END; e->abi++)
		for (action = 0; action <= GABION_ACTION_END; action++) {
			e->outcome = GABION_OUTCOME(action, 4000);
			put(stream, &record);
			e->wanted = e->wanted ? 0 : 26;
		}
}

static void put_others(FILE *stream)
{
	struct gabion_record record;
	uint32_t type;

	for (type = GABION_EVENT_TRANSITION; gabion_event_type_token(type); type++) {
		record = event_of(type);
		record.event.target = "php";
		record.event.hook = "file_open";
		record.event.error = 22;
		record.event.message = "rule: no such resource";
		record.event.present |= HAS(HOOK);
		if (type == GABION_EVENT_TRANSITION || type == GABION_EVENT_MODE)
			record.event.present |= HAS(TARGET);
		if (type == GABION_EVENT_MODE)
			record.event.present |= HAS(DOMAIN_FLAGS);
		if (type == GABION_EVENT_POLICY)
			record.event.present |= HAS(ERROR) | HAS(MESSAGE);
		put(stream, &record);
	}
	record = (struct gabion_record){ .kind = GABION_RECORD_LOSS, .count = 1, .total = 9 };
	put(stream, &record);
	record.kind = GABION_RECORD_MALFORMED;
	record.text = "an event is of unknown type 77";
	put(stream, &record);
	record.text = NULL;
	record.kind = GABION_RECORD_MISSED;
	put(stream, &record);
}

static void all_that_we_write_is_in_the_schema(void **state)
{
	FILE *stream = validator();

	(void)state;
	put_accesses(stream);
	put_calls(stream);
	put_others(stream);
	assert_int_equal(pclose(stream), 0);
}

/* The validator is one: each of these has one thing wrong. */
static void what_is_not_in_the_schema_is_refused(void **state)
{
	static const char *const lines[] = {
		"{\"version\":2,\"type\":\"missed\",\"instance\":\"00000000000000ab\","
		"\"time\":\"2023-11-14T22:13:20.123456789Z\",\"count\":1}",
		"{\"version\":1,\"type\":\"new\",\"instance\":\"00000000000000ab\","
		"\"time\":\"2023-11-14T22:13:20.123456789Z\",\"count\":1}",
		"{\"version\":1,\"type\":\"missed\",\"instance\":\"00000000000000ab\",\"count\":1}",
		"{\"version\":1,\"type\":\"missed\",\"instance\":\"00000000000000ab\","
		"\"time\":\"2023-11-14 22:13:20.123456789Z\",\"count\":1}",
		"{\"version\":1,\"type\":\"missed\",\"instance\":\"00000000000000ab\","
		"\"time\":\"2023-11-14T22:13:20.123456789Z\",\"count\":1,\"news\":1}",
		"{\"version\":1,\"type\":\"lock\",\"instance\":\"00000000000000ab\"}",
		"missed",
	};
	struct gabion_record record = event_of(GABION_EVENT_MODE);
	FILE *stream;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		stream = validator();
		fprintf(stream, "%s\n", lines[i]);
		assert_int_equal(WEXITSTATUS(pclose(stream)), 1);
	}
	/* A mode without the domain that has it. */
	stream = validator();
	put(stream, &record);
	assert_int_equal(WEXITSTATUS(pclose(stream)), 1);
	/* Nothing at all is no proof. */
	stream = validator();
	assert_int_equal(WEXITSTATUS(pclose(stream)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_we_write_is_in_the_schema),
		cmocka_unit_test(what_is_not_in_the_schema_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
