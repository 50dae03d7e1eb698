// SPDX-License-Identifier: GPL-2.0
/*
 * An output that fails holds nobody up, and gets each event once and in order
 * when it works again.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "../stream/relay.h"
#include "../stream/spool.h"
#include "recorder.h"

#define INSTANCE 9

/* struct fixture - output b has a spool, a has none */
struct fixture {
	char dir[32];
	struct recorder a, b;
	struct gabion_sink *sinks[2];
	struct gabion_pump pump;
	struct gabion_batch batch;
	struct gabion_error error;
};

/* The output itself is the fixture's. */
static void recorder_close(struct gabion_sink *sink)
{
	(void)sink;
}

static void open_relay(struct fixture *f, uint64_t limit)
{
	f->sinks[1] = &f->b.sink;
	assert_int_equal(gabion_relay_open(&f->sinks[1], f->dir, limit, INSTANCE, &f->error), 0);
	assert_ptr_not_equal(f->sinks[1], &f->b.sink);
}

static int setup(void **state)
{
	static const struct gabion_sink_ops ops = {
		.put = recorder_put, .flush = recorder_flush, .close = recorder_close
	};
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/gabion-relay-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->a.sink = (struct gabion_sink){ .ops = &ops, .name = "a" };
	f->b.sink = (struct gabion_sink){ .ops = &ops, .name = "b" };
	f->a.fail_after = f->b.fail_after = -1;
	f->sinks[0] = &f->a.sink;
	f->pump = (struct gabion_pump){ .sinks = f->sinks, .nsinks = 2, .instance = INSTANCE };
	open_relay(f, 1 << 20);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];

	gabion_sink_close(f->sinks[1]);
	gabion_progress_free(&f->a.sink.progress);
	gabion_progress_free(&f->b.sink.progress);
	gabion_batch_free(&f->batch);
	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* The kernel presents events @first to @last, and what was acknowledged is gone. */
static void run(struct fixture *f, uint64_t first, uint64_t last)
{
	size_t i;

	present_events(&f->batch, first, last);
	for (i = 0; i < 2; i++)
		gabion_progress_forget(&f->sinks[i]->progress, f->pump.ack);
	assert_true(gabion_pump_batch(&f->pump, &f->batch, &f->error) >= 0);
}

static void output_that_works_has_no_spool(void **state)
{
	struct fixture *f = *state;

	run(f, 1, 3);
	assert_string_equal(f->b.log, "1 2 3 ");
	assert_int_equal(f->sinks[1]->spooled, 0);
	assert_int_equal(f->sinks[1]->trouble.code, 0);
	assert_int_equal(rmdir(f->dir), 0);
	mkdir(f->dir, 0700);
}

static void failing_output_holds_nobody_up_and_misses_nothing(void **state)
{
	struct fixture *f = *state;

	f->b.fail_after = 1;
	run(f, 1, 4);
	assert_string_equal(f->a.log, "1 2 3 4 ");
	assert_string_equal(f->b.log, "1 ");
	assert_int_equal(f->pump.ack, 4);
	assert_int_equal(f->sinks[1]->failure.code, 0);
	assert_int_equal(f->sinks[1]->trouble.code, -ENOSPC);
	assert_string_equal(f->sinks[1]->trouble.text, "full");
	assert_true(f->sinks[1]->spooled > 0);
	run(f, 5, 6);
	assert_string_equal(f->b.log, "1 ");
	assert_int_equal(f->pump.ack, 6);
	/* What waits comes before what is new. */
	f->b.fail_after = -1;
	run(f, 7, 8);
	run(f, 9, 9);
	assert_string_equal(f->a.log, "1 2 3 4 5 6 7 8 9 ");
	assert_string_equal(f->b.log, "1 2 3 4 5 6 7 8 9 ");
	assert_int_equal(f->sinks[1]->trouble.code, 0);
	assert_int_equal(f->sinks[1]->spooled, 0);
}

static void output_that_fails_while_it_catches_up_goes_on_where_it_was(void **state)
{
	struct fixture *f = *state;

	f->b.fail_after = 0;
	run(f, 1, 5);
	f->b.fail_after = 2;
	run(f, 6, 6);
	assert_string_equal(f->b.log, "1 2 ");
	f->b.fail_after = -1;
	run(f, 7, 7);
	assert_string_equal(f->b.log, "1 2 3 4 5 6 7 ");
}

static void what_was_not_flushed_waits_as_well(void **state)
{
	struct fixture *f = *state;

	f->b.fail_flush = true;
	run(f, 1, 2);
	assert_int_equal(f->pump.ack, 2);
	f->b.fail_flush = false;
	strcpy(f->b.log, "");
	run(f, 3, 3);
	assert_string_equal(f->b.log, "1 2 3 ");
}

