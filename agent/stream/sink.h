/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where records go.
 */
#ifndef GABION_STREAM_SINK_H
#define GABION_STREAM_SINK_H

#include "../event/event_json.h"
#include "progress.h"

struct gabion_sink;

/**
 * struct gabion_sink_ops - what a kind of output does
 * @put:	take one record; @line is its JSON with newline, @length bytes. After an
 *		error the record counts as not taken and comes again.
 * @flush:	make what was put since the last flush durable, as far as the output knows
 *		how; only then is it acknowledged. NULL: put is enough.
 * @reopen:	the administrator moved files away (SIGHUP). May be NULL.
 * @close:	release everything, @sink itself included.
 */
struct gabion_sink_ops {
	int (*put)(struct gabion_sink *sink, const struct gabion_record *record, const char *line,
		   size_t length, struct gabion_error *error);
	int (*flush)(struct gabion_sink *sink, struct gabion_error *error);
	int (*reopen)(struct gabion_sink *sink, struct gabion_error *error);
	void (*close)(struct gabion_sink *sink);
};

/**
 * struct gabion_sink - one output; the kinds embed it as first member
 * @ops:	immutable
 * @name:	as given on the command line; key in the state file. Outlives the sink.
 * @transient:	its readers come and go: what it took is not remembered over a restart
 * @progress:	what it has taken; the pump's
 * @failure:	why it does not take records at the moment; code 0: it does. The pump's.
 * @stop:	pump's: events of the batch before this index were put
 * @taken:	events since it was opened; the pump's
 * @failures:	how often it began to fail; counted by who logs it
 * @trouble:	why records wait in its spool; code 0: none do, or they are being handed over.
 *		The relay's (relay.h), like the next two.
 * @spooled:	bytes that wait there
 * @behind:	more of them can be handed over at once
 */
struct gabion_sink {
	const struct gabion_sink_ops *ops;
	const char *name;
	bool transient;
	struct gabion_progress progress;
	struct gabion_error failure;
	size_t stop;
	uint64_t taken;
	uint64_t failures;
	struct gabion_error trouble;
	uint64_t spooled;
	bool behind;
};

/* Flushed records stay when the process ends; releases @sink. NULL is fine. */
static inline void gabion_sink_close(struct gabion_sink *sink)
{
	if (!sink)
		return;
	gabion_progress_free(&sink->progress);
	sink->ops->close(sink);
}

#endif /* GABION_STREAM_SINK_H */
