// SPDX-License-Identifier: GPL-2.0
/*
 * What is counted, and the text that says so.
 */
#include <errno.h>

#include "../daemon/metrics.h"
#include "openmetrics.h"

struct fixture {
	struct gabion_metrics *metrics;
	struct gabion_sink *sink;
	struct gabion_sink file;
	struct gabion_sink *sinks[2];
	struct gabion_pump pump;
	struct gabion_status status;
	struct gabion_kernel_domain domain;
	struct gabion_kernel_counts kernel;
	char *text;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->metrics = gabion_metrics_new();
	f->sink = gabion_metrics_sink(f->metrics);
	f->file.name = "file:/var/log/a";
	f->sinks[0] = &f->file;
	f->sinks[1] = f->sink;
	f->pump = (struct gabion_pump){ .sinks = f->sinks, .nsinks = 2 };
	strcpy(f->status.module_version, "0.1.0");
	f->domain.name = "we\"b";
	f->kernel = (struct gabion_kernel_counts){ &f->status, &f->domain, 1 };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gabion_sink_close(f->sink);
	free(f->text);
	free(f);
	return 0;
}

static void put(struct fixture *f, struct gabion_record *record)
{
	assert_int_equal(f->sink->ops->put(f->sink, record, "{}\n", 3, NULL), 0);
}

static void put_access(struct fixture *f, const char *domain, uint32_t klass, uint32_t verdict)
{
	struct gabion_record record = {
		.event = { .type = GABION_EVENT_ACCESS, .klass = klass, .verdict = verdict,
			   .domain = (char *)(uintptr_t)domain },
	};

	put(f, &record);
}

static void assert_says(struct fixture *f, const char *line)
{
	char all[512];
	size_t n;

	free(f->text);
	f->text = gabion_metrics_text(f->metrics, &f->pump, &f->kernel, 5000000000ULL, &n);
	assert_int_equal(strlen(f->text), n);
	assert_openmetrics(f->text);
	snprintf(all, sizeof(all), "\n%s\n", line);
	if (!strstr(f->text, all))
		fail_msg("there is no '%s' in:\n%s", line, f->text);
}

static void events_are_counted_by_domain_class_verdict_and_type(void **state)
{
	struct gabion_record lock = { .event = { .type = GABION_EVENT_LOCK } };
	struct gabion_record folded = {
		.event = { .present = 1ULL << GABION_E_COUNT, .type = GABION_EVENT_LOCK, .count = 40 }
	};
	struct fixture *f = *state;

	put_access(f, "nginx", GABION_CLASS_FILE, GABION_VERDICT_DENIED);
	put_access(f, "nginx", GABION_CLASS_FILE, GABION_VERDICT_DENIED);
	put_access(f, "nginx", GABION_CLASS_NET, GABION_VERDICT_DENIED);
	put_access(f, "nginx", GABION_CLASS_FILE, GABION_VERDICT_COMPLAIN);
	put_access(f, "php", GABION_CLASS_FILE, GABION_VERDICT_DENIED);
	put(f, &lock);
	put(f, &folded);
	assert_says(f, "gabion_events_total{domain=\"nginx\",class=\"file\",verdict=\"denied\","
		       "type=\"access\"} 2");
	assert_says(f, "gabion_events_total{domain=\"nginx\",class=\"net\",verdict=\"denied\","
		       "type=\"access\"} 1");
	assert_says(f, "gabion_events_total{domain=\"nginx\",class=\"file\",verdict=\"complain\","
		       "type=\"access\"} 1");
	assert_says(f, "gabion_events_total{domain=\"php\",class=\"file\",verdict=\"denied\","
		       "type=\"access\"} 1");
	assert_says(f, "gabion_events_total{domain=\"\",class=\"\",verdict=\"\",type=\"lock\"} 41");
}

static void names_cannot_break_the_text(void **state)
{
	struct fixture *f = *state;

	put_access(f, "a\"b\\c\nd\xff", GABION_CLASS_FILE, GABION_VERDICT_DENIED);
	assert_says(f, "gabion_events_total{domain=\"a\\\"b\\\\x5cc\\\\x0ad\\\\xff\",class=\"file\","
		       "verdict=\"denied\",type=\"access\"} 1");
	f->file.name = "file:/a\"b";
	assert_says(f, "gabion_output_events_total{output=\"file:/a\\\"b\"} 0");
}

static void unknown_numbers_make_one_series(void **state)
{
	struct fixture *f = *state;
	uint32_t i;

	for (i = 0; i < 100; i++)
		put_access(f, "a", 1000 + i, 1000 + i);
	assert_says(f, "gabion_events_total{domain=\"a\",class=\"unknown\",verdict=\"unknown\","
		       "type=\"access\"} 100");
}

