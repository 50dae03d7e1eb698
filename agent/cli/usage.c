// SPDX-License-Identifier: GPL-2.0
#include "usage.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

int gabion_cli_wrong(struct gabion_error *error, const char *command, const char *what, ...)
{
	char text[256];
	va_list args;

	va_start(args, what);
	vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	gabion_error_set(error, -EINVAL, "%s: %s; see 'gabion %s --help'", command, text, command);
	return GABION_EXIT_USAGE;
}

int gabion_cli_wrong_option(struct gabion_error *error, char **argv, int result)
{
	if (result == ':')
		return gabion_cli_wrong(error, argv[0], "option '%s' needs a value",
					argv[optind - 1]);
	if (optopt > 0 && optopt < 0x80)
		return gabion_cli_wrong(error, argv[0], "unknown option '-%c'", optopt);
	return gabion_cli_wrong(error, argv[0], "unknown option '%s'", argv[optind - 1]);
}

void gabion_cli_getopt_reset(void)
{
	optind = 0;	/* GNU: also forgets the argv of before */
	opterr = 0;
}
