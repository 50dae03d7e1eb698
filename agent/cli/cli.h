/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One file per command, cmd_<name>.c, behind the table in main.c.
 */
#ifndef GABION_CLI_CLI_H
#define GABION_CLI_CLI_H

#include <stdbool.h>
#include "../common/error.h"

/* Exit statuses of gabion(8). */
enum {
	GABION_EXIT_OK = 0,
	GABION_EXIT_NO = 1,	/* the answer is no: query denied, expectations failed, not confined */
	GABION_EXIT_ERROR = 2,	/* the command could not do its work; message on stderr */
	GABION_EXIT_USAGE = 64,	/* wrong arguments */
};

/**
 * struct gabion_cli - what every command gets
 * @json:	--json was given: one JSON value (or one per line) on stdout, no prose
 * @policy_dir:	policy sources, default /etc/gabion/policy.d
 */
struct gabion_cli {
	bool json;
	const char *policy_dir;
};

/**
 * struct gabion_command - entry of the command table
 * @name:	first argument
 * @arguments:	for the usage text, e.g. "[PATH...]"
 * @summary:	one line
 * @run:	argv[0] is the command's name; returns an exit status. A command that fails
 *		fills @error and returns GABION_EXIT_ERROR; main prints it once.
 */
struct gabion_command {
	const char *name;
	const char *arguments;
	const char *summary;
	int (*run)(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
};

int cmd_assign(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_check(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_diff(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_explain(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_export(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_flow(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_fmt(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_load(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_lock(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_monitor(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_ps(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_query(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_run(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_status(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_syscalls(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_top(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_unload(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_vm(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_test(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);

#endif /* GABION_CLI_CLI_H */
