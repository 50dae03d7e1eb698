// SPDX-License-Identifier: GPL-2.0
#include "output.h"

#include <errno.h>

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
	default:
		return gabion_error_set(error, -EINVAL, "unknown output '%s'", spec->name);
	}
}