static void many_domains_are_counted_as_others(void **state)
{
	struct fixture *f = *state;
	char domain[16];
	uint32_t i;
	size_t n;

	for (i = 0; i < GABION_METRICS_SERIES + 50; i++) {
		snprintf(domain, sizeof(domain), "d%u", i);
		put_access(f, domain, GABION_CLASS_FILE, GABION_VERDICT_DENIED);
	}
	put_access(f, "d0", GABION_CLASS_FILE, GABION_VERDICT_DENIED);
	gabion_metrics_series(f->metrics, &n);
	assert_int_equal(n, GABION_METRICS_SERIES + 1);
	assert_says(f, "gabion_events_total{domain=\"(other)\",class=\"file\",verdict=\"denied\","
		       "type=\"access\"} 50");
	assert_says(f, "gabion_events_total{domain=\"d0\",class=\"file\",verdict=\"denied\","
		       "type=\"access\"} 2");
}

static void losses_are_those_of_each_domain_and_cpu(void **state)
{
	struct gabion_record loss = { .kind = GABION_RECORD_LOSS, .cpu = 3, .count = 5, .total = 5,
				      .text = (char []){ "web" } };
	struct gabion_record bad = { .kind = GABION_RECORD_MALFORMED, .count = 2 };
	struct fixture *f = *state;

	put(f, &loss);
	loss.count = 2;
	loss.total = 7;
	put(f, &loss);
	put(f, &bad);
	assert_says(f, "gabion_lost_events_total{domain=\"web\",cpu=\"3\"} 7");
	assert_says(f, "gabion_malformed_events_total 2");
}

static void state_of_kernel_and_policy_is_there(void **state)
{
	struct fixture *f = *state;
	char *text;
	size_t n;

	f->status.events_made = 12;
	f->status.events_lost = 3;
	f->status.events_folded = 2;
	f->status.events_pending = 4;
	f->status.generation = 9;
	f->domain.counts = (struct gabion_domain_counts){ .checks = 70, .refusals = 6, .events = 5,
							  .withheld = 1 };
	assert_says(f, "gabion_ring_events_total 12");
	assert_says(f, "gabion_ring_lost_events_total 3");
	assert_says(f, "gabion_ring_folded_events_total 2");
	assert_says(f, "gabion_ring_pending_events 4");
	assert_says(f, "gabion_policy_generation 9");
	assert_says(f, "gabion_domain_checks_total{domain=\"we\\\"b\"} 70");
	assert_says(f, "gabion_domain_refusals_total{domain=\"we\\\"b\"} 6");
	assert_says(f, "gabion_domain_events_total{domain=\"we\\\"b\"} 5");
	assert_says(f, "gabion_domain_withheld_total{domain=\"we\\\"b\"} 1");
	assert_says(f, "gabion_kernel_answers 1");
	assert_says(f, "gabion_build_info{version=\"0.1.0\",module=\"0.1.0\"} 1");
	text = gabion_metrics_text(f->metrics, &f->pump, &(struct gabion_kernel_counts){ 0 }, 0, &n);
	assert_openmetrics(text);
	assert_non_null(strstr(text, "\ngabion_kernel_answers 0\n"));
	assert_null(strstr(text, "gabion_policy_generation"));
	assert_null(strstr(text, "gabion_domain_checks"));
	free(text);
}

static void lag_is_the_age_of_what_was_not_taken(void **state)
{
	struct fixture *f = *state;

	assert_says(f, "gabion_lag_seconds 0.000000000");
	f->pump.oldest = 3500000000ULL;
	f->pump.newest = 1700000000000000001ULL;
	assert_says(f, "gabion_lag_seconds 1.500000000");
	assert_says(f, "gabion_last_event_timestamp_seconds 1700000000.000000001");
}

static void outputs_say_how_they_are(void **state)
{
	struct fixture *f = *state;

	f->file.taken = 20;
	f->file.failures = 2;
	f->file.spooled = 300;
	f->file.trouble.code = -ENOSPC;
	assert_says(f, "gabion_output_events_total{output=\"file:/var/log/a\"} 20");
	assert_says(f, "gabion_output_failures_total{output=\"file:/var/log/a\"} 2");
	assert_says(f, "gabion_output_failing{output=\"file:/var/log/a\"} 1");
	assert_says(f, "gabion_output_spooled_bytes{output=\"file:/var/log/a\"} 300");
	/* Who comes and goes is no output. */
	assert_null(strstr(f->text, "output=\"metrics\""));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(events_are_counted_by_domain_class_verdict_and_type),
		TEST(names_cannot_break_the_text),
		TEST(unknown_numbers_make_one_series),
		TEST(many_domains_are_counted_as_others),
		TEST(losses_are_those_of_each_domain_and_cpu),
		TEST(state_of_kernel_and_policy_is_there),
		TEST(lag_is_the_age_of_what_was_not_taken),
		TEST(outputs_say_how_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
