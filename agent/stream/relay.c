// SPDX-License-Identifier: GPL-2.0
#include "relay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/cleanup.h"
#include "spool.h"

/*
 * Records of the spool between two flushes: what is killed in between comes twice. And how
 * many such before others get their turn.
 */
#define REPLAY_CHUNK	128
#define REPLAY_CHUNKS	8

/* struct held - a record that was put and not flushed; its line is in the relay's text */
struct held {
	uint64_t instance;
	uint64_t sequence;
	size_t length;
};

/**
 * struct relay - an output and its spool
 * @sink:	what the pump sees
 * @inner:	owned; the output
 * @held:	owned; what @inner took since it was flushed, in order. Nothing while
 *		records wait in the spool.
 * @text:	owned; their lines
 * @used:	bytes of @text
 * @told:	damage of the spool that was reported
 */
struct relay {
	struct gabion_sink sink;
	struct gabion_sink *inner;
	struct gabion_spool spool;
	struct held *held;
	size_t nheld;
	size_t held_capacity;
	char *text;
	size_t used;
	size_t text_capacity;
	uint64_t told;
};

static uint64_t sequence_of(const struct gabion_record *record)
{
	return record->kind == GABION_RECORD_EVENT ? record->event.sequence : 0;
}

/* ---- what was put and not flushed ---- */

/* Room for @n elements of @size bytes. */
static int reserve(void *array, size_t *capacity, size_t n, size_t size)
{
	void **data = array, *larger;
	size_t wanted = *capacity ?: 64;

	if (n <= *capacity)
		return 0;
	while (wanted < n)
		wanted *= 2;
	larger = realloc(*data, wanted * size);
	if (!larger)
		return -ENOMEM;
	*data = larger;
	*capacity = wanted;
	return 0;
}

static int hold(struct relay *r, const struct gabion_record *record, const char *line,
		size_t length, struct gabion_error *error)
{
	if (reserve(&r->held, &r->held_capacity, r->nheld + 1, sizeof(*r->held)) ||
	    reserve(&r->text, &r->text_capacity, r->used + length, 1))
		return gabion_error_set(error, -ENOMEM, "out of memory");
	memcpy(r->text + r->used, line, length);
	r->used += length;
	r->held[r->nheld++] = (struct held){ record->instance, sequence_of(record), length };
	return 0;
}

static void let_go(struct relay *r)
{
	r->nheld = r->used = 0;
}

static int append(struct relay *r, uint64_t instance, uint64_t sequence, const char *line,
		  size_t length, struct gabion_error *error)
{
	struct gabion_error full = { 0 };
	int err = gabion_spool_append(&r->spool, instance, sequence, line, length, &full);

	if (err)
		return gabion_error_set(error, err, "%s%s%s",
					r->sink.trouble.code ? r->sink.trouble.text : "",
					r->sink.trouble.code ? "; " : "", full.text);
	return 0;
}

static int flush_inner(struct relay *r)
{
	struct gabion_error error = { 0 };

	if (!r->inner->ops->flush || !r->inner->ops->flush(r->inner, &error))
		return 0;
	r->sink.trouble = error;
	return error.code;
}

/* Into the output, or all of it into the spool, or none. */
static int settle(struct relay *r, struct gabion_error *error)
{
	uint64_t tail = r->spool.tail;
	const char *line = r->text;
	size_t i;
	int err;

	for (i = flush_inner(r) ? 0 : r->nheld; i < r->nheld; i++) {
		err = append(r, r->held[i].instance, r->held[i].sequence, line, r->held[i].length,
			     error);
		if (err) {
			gabion_spool_cut(&r->spool, tail, NULL);
			return err;
		}
		line += r->held[i].length;
	}
	let_go(r);
	return 0;
}

static int relay_put(struct gabion_sink *sink, const struct gabion_record *record,
		     const char *line, size_t length, struct gabion_error *error)
{
	struct relay *r = (struct relay *)sink;
	struct gabion_error why = { 0 };
	int err;

	/* What waits comes first. */
	if (!gabion_spool_pending(&r->spool)) {
		if (!r->inner->ops->put(r->inner, record, line, length, &why))
			return hold(r, record, line, length, error);
		err = settle(r, error);
		if (err)
			return err;
		r->sink.trouble = why;
	}
	return append(r, record->instance, sequence_of(record), line, length, error);
}

/* ---- from the spool ---- */

static int put_damage(struct relay *r, uint64_t bytes)
{
	cleanup_json struct gabion_json line = { 0 };
	struct gabion_record record = { .kind = GABION_RECORD_MALFORMED, .count = 1 };
	struct timespec now;
	char text[96];

	snprintf(text, sizeof(text), "%llu bytes of the spool are not a record",
		 (unsigned long long)bytes);
	clock_gettime(CLOCK_REALTIME, &now);
	record.time = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	record.text = text;
	gabion_record_encode(&line, &record);
	gabion_json_raw(&line, "\n", 1);
	if (line.failed)
		return gabion_error_set(&r->sink.trouble, -ENOMEM, "out of memory");
	return r->inner->ops->put(r->inner, &record, line.data, line.length, &r->sink.trouble);
}

