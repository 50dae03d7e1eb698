// SPDX-License-Identifier: GPL-2.0
#include "pump.h"

#include <errno.h>
#include <time.h>

static int encode(struct gabion_json *line, const struct gabion_record *record,
		  struct gabion_error *error)
{
	gabion_json_reset(line);
	gabion_record_encode(line, record);
	gabion_json_raw(line, "\n", 1);
	if (line->failed)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	return 0;
}

static bool put(struct gabion_sink *sink, const struct gabion_record *record,
		const struct gabion_json *line)
{
	if (sink->failure.code)
		return false;
	if (sink->ops->put(sink, record, line->data, line->length, &sink->failure) &&
	    !sink->failure.code)
		gabion_error_set(&sink->failure, -EIO, "failed without saying why");
	return !sink->failure.code;
}

static bool flush_sink(struct gabion_sink *sink)
{
	struct gabion_error error = { 0 };

	if (!sink->ops->flush || !sink->ops->flush(sink, &error))
		return true;
	if (!sink->failure.code)
		sink->failure = error;
	return false;
}

static bool is_wanted(const struct gabion_pump *pump, uint64_t sequence)
{
	size_t i;

	for (i = 0; i < pump->nsinks; i++)
		if (!pump->sinks[i]->failure.code &&
		    !gabion_progress_has(&pump->sinks[i]->progress, sequence))
			return true;
	return false;
}

/*
 * Put the events of @batch from index @from up to @to. Returns how many were new
 * to some sink, or -ENOMEM.
 */
