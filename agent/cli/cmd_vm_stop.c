// SPDX-License-Identifier: GPL-2.0
/*
 * gabion vm stop: SIGTERM for the command of a machine, then the end of the machine.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../vm/keeper.h"
#include "../vm/options.h"
#include "usage.h"
#include "vm.h"

#define TIMEOUT_S     10
#define TIMEOUT_MAX_S 65535

static int stop(const char *name, unsigned int seconds, struct gabion_error *error)
{
	unsigned char request[] = {GABION_KEEPER_STOP, (unsigned char)seconds,
				   (unsigned char)(seconds >> 8)};
	struct gabion_vm_entry entry;
	cleanup_fd int fd = -1;
	char byte;
	int err = gabion_vm_entry_find(&entry, name, error);

	if (err)
		return err;
	fd = gabion_vm_entry_connect(&entry, GABION_VM_FILE_CONTROL, error);
	if (fd < 0)
		return fd;
	if (send(fd, request, sizeof(request), MSG_NOSIGNAL) != sizeof(request))
		return gabion_error_set(error, -errno, "machine '%s': %s", name, strerror(errno));
	/* Closed when it is gone. */
	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		continue;
	return 0;
}

int cmd_vm_stop(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {{"timeout", required_argument, NULL, 't'}, {0}};
	unsigned int seconds = TIMEOUT_S;
	int option;

	(void)cli;
	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":t:", options, NULL)) != -1) {
		if (option != 't')
			return gabion_cli_wrong_option(error, argv, option);
		if (gabion_vm_number_parse(optarg, 0, TIMEOUT_MAX_S, &seconds, error)) {
			gabion_error_prefix(error, "%s: --timeout", argv[0]);
			return GABION_EXIT_USAGE;
		}
	}
	if (optind == argc)
		return gabion_cli_wrong(error, argv[0], "which machine? see 'gabion vm ps'");
	for (; optind < argc; optind++)
		if (stop(argv[optind], seconds, error))
			return GABION_EXIT_ERROR;
	return GABION_EXIT_OK;
}
