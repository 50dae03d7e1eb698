// SPDX-License-Identifier: GPL-2.0
/*
 * Records as JSON: golden lines, and the way back.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "../event/event_json.h"
#include "test.h"

#define HAS(a) (1ULL << GABION_E_##a)

/* As the kernel makes it for an open(2) that is refused. */
static struct gabion_event denied_read(void)
{
	return (struct gabion_event){
		.present = HAS(SEQUENCE) | HAS(CPU) | HAS(REALTIME) | HAS(BOOTTIME) | HAS(TYPE) |
			   HAS(VERDICT) | HAS(REASON) | HAS(CLASS) | HAS(WANTED) | HAS(REFUSED) |
			   HAS(GENERATION) | HAS(DOMAIN) | HAS(OBJECT) | HAS(LABEL) | HAS(HOOK) |
			   HAS(PID) | HAS(TGID) | HAS(PPID) | HAS(UID) | HAS(COMM) | HAS(EXE),
		.sequence = 127,
		.cpu = 1,
		.realtime = 1700000000123456789,
		.boottime = 5000000001,
		.type = GABION_EVENT_ACCESS,
		.verdict = GABION_VERDICT_DENIED,
		.reason = GABION_REASON_SIGMA,
		.klass = GABION_CLASS_FILE,
		.wanted = GABION_FILE_READ | GABION_FILE_STAT,
		.refused = GABION_FILE_READ,
		.generation = 3,
		.domain = "nginx",
		.object = "/etc/shadow",
		.hook = "file_open",
		.pid = 814,
		.tgid = 812,
		.ppid = 1,
		.uid = 33,
		.comm = "nginx",
		.exe = "/usr/sbin/nginx",
	};
}

static void assert_line(const struct gabion_event *event, const char *expected)
{
	cleanup_json struct gabion_json json = { 0 };

	gabion_event_encode(&json, event, 0xab);
	assert_false(json.failed);
	assert_string_equal(json.data, expected);
}

static void denied_read_line(void **state)
{
	struct gabion_event event = denied_read();

	(void)state;
	assert_line(&event,
		    "{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000ab\","
		    "\"sequence\":127,\"time\":\"2023-11-14T22:13:20.123456789Z\","
		    "\"boottime_ns\":5000000001,\"cpu\":1,\"generation\":3,\"verdict\":\"denied\","
		    "\"reason\":\"no-rule\",\"domain\":\"nginx\",\"class\":\"file\","
		    "\"wanted\":[\"read\",\"stat\"],\"refused\":[\"read\"],"
		    "\"object\":\"/etc/shadow\",\"label\":0,\"hook\":\"file_open\",\"pid\":812,"
		    "\"tid\":814,\"ppid\":1,\"uid\":33,\"comm\":\"nginx\","
		    "\"exe\":\"/usr/sbin/nginx\"}");
}

static void events_that_were_folded_say_how_many(void **state)
{
	struct gabion_event event = {
		.present = HAS(SEQUENCE) | HAS(COUNT) | HAS(LAST),
		.sequence = 1, .type = GABION_EVENT_LOCK, .count = 4000, .last = 7000000001,
	};

	(void)state;
	assert_line(&event, "{\"version\":1,\"type\":\"lock\",\"instance\":\"00000000000000ab\","
			    "\"sequence\":1,\"count\":4000,\"last_ns\":7000000001}");
}

static void net_and_resources_line(void **state)
{
	struct gabion_event event = {
		.present = HAS(SEQUENCE) | HAS(CLASS) | HAS(WANTED) | HAS(NET) | HAS(RESOURCE),
		.sequence = 1,
		.type = GABION_EVENT_ACCESS,
		.klass = GABION_CLASS_NET,
		.wanted = GABION_NET_CONNECT,
		.resource = "http,proxy",
		.net = { .protocol = 6,
			 .address = { [10] = 0xff, [11] = 0xff, 192, 0, 2, 1 },
			 .port = { 1, 187 } },
	};

	(void)state;
	assert_line(&event,
		    "{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000ab\","
		    "\"sequence\":1,\"class\":\"net\",\"wanted\":[\"connect\"],"
		    "\"net\":{\"protocol\":\"tcp\",\"address\":\"192.0.2.1\",\"port\":443},"
		    "\"resources\":[\"http\",\"proxy\"]}");
}

