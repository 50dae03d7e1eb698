// SPDX-License-Identifier: GPL-2.0
/*
 * gabion lock: policy and module stay until reboot.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/json.h"
#include "../netlink/client.h"
#include "cli.h"
#include "usage.h"

static bool confirmed(void)
{
	char answer[16];

	fputs("Policy and module cannot be changed or removed until reboot. Lock? [y/N] ", stderr);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	answer[strcspn(answer, "\n")] = '\0';
	return !strcasecmp(answer, "y") || !strcasecmp(answer, "yes");
}

static int lock(const struct gabion_cli *cli, struct gabion_error *error)
{
	cleanup_netlink struct gabion_netlink *client = NULL;
	cleanup_json struct gabion_json json = { 0 };

	if (gabion_netlink_open(&client, error) || gabion_netlink_lock(client, error))
		return GABION_EXIT_ERROR;
	if (!cli->json) {
		puts("locked until reboot");
		return GABION_EXIT_OK;
	}
	gabion_json_open(&json, NULL, '{');
	gabion_json_bool(&json, "locked", true);
	gabion_json_close(&json, '}');
	return gabion_json_print(&json) ? GABION_EXIT_ERROR : GABION_EXIT_OK;
}

int cmd_lock(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{ "yes", no_argument, NULL, 'y' },
		{ 0 },
	};
	bool yes = false;
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":y", options, NULL)) != -1) {
		if (option != 'y')
			return gabion_cli_wrong_option(error, argv, option);
		yes = true;
	}
	if (optind != argc)
		return gabion_cli_wrong(error, argv[0], "takes no argument '%s'", argv[optind]);
	if (!yes && !isatty(STDIN_FILENO)) {
		gabion_error_set(error, -EINVAL,
				 "lock cannot be undone before reboot: confirm with --yes");
		return GABION_EXIT_USAGE;
	}
	if (!yes && !confirmed()) {
		gabion_error_set(error, -ECANCELED, "not locked");
		return GABION_EXIT_NO;
	}
	return lock(cli, error);
}
