// SPDX-License-Identifier: GPL-2.0
/*
 * Decoding of events: what is malformed is refused, what is new is ignored.
 */
#include <errno.h>
#include <netlink/msg.h>
#include <string.h>

#include "../netlink/event_decode.h"
#include "test.h"

/* struct fixture - an event nest under construction, and what came of it */
struct fixture {
	struct nl_msg *msg;
	struct nlattr *nest;
	struct gabion_event event;
	struct gabion_error error;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .msg = nlmsg_alloc_size(16384) };
	nlmsg_put(f.msg, 0, 0, 0x20, 0, 0);
	f.nest = nla_nest_start(f.msg, GABION_A_EVENT);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gabion_event_free(&f->event);
	nlmsg_free(f->msg);
	return 0;
}

static void put_minimum(struct fixture *f)
{
	nla_put_u64(f->msg, GABION_E_SEQUENCE, 127);
	nla_put_u32(f->msg, GABION_E_TYPE, GABION_EVENT_ACCESS);
	nla_put_u32(f->msg, GABION_E_VERDICT, GABION_VERDICT_DENIED);
}

static int decode(struct fixture *f)
{
	nla_nest_end(f->msg, f->nest);
	return gabion_event_decode(&f->event, f->nest, &f->error);
}

static void assert_refused(struct fixture *f, const char *why)
{
	assert_int_equal(decode(f), -EBADMSG);
	assert_non_null(strstr(f->error.text, why));
	assert_null(f->event.domain);
}

static void smallest_event(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	assert_int_equal(decode(f), 0);
	assert_int_equal(f->event.sequence, 127);
	assert_true(gabion_event_has(&f->event, GABION_E_SEQUENCE));
	assert_false(gabion_event_has(&f->event, GABION_E_UID));
}

static void full_event(void **state)
{
	struct fixture *f = *state;
	struct gabion_net_key net = { .protocol = 6, .port = { 1, 187 } };

	put_minimum(f);
	nla_put_u32(f->msg, GABION_E_UID, 0);
	nla_put_string(f->msg, GABION_E_DOMAIN, "nginx");
	nla_put_string(f->msg, GABION_E_OBJECT, "/tmp/\xff\n\"");
	nla_put(f->msg, GABION_E_NET, sizeof(net), &net);
	nla_put_u64(f->msg, GABION_E_START, 1ULL << 40);
	assert_int_equal(decode(f), 0);
	assert_string_equal(f->event.domain, "nginx");
	assert_string_equal(f->event.object, "/tmp/\xff\n\"");
	assert_memory_equal(&f->event.net, &net, sizeof(net));
	assert_int_equal(f->event.start, 1ULL << 40);
	assert_true(gabion_event_has(&f->event, GABION_E_UID));
}

static void syscall_event(void **state)
{
	struct fixture *f = *state;
	uint64_t arguments[6] = { 1, 2, 3, 4, 5, ~0ULL };

	put_minimum(f);
	nla_put_u32(f->msg, GABION_E_ABI, GABION_ABI_X32);
	nla_put(f->msg, GABION_E_ARGUMENTS, sizeof(arguments), arguments);
	nla_put_u32(f->msg, GABION_E_OUTCOME, GABION_OUTCOME(GABION_ACTION_TRAP, 3));
	nla_put_u64(f->msg, GABION_E_IP, 1ULL << 46);
	assert_int_equal(decode(f), 0);
	assert_int_equal(f->event.abi, GABION_ABI_X32);
	assert_memory_equal(f->event.arguments, arguments, sizeof(arguments));
	assert_int_equal(f->event.outcome, GABION_OUTCOME(GABION_ACTION_TRAP, 3));
	assert_int_equal(f->event.ip, 1ULL << 46);
	assert_true(gabion_event_has(&f->event, GABION_E_IP));
}

static void command_of_an_ioctl(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put_u32(f->msg, GABION_E_COMMAND, 0x5412);
	assert_int_equal(decode(f), 0);
	assert_true(gabion_event_has(&f->event, GABION_E_COMMAND));
	assert_int_equal(f->event.command, 0x5412);
}

static void put_ancestor(struct fixture *f, uint32_t pid, const char *comm)
{
	struct nlattr *nest = nla_nest_start(f->msg, GABION_E_ANCESTOR);

	if (pid)
		nla_put_u32(f->msg, GABION_P_PID, pid);
	nla_put_u64(f->msg, GABION_P_START, 1ULL << 40);
	nla_put_string(f->msg, GABION_P_COMM, comm);
	nla_put_string(f->msg, GABION_P_DOMAIN, "host");
	nla_nest_end(f->msg, nest);
}

