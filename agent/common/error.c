// SPDX-License-Identifier: GPL-2.0
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int gabion_error_set(struct gabion_error *error, int code, const char *format, ...)
{
	va_list args;

	if (!error)
		return code;
	error->code = code;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return code;
}

int gabion_error_prefix(struct gabion_error *error, const char *format, ...)
{
	char text[sizeof(error->text)];
	size_t used;
	va_list args;

	if (!error)
		return -EIO;
	memcpy(text, error->text, sizeof(text));
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	used = strlen(error->text);
	snprintf(error->text + used, sizeof(error->text) - used, ": %s", text);
	return error->code;
}
