// SPDX-License-Identifier: GPL-2.0
/*
 * Given two samples of the kernel's counters and the events between them, then what gabion top
 * shows of it.
 */
#include <stdio.h>
#include <string.h>

#include "../cli/top_view.h"
#include "test.h"

#define HAS(a) (1ULL << GABION_E_##a)

struct fixture {
	struct gabion_sample before;
	struct gabion_sample now;
	struct gabion_tally tally;
	struct gabion_top top;
};

static void add_hook(struct gabion_sample *s, const char *name, uint64_t checks, uint64_t refusals)
{
	vec_push(&s->hooks, (struct gabion_sample_hook){ gabion_xstrdup(name), checks, refusals });
}

static void add_domain(struct gabion_sample *s, const char *name, uint32_t ntasks)
{
	vec_push(&s->domains, (struct gabion_sample_domain){ .name = gabion_xstrdup(name), .ntasks = ntasks });
}

/* Four seconds, in which file_open checks 20 times and refuses 2, and file_lock checks 40 times. */
static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->before.time = 1000000000;
	f->now.time = 5000000000;
	f->now.status.ntasks = 7;
	add_hook(&f->before, "file_open", 100, 8);
	add_hook(&f->before, "file_lock", 5, 0);
	add_hook(&f->now, "file_open", 120, 10);
	add_hook(&f->now, "file_lock", 45, 0);
	add_domain(&f->now, "idle", 1);
	add_domain(&f->now, "many", 5);
	add_domain(&f->now, "nginx", 1);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gabion_top_free(&f->top);
	gabion_tally_reset(&f->tally);
	gabion_sample_reset(&f->before);
	gabion_sample_reset(&f->now);
	free(f);
	return 0;
}

static void add_event(struct fixture *f, const char *domain, uint32_t verdict, uint32_t klass)
{
	char name[16];
	struct gabion_record record = {
		.event = {
			.present = HAS(TYPE) | HAS(VERDICT) | HAS(CLASS),
			.type = GABION_EVENT_ACCESS,
			.verdict = verdict,
			.klass = klass,
			.domain = name,
		},
	};

	snprintf(name, sizeof(name), "%s", domain);
	gabion_tally_add(&f->tally, &record);
}

static void compare(struct fixture *f)
{
	gabion_top_compare(&f->top, &f->before, &f->now, &f->tally);
}

/* Of a domain that did nothing in the interval. */
#define NOTHING	"\"checks\":0,\"refusals\":0,\"made\":0,\"lost\":0,\"withheld\":0"

static void assert_json(struct fixture *f, const char *part)
{
	struct gabion_json json = { 0 };

	gabion_top_encode(&json, &f->top);
	if (!strstr(json.data, part))
		fail_msg("'%s' is not in '%s'", part, json.data);
	gabion_json_free(&json);
}

static void checks_are_those_of_the_interval_most_first(void **state)
{
	struct fixture *f = *state;

	compare(f);
	assert_json(f, "{\"interval_ns\":4000000000,\"instance\":\"0000000000000000\",\"threads\":7,"
		       "\"checks\":60,\"refusals\":2,");
	assert_json(f, "\"hooks\":[{\"name\":\"file_lock\",\"checks\":40,\"refusals\":0},"
		       "{\"name\":\"file_open\",\"checks\":20,\"refusals\":2}]");
}

static void counter_that_went_back_began_anew(void **state)
{
	struct fixture *f = *state;

	f->now.hooks.v[0].checks = 3;
	f->now.hooks.v[1].checks = 5;
	f->before.status.events_made = 9;
	f->now.status.events_made = 4;
	compare(f);
	assert_json(f, "\"checks\":3,");
	assert_json(f, "\"made\":4,");
}

