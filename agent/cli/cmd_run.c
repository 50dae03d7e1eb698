// SPDX-License-Identifier: GPL-2.0
/*
 * gabion run: enter a domain by executing a command.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../netlink/client.h"
#include "cli.h"
#include "usage.h"

/* As shells do. */
#define EXIT_CANNOT_EXECUTE	126
#define EXIT_NOT_FOUND		127

static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || access(path, X_OK))
		return -EACCES;
	return 0;
}

/*
 * Look @command up in PATH as execvp(3) does. Not execvp() itself, which
 * hands a file that is no program to a shell: that would run in the domain.
 * Return: 0 and an owned path, or -errno.
 */
static int look_up(const char *command, char **path)
{
	const char *dir = getenv("PATH") ?: "/usr/local/bin:/usr/bin:/bin";
	int result = -ENOENT, err;
	size_t n;

	if (strchr(command, '/')) {
		*path = strdup(command);
		return *path ? 0 : -ENOMEM;
	}
	for (;; dir += n + 1) {
		cleanup_free char *candidate = NULL;

		n = strcspn(dir, ":");
		if (asprintf(&candidate, "%.*s%s%s", (int)n, dir, n ? "/" : "", command) < 0) {
			candidate = NULL;
			return -ENOMEM;
		}
		err = executable(candidate);
		if (!err) {
			*path = gabion_take(candidate);
			return 0;
		}
		if (err == -EACCES)
			result = -EACCES;
		if (!dir[n])
			return result;
	}
}

static int not_run(struct gabion_error *error, int code, const char *command)
{
	gabion_error_set(error, code, "cannot run '%s': %s", command,
			 code == -ENOENT && !strchr(command, '/') ? "command not found" :
								     strerror(-code));
	return code == -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
}

static int run(const char *domain, char **argv, struct gabion_error *error)
{
	cleanup_netlink struct gabion_netlink *client = NULL;
	cleanup_free char *path = NULL;
	int err = look_up(argv[0], &path);

	if (err)
		return not_run(error, err, argv[0]);
	if (gabion_netlink_open(&client, error))
		return GABION_EXIT_ERROR;
	if (gabion_netlink_task_exec(client, domain, error)) {
		gabion_error_prefix(error, "cannot enter domain '%s'", domain);
		return GABION_EXIT_ERROR;
	}
	execv(path, argv);
	return not_run(error, -errno, argv[0]);
}

int cmd_run(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{ "domain", required_argument, NULL, 'd' },
		{ 0 },
	};
	const char *domain = NULL;
	int option;

	(void)cli;
	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, "+:d:", options, NULL)) != -1) {
		if (option != 'd')
			return gabion_cli_wrong_option(error, argv, option);
		domain = optarg;
	}
	if (!domain)
		return gabion_cli_wrong(error, argv[0], "--domain is missing");
	if (!*domain || strlen(domain) >= GABION_NAME_MAX)
		return gabion_cli_wrong(error, argv[0], "'%s' is not a domain's name", domain);
	if (optind == argc)
		return gabion_cli_wrong(error, argv[0], "the command to run is missing");
	/* Required, so that no option of the command is ever taken for one of ours. */
	if (strcmp(argv[optind - 1], "--"))
		return gabion_cli_wrong(error, argv[0], "'--' is missing before '%s'", argv[optind]);
	return run(domain, argv + optind, error);
}
