// SPDX-License-Identifier: GPL-2.0
/*
 * gabion-vmm: one virtual machine, from a configuration file to its end.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "../agent/common/cleanup.h"
#include "config.h"
#include "devices.h"
#include "machine.h"
#include "terminal.h"

struct options {
	const char *config_file;
	bool boot_timer;
};

static const char usage[] =
	"usage: gabion-vmm --config-file FILE [--no-api] [--boot-timer]\n"
	"Runs the virtual machine that FILE describes, as Firecracker's configuration files do.\n"
	"  --config-file FILE  what the machine consists of, in JSON: see gabion-vmm(8)\n"
	"  --no-api            accepted for those that know Firecracker: there is no API\n"
	"  --boot-timer        log how long it took when the guest writes 123 to 0xd0000000\n"
	"  --version           say which version this is\n"
	"  --help              this\n";

/* 0: go on; otherwise the program's status plus 1. */
static int parse_options(struct options *options, int argc, char **argv)
{
	static const struct option table[] = {
		{ "config-file", required_argument, NULL, 'c' },
		{ "no-api", no_argument, NULL, 'n' },
		{ "boot-timer", no_argument, NULL, 't' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->config_file = optarg;
			break;
		case 'n':
			break;
		case 't':
			options->boot_timer = true;
			break;
		case 'v':
			printf("gabion-vmm %s\n", GABION_VERSION);
			return GABION_END_GUEST + 1;
		case 'h':
			fputs(usage, stdout);
			return GABION_END_GUEST + 1;
		default:
			fputs(usage, stderr);
			return GABION_END_USAGE + 1;
		}
	}
	if (!options->config_file || optind < argc) {
		fprintf(stderr, "gabion-vmm: %s\n%s",
			optind < argc ? "too many arguments" : "--config-file is missing", usage);
		return GABION_END_USAGE + 1;
	}
	return 0;
}

static int run(struct gabion_machine *machine, const struct gabion_config *config,
	       const struct options *options, struct gabion_error *error)
{
	cleanup_free char *cmdline = gabion_config_cmdline(config);
	struct gabion_terminal terminal = { 0 };
	int err;

	err = gabion_machine_create(machine, config->vcpus, config->memory_mib << 20, error);
	if (!err && !cmdline)
		err = gabion_error_set(error, -ENOMEM, "out of memory");
	if (!err && options->boot_timer)
		gabion_machine_add_boot_timer(machine);
	if (!err)
		err = gabion_devices_attach(machine, config, error);
	if (!err)
		err = gabion_machine_load(machine, config->kernel, config->initrd, cmdline, error);
	if (err)
		return err;
	gabion_terminal_set(&terminal);
	err = gabion_machine_run(machine, error);
	gabion_terminal_restore(&terminal);
	return err;
}

int main(int argc, char **argv)
{
	struct gabion_config config = { 0 };
	struct gabion_machine *machine;
	struct options options = { 0 };
	struct gabion_error error;
	int status = parse_options(&options, argc, argv);

	if (status)
		return status - 1;
	machine = calloc(1, sizeof(*machine));
	if (!machine)
		return GABION_END_SETUP;
	status = gabion_config_read(&config, options.config_file, &error);
	if (!status)
		status = gabion_log_open(&config.log, &error);
	if (!status) {
		status = run(machine, &config, &options, &error);
		gabion_machine_destroy(machine);
	}
	if (status < 0) {
		fprintf(stderr, "gabion-vmm: %s\n", error.text);
		status = GABION_END_SETUP;
	}
	gabion_config_free(&config);
	free(machine);
	return status;
}
