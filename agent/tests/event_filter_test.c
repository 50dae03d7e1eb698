// SPDX-License-Identifier: GPL-2.0
/*
 * Given a filter and an event, then it is wanted or not.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../event/event_filter.h"
#include "test.h"

#define HAS(a) (1ULL << GABION_E_##a)

static int setup(void **state)
{
	*state = gabion_event_filter_new();
	return 0;
}

static int teardown(void **state)
{
	gabion_event_filter_free(*state);
	return 0;
}

/* sshd[650] > sh[700] > nginx[812], which is denied to read /etc/shadow */
static struct gabion_ancestor chain[] = {
	{ .pid = 700, .start = 7000000001, .comm = "sh" },
	{ .pid = 650, .start = 6500000001, .comm = "sshd" },
};

static struct gabion_record denied(void)
{
	return (struct gabion_record){
		.event = {
			.present = HAS(TYPE) | HAS(VERDICT) | HAS(CLASS) | HAS(TGID),
			.type = GABION_EVENT_ACCESS,
			.verdict = GABION_VERDICT_DENIED,
			.klass = GABION_CLASS_FILE,
			.domain = "nginx",
			.object = "/etc/shadow",
			.pid = 814,
			.tgid = 812,
			.start = 8120000001,
			.comm = "worker",
			.exe = "/usr/sbin/nginx",
			.ancestors = chain,
			.nancestors = 2,
		},
	};
}

static void add(struct gabion_event_filter *f, enum gabion_filter_key key, const char *value)
{
	struct gabion_error error = { 0 };

	if (gabion_event_filter_add(f, key, value, &error))
		fail_msg("%s", error.text);
}

static bool passes(struct gabion_event_filter *f, struct gabion_record record)
{
	return gabion_event_filter_passes(f, &record);
}

static void everything_passes_an_empty_filter(void **state)
{
	assert_true(passes(*state, denied()));
	assert_true(passes(*state, (struct gabion_record){ 0 }));
}

static void values_are_alternatives_and_keys_must_all_hold(void **state)
{
	struct gabion_record record = denied();

	add(*state, GABION_FILTER_DOMAIN, "sshd");
	assert_false(passes(*state, record));
	add(*state, GABION_FILTER_DOMAIN, "nginx");
	assert_true(passes(*state, record));
	add(*state, GABION_FILTER_VERDICT, "complain");
	assert_false(passes(*state, record));
	add(*state, GABION_FILTER_VERDICT, "denied");
	assert_true(passes(*state, record));
	add(*state, GABION_FILTER_CLASS, "net");
	assert_false(passes(*state, record));
}

static void domain_is_who_acts_or_is_acted_on(void **state)
{
	struct gabion_record record = denied();

	add(*state, GABION_FILTER_DOMAIN, "sshd");
	record.event.target = "sshd";
	assert_true(passes(*state, record));
	record.event.target = "ssh";
	assert_false(passes(*state, record));
}

static void types_and_classes_by_their_words(void **state)
{
	struct gabion_record record = denied();

	add(*state, GABION_FILTER_TYPE, "policy");
	assert_false(passes(*state, record));
	record.event.type = GABION_EVENT_POLICY;
	assert_true(passes(*state, record));
	add(*state, GABION_FILTER_CLASS, "file");
	assert_true(passes(*state, record));
	/* Without a class it is of none. */
	record.event.present &= ~HAS(CLASS);
	assert_false(passes(*state, record));
}

static void verdict_zero_is_a_verdict_only_where_there_is_one(void **state)
{
	struct gabion_record record = denied();

	add(*state, GABION_FILTER_VERDICT, "allowed");
	record.event.verdict = GABION_VERDICT_ALLOWED;
	assert_true(passes(*state, record));
	record.event.present &= ~HAS(VERDICT);
	assert_false(passes(*state, record));
}

static void paths_mean_what_they_mean_in_a_policy(void **state)
{
	struct gabion_record record = denied();

	add(*state, GABION_FILTER_PATH, "/etc/*.conf");
	add(*state, GABION_FILTER_PATH, "/srv/{www,ftp}/**");
	assert_false(passes(*state, record));
	record.event.object = "/etc/a.conf";
	assert_true(passes(*state, record));
	record.event.object = "/etc/a/b.conf";	/* '*' stops at '/' */
	assert_false(passes(*state, record));
	record.event.object = "/srv/ftp/a/b";
	assert_true(passes(*state, record));
	record.event.object = "/tmp/x";
	record.event.object2 = "/srv/www/x";	/* what it is renamed to */
	assert_true(passes(*state, record));
	record.event.object = record.event.object2 = NULL;
	assert_false(passes(*state, record));
}

static void what_is_cut_cannot_be_told_and_is_shown(void **state)
{
	struct gabion_record record = denied();

	add(*state, GABION_FILTER_PATH, "/srv/**");
	record.event.object = "end/of/a/long/path";
	assert_false(passes(*state, record));
	record.event.truncated = HAS(OBJECT);
	assert_true(passes(*state, record));
}