static void most_refused_first_then_most_events_most_checks_most_threads(void **state)
{
	struct fixture *f = *state;

	add_event(f, "old", GABION_VERDICT_ALLOWED, GABION_CLASS_NET);
	add_domain(&f->now, "busy", 0);
	f->now.domains.v[2].counts.refusals = 1;
	f->now.domains.v[3].counts.checks = 9;
	compare(f);
	assert_int_equal(f->top.domains.n, 5);
	assert_string_equal(f->top.domains.v[0].name, "nginx");
	/* Events of a domain that the policy does not have any more count. */
	assert_string_equal(f->top.domains.v[1].name, "old");
	assert_string_equal(f->top.domains.v[2].name, "busy");
	assert_string_equal(f->top.domains.v[3].name, "many");
	assert_string_equal(f->top.domains.v[4].name, "idle");
	assert_json(f, "{\"name\":\"old\",\"denied\":0,\"complain\":0,\"allowed\":1,\"events\":1,"
		       "\"classes\":{\"net\":1}}");
	assert_json(f, "{\"name\":\"idle\",\"mode\":\"enforce\",\"threads\":1," NOTHING ",\"denied\":0,");
}

static void counts_of_a_domain_are_those_of_the_interval(void **state)
{
	struct fixture *f = *state;

	add_domain(&f->before, "nginx", 1);
	f->before.domains.v[0].counts = (struct gabion_domain_counts){ 100, 10, 20, 1, 2 };
	f->now.domains.v[2].counts = (struct gabion_domain_counts){ 130, 14, 25, 3, 9 };
	compare(f);
	assert_json(f, "\"name\":\"nginx\",\"mode\":\"enforce\",\"threads\":1,\"checks\":30,"
		       "\"refusals\":4,\"made\":5,\"lost\":2,\"withheld\":7,");
}

static void events_by_verdict_and_class(void **state)
{
	struct fixture *f = *state;
	struct gabion_record record = { .event = { .present = HAS(TYPE), .domain = "nginx",
						   .type = GABION_EVENT_TRANSITION } };

	add_event(f, "nginx", GABION_VERDICT_DENIED, GABION_CLASS_FILE);
	add_event(f, "nginx", GABION_VERDICT_DENIED, GABION_CLASS_NET);
	add_event(f, "nginx", GABION_VERDICT_COMPLAIN, GABION_CLASS_FILE);
	/* Without verdict and class. */
	gabion_tally_add(&f->tally, &record);
	compare(f);
	assert_json(f, "\"denied\":2,\"complain\":1,\"allowed\":0,\"events\":4,\"classes\":"
		       "{\"file\":2,\"net\":1,\"transition\":1}}");
}

static void folded_events_count_as_all_of_them(void **state)
{
	struct fixture *f = *state;
	struct gabion_record record = { .event = { .present = HAS(TYPE) | HAS(VERDICT) | HAS(COUNT),
						   .domain = "nginx", .count = 30,
						   .verdict = GABION_VERDICT_DENIED } };

	gabion_tally_add(&f->tally, &record);
	compare(f);
	assert_json(f, "\"name\":\"nginx\",\"mode\":\"enforce\",\"threads\":1," NOTHING ",\"denied\":30,");
}

static void what_is_not_counted_is_said(void **state)
{
	struct fixture *f = *state;
	struct gabion_record record = { .kind = GABION_RECORD_MISSED, .count = 5 };

	gabion_tally_add(&f->tally, &record);
	record.kind = GABION_RECORD_LOSS;
	gabion_tally_add(&f->tally, &record);
	compare(f);
	assert_json(f, "\"counted\":true,\"missing\":10,");
}

static void without_gabiond_there_are_no_counts_of_events(void **state)
{
	struct fixture *f = *state;

	gabion_top_compare(&f->top, &f->before, &f->now, NULL);
	assert_json(f, "\"counted\":false,\"domains\":[{\"name\":\"many\",\"mode\":\"enforce\","
		       "\"threads\":5," NOTHING "},");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(checks_are_those_of_the_interval_most_first),
		TEST(counter_that_went_back_began_anew),
		TEST(most_refused_first_then_most_events_most_checks_most_threads),
		TEST(counts_of_a_domain_are_those_of_the_interval),
		TEST(events_by_verdict_and_class),
		TEST(folded_events_count_as_all_of_them),
		TEST(what_is_not_counted_is_said),
		TEST(without_gabiond_there_are_no_counts_of_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