static void number_of_a_capability_is_its_name(void **state)
{
	struct gabion_event event = {
		.present = HAS(SEQUENCE) | HAS(CLASS) | HAS(WANTED),
		.sequence = 1,
		.type = GABION_EVENT_ACCESS,
		.klass = GABION_CLASS_CAPABILITY,
		.wanted = 12,
	};

	(void)state;
	assert_line(&event,
		    "{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000ab\","
		    "\"sequence\":1,\"class\":\"capability\",\"wanted\":[\"net_admin\"]}");
}

static void numbers_without_a_name_are_shown(void **state)
{
	struct gabion_event event = {
		.present = HAS(SEQUENCE) | HAS(CLASS) | HAS(WANTED) | HAS(REASON),
		.sequence = 1,
		.type = GABION_EVENT_ACCESS,
		.klass = GABION_CLASS_NET,
		.wanted = 1U << 20,
		.reason = 99,
	};

	(void)state;
	assert_line(&event,
		    "{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000ab\","
		    "\"sequence\":1,\"reason\":99,\"class\":\"net\",\"wanted\":[\"bit20\"]}");
}

static void assert_object(const char *object, const char *expected)
{
	struct gabion_event event = {
		.present = HAS(SEQUENCE) | HAS(OBJECT),
		.sequence = 1,
		.type = GABION_EVENT_ACCESS,
		.object = (char *)(uintptr_t)object,
	};
	cleanup_json struct gabion_json json = { 0 };

	gabion_event_encode(&json, &event, 0);
	assert_non_null(strstr(json.data, expected));
}

static void quotes_and_control_bytes_are_escaped(void **state)
{
	(void)state;
	assert_object("/a\"b\\c", "\"object\":\"/a\\\"b\\\\c\"}");
	assert_object("/a\nb\tc\x1b\x7f", "\"object\":\"/a\\nb\\tc\\u001b\\u007f\"}");
	assert_object("/\xc3\xa9\xf0\x9f\x98\x80", "\"object\":\"/\xc3\xa9\xf0\x9f\x98\x80\"}");
}

static void invalid_utf8_is_kept_in_hexadecimal(void **state)
{
	(void)state;
	assert_object("/a\xff" "b",
					"\"object\":\"/a\xef\xbf\xbd" "b\",\"object_hex\":\"2f61ff62\"}");
	/* Overlong, surrogate, beyond U+10FFFF, cut short. */
	assert_object("\xc0\xaf", "\"object_hex\":\"c0af\"}");
	assert_object("\xed\xa0\x80", "\"object_hex\":\"eda080\"}");
	assert_object("\xf4\x90\x80\x80", "\"object_hex\":\"f4908080\"}");
	assert_object("\xe2\x82", "\"object_hex\":\"e282\"}");
}

/* Every byte but NUL, in any neighbourhood, survives the way there and back. */
static void names_survive_the_round_trip(void **state)
{
	char name[3] = { 0 };
	unsigned int a, b;

	(void)state;
	for (a = 1; a < 256; a++)
		for (b = 1; b < 256; b += 7) {
			struct gabion_record in = { .kind = GABION_RECORD_EVENT }, out = { 0 };
			cleanup_json struct gabion_json json = { 0 };
			struct gabion_error error;

			name[0] = (char)a;
			name[1] = (char)b;
			in.event.present = HAS(SEQUENCE) | HAS(OBJECT);
			in.event.type = GABION_EVENT_ACCESS;
			in.event.object = name;
			gabion_record_encode(&json, &in);
			assert_int_equal(gabion_record_parse(&out, json.data, json.length, &error),
					 0);
			assert_string_equal(out.event.object, name);
			gabion_record_free(&out);
		}
}

static void events_survive_the_round_trip(void **state)
{
	struct gabion_event event = denied_read();
	struct gabion_record record = { 0 };
	cleanup_json struct gabion_json first = { 0 }, second = { 0 };
	struct gabion_error error;

	(void)state;
	event.present |= HAS(NET) | HAS(RESOURCE) | HAS(SIGNAL) | HAS(TARGET_PID) | HAS(START);
	event.net = (struct gabion_net_key){ .protocol = 250, .address = { 1 }, .port = { 0, 53 } };
	event.resource = "a,b";
	event.signal = 9;
	event.start = 77;
	gabion_event_encode(&first, &event, 0xabcdef0123456789);
	assert_int_equal(gabion_record_parse(&record, first.data, first.length, &error), 0);
	gabion_record_encode(&second, &record);
	assert_string_equal(first.data, second.data);
	assert_int_equal(record.time, event.realtime);
	gabion_record_free(&record);
}