static int put_spooled(struct relay *r, const struct gabion_spooled *spooled)
{
	cleanup_record struct gabion_record record = { 0 };
	struct gabion_error why = { 0 };

	/* Of another version, before an update: the line is handed over all the same. */
	if (gabion_record_parse(&record, spooled->line, spooled->length, &why)) {
		record = (struct gabion_record){ .kind = GABION_RECORD_MALFORMED, .count = 1 };
		record.instance = spooled->instance;
		record.text = strdup(why.text);
	}
	return r->inner->ops->put(r->inner, &record, spooled->line, spooled->length,
				  &r->sink.trouble);
}

/* The record at *@offset, and before it what there is to say about damage. Like gabion_spool_read(). */
static int replay_one(struct relay *r, uint64_t *offset)
{
	cleanup_spooled struct gabion_spooled spooled = { 0 };
	uint64_t at = *offset;
	int found = gabion_spool_read(&r->spool, &at, &spooled, &r->sink.trouble), err;

	if (found >= 0 && r->spool.damaged > r->told) {
		err = put_damage(r, r->spool.damaged - r->told) ?: flush_inner(r);
		if (err)
			return err;
		r->told = r->spool.damaged;
	}
	*offset = at;
	if (found <= 0)
		return found;
	err = put_spooled(r, &spooled);
	if (err)
		return err;
	*offset = spooled.end;
	return 1;
}

/* Return: 1: there may be more; 0: there is none; -errno: trouble. */
static int replay_chunk(struct relay *r)
{
	uint64_t offset = r->spool.head;
	int i, found = 1, err;

	for (i = 0; i < REPLAY_CHUNK && found > 0; i++)
		found = replay_one(r, &offset);
	if (offset == r->spool.head && found < 0)
		return found;
	err = flush_inner(r) ?: gabion_spool_consume(&r->spool, offset, &r->sink.trouble);
	return err ?: found;
}

static void replay(struct relay *r)
{
	int i, more = 1;

	/* Damage may be all that there is. */
	if (!gabion_spool_pending(&r->spool) && r->spool.damaged == r->told)
		return;
	for (i = 0; i < REPLAY_CHUNKS && more > 0; i++)
		more = replay_chunk(r);
	if (more >= 0)
		r->sink.trouble.code = 0;
	r->sink.behind = more > 0;
}

static int relay_flush(struct gabion_sink *sink, struct gabion_error *error)
{
	struct relay *r = (struct relay *)sink;
	int err = settle(r, error);

	/* The pump puts them again. */
	let_go(r);
	if (err)
		return err;
	r->sink.behind = false;
	replay(r);
	r->sink.spooled = gabion_spool_pending(&r->spool);
	return gabion_spool_sync(&r->spool, error);
}

/* ---- life ---- */

static int relay_reopen(struct gabion_sink *sink, struct gabion_error *error)
{
	struct gabion_sink *inner = ((struct relay *)sink)->inner;

	return inner->ops->reopen ? inner->ops->reopen(inner, error) : 0;
}

static void relay_free(struct relay *r)
{
	gabion_spool_close(&r->spool);
	gabion_progress_free(&r->sink.progress);
	free(r->held);
	free(r->text);
	free(r);
}

static void relay_close(struct gabion_sink *sink)
{
	struct relay *r = (struct relay *)sink;

	gabion_sink_close(r->inner);
	relay_free(r);
}

static const struct gabion_sink_ops relay_ops = {
	.put = relay_put,
	.flush = relay_flush,
	.reopen = relay_reopen,
	.close = relay_close,
};

/* Killed before the state was written, the spool knows better what was taken. */
static int recall(struct relay *r, uint64_t instance, struct gabion_error *error)
{
	struct gabion_spooled spooled = { 0 };
	uint64_t offset = r->spool.head, damaged = r->spool.damaged;
	int found, err = 0;

	while (!err && (found = gabion_spool_read(&r->spool, &offset, &spooled, error))) {
		if (found < 0)
			return found;
		gabion_spooled_free(&spooled);
		offset = spooled.end;
		if (spooled.sequence && spooled.instance == instance)
			err = gabion_progress_add(&r->sink.progress, spooled.sequence,
						  spooled.sequence);
	}
	/* It is found again when the records are handed over. */
	r->spool.damaged = damaged;
	return err ? gabion_error_set(error, err, "out of memory") : 0;
}

int gabion_relay_open(struct gabion_sink **sink, const char *dir, uint64_t limit,
		      uint64_t instance, struct gabion_error *error)
{
	struct gabion_sink *inner = *sink;
	struct relay *r = calloc(1, sizeof(*r));
	size_t i;
	int err;

	if (!r)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	r->sink.ops = &relay_ops;
	r->sink.name = inner->name;
	r->inner = inner;
	err = gabion_spool_open(&r->spool, dir, inner->name, limit, error) ?:
	      recall(r, instance, error);
	for (i = 0; i < inner->progress.nranges && !err; i++)
		err = gabion_progress_add(&r->sink.progress, inner->progress.ranges[i].first,
					  inner->progress.ranges[i].last);
	for (i = 0; i < inner->progress.nlosses && !err; i++)
		err = gabion_progress_set_lost(&r->sink.progress, &inner->progress.losses[i]);
	if (err) {
		relay_free(r);
		return error && error->code ? error->code : err;
	}
	gabion_progress_free(&inner->progress);
	r->sink.spooled = gabion_spool_pending(&r->spool);
	*sink = &r->sink;
	return 0;
}
