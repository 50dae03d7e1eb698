// SPDX-License-Identifier: GPL-2.0
/*
 * gabion-vmm: one virtual machine, from a configuration file to its end.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "vm.h"

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

static int turn(struct gabion_vm *vm, struct gabion_error *error)
{
	int err = gabion_vm_turn(vm);

	return err ? gabion_error_set(error, err, "epoll_wait: %s", strerror(-err)) : 0;
}

static int run(const struct options *options, struct gabion_error *error)
{
	struct gabion_config config = { 0 };
	struct gabion_loop control;
	struct gabion_end end;
	struct gabion_vm vm = {
		.control = &control,
		.end = &end,
		.boot_timer = options->boot_timer,
	};
	int err;

	err = gabion_loop_create(&control, error);
	if (err)
		return err;
	err = gabion_end_create(&end, &control, error);
	if (!err)
		err = gabion_config_read(&config, options->config_file, error);
	if (!err)
		err = gabion_log_open(&config.log, error);
	if (!err)
		err = gabion_vm_start(&vm, &config, error);
	while (!err && end.how < 0)
		err = turn(&vm, error);
	gabion_vm_stop(&vm);
	gabion_config_free(&config);
	gabion_end_destroy(&end);
	gabion_loop_destroy(&control);
	return err ? err : end.how;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct gabion_error error;
	int status = parse_options(&options, argc, argv);

	if (status)
		return status - 1;
	status = run(&options, &error);
	if (status < 0) {
		fprintf(stderr, "gabion-vmm: %s\n", error.text);
		status = GABION_END_SETUP;
	}
	return status;
}
