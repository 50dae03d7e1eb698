// SPDX-License-Identifier: GPL-2.0
/*
 * gabion diff: what changes between two policies, in what the kernel would decide.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cli.h"
#include "diff_show.h"
#include "policy_input.h"
#include "usage.h"

static int compare(const struct gabion_cli *cli, const struct gabion_compile_options *how,
		   const char *const paths[2], struct gabion_error *error)
{
	cleanup_policy_input struct gabion_policy_input old = {0}, new = {0};
	cleanup_diff struct gabion_diff diff = {0};
	int err = gabion_policy_input_open_with(&old, how, paths[0], error);

	if (err) {
		gabion_error_prefix(error, "%s", paths[0]);
		return GABION_EXIT_ERROR;
	}
	err = gabion_policy_input_open_with(&new, how, paths[1], error);
	if (err) {
		gabion_error_prefix(error, "%s", paths[1]);
		return GABION_EXIT_ERROR;
	}
	if (gabion_diff_make((const struct gabion_view *const[2]){old.view, new.view},
			     (const struct gabion_expectations *const[2]){old.expectations,
									  new.expectations},
			     &diff, error))
		return GABION_EXIT_ERROR;
	if (!cli->json)
		gabion_diff_show_text(&diff, paths);
	err = cli->json ? gabion_diff_show_json(&diff, paths) : 0;
	if (err) {
		gabion_error_set(error, err, "cannot write: %s", strerror(-err));
		return GABION_EXIT_ERROR;
	}
	return gabion_diff_is_empty(&diff) ? GABION_EXIT_OK : GABION_EXIT_NO;
}

int cmd_diff(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{"fact", required_argument, NULL, 'f'},
		{0},
	};
	struct gabion_compile_options how = {.library = cli->policy_dir};
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":f:", options, NULL)) != -1) {
		if (option != 'f')
			return gabion_cli_wrong_option(error, argv, option);
		if (gabion_facts_fix(&how.facts, optarg, error))
			return GABION_EXIT_USAGE;
	}
	if (argc - optind != 2)
		return gabion_cli_wrong(error, argv[0],
					"expected two policies: files, folders or images");
	return compare(cli, &how, (const char *const *)argv + optind, error);
}