static void losses_survive_the_round_trip(void **state)
{
	struct gabion_record in = {
		.kind = GABION_RECORD_LOSS, .instance = 1, .time = 1700000000000000000,
		.cpu = 2, .count = 5, .total = 17, .text = (char *)"web",
	};
	struct gabion_record out = { 0 };
	cleanup_json struct gabion_json json = { 0 };
	struct gabion_error error;

	(void)state;
	gabion_record_encode(&json, &in);
	assert_string_equal(json.data,
			    "{\"version\":1,\"type\":\"loss\",\"instance\":\"0000000000000001\","
			    "\"time\":\"2023-11-14T22:13:20.000000000Z\",\"domain\":\"web\",\"cpu\":2,\"count\":5,"
			    "\"total\":17}");
	assert_int_equal(gabion_record_parse(&out, json.data, json.length, &error), 0);
	assert_int_equal(out.kind, GABION_RECORD_LOSS);
	assert_int_equal(out.cpu, 2);
	assert_int_equal(out.count, 5);
	assert_int_equal(out.total, 17);
	assert_string_equal(out.text, "web");
	gabion_record_free(&out);
}

/* ptrace(PTRACE_ATTACH, 1) through int 0x80, as the kernel makes it. */
static struct gabion_event refused_call(uint32_t outcome)
{
	return (struct gabion_event){
		.present = HAS(SEQUENCE) | HAS(CLASS) | HAS(WANTED) | HAS(REFUSED) | HAS(REASON) |
			   HAS(VERDICT) | HAS(ABI) | HAS(ARGUMENTS) | HAS(OUTCOME) | HAS(IP),
		.sequence = 1,
		.type = GABION_EVENT_ACCESS,
		.verdict = GABION_VERDICT_DENIED,
		.reason = GABION_REASON_SYSCALL,
		.klass = GABION_CLASS_SYSCALL,
		.wanted = 26,
		.refused = 26,
		.abi = GABION_ABI_I386,
		.arguments = { 16, 1, 0, 0xffffffff, 0, 5 },
		.outcome = outcome,
		.ip = 0x7ffff7fe1234,
	};
}

static void syscall_line(void **state)
{
	struct gabion_event event = refused_call(GABION_OUTCOME(GABION_ACTION_ERRNO, 1));

	(void)state;
	assert_line(&event,
		    "{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000ab\","
		    "\"sequence\":1,\"verdict\":\"denied\",\"reason\":\"syscall\","
		    "\"class\":\"syscall\",\"wanted\":[\"ptrace\"],\"refused\":[\"ptrace\"],"
		    "\"syscall\":{\"abi\":\"i386\",\"number\":26,\"name\":\"ptrace\","
		    "\"arguments\":[\"0x10\",\"0x1\",\"0x0\",\"0xffffffff\",\"0x0\",\"0x5\"],"
		    "\"action\":\"errno\",\"errno\":\"EPERM\",\"ip\":\"0x7ffff7fe1234\"}}");
	/* A number without a name, and a smaller event. */
	event.wanted = 1999;
	event.present = HAS(SEQUENCE) | HAS(CLASS) | HAS(WANTED) | HAS(ABI);
	assert_line(&event,
		    "{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000ab\","
		    "\"sequence\":1,\"class\":\"syscall\",\"wanted\":[\"1999\"],"
		    "\"syscall\":{\"abi\":\"i386\",\"number\":1999}}");
}

