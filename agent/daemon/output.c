// SPDX-License-Identifier: GPL-2.0
#include "output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

int gabion_output_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
		       struct gabion_error *error)
{
	switch (spec->kind) {
	case GABION_OUTPUT_JOURNALD:
		return gabion_output_journal_open(sink, spec, error);
	case GABION_OUTPUT_STDOUT:
		return gabion_output_stdout_open(sink, spec, error);
	case GABION_OUTPUT_FILE:
		return gabion_output_file_open(sink, spec, error);
	case GABION_OUTPUT_SYSLOG:
		return gabion_output_syslog_open(sink, spec, error);
	case GABION_OUTPUT_NATS:
		return gabion_output_nats_open(sink, spec, error);
	default:
		return gabion_error_set(error, -EINVAL, "unknown output '%s'", spec->name);
	}
}

int gabion_output_too_long(struct gabion_record *other, struct gabion_json *line, char *text,
			   size_t size, const struct gabion_record *record, size_t length,
			   const char *output)
{
	snprintf(text, size, "event %" PRIu64 ", of %zu bytes, is too long for %s",
		 record->event.sequence, length, output);
	*other = (struct gabion_record){
		.kind = GABION_RECORD_MALFORMED,
		.instance = record->instance,
		.time = record->time,
		.count = 1,
		.text = text,	/* borrowed */
	};
	gabion_record_encode(line, other);
	gabion_json_raw(line, "\n", 1);
	return line->failed ? -ENOMEM : 0;
}