static void processes_threads_and_who_is_acted_on(void **state)
{
	struct gabion_record record = denied();

	add(*state, GABION_FILTER_PID, "900");
	assert_false(passes(*state, record));
	record.event.target_pid = 900;
	assert_true(passes(*state, record));
	record.event.target_pid = 0;
	add(*state, GABION_FILTER_PID, "814");	/* its thread */
	assert_true(passes(*state, record));
	record.event.pid = 812;
	assert_false(passes(*state, record));
	add(*state, GABION_FILTER_PID, "812");
	assert_true(passes(*state, record));
	/* Not of its ancestors: that is to follow them. */
	record.event.tgid = record.event.pid = 813;
	add(*state, GABION_FILTER_PID, "700");
	assert_false(passes(*state, record));
}

static void names_of_threads_and_executables(void **state)
{
	struct gabion_record record = denied();

	add(*state, GABION_FILTER_COMM, "work");
	assert_false(passes(*state, record));
	add(*state, GABION_FILTER_COMM, "worker");
	assert_true(passes(*state, record));
	add(*state, GABION_FILTER_EXE, "/usr/bin/*");
	assert_false(passes(*state, record));
	add(*state, GABION_FILTER_EXE, "/usr/s?in/nginx");
	assert_true(passes(*state, record));
}

static void follow(struct gabion_event_filter *f, uint32_t pid, uint64_t start, uint64_t grain)
{
	gabion_event_filter_follow(f, &(struct gabion_followed){ pid, start, grain });
}

static void followed_is_the_process_and_what_descends_from_it(void **state)
{
	struct gabion_record record = denied();

	follow(*state, 650, 6500000001, 1);
	assert_true(passes(*state, record));
	record.event.nancestors = 1;
	assert_false(passes(*state, record));
	record.event.tgid = 650;
	record.event.start = 6500000001;
	assert_true(passes(*state, record));
}

static void another_process_with_the_same_pid_is_not_followed(void **state)
{
	struct gabion_record record = denied();

	follow(*state, 650, 6500000002, 1);
	assert_false(passes(*state, record));
	/* /proc knows 1/100 s only. */
	follow(*state, 650, 6490000000, 10000000);
	assert_false(passes(*state, record));
	follow(*state, 650, 6500000000, 10000000);
	assert_true(passes(*state, record));
}

static void chain_that_is_cut_cannot_be_told_and_is_shown(void **state)
{
	struct gabion_record record = denied();

	follow(*state, 1, 5, 1);
	assert_false(passes(*state, record));
	record.event.truncated = HAS(ANCESTOR);
	assert_true(passes(*state, record));
}

static void records_about_the_record_always_pass(void **state)
{
	struct gabion_record record = { .kind = GABION_RECORD_LOSS };

	add(*state, GABION_FILTER_DOMAIN, "nginx");
	add(*state, GABION_FILTER_PATH, "/a");
	follow(*state, 1, 5, 1);
	assert_true(passes(*state, record));
	record.kind = GABION_RECORD_MISSED;
	assert_true(passes(*state, record));
	record.kind = GABION_RECORD_MALFORMED;
	assert_true(passes(*state, record));
	record.kind = GABION_RECORD_EVENT;
	assert_false(passes(*state, record));
}

static void unknown_words_are_errors_that_say_what_is_near(void **state)
{
	static const struct {
		enum gabion_filter_key key;
		const char *word;
		const char *says;
	} wrong[] = {
		{ GABION_FILTER_CLASS, "fiel", "unknown class 'fiel': did you mean 'file'?" },
		{ GABION_FILTER_VERDICT, "Denied", "unknown verdict 'Denied': did you mean 'denied'?" },
		{ GABION_FILTER_VERDICT, "no", "unknown verdict 'no': there are allowed, denied, "
					       "complain" },
		{ GABION_FILTER_TYPE, "polcy", "unknown type 'polcy': did you mean 'policy'?" },
		{ GABION_FILTER_PATH, "etc/**", "impossible glob 'etc/**': path is not absolute at "
						"byte 1; begin it with '/'" },
		{ GABION_FILTER_EXE, "/a[", "impossible glob '/a[': unclosed bracket at byte 3" },
		{ GABION_FILTER_PID, "12x", "'12x' is not a PID" },
		{ GABION_FILTER_PID, "0", "'0' is not a PID" },
		{ GABION_FILTER_PID, "4294967297", "'4294967297' is not a PID" },
	};
	struct gabion_error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct gabion_event_filter *f = gabion_event_filter_new();

		assert_int_equal(gabion_event_filter_add(f, wrong[i].key, wrong[i].word, &error),
				 -EINVAL);
		if (strncmp(error.text, wrong[i].says, strlen(wrong[i].says)))
			fail_msg("'%s' is not '%s'", error.text, wrong[i].says);
		gabion_event_filter_free(f);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(everything_passes_an_empty_filter),
		TEST(values_are_alternatives_and_keys_must_all_hold),
		TEST(domain_is_who_acts_or_is_acted_on),
		TEST(types_and_classes_by_their_words),
		TEST(verdict_zero_is_a_verdict_only_where_there_is_one),
		TEST(paths_mean_what_they_mean_in_a_policy),
		TEST(what_is_cut_cannot_be_told_and_is_shown),
		TEST(processes_threads_and_who_is_acted_on),
		TEST(names_of_threads_and_executables),
		TEST(followed_is_the_process_and_what_descends_from_it),
		TEST(another_process_with_the_same_pid_is_not_followed),
		TEST(chain_that_is_cut_cannot_be_told_and_is_shown),
		TEST(records_about_the_record_always_pass),
		TEST(unknown_words_are_errors_that_say_what_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