static void syscalls_survive_the_round_trip(void **state)
{
	static const uint32_t outcomes[] = {
		GABION_OUTCOME(GABION_ACTION_ALLOW, 0), GABION_OUTCOME(GABION_ACTION_LOG, 0),
		GABION_OUTCOME(GABION_ACTION_TRACE, 0xffff), GABION_OUTCOME(GABION_ACTION_ERRNO,
						38),
		GABION_OUTCOME(GABION_ACTION_ERRNO, 4000), GABION_OUTCOME(GABION_ACTION_TRAP, 7),
		GABION_OUTCOME(GABION_ACTION_KILL, 0),
	};
	struct gabion_error error;
	uint32_t abi;
	size_t i;

	(void)state;
	for (abi = 0; abi <= GABION_ABI_END; abi++)
		for (i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++) {
			cleanup_record struct gabion_record record = { 0 };
			cleanup_json struct gabion_json json = { 0 };
			struct gabion_event event = refused_call(outcomes[i]);

			event.abi = abi;
			event.arguments[2] = ~0ULL;
			event.wanted = event.refused = 26 + abi * 1000;
			gabion_event_encode(&json, &event, 1);
			assert_int_equal(gabion_record_parse(&record, json.data, json.length,
							&error),
					 0);
			assert_int_equal(record.event.present, event.present | HAS(TYPE));
			assert_int_equal(record.event.abi, abi);
			assert_int_equal(record.event.wanted, event.wanted);
			assert_int_equal(record.event.refused, event.refused);
			assert_int_equal(record.event.outcome, outcomes[i]);
			assert_int_equal(record.event.ip, event.ip);
			assert_int_equal(record.event.reason, GABION_REASON_SYSCALL);
			assert_memory_equal(record.event.arguments, event.arguments,
					    sizeof(event.arguments));
		}
}

/* ioctl(2) that is refused, as the kernel makes it. */
static struct gabion_event refused_command(uint32_t command)
{
	return (struct gabion_event){
		.present = HAS(SEQUENCE) | HAS(CLASS) | HAS(WANTED) | HAS(REFUSED) | HAS(COMMAND),
		.sequence = 1,
		.type = GABION_EVENT_ACCESS,
		.klass = GABION_CLASS_FILE,
		.wanted = GABION_FILE_IOCTL,
		.refused = GABION_FILE_IOCTL,
		.command = command,
	};
}

static void command_line(void **state)
{
	struct gabion_event event = refused_command(0x5412);

	(void)state;
	assert_line(&event,
		    "{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000ab\","
		    "\"sequence\":1,\"class\":\"file\",\"wanted\":[\"ioctl\"],"
		    "\"refused\":[\"ioctl\"],\"command\":\"TIOCSTI\"}");
	/* Without a name: 3 is that of many constants, but of no command. */
	event.command = 3;
	assert_line(&event,
		    "{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000ab\","
		    "\"sequence\":1,\"class\":\"file\",\"wanted\":[\"ioctl\"],"
		    "\"refused\":[\"ioctl\"],\"command\":3}");
}

static void commands_survive_the_round_trip(void **state)
{
	static const uint32_t commands[] = { 0, 1, 3, 0x1234, 0x5401, 0x5412, 0x8912, 0x80086601,
					     0xc0109428, 0xffffffff };
	struct gabion_error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		cleanup_record struct gabion_record record = { 0 };
		cleanup_json struct gabion_json json = { 0 };
		struct gabion_event event = refused_command(commands[i]);

		gabion_event_encode(&json, &event, 1);
		assert_int_equal(gabion_record_parse(&record, json.data, json.length, &error), 0);
		assert_int_equal(record.event.present, event.present | HAS(TYPE));
		assert_int_equal(record.event.command, commands[i]);
	}
}

