// SPDX-License-Identifier: GPL-2.0
/*
 * gabion assign: move running processes into domains.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "assigned.h"
#include "usage.h"

static int report(const struct gabion_cli *cli, const struct gabion_assigned *assigned,
		  struct gabion_error *error)
{
	cleanup_json struct gabion_json json = { 0 };
	int err;

	if (cli->json) {
		gabion_assigned_json(assigned, &json, NULL);
		err = gabion_json_print(&json);
	} else {
		err = gabion_assigned_print(assigned);
	}
	if (err) {
		gabion_error_set(error, err, "cannot write: %s", strerror(-err));
		return GABION_EXIT_ERROR;
	}
	return assigned->failed ? GABION_EXIT_NO : GABION_EXIT_OK;
}

/* @pid 0: every process with the executable of a domain. @domain NULL: that of its executable. */
static int assign(const struct gabion_cli *cli, uint32_t pid, const char *domain,
		  struct gabion_error *error)
{
	cleanup_netlink struct gabion_netlink *client = NULL;
	cleanup_assigned struct gabion_assigned assigned = { 0 };
	struct gabion_entered entered = { .pid = pid, .domain = domain };
	int err, status;

	if (gabion_netlink_open(&client, error))
		return GABION_EXIT_ERROR;
	if (domain) {
		err = gabion_netlink_task_assign(client, pid, domain, error);
		if (!err && gabion_assigned_add(&entered, &assigned))
			err = gabion_error_set(error, -ENOMEM, "out of memory");
	} else {
		err = gabion_netlink_enter(client, pid, gabion_assigned_add, &assigned, error);
	}
	if (err && !assigned.nrows)
		return GABION_EXIT_ERROR;
	/* What was done before the error, too. */
	status = report(cli, &assigned, error);
	return err ? GABION_EXIT_ERROR : status;
}

int cmd_assign(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ 0 },
	};
	unsigned long pid = 0;
	bool all = false;
	int option;
	char *end;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":a", options, NULL)) != -1) {
		if (option != 'a')
			return gabion_cli_wrong_option(error, argv, option);
		all = true;
	}
	if (all && optind != argc)
		return gabion_cli_wrong(error, argv[0], "--all and PID exclude each other");
	if (!all && optind == argc)
		return gabion_cli_wrong(error, argv[0], "name a PID, or say --all");
	if (argc - optind > 2)
		return gabion_cli_wrong(error, argv[0], "takes no argument '%s'", argv[optind + 2]);
	if (!all) {
		pid = strtoul(argv[optind], &end, 10);
		if (*end || !pid || pid > INT32_MAX)
			return gabion_cli_wrong(error, argv[0], "'%s' is not a PID", argv[optind]);
	}
	return assign(cli, (uint32_t)pid, all ? NULL : argv[optind + 1], error);
}
