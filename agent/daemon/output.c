// SPDX-License-Identifier: GPL-2.0
#include "output.h"

#include <errno.h>
#include <string.h>

int gabion_output_open(struct gabion_sink **sink, const char *spec, struct gabion_error *error)
{
	if (!strcmp(spec, "journald"))
		return gabion_output_journal_open(sink, spec, error);
	if (!strcmp(spec, "stdout"))
		return gabion_output_stdout_open(sink, spec, error);
	if (!strncmp(spec, "file:", 5) && spec[5] == '/')
		return gabion_output_file_open(sink, spec, spec + 5, error);
	return gabion_error_set(error, -EINVAL,
				"unknown output '%s': give journald, stdout or file:/ABSOLUTE/PATH",
				spec);
}
