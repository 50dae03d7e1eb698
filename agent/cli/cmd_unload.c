// SPDX-License-Identifier: GPL-2.0
/*
 * gabion unload: no policy in force, so that the module can be removed.
 */
#include <getopt.h>
#include <stdio.h>

#include "../common/json.h"
#include "../netlink/client.h"
#include "cli.h"
#include "usage.h"

int cmd_unload(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = { { 0 } };
	cleanup_netlink struct gabion_netlink *client = NULL;
	cleanup_json struct gabion_json json = { 0 };
	int option;

	gabion_cli_getopt_reset();
	option = getopt_long(argc, argv, ":", options, NULL);
	if (option != -1)
		return gabion_cli_wrong_option(error, argv, option);
	if (optind != argc)
		return gabion_cli_wrong(error, argv[0], "takes no argument '%s'", argv[optind]);
	if (gabion_netlink_open(&client, error) || gabion_netlink_policy_unload(client, error))
		return GABION_EXIT_ERROR;
	if (!cli->json) {
		puts("no policy in force");
		return GABION_EXIT_OK;
	}
	gabion_json_open(&json, NULL, '{');
	gabion_json_bool(&json, "unloaded", true);
	gabion_json_close(&json, '}');
	return gabion_json_print(&json) ? GABION_EXIT_ERROR : GABION_EXIT_OK;
}
