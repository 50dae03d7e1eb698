/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records as JSON objects, one a line; docs/events.md is the schema.
 */
#ifndef GABION_EVENT_EVENT_JSON_H
#define GABION_EVENT_EVENT_JSON_H

#include "../common/error.h"
#include "../common/json.h"
#include "event.h"

#define GABION_RECORD_VERSION 1

/**
 * enum gabion_record_kind - what a line tells
 * @GABION_RECORD_EVENT:	an event of the kernel
 * @GABION_RECORD_LOSS:		the kernel lost events of a domain on a CPU
 * @GABION_RECORD_MALFORMED:	events came that could not be decoded
 * @GABION_RECORD_MISSED:	a subscriber was too slow for events
 */
enum gabion_record_kind {
	GABION_RECORD_EVENT,
	GABION_RECORD_LOSS,
	GABION_RECORD_MALFORMED,
	GABION_RECORD_MISSED,
};

/**
 * struct gabion_record - a line, decoded
 * @kind:	which members below are meaningful
 * @instance:	load of the module that numbered the events
 * @time:	ns of CLOCK_REALTIME
 * @event:	EVENT
 * @cpu:	LOSS
 * @count:	LOSS: since the last record; MALFORMED, MISSED: how many
 * @total:	LOSS: since the module was loaded
 * @text:	MALFORMED: why; LOSS: domain, NULL: events of the kernel itself; owned
 */
struct gabion_record {
	enum gabion_record_kind kind;
	uint64_t instance;
	uint64_t time;
	struct gabion_event event;
	uint32_t cpu;
	uint64_t count;
	uint64_t total;
	char *text;
};

void gabion_record_free(struct gabion_record *record);
#define cleanup_record __attribute__((cleanup(gabion_record_free)))

/* Append @record as one object, without newline. */
void gabion_record_encode(struct gabion_json *json, const struct gabion_record *record);
/* The same for an event that is not in a record. */
void gabion_event_encode(struct gabion_json *json, const struct gabion_event *event,
			 uint64_t instance);

/*
 * Decode one line into @record (empty on entry). Members that this version does not know
 * are ignored. -EBADMSG: not a record; -EPROTONOSUPPORT: of another version.
 */
int gabion_record_parse(struct gabion_record *record, const char *line, size_t length,
			struct gabion_error *error);

#endif /* GABION_EVENT_EVENT_JSON_H */