static int put_events(struct gabion_pump *pump, const struct gabion_batch *batch, size_t from,
		      size_t to, struct gabion_json *line, struct gabion_error *error)
{
	struct gabion_record record = { .instance = pump->instance };
	int fresh = 0, err;
	size_t i, s;

	for (i = from; i < to; i++) {
		if (!is_wanted(pump, batch->events[i].sequence))
			continue;
		record.event = batch->events[i];	/* borrowed */
		record.time = record.event.realtime;
		err = encode(line, &record, error);
		if (err)
			return err;
		fresh++;
		pump->newest = record.time;
		for (s = 0; s < pump->nsinks; s++) {
			struct gabion_sink *sink = pump->sinks[s];

			if (sink->failure.code ||
			    gabion_progress_has(&sink->progress, record.event.sequence))
				continue;
			if (!put(sink, &record, line))
				sink->stop = i;
		}
	}
	return fresh;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/*
 * Losses are told before the events of their batch: who reads on knows that
 * something is missing. A sink that fails here is told again next time; so each is
 * flushed before it counts as told.
 * Returns how many were new to some sink, or -ENOMEM.
 */
static int put_losses(struct gabion_pump *pump, const struct gabion_batch *batch,
		      struct gabion_json *line, struct gabion_error *error)
{
	struct gabion_record record = {
		.kind = GABION_RECORD_LOSS, .instance = pump->instance, .time = now()
	};
	const struct gabion_loss *loss;
	struct gabion_sink *sink;
	int told = 0;
	uint64_t before;
	size_t i, s;

	pump->lost = 0;
	for (i = 0; i < batch->nlosses; i++) {
		loss = &batch->losses[i];
		pump->lost += loss->count;
		record.cpu = loss->cpu;
		record.total = loss->count;
		record.text = loss->domain[0] ? (char *)(uintptr_t)loss->domain : NULL; /* borrowed */
		for (s = 0; s < pump->nsinks; s++) {
			sink = pump->sinks[s];
			before = gabion_progress_lost(&sink->progress, loss);
			if (record.total <= before)
				continue;
			told++;
			record.count = record.total - before;
			if (encode(line, &record, error))
				return -ENOMEM;
			if (put(sink, &record, line) && flush_sink(sink) &&
			    gabion_progress_set_lost(&sink->progress, loss))
				gabion_error_set(&sink->failure, -ENOMEM, "out of memory");
		}
	}
	return told;
}

static int put_malformed(struct gabion_pump *pump, const struct gabion_batch *batch,
			 struct gabion_json *line, struct gabion_error *error)
{
	struct gabion_record record = {
		.kind = GABION_RECORD_MALFORMED,
		.instance = pump->instance,
		.time = now(),
		.count = batch->malformed - pump->malformed,
		.text = (char *)(uintptr_t)batch->complaint.text,	/* borrowed */
	};
	size_t s;

	if (batch->malformed <= pump->malformed)
		return 0;
	if (encode(line, &record, error))
		return -ENOMEM;
	/* By itself: what fails after it is not to take it along. */
	for (s = 0; s < pump->nsinks; s++)
		if (put(pump->sinks[s], &record, line))
			flush_sink(pump->sinks[s]);
	return 0;
}

/* What was put, from index @from up to @to, counts as taken once it is flushed. */
static void flush(struct gabion_sink *sink, const struct gabion_batch *batch, size_t from,
		  size_t to)
{
	size_t i;

	if (!flush_sink(sink))
		return;
	if (sink->failure.code && sink->stop < to)
		to = sink->stop;
	for (i = from; i < to; i++) {
		if (gabion_progress_has(&sink->progress, batch->events[i].sequence))
			continue;
		if (gabion_progress_add(&sink->progress, batch->events[i].sequence,
					batch->events[i].sequence)) {
			gabion_error_set(&sink->failure, -ENOMEM, "out of memory");
			return;
		}
		sink->taken++;
	}
}

static bool is_behind(const struct gabion_pump *pump)
{
	size_t i;

	for (i = 0; i < pump->nsinks; i++)
		if (pump->sinks[i]->behind)
			return true;
	return false;
}

static bool is_taken(const struct gabion_pump *pump, uint64_t sequence)
{
	size_t i;

	for (i = 0; i < pump->nsinks; i++)
		if (!gabion_progress_has(&pump->sinks[i]->progress, sequence))
			return false;
	return true;
}

static void settle_ack(struct gabion_pump *pump, const struct gabion_batch *batch)
{
	uint64_t ack = batch->ack;
	size_t i;

	pump->oldest = 0;
	for (i = 0; i < batch->nevents; i++)
		if (!is_taken(pump, batch->events[i].sequence)) {
			pump->oldest = batch->events[i].boottime;
			if (batch->events[i].sequence <= ack)
				ack = batch->events[i].sequence - 1;
			break;
		}
	/* Undecodable events have no place in this order: all of them may come again. */
	pump->malformed = ack < batch->ack ? batch->malformed : 0;
	pump->ack = ack;
}

/* One slice. Returns how many of its events were new, or -ENOMEM. */
static int run_slice(struct gabion_pump *pump, const struct gabion_batch *batch, size_t from,
		     size_t to, struct gabion_json *line, struct gabion_error *error)
{
	int fresh = put_events(pump, batch, from, to, line, error);
	size_t s;

	if (fresh < 0)
		return fresh;
	for (s = 0; s < pump->nsinks; s++)
		flush(pump->sinks[s], batch, from, to);
	if (fresh && pump->checkpoint)
		pump->checkpoint(pump->data);
	return fresh;
}

int gabion_pump_batch(struct gabion_pump *pump, const struct gabion_batch *batch,
		      struct gabion_error *error)
{
	cleanup_json struct gabion_json line = { 0 };
	int told, fresh, total = 0;
	size_t from, to, s;

	/* A sink that failed is tried again with each batch. */
	for (s = 0; s < pump->nsinks; s++) {
		pump->sinks[s]->failure.code = 0;
		pump->sinks[s]->stop = 0;
	}
	told = put_losses(pump, batch, &line, error);
	if (told < 0 || put_malformed(pump, batch, &line, error))
		return -ENOMEM;
	from = 0;
	do {
		to = batch->nevents - from < GABION_SLICE ? batch->nevents : from + GABION_SLICE;
		fresh = run_slice(pump, batch, from, to, &line, error);
		if (fresh < 0)
			return fresh;
		total += fresh;
		from = to;
	} while (from < batch->nevents);
	if (told && !total && pump->checkpoint)
		pump->checkpoint(pump->data);
	settle_ack(pump, batch);
	pump->events += (uint64_t)total;
	return total > 0 || is_behind(pump);
}

int gabion_pump_run(struct gabion_pump *pump, struct gabion_error *error)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	size_t s;
	int err;

	err = gabion_netlink_read(pump->client, pump->ack, &batch, error);
	if (err)
		return err;
	for (s = 0; s < pump->nsinks; s++)
		gabion_progress_forget(&pump->sinks[s]->progress, pump->ack);
	return gabion_pump_batch(pump, &batch, error);
}
