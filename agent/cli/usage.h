/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the commands share in reading their arguments.
 */
#ifndef GABION_CLI_USAGE_H
#define GABION_CLI_USAGE_H

#include "cli.h"

/* Wrong arguments: "COMMAND: WHAT; see 'gabion COMMAND --help'". GABION_EXIT_USAGE. */
int gabion_cli_wrong(struct gabion_error *error, const char *command, const char *what, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for what getopt_long(3) just refused, with opterr = 0. */
int gabion_cli_wrong_option(struct gabion_error *error, char **argv, int result);

/* Start getopt_long(3) afresh for a command, silent. */
void gabion_cli_getopt_reset(void);

#endif /* GABION_CLI_USAGE_H */
