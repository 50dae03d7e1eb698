// SPDX-License-Identifier: GPL-2.0
/*
 * From batches to outputs: each event once, losses exact, acknowledged only
 * what every output took.
 */
#include "recorder.h"

struct fixture {
	struct recorder a, b;
	struct gabion_sink *sinks[2];
	struct gabion_pump pump;
	struct gabion_batch batch;
	struct gabion_error error;
	int checkpoints;
};

static void count_checkpoint(void *data)
{
	++*(int *)data;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->a.sink = (struct gabion_sink){ .ops = &recorder_ops, .name = "a" };
	f->b.sink = (struct gabion_sink){ .ops = &recorder_ops, .name = "b" };
	f->a.fail_after = f->b.fail_after = -1;
	f->sinks[0] = &f->a.sink;
	f->sinks[1] = &f->b.sink;
	f->pump = (struct gabion_pump){ .sinks = f->sinks, .nsinks = 2,
					.checkpoint = count_checkpoint, .data = &f->checkpoints };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gabion_progress_free(&f->a.sink.progress);
	gabion_progress_free(&f->b.sink.progress);
	gabion_batch_free(&f->batch);
	free(f);
	return 0;
}

static void present(struct fixture *f, uint64_t first, uint64_t last)
{
	present_events(&f->batch, first, last);
}

/* The kernel says this beside what it said before. */
static void set_loss(struct fixture *f, uint32_t cpu, const char *domain, uint64_t count)
{
	present_loss(&f->batch, cpu, domain, count);
}

static int run(struct fixture *f)
{
	return gabion_pump_batch(&f->pump, &f->batch, &f->error);
}

static void each_output_gets_each_event_once(void **state)
{
	struct fixture *f = *state;

	present(f, 1, 3);
	assert_int_equal(run(f), 1);
	assert_int_equal(f->pump.ack, 3);
	/* Presented again, because the acknowledgement had not gone out yet. */
	present(f, 1, 4);
	assert_int_equal(run(f), 1);
	assert_int_equal(run(f), 0);
	assert_string_equal(f->a.log, "1 2 3 4 ");
	assert_string_equal(f->b.log, "1 2 3 4 ");
	assert_int_equal(f->pump.events, 4);
}

static void event_that_comes_late_is_not_taken_for_an_old_one(void **state)
{
	struct fixture *f = *state;

	present(f, 101, 101);
	run(f);
	present(f, 100, 100);
	assert_int_equal(run(f), 1);
	assert_string_equal(f->a.log, "101 100 ");
}

static void nothing_is_acknowledged_that_one_output_did_not_take(void **state)
{
	struct fixture *f = *state;

	f->b.fail_after = 1;
	present(f, 5, 8);
	run(f);
	assert_int_equal(f->b.sink.failure.code, -ENOSPC);
	assert_string_equal(f->b.sink.failure.text, "full");
	assert_int_equal(f->a.sink.failure.code, 0);
	assert_string_equal(f->a.log, "5 6 7 8 ");
	assert_string_equal(f->b.log, "5 ");
	assert_int_equal(f->pump.ack, 5);
	/* When there is room again only the rest goes there, and nothing twice to the other. */
	f->b.fail_after = -1;
	present(f, 6, 9);
	run(f);
	assert_string_equal(f->a.log, "5 6 7 8 9 ");
	assert_string_equal(f->b.log, "5 6 7 8 9 ");
	assert_int_equal(f->pump.ack, 9);
}

static void output_that_fails_at_once_holds_everything(void **state)
{
	struct fixture *f = *state;

	f->b.fail_after = 0;
	present(f, 1, 2);
	run(f);
	assert_int_equal(f->pump.ack, 0);
}

static void what_was_not_flushed_was_not_taken(void **state)
{
	struct fixture *f = *state;

	f->a.fail_flush = true;
	present(f, 1, 2);
	run(f);
	assert_int_equal(f->pump.ack, 0);
	f->a.fail_flush = false;
	run(f);
	assert_string_equal(f->a.log, "1 2 1 2 ");
	assert_string_equal(f->b.log, "1 2 ");
	assert_int_equal(f->pump.ack, 2);
}

/* What is killed between two checkpoints repeats one slice, not a whole batch. */
static void progress_is_saved_slice_by_slice(void **state)
{
	struct fixture *f = *state;

	f->b.fail_after = (int)GABION_SLICE + 7;
	present(f, 1, 3 * GABION_SLICE);
	assert_int_equal(run(f), 1);
	assert_int_equal(f->checkpoints, 3);
	assert_int_equal(f->pump.ack, GABION_SLICE + 7);
	assert_true(gabion_progress_has(&f->a.sink.progress, 3 * GABION_SLICE));
	assert_false(gabion_progress_has(&f->b.sink.progress, GABION_SLICE + 8));
}

static void losses_are_reported_as_they_grow(void **state)
{
	struct fixture *f = *state;

	set_loss(f, 2, "web", 7);
	run(f);
	run(f);
	set_loss(f, 2, "web", 10);
	set_loss(f, 2, "", 1);
	present(f, 20, 20);
	run(f);
	assert_string_equal(f->a.log, "lost(web,2,7,7) lost(web,2,3,10) lost(,2,1,1) 20 ");
	assert_int_equal(f->pump.lost, 11);
	assert_int_equal(f->checkpoints, 2);
}

static void output_that_failed_hears_of_the_loss_later(void **state)
{
	struct fixture *f = *state;

	f->b.fail_after = 0;
	set_loss(f, 0, "web", 4);
	run(f);
	f->b.fail_after = -1;
	set_loss(f, 0, "web", 6);
	run(f);
	assert_string_equal(f->a.log, "lost(web,0,4,4) lost(web,0,2,6) ");
	assert_string_equal(f->b.log, "lost(web,0,6,6) ");
}

/* What may be gone is told again. */
static void loss_that_was_not_flushed_was_not_told(void **state)
{
	struct fixture *f = *state;

	f->b.fail_flush = true;
	set_loss(f, 0, "web", 4);
	run(f);
	f->b.fail_flush = false;
	run(f);
	assert_string_equal(f->a.log, "lost(web,0,4,4) ");
	assert_string_equal(f->b.log, "lost(web,0,4,4) lost(web,0,4,4) ");
}

static void malformed_events_are_reported_once_and_got_past(void **state)
{
	struct fixture *f = *state;

	present(f, 1, 1);
	f->batch.malformed = 2;
	f->batch.ack = 3;
	f->b.fail_after = 1;
	run(f);
	assert_int_equal(f->pump.ack, 0);
	/* The same ones again. */
	f->b.fail_after = -1;
	run(f);
	assert_string_equal(f->a.log, "malformed(2) 1 ");
	assert_int_equal(f->pump.ack, 3);
	/* Others. */
	present(f, 4, 4);
	f->batch.malformed = 1;
	run(f);
	assert_string_equal(f->a.log, "malformed(2) 1 malformed(1) 4 ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_output_gets_each_event_once),
		TEST(event_that_comes_late_is_not_taken_for_an_old_one),
		TEST(nothing_is_acknowledged_that_one_output_did_not_take),
		TEST(output_that_fails_at_once_holds_everything),
		TEST(what_was_not_flushed_was_not_taken),
		TEST(progress_is_saved_slice_by_slice),
		TEST(losses_are_reported_as_they_grow),
		TEST(output_that_failed_hears_of_the_loss_later),
		TEST(loss_that_was_not_flushed_was_not_told),
		TEST(malformed_events_are_reported_once_and_got_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
