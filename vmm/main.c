// SPDX-License-Identifier: GPL-2.0
/*
 * gabion-vmm: one virtual machine, from a configuration file or its API to its end.
 */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/server.h"
#include "jail/jail.h"
#include "jail/refusal.h"
#include "snapshot/pages.h"
#include "vm.h"

#define DEFAULT_ID "anonymous-instance"

struct options {
	const char *config_file, *api_sock, *id, *merge_diff, *into;
	struct gabion_api_limits limits;
	struct gabion_jail_options jail;
	bool no_api, no_seccomp, boot_timer;
};

static const char usage[] =
	"usage: gabion-vmm [--api-sock PATH] [--config-file FILE] [OPTION...]\n"
	"Runs a virtual machine, as a configuration file or an API like Firecracker's says.\n"
	"  --config-file FILE  what the machine consists of, in JSON: see gabion-vmm(8)\n"
	"  --api-sock PATH     serve the API on a unix socket that is made there\n"
	"  --no-api            say that there is no API, as without --api-sock\n"
	"  --http-api-max-payload-size N  bytes of a request's body, 51200 by default\n"
	"  --id ID             the machine's name: letters, digits and hyphens, at most 64\n"
	"  --jail DIR          make DIR the root, and have there\n"
	"    --uid N, --gid N    another user, required\n"
	"    --netns FILE        a network namespace, such as /run/netns/NAME\n"
	"    --cgroup KEY=VALUE  a control group (v2); may be repeated, as may\n"
	"    --rlimit NAME=N     limits as in setrlimit(2): nofile=1024\n"
	"    --domain DOMAIN     a domain of Gabion's policy\n"
	"  --no-seccomp        leave every syscall to the process\n"
	"  --merge-diff FILE --into FILE  put a diff snapshot's memory into the one before\n"
	"  --boot-timer        log how long it took when the guest writes 123 to 0xd0000000\n"
	"  --version           say which version this is\n"
	"  --help              this\n";

static int misused(const char *what)
{
	fprintf(stderr, "gabion-vmm: %s\n%s", what, usage);
	return GABION_END_USAGE + 1;
}

/* 0, or what is wrong. */
static const char *check_options(const struct options *options)
{
	if (!options->merge_diff != !options->into)
		return "--merge-diff and --into need each other";
	if (!options->config_file && !options->api_sock && !options->into)
		return "--config-file or --api-sock is missing";
	if (options->no_api && options->api_sock)
		return "--no-api and --api-sock exclude each other";
	if (!gabion_api_id_is_valid(options->id))
		return "--id: must be 1 to 64 letters, digits and hyphens";
	/* A size that is no number is 0. */
	if (!options->limits.max_body || options->limits.max_body > 1 << 30)
		return "--http-api-max-payload-size: must be from 1 to 1073741824";
	return NULL;
}

static size_t parse_size(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	return *end || *text == '-' ? 0 : n;
}

