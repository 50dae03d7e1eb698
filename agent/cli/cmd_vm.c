// SPDX-License-Identifier: GPL-2.0
/*
 * gabion vm: virtual machines that run a command.
 */
#include <stdio.h>
#include <string.h>

#include "usage.h"
#include "vm.h"

static const struct gabion_command commands[] = {
	{"vm run",
	 "[--domain NAME [--policy PATH]] [--name NAME] [--rootfs FOLDER|IMAGE] [--cpus N] [--mem "
	 "MIB]\n"
	 "  [--share HOST:GUEST[:ro|:rw]]... [--net TAP|none] [--env NAME[=VALUE]]... [--cwd "
	 "FOLDER]\n"
	 "  [--kernel FILE] [--guest FOLDER] [--vmm PROGRAM] [--vmm-domain NAME] [--no-jail]\n"
	 "  [--boot-timeout SECONDS]\n"
	 "  -- COMMAND [ARGUMENT...]",
	 "run a command in a virtual machine of its own", cmd_vm_run},
	{"vm ps", "", "list the virtual machines that run", cmd_vm_ps},
	{"vm stop", "[--timeout SECONDS] NAME...", "end virtual machines", cmd_vm_stop},
	{"vm console", "NAME", "show the serial port of a virtual machine", cmd_vm_console},
};

static const size_t ncommands = sizeof(commands) / sizeof(*commands);

int cmd_vm(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	size_t i;

	if (argc < 2)
		return gabion_cli_wrong(error, argv[0], "say what: run, ps, stop or console");
	for (i = 0; i < ncommands; i++)
		if (!strcmp(argv[1], commands[i].name + strlen("vm ")))
			break;
	if (i == ncommands)
		return gabion_cli_wrong(error, argv[0], "unknown command '%s'", argv[1]);
	if (argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h"))) {
		printf("Usage: gabion %s %s\n\n%s. See gabion-vm(8).\n", commands[i].name,
		       commands[i].arguments, commands[i].summary);
		return GABION_EXIT_OK;
	}
	argv[1] = (char *)commands[i].name;
	return commands[i].run(cli, argc - 1, argv + 1, error);
}
