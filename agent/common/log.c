// SPDX-License-Identifier: GPL-2.0
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

void gabion_log(int priority, const char *format, ...)
{
	/* Set by systemd when stderr goes to the journal. */
	const char *prefix = getenv("JOURNAL_STREAM") ? "" : "gabiond: ";
	cleanup_free char *text = NULL;
	char *line, *rest;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		return;
	/* Every line gets the priority: diagnostics of the compiler span several. */
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (*prefix)
			fprintf(stderr, "%s%s\n", prefix, line);
		else
			fprintf(stderr, "<%d>%s\n", priority & LOG_PRIMASK, line);
	}
}