/* Each word of the file and domain classes, the controls and netlink's protocols, and back. */
static void words_survive_the_round_trip(void **state)
{
	static const struct {
		uint32_t klass, value;
		const char *word;
	} words[] = {
		{ GABION_CLASS_FILE, GABION_FILE_LOCK, "lock" },
		{ GABION_CLASS_FILE, GABION_FILE_IOCTL, "ioctl" },
		{ GABION_CLASS_FILE, GABION_FILE_WATCH, "watch" },
		{ GABION_CLASS_DOMAIN, GABION_DOM_SCHEDULE, "schedule" },
		{ GABION_CLASS_DOMAIN, GABION_DOM_IPC_READ, "ipc_read" },
		{ GABION_CLASS_DOMAIN, GABION_DOM_IPC_WRITE, "ipc_write" },
		{ GABION_CLASS_CONTROL, GABION_CONTROL_JIT, "jit" },
		{ GABION_CLASS_CONTROL, GABION_CONTROL_HARDWARE, "hardware" },
		{ GABION_CLASS_CONTROL, GABION_CONTROL_WATCH, "watch" },
		{ GABION_CLASS_CONTROL, GABION_CONTROL_TUN, "tun" },
		{ GABION_CLASS_CONTROL, GABION_CONTROL_BINDER, "binder" },
		{ GABION_CLASS_NETLINK, 0, "route" },
		{ GABION_CLASS_NETLINK, 9, "audit" },
		{ GABION_CLASS_NETLINK, 15, "kobject_uevent" },
		{ GABION_CLASS_NETLINK, 31, "31" },
	};
	struct gabion_error error;
	char expected[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		cleanup_record struct gabion_record record = { 0 };
		cleanup_json struct gabion_json json = { 0 };
		struct gabion_event event = denied_read();

		event.klass = words[i].klass;
		event.wanted = event.refused = words[i].value;
		gabion_event_encode(&json, &event, 1);
		snprintf(expected, sizeof(expected), "\"refused\":[\"%s\"]", words[i].word);
		assert_non_null(strstr(json.data, expected));
		assert_int_equal(gabion_record_parse(&record, json.data, json.length, &error), 0);
		assert_int_equal(record.event.klass, words[i].klass);
		assert_int_equal(record.event.wanted, words[i].value);
		assert_int_equal(record.event.refused, words[i].value);
	}
}

static int parse(const char *line)
{
	struct gabion_record record = { 0 };
	struct gabion_error error;
	int err = gabion_record_parse(&record, line, strlen(line), &error);

	gabion_record_free(&record);
	return err;
}

static void lines_that_are_no_records(void **state)
{
	(void)state;
	assert_int_equal(parse(""), -EBADMSG);
	assert_int_equal(parse("[]"), -EBADMSG);
	assert_int_equal(parse("{\"version\":1"), -EBADMSG);
	assert_int_equal(parse("{\"version\":1}"), -EBADMSG);
	assert_int_equal(parse("{\"version\":2,\"type\":\"access\"}"), -EPROTONOSUPPORT);
	assert_int_equal(parse("{\"version\":1,\"type\":\"dance\"}"), -EBADMSG);
	assert_int_equal(parse("{\"version\":1,\"type\":\"access\",\"sequence\":\"1\"}"), -EBADMSG);
	assert_int_equal(parse("{\"version\":1,\"type\":\"access\",\"object\":7}"), -EBADMSG);
	assert_int_equal(parse("{\"version\":1,\"type\":\"access\",\"wanted\":{}}"), -EBADMSG);
	assert_int_equal(parse("{\"version\":1,\"type\":\"access\",\"command\":[7]}"), -EBADMSG);
	assert_int_equal(parse("{\"version\":1,\"type\":\"access\",\"resources\":[7]}"), 0);
	assert_int_equal(parse("{\"version\":1,\"type\":\"access\",\"new\":{}}"), 0);
}

static void every_line_is_json_for_others_too(void **state)
{
	struct gabion_event event = denied_read();
	cleanup_json struct gabion_json json = { 0 };
	json_t *object;

	(void)state;
	event.object = "\x01\x02\xfe\xff\"\\/";
	gabion_event_encode(&json, &event, 1);
	object = json_loadb(json.data, json.length, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(denied_read_line),
		cmocka_unit_test(events_that_were_folded_say_how_many),
		cmocka_unit_test(net_and_resources_line),
		cmocka_unit_test(number_of_a_capability_is_its_name),
		cmocka_unit_test(numbers_without_a_name_are_shown),
		cmocka_unit_test(quotes_and_control_bytes_are_escaped),
		cmocka_unit_test(invalid_utf8_is_kept_in_hexadecimal),
		cmocka_unit_test(names_survive_the_round_trip),
		cmocka_unit_test(events_survive_the_round_trip),
		cmocka_unit_test(losses_survive_the_round_trip),
		cmocka_unit_test(syscall_line),
		cmocka_unit_test(syscalls_survive_the_round_trip),
		cmocka_unit_test(command_line),
		cmocka_unit_test(commands_survive_the_round_trip),
		cmocka_unit_test(words_survive_the_round_trip),
		cmocka_unit_test(lines_that_are_no_records),
		cmocka_unit_test(every_line_is_json_for_others_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
