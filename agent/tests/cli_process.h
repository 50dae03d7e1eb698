/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands of gabion as processes, in a folder of their own: given files, when a command
 * runs, then output and exit status.  GABION_BIN is the folder with gabion-mock.
 */
#ifndef GABION_TESTS_CLI_PROCESS_H
#define GABION_TESTS_CLI_PROCESS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

struct cli {
	char dir[32];
	char program[256];
	char out[65536]; /* stdout and stderr of the last command */
};

static inline int cli_setup(void **state)
{
	struct cli *cli = calloc(1, sizeof(*cli));

	assert_non_null(realpath(getenv("GABION_BIN") ?: "build/asan/tests", cli->program));
	strcpy(cli->dir, "/tmp/gabion-cli-XXXXXX");
	assert_non_null(mkdtemp(cli->dir));
	*state = cli;
	return 0;
}

static inline int cli_teardown(void **state)
{
	struct cli *cli = *state;
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", cli->dir);
	if (system(command))
		return -1;
	free(cli);
	return 0;
}

static inline void cli_file(struct cli *cli, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", cli->dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static inline bool cli_has(const struct cli *cli, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", cli->dir, name);
	return !access(path, F_OK);
}

/* Run gabion in the folder with @arguments, as a shell reads them; its exit status. */
static inline int cli_run(struct cli *cli, const char *arguments)
{
	char command[1024];
	FILE *pipe;
	size_t n;
	int status;

	snprintf(command, sizeof(command),
		 "cd %s && exec 2>&1 </dev/null; %s/gabion-mock --policy-dir . %s", cli->dir,
		 cli->program, arguments);
	pipe = popen(command, "r");
	n = fread(cli->out, 1, sizeof(cli->out) - 1, pipe);
	cli->out[n] = '\0';
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void cli_says(const struct cli *cli, const char *part)
{
	if (!strstr(cli->out, part))
		fail_msg("'%s' is not in '%s'", part, cli->out);
}

static inline void cli_does_not_say(const struct cli *cli, const char *part)
{
	if (strstr(cli->out, part))
		fail_msg("'%s' is in '%s'", part, cli->out);
}

#endif /* GABION_TESTS_CLI_PROCESS_H */
