/* SPDX-License-Identifier: GPL-2.0 */
/* An output that remembers, and batches for it. */
#ifndef GABION_TESTS_RECORDER_H
#define GABION_TESTS_RECORDER_H

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
	char last[512];		/* line of the last record */
};

static inline int recorder_put(struct gabion_sink *sink, const struct gabion_record *record,
			const char *line, size_t length, struct gabion_error *error)
{
	struct recorder *r = (struct recorder *)sink;
	size_t used = strlen(r->log);

	assert_int_equal(line[length - 1], '\n');
	if (r->fail_after == 0)
		return gabion_error_set(error, -ENOSPC, "full");
	r->fail_after -= r->fail_after > 0;
	snprintf(r->last, sizeof(r->last), "%.*s", (int)length, line);
	switch (record->kind) {
	case GABION_RECORD_EVENT:
		snprintf(r->log + used, sizeof(r->log) - used, "%d ", (int)record->event.sequence);
		break;
	case GABION_RECORD_LOSS:
		snprintf(r->log + used, sizeof(r->log) - used, "lost(%s,%d,%d,%d) ",
			 record->text ?: "", (int)record->cpu, (int)record->count,
			 (int)record->total);
		break;
	default:
		snprintf(r->log + used, sizeof(r->log) - used, "malformed(%d) ", (int)record->count);
	}
	return 0;
}

static inline int recorder_flush(struct gabion_sink *sink, struct gabion_error *error)
{
	struct recorder *r = (struct recorder *)sink;

	return r->fail_flush ? gabion_error_set(error, -EIO, "not synced") : 0;
}

static const struct gabion_sink_ops recorder_ops = { .put = recorder_put, .flush = recorder_flush };

/* What the kernel presents: events @first to @last. */
static inline void present_events(struct gabion_batch *batch, uint64_t first, uint64_t last)
{
	uint64_t i;

	free(batch->events);
	batch->nevents = (size_t)(last - first + 1);
	batch->events = calloc(batch->nevents, sizeof(*batch->events));
	for (i = first; i <= last; i++) {
		batch->events[i - first].sequence = i;
		batch->events[i - first].present = 1ULL << GABION_E_SEQUENCE;
		batch->events[i - first].type = GABION_EVENT_LOCK;
	}
	batch->ack = last;
}

/* Beside what the kernel said of others before. */
static inline void present_loss(struct gabion_batch *batch, uint32_t cpu, const char *domain,
				uint64_t count)
{
	struct gabion_loss loss = { .cpu = cpu, .count = count };
	size_t i = 0;

	strcpy(loss.domain, domain);
	while (i < batch->nlosses && !gabion_loss_same(&batch->losses[i], &loss))
		i++;
	if (i == batch->nlosses)
		batch->losses = realloc(batch->losses, ++batch->nlosses * sizeof(*batch->losses));
	batch->losses[i] = loss;
}

#endif /* GABION_TESTS_RECORDER_H */