static void ancestors_and_rules_in_their_order(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	put_ancestor(f, 700, "sh");
	nla_put_string(f->msg, GABION_E_RULE, "a.gabion:12");
	put_ancestor(f, 1, "init");
	nla_put_string(f->msg, GABION_E_RULE, "b.gabion:3");
	nla_put_u64(f->msg, GABION_E_TRUNCATED, 1ULL << GABION_E_RULE);
	nla_put_u64(f->msg, GABION_E_CPU_SEQUENCE, 60);
	nla_put_string(f->msg, GABION_E_LEVEL, "internal:web");
	assert_int_equal(decode(f), 0);
	assert_int_equal(f->event.nancestors, 2);
	assert_int_equal(f->event.ancestors[0].pid, 700);
	assert_int_equal(f->event.ancestors[0].start, 1ULL << 40);
	assert_string_equal(f->event.ancestors[1].comm, "init");
	assert_string_equal(f->event.ancestors[1].domain, "host");
	assert_int_equal(f->event.nrules, 2);
	assert_string_equal(f->event.rules[1], "b.gabion:3");
	assert_true(gabion_event_truncated(&f->event, GABION_E_RULE));
	assert_false(gabion_event_truncated(&f->event, GABION_E_OBJECT));
	assert_int_equal(f->event.cpu_sequence, 60);
	assert_string_equal(f->event.level, "internal:web");
}

static void ancestor_without_pid(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	put_ancestor(f, 700, "sh");
	put_ancestor(f, 0, "sh");
	assert_refused(f, "an ancestor has no pid");
}

static void second_rule_without_end(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put_string(f->msg, GABION_E_RULE, "a.gabion:12");
	nla_put(f->msg, GABION_E_RULE, 4, "b.ga");
	assert_refused(f, "RULE is not one NUL-terminated string");
}

static void arguments_too_short(void **state)
{
	struct fixture *f = *state;
	uint64_t arguments[6] = { 0 };

	put_minimum(f);
	nla_put(f->msg, GABION_E_ARGUMENTS, sizeof(arguments) - 1, arguments);
	assert_refused(f, "ARGUMENTS has 47 bytes instead of 48");
}

static void outcome_too_long(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put_u64(f->msg, GABION_E_OUTCOME, 1);
	assert_refused(f, "OUTCOME has 8 bytes instead of 4");
}

static void unknown_attribute_is_ignored(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put_u8(f->msg, GABION_E_MAX + 1, 1);
	nla_put_u8(f->msg, GABION_E_PAD, 1);
	assert_int_equal(decode(f), 0);
}

static void no_sequence(void **state)
{
	struct fixture *f = *state;

	nla_put_u32(f->msg, GABION_E_TYPE, GABION_EVENT_LOCK);
	assert_refused(f, "no sequence number");
}

static void sequence_zero(void **state)
{
	struct fixture *f = *state;

	nla_put_u64(f->msg, GABION_E_SEQUENCE, 0);
	nla_put_u32(f->msg, GABION_E_TYPE, GABION_EVENT_LOCK);
	assert_refused(f, "no sequence number");
}

static void unknown_type(void **state)
{
	struct fixture *f = *state;

	nla_put_u64(f->msg, GABION_E_SEQUENCE, 9);
	nla_put_u32(f->msg, GABION_E_TYPE, 77);
	assert_refused(f, "unknown type 77");
	/* It can be acknowledged all the same. */
	assert_int_equal(f->event.sequence, 9);
}

static void unknown_verdict(void **state)
{
	struct fixture *f = *state;

	nla_put_u64(f->msg, GABION_E_SEQUENCE, 9);
	nla_put_u32(f->msg, GABION_E_TYPE, GABION_EVENT_ACCESS);
	assert_refused(f, "unknown verdict 0");
}

static void short_number(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put_u16(f->msg, GABION_E_UID, 1);
	assert_refused(f, "UID has 2 bytes instead of 4");
}

static void long_number(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put_u64(f->msg, GABION_E_UID, 1);
	assert_refused(f, "UID has 8 bytes instead of 4");
}

static void short_net_key(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put(f->msg, GABION_E_NET, 19, "1234567890123456789");
	assert_refused(f, "NET has 19 bytes instead of 20");
}

static void string_without_end(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put(f->msg, GABION_E_OBJECT, 4, "/etc");
	assert_refused(f, "OBJECT is not one NUL-terminated string");
}

static void string_with_two_ends(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put(f->msg, GABION_E_OBJECT, 8, "/et\0/pw");
	assert_refused(f, "OBJECT is not one NUL-terminated string");
}

static void empty_string_attribute(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put(f->msg, GABION_E_COMM, 0, "");
	assert_refused(f, "COMM is not one NUL-terminated string");
}

static void long_domain(void **state)
{
	struct fixture *f = *state;
	char name[GABION_NAME_MAX + 1];

	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	put_minimum(f);
	nla_put_string(f->msg, GABION_E_DOMAIN, name);
	assert_refused(f, "DOMAIN is too long");
}

static void repeated_attribute(void **state)
{
	struct fixture *f = *state;

	put_minimum(f);
	nla_put_u64(f->msg, GABION_E_SEQUENCE, 128);
	assert_refused(f, "SEQUENCE comes twice");
}

