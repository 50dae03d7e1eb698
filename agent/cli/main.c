// SPDX-License-Identifier: GPL-2.0
/*
 * gabion: the command line.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../../core/version.h"
#include "../daemon/paths.h"
#include "cli.h"
#include "filter_options.h"

static const struct gabion_command commands[] = {
	{ "check", "[--output FILE] [--fact FACT]... [--werror] [PATH...]",
	  "compile a policy and report what is wrong with it",
	  cmd_check },
	{ "fmt", "[--check] [--diff] [PATH... | -]", "give policy files their form", cmd_fmt },
	{ "load", "[--assign] [[--fact FACT]... [PATH...] | --image FILE]", "compile a policy and put it in force",
	  cmd_load },
	{ "assign", "--all | PID [DOMAIN]", "move running processes into domains", cmd_assign },
	{ "status", "[--hooks] [--domains]", "show what is in force and how it is doing",
	  cmd_status },
	{ "ps", "[-a] [-t] [--domain NAME] [PID...]", "list confined processes", cmd_ps },
	{ "run", "[--seccomp [--policy PATH] [--rlimit NAME=SOFT[:HARD]]...] [--domain] NAME -- "
	  "COMMAND [ARGUMENT...]", "run a command in a domain", cmd_run },
	{ "syscalls", "[--policy PATH] DOMAIN",
	  "count what a domain may call, and what it never did", cmd_syscalls },
	{ "export", "--format oci|systemd|bpf [--lossy] [--policy PATH] [--output FILE] DOMAIN",
	  "write a domain's syscall filter for use without the module", cmd_export },
	{ "monitor", GABION_FILTER_USAGE " [--count N] [--since TIME] [--from FILE] [--socket PATH] "
	  "[--direct]", "show decisions as they are made",
	  cmd_monitor },
	{ "top", GABION_FILTER_USAGE " [--interval SECONDS] [--once] [--socket PATH]",
	  "show which domains are busy", cmd_top },
	{ "explain", "[--policy PATH] EVENT | --from FILE SEQUENCE | --from FILE --last",
	  "say why something was refused, and what would allow it", cmd_explain },
	{ "query", "[--policy PATH] [--fact FACT]... DOMAIN PERMISSION OBJECT | [--why] DOMAIN | --who PERMISSION OBJECT",
	  "ask what a policy allows",
	  cmd_query },
	{ "diff", "[--fact FACT]... OLD NEW", "show what changes between two policies", cmd_diff },
	{ "flow", "[--strict] [--policy PATH] [--fact FACT]... [--format text|dot|svg] [FROM TO | --from DOMAIN | "
	  "--to DOMAIN]", "show who can influence whom, and prove that the levels hold", cmd_flow },
	{ "test", "[--fact FACT]... [PATH...]", "check a policy against its expected verdicts",
	  cmd_test },
	{ "vm", "run|ps|stop|console ...", "run commands in virtual machines", cmd_vm },
	{ "unload", "", "take the policy away, so that the module can be removed", cmd_unload },
	{ "lock", "[--yes]", "make policy and module permanent until reboot", cmd_lock },
};

static const size_t ncommands = sizeof(commands) / sizeof(*commands);

static void print_usage(FILE *out)
{
	size_t i;

	fputs("Usage: gabion [--json] [--policy-dir DIR] COMMAND [ARGUMENT...]\n\nCommands:\n",
	      out);
	for (i = 0; i < ncommands; i++)
		fprintf(out, "  %-9s%s\n", commands[i].name, commands[i].summary);
	fputs("\nOptions:\n"
	      "  --json            results as JSON\n"
	      "  --policy-dir DIR  policy sources (default " GABION_PATH_POLICY ")\n"
	      "  --help, --version\n\n"
	      "'gabion COMMAND --help' shows a command's arguments; gabion(8) explains them.\n",
	      out);
}

static const struct gabion_command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ncommands; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/*
 * --json is taken from behind the command too, up to "--". Moves the rest
 * together; returns the new number of arguments.
 */
static int take_json(struct gabion_cli *cli, int argc, char **argv)
{
	int from, to = 1;

	for (from = 1; from < argc && strcmp(argv[from], "--"); from++) {
		if (!strcmp(argv[from], "--json"))
			cli->json = true;
		else
			argv[to++] = argv[from];
	}
	while (from < argc)
		argv[to++] = argv[from++];
	argv[to] = NULL;
	return to;
}

static int run_command(struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	const struct gabion_command *command = find_command(argv[0]);

	if (!command) {
		gabion_error_set(error, -EINVAL, "unknown command '%s'; see 'gabion --help'",
				 argv[0]);
		return GABION_EXIT_USAGE;
	}
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		printf("Usage: gabion %s %s\n\n%s. See gabion(8).\n", command->name,
		       command->arguments, command->summary);
		return GABION_EXIT_OK;
	}
	argc = take_json(cli, argc, argv);
	return command->run(cli, argc, argv, error);
}

static int parse_and_run(int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "policy-dir", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct gabion_cli cli = { .policy_dir = GABION_PATH_POLICY };
	int option;

	while ((option = getopt_long(argc, argv, "+hV", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			cli.json = true;
			break;
		case 'p':
			cli.policy_dir = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return GABION_EXIT_OK;
		case 'V':
			puts("gabion " GABION_VERSION);
			return GABION_EXIT_OK;
		default:
			return GABION_EXIT_USAGE;	/* getopt_long() said why */
		}
	}
	if (optind == argc) {
		print_usage(stderr);
		return GABION_EXIT_USAGE;
	}
	if (!strcmp(argv[optind], "help")) {
		print_usage(stdout);
		return GABION_EXIT_OK;
	}
	return run_command(&cli, argc - optind, argv + optind, error);
}

int main(int argc, char **argv)
{
	struct gabion_error error = { 0 };
	int status = parse_and_run(argc, argv, &error);

	if (status != GABION_EXIT_OK && error.code)
		fprintf(stderr, "gabion: %s\n", error.text);
	/* A full disk or a closed pipe must not look like success. */
	if (fflush(stdout) && status == GABION_EXIT_OK) {
		fprintf(stderr, "gabion: cannot write: %s\n", strerror(errno));
		status = GABION_EXIT_ERROR;
	}
	return status;
}
