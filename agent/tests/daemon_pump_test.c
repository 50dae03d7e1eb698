// SPDX-License-Identifier: GPL-2.0
/*
 * From batches to outputs: each event once, losses exact, acknowledged only
 * what every output took.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../stream/pump.h"
#include "test.h"

/* struct recorder - an output that remembers, and fails on demand */
struct recorder {
	struct gabion_sink sink;
	char log[4096];
	int fail_after;		/* puts until it fails; -1: never */
	bool fail_flush;
};

struct fixture {
	struct recorder a, b;
	struct gabion_sink *sinks[2];
	struct gabion_pump pump;
	struct gabion_batch batch;
	struct gabion_error error;
	int checkpoints;
};

static int recorder_put(struct gabion_sink *sink, const struct gabion_record *record,
			const char *line, size_t length, struct gabion_error *error)
{
	struct recorder *r = (struct recorder *)sink;
	size_t used = strlen(r->log);

	assert_int_equal(line[length - 1], '\n');
	if (r->fail_after == 0)
		return gabion_error_set(error, -ENOSPC, "full");
	r->fail_after -= r->fail_after > 0;
	switch (record->kind) {
	case GABION_RECORD_EVENT:
		snprintf(r->log + used, sizeof(r->log) - used, "%d ", (int)record->event.sequence);
		break;
	case GABION_RECORD_LOSS:
		snprintf(r->log + used, sizeof(r->log) - used, "lost(%d,%d,%d) ", (int)record->cpu,
			 (int)record->count, (int)record->total);
		break;
	default:
		snprintf(r->log + used, sizeof(r->log) - used, "malformed(%d) ", (int)record->count);
	}
	return 0;
}

static int recorder_flush(struct gabion_sink *sink, struct gabion_error *error)
{
	struct recorder *r = (struct recorder *)sink;

	return r->fail_flush ? gabion_error_set(error, -EIO, "not synced") : 0;
}

static const struct gabion_sink_ops recorder_ops = { .put = recorder_put, .flush = recorder_flush };

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

/* What the kernel presents: events @first to @last. */
static void present(struct fixture *f, uint64_t first, uint64_t last)
{
	uint64_t i;

	free(f->batch.events);
	f->batch.nevents = (size_t)(last - first + 1);
	f->batch.events = calloc(f->batch.nevents, sizeof(*f->batch.events));
	for (i = first; i <= last; i++) {
		f->batch.events[i - first].sequence = i;
		f->batch.events[i - first].type = GABION_EVENT_LOCK;
	}
	f->batch.ack = last;
}

static void set_loss(struct fixture *f, uint32_t cpu, uint64_t count)
{
	free(f->batch.losses);
	f->batch.losses = calloc(1, sizeof(*f->batch.losses));
	f->batch.losses[0] = (struct gabion_loss){ cpu, count };
	f->batch.nlosses = 1;
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

	set_loss(f, 2, 7);
	run(f);
	run(f);
	set_loss(f, 2, 10);
	present(f, 20, 20);
	run(f);
	assert_string_equal(f->a.log, "lost(2,7,7) lost(2,3,10) 20 ");
	assert_int_equal(f->pump.lost, 10);
	assert_int_equal(f->checkpoints, 2);
}

static void output_that_failed_hears_of_the_loss_later(void **state)
{
	struct fixture *f = *state;

	f->b.fail_after = 0;
	set_loss(f, 0, 4);
	run(f);
	f->b.fail_after = -1;
	set_loss(f, 0, 6);
	run(f);
	assert_string_equal(f->a.log, "lost(0,4,4) lost(0,2,6) ");
	assert_string_equal(f->b.log, "lost(0,6,6) ");
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
		TEST(malformed_events_are_reported_once_and_got_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