static void attribute_longer_than_its_nest(void **state)
{
	struct fixture *f = *state;
	struct nlattr *last;

	put_minimum(f);
	last = nlmsg_tail(nlmsg_hdr(f->msg));
	nla_put_string(f->msg, GABION_E_OBJECT, "/etc/passwd");
	last->nla_len += 4;
	assert_refused(f, "left over");
}

static void every_truncation_is_safe(void **state)
{
	struct fixture *f = *state;
	struct gabion_event event;
	unsigned int length, full;

	put_minimum(f);
	nla_put_string(f->msg, GABION_E_OBJECT, "/etc/passwd");
	nla_put_string(f->msg, GABION_E_DOMAIN, "nginx");
	nla_nest_end(f->msg, f->nest);
	full = f->nest->nla_len;
	for (length = NLA_HDRLEN; length < full; length++) {
		f->nest->nla_len = (uint16_t)length;
		event = (struct gabion_event){ 0 };
		gabion_event_decode(&event, f->nest, &f->error);
		gabion_event_free(&event);
	}
}

static struct nlattr *batch_head(struct fixture *f, int *length)
{
	*length = nlmsg_attrlen(nlmsg_hdr(f->msg), 0);
	return nlmsg_attrdata(nlmsg_hdr(f->msg), 0);
}

static void batch_goes_on_behind_a_malformed_event(void **state)
{
	struct fixture *f = *state;
	struct gabion_batch batch = { 0 };
	struct nlattr *head;
	int length;

	nla_put_u64(f->msg, GABION_E_SEQUENCE, 5);
	nla_nest_end(f->msg, f->nest);
	f->nest = nla_nest_start(f->msg, GABION_A_EVENT);
	nla_put_u64(f->msg, GABION_E_SEQUENCE, 4);
	nla_put_u32(f->msg, GABION_E_TYPE, GABION_EVENT_LOCK);
	nla_nest_end(f->msg, f->nest);
	head = batch_head(f, &length);
	assert_int_equal(gabion_batch_add(&batch, head, length, &f->error), 0);
	gabion_batch_finish(&batch);
	assert_int_equal(batch.nevents, 1);
	assert_int_equal(batch.malformed, 1);
	assert_int_equal(batch.ack, 5);
	assert_non_null(strstr(batch.complaint.text, "unknown type"));
	gabion_batch_free(&batch);
}

static void loss_without_count(void **state)
{
	struct fixture *f = *state;
	struct gabion_batch batch = { 0 };
	struct nlattr *head;
	int length;

	put_minimum(f);
	nla_nest_end(f->msg, f->nest);
	f->nest = nla_nest_start(f->msg, GABION_A_LOSS);
	nla_put_u32(f->msg, GABION_L_CPU, 1);
	nla_nest_end(f->msg, f->nest);
	head = batch_head(f, &length);
	assert_int_equal(gabion_batch_add(&batch, head, length, &f->error), -EBADMSG);
	gabion_batch_free(&batch);
}

static void batch_that_overflows_acknowledges_only_what_it_took(void **state)
{
	struct fixture *f = *state;
	struct gabion_batch batch = { 0 };
	struct nlattr *head;
	uint64_t sequence;
	int length;

	put_minimum(f);
	nla_nest_end(f->msg, f->nest);
	head = batch_head(f, &length);
	/* One more than fits; the one left out has a number in the middle. */
	for (sequence = 1; sequence <= GABION_BATCH_MAX + 1; sequence++) {
		uint64_t number = sequence <= GABION_BATCH_MAX ? 2 * sequence : 101;

		memcpy(nla_data(nla_data(f->nest)), &number, sizeof(number));
		assert_int_equal(gabion_batch_add(&batch, head, length, &f->error), 0);
	}
	gabion_batch_finish(&batch);
	assert_int_equal(batch.nevents, GABION_BATCH_MAX);
	assert_int_equal(batch.ack, 100);
	gabion_batch_free(&batch);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(smallest_event),
		TEST(full_event),
		TEST(syscall_event),
		TEST(command_of_an_ioctl),
		TEST(ancestors_and_rules_in_their_order),
		TEST(ancestor_without_pid),
		TEST(second_rule_without_end),
		TEST(arguments_too_short),
		TEST(outcome_too_long),
		TEST(unknown_attribute_is_ignored),
		TEST(no_sequence),
		TEST(sequence_zero),
		TEST(unknown_type),
		TEST(unknown_verdict),
		TEST(short_number),
		TEST(long_number),
		TEST(short_net_key),
		TEST(string_without_end),
		TEST(string_with_two_ends),
		TEST(empty_string_attribute),
		TEST(long_domain),
		TEST(repeated_attribute),
		TEST(attribute_longer_than_its_nest),
		TEST(every_truncation_is_safe),
		TEST(batch_goes_on_behind_a_malformed_event),
		TEST(loss_without_count),
		TEST(batch_that_overflows_acknowledges_only_what_it_took),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