static void full_spool_leaves_events_in_the_kernel(void **state)
{
	struct fixture *f = *state;
	uint64_t held;
	char all[256] = "";
	int i;

	gabion_sink_close(f->sinks[1]);
	open_relay(f, 1024);
	f->b.fail_after = 0;
	run(f, 1, 20);
	held = f->pump.ack + 1;
	assert_true(held > 2 && held < 20);
	assert_int_equal(f->sinks[1]->failure.code, -ENOSPC);
	assert_string_equal(f->sinks[1]->failure.text, "full; its spool is full (1024 bytes)");
	/* The other gets on all the same. */
	run(f, held, 22);
	assert_int_equal(f->pump.ack, held - 1);
	f->b.fail_after = -1;
	for (i = 0; i < 3; i++)
		run(f, f->pump.ack + 1, 23);
	assert_int_equal(f->pump.ack, 23);
	for (i = 1; i <= 23; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%d ", i);
	assert_string_equal(f->a.log, all);
	assert_string_equal(f->b.log, all);
	assert_int_equal(f->sinks[1]->failure.code, 0);
}

/* Without the state file, which was not written: the spool itself knows. */
static void killed_daemon_does_not_take_twice_what_waits(void **state)
{
	struct fixture *f = *state;

	f->b.fail_after = 0;
	run(f, 1, 3);
	gabion_sink_close(f->sinks[1]);
	f->pump.ack = 0;
	f->b.fail_after = -1;
	open_relay(f, 1 << 20);
	assert_true(f->sinks[1]->spooled > 0);
	run(f, 1, 4);
	assert_string_equal(f->b.log, "1 2 3 4 ");
}

/* Its numbers mean other events. */
static void what_waits_of_another_load_of_the_module_is_handed_over(void **state)
{
	struct fixture *f = *state;

	f->b.fail_after = 0;
	f->pump.instance = INSTANCE + 1;
	run(f, 1, 2);
	gabion_sink_close(f->sinks[1]);
	f->pump.ack = 0;
	f->pump.instance = INSTANCE;
	f->b.fail_after = -1;
	open_relay(f, 1 << 20);
	run(f, 1, 3);
	assert_string_equal(f->b.log, "1 2 1 2 3 ");
	assert_non_null(strstr(f->b.last, "\"instance\":\"0000000000000009\""));
}

static void losses_keep_their_place(void **state)
{
	struct fixture *f = *state;

	f->b.fail_after = 0;
	run(f, 1, 1);
	present_loss(&f->batch, 2, "web", 7);
	run(f, 20, 21);
	f->b.fail_after = -1;
	run(f, 22, 22);
	assert_string_equal(f->b.log, "1 lost(web,2,7,7) 20 21 22 ");
}

static void damage_is_told(void **state)
{
	struct fixture *f = *state;
	struct gabion_spool spool;
	uint64_t first;

	f->b.fail_after = 0;
	run(f, 1, 1);
	first = f->sinks[1]->spooled;
	run(f, 2, 3);
	gabion_sink_close(f->sinks[1]);
	assert_int_equal(gabion_spool_open(&spool, f->dir, "b", 1 << 20, &f->error), 0);
	assert_int_equal(pwrite(spool.fd, "?", 1, (off_t)(spool.head + first + 40)), 1);
	gabion_spool_close(&spool);
	f->b.fail_after = -1;
	open_relay(f, 1 << 20);
	run(f, 4, 4);
	assert_string_equal(f->b.log, "1 malformed(1) 3 4 ");
}

/* More than is handed over at once. */
static void long_backlog_is_worked_off_in_turns(void **state)
{
	struct fixture *f = *state;
	uint64_t left;

	f->b.fail_after = 0;
	run(f, 1, 4000);
	assert_int_equal(f->pump.ack, 4000);
	f->b.fail_after = -1;
	present_events(&f->batch, 4001, 4000);
	left = f->sinks[1]->spooled;
	/* 1: there is more to do, without anything new from the kernel. */
	while (gabion_pump_batch(&f->pump, &f->batch, &f->error) == 1) {
		assert_true(f->sinks[1]->spooled < left);
		left = f->sinks[1]->spooled;
	}
	assert_int_equal(f->sinks[1]->spooled, 0);
	assert_non_null(strstr(f->b.last, "\"sequence\":4000"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(output_that_works_has_no_spool),
		TEST(failing_output_holds_nobody_up_and_misses_nothing),
		TEST(output_that_fails_while_it_catches_up_goes_on_where_it_was),
		TEST(what_was_not_flushed_waits_as_well),
		TEST(full_spool_leaves_events_in_the_kernel),
		TEST(killed_daemon_does_not_take_twice_what_waits),
		TEST(what_waits_of_another_load_of_the_module_is_handed_over),
		TEST(losses_keep_their_place),
		TEST(damage_is_told),
		TEST(long_backlog_is_worked_off_in_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