/* 0: go on; otherwise the program's status plus 1. */
static int parse_options(struct options *options, int argc, char **argv)
{
	static const struct option table[] = {
		{ "config-file", required_argument, NULL, 'c' },
		{ "api-sock", required_argument, NULL, 'a' },
		{ "no-api", no_argument, NULL, 'n' },
		{ "http-api-max-payload-size", required_argument, NULL, 's' },
		{ "id", required_argument, NULL, 'i' },
		{ "jail", required_argument, NULL, 'j' },
		{ "uid", required_argument, NULL, 'j' },
		{ "gid", required_argument, NULL, 'j' },
		{ "netns", required_argument, NULL, 'j' },
		{ "cgroup", required_argument, NULL, 'j' },
		{ "rlimit", required_argument, NULL, 'j' },
		{ "domain", required_argument, NULL, 'j' },
		{ "no-seccomp", no_argument, NULL, 'S' },
		{ "merge-diff", required_argument, NULL, 'm' },
		{ "into", required_argument, NULL, 'o' },
		{ "boot-timer", no_argument, NULL, 't' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct gabion_error error;
	const char *wrong;
	int c, i;

	while ((c = getopt_long(argc, argv, "", table, &i)) != -1) {
		switch (c) {
		case 'c':
			options->config_file = optarg;
			break;
		case 'a':
			options->api_sock = optarg;
			break;
		case 'n':
			options->no_api = true;
			break;
		case 's':
			options->limits.max_body = parse_size(optarg);
			break;
		case 'i':
			options->id = optarg;
			break;
		case 'j':
			if (gabion_jail_parse(&options->jail, table[i].name, optarg, &error))
				return misused(error.text);
			break;
		case 'S':
			options->no_seccomp = true;
			break;
		case 'm':
			options->merge_diff = optarg;
			break;
		case 'o':
			options->into = optarg;
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
	wrong = optind < argc ? "too many arguments" : check_options(options);
	if (wrong)
		return misused(wrong);
	options->jail.id = options->id;
	options->jail.socket = options->api_sock;
	return gabion_jail_check(&options->jail, &error) ? misused(error.text) : 0;
}

static int start(struct gabion_api *api, const char *config_file, struct gabion_error *error)
{
	struct gabion_config *config = &api->config;
	int err;

	gabion_config_free(config);
	err = gabion_config_read(config, config_file, error);
	if (!err)
		err = gabion_log_open(&config->log, error);
	if (!err)
		err = gabion_metrics_open(&api->metrics, &config->metrics, error);
	return err ? err : api->ops->start(api->vm, config, error);
}

static int turn(struct gabion_vm *vm, struct gabion_error *error)
{
	int err = gabion_vm_turn(vm);

	return err ? gabion_error_set(error, err, "epoll_wait: %s", strerror(-err)) : 0;
}

/* What comes from files of the host that nobody may be able to open later. */
static int preload(const struct options *options, struct gabion_error *error)
{
	/* The time zone, which is read when a time is printed first; a seed. */
	tzset();
	json_object_seed(0);
	return options->api_sock ? gabion_api_server_preload(error) : 0;
}

/* From here on the process makes no call but those that a machine and its API need. */
static int filter_calls(struct gabion_filters *filters, struct gabion_error *error)
{
	int err;

	err = gabion_refusal_report(error);
	if (!err)
		err = gabion_filters_build(filters, getpid(), error);
	if (err)
		return err;
	err = gabion_filters_enter(filters, GABION_THREAD_MAIN);
	return err ? gabion_error_set(error, err,
				      "cannot set the syscall filter: %s: with "
				      "--no-seccomp there is none",
				      strerror(-err))
		   : 0;
}

/* From the first request, or the start, to the end of the guest or of our own. */
static int serve(const struct options *options, struct gabion_vm *vm, struct gabion_error *error)
{
	cleanup_filters struct gabion_filters filters = { 0 };
	struct gabion_api_server *server = NULL;
	struct gabion_api api;
	int err;

	err = gabion_api_create(&api, options->id, &gabion_vm_ops, vm, error);
	if (!err && options->api_sock)
		err = gabion_api_server_create(&server, &api, options->api_sock, &options->limits,
					       vm->control, error);
	if (!err && !options->no_seccomp) {
		vm->filters = &filters;
		err = filter_calls(&filters, error);
	}
	if (!err && options->config_file)
		err = start(&api, options->config_file, error);
	while (!err && vm->end->how < 0)
		err = turn(vm, error);
	gabion_vm_stop(vm);
	if (!err && gabion_api_flush(&api, error))
		gabion_vmm_log(GABION_LOG_WARNING, "%s", error->text);
	gabion_api_server_destroy(server);
	gabion_api_destroy(&api);
	return err;
}

static int run(const struct options *options, struct gabion_error *error)
{
	struct gabion_loop control;
	struct gabion_end end;
	struct gabion_vm vm = {
		.control = &control,
		.end = &end,
		.boot_timer = options->boot_timer,
	};
	int err, status;

	err = preload(options, error);
	if (!err && options->jail.root)
		err = gabion_jail_enter(&options->jail, &status, error);
	/* We are the one that waited for the other to end. */
	if (err == 1)
		return status;
	if (!err)
		err = gabion_loop_create(&control, error);
	if (err)
		return err;
	err = gabion_end_create(&end, &control, error);
	if (!err)
		err = serve(options, &vm, error);
	gabion_end_destroy(&end);
	gabion_loop_destroy(&control);
	return err ? err : end.how;
}

int main(int argc, char **argv)
{
	struct options options = { .id = DEFAULT_ID,
				   .limits = { GABION_API_MAX_BODY, GABION_API_IDLE_S },
				   .jail = GABION_JAIL_OPTIONS_NONE };
	struct gabion_error error;
	int status = parse_options(&options, argc, argv);

	if (status)
		return status - 1;
	status = options.into ? gabion_pages_merge(options.into, options.merge_diff, &error)
			      : run(&options, &error);
	if (status < 0) {
		fprintf(stderr, "gabion-vmm: %s\n", error.text);
		status = GABION_END_SETUP;
	}
	return status;
}
