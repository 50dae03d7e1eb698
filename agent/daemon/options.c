// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/version.h"
#include "../cli/cli.h"
#include "paths.h"

static void usage(FILE *out)
{
	fputs("Usage: gabiond [OPTION...]\n\n"
	      "Loads the policy, and hands the kernel's audit events out.\n\n"
	      "  --output OUTPUT   journald, stdout, syslog, file:PATH or nats:nats://HOST:PORT,\n"
	      "                    with options before the colon; may be given several times\n"
	      "                    (default journald)\n"
	      "  --policy-dir DIR  policy sources (default " GABION_PATH_POLICY ")\n"
	      "  --assign          move running processes into the domains that their executables\n"
	      "                    enter, each time the policy is loaded\n"
	      "  --last-image FILE the policy that was in force last, compiled\n"
	      "                    (default " GABION_PATH_LAST ")\n"
	      "  --state FILE      progress of the outputs (default " GABION_PATH_STATE ")\n"
	      "  --spool DIR       what outputs do not take (default " GABION_PATH_SPOOL ")\n"
	      "  --socket PATH     for 'gabion monitor' (default " GABION_PATH_SOCKET ")\n"
	      "  --metrics ADDRESS OpenMetrics text at unix:/PATH or tcp:127.0.0.1:PORT\n"
	      "  --help, --version\n\n"
	      "SIGHUP loads the policy again and reopens files; SIGTERM ends cleanly.\n"
	      "See gabiond(8).\n",
	      out);
}

/* Return: -1: go on; else the exit status. */
static int add_output(struct gabion_options *o, const char *text)
{
	struct gabion_error error = { 0 };
	size_t i;

	if (o->noutputs == GABION_OUTPUTS_MAX) {
		fprintf(stderr, "gabiond: more than %d outputs\n", GABION_OUTPUTS_MAX);
		return GABION_EXIT_USAGE;
	}
	if (gabion_output_spec_parse(&o->outputs[o->noutputs], text, &error)) {
		fprintf(stderr, "gabiond: %s\n", error.text);
		return GABION_EXIT_USAGE;
	}
	o->noutputs++;
	for (i = 0; i < o->noutputs - 1; i++)
		if (!strcmp(o->outputs[i].name, o->outputs[o->noutputs - 1].name)) {
			fprintf(stderr, "gabiond: output %s is given twice\n", o->outputs[i].name);
			return GABION_EXIT_USAGE;
		}
	return -1;
}

int gabion_options_parse(struct gabion_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "policy-dir", required_argument, NULL, 'p' },
		{ "assign", no_argument, NULL, 'a' },
		{ "last-image", required_argument, NULL, 'l' },
		{ "state", required_argument, NULL, 's' },
		{ "metrics", required_argument, NULL, 'm' },
		{ "spool", required_argument, NULL, 'q' },
		{ "socket", required_argument, NULL, 'S' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct gabion_error error = { 0 };
	int option, status;

	*o = (struct gabion_options){
		.policy_dir = GABION_PATH_POLICY,
		.last = GABION_PATH_LAST,
		.state = GABION_PATH_STATE,
		.spool = GABION_PATH_SPOOL,
		.socket = GABION_PATH_SOCKET,
	};
	while ((option = getopt_long(argc, argv, "o:hV", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			status = add_output(o, optarg);
			if (status >= 0)
				return status;
			break;
		case 'p':
			o->policy_dir = optarg;
			break;
		case 'a':
			o->assign = true;
			break;
		case 'l':
			o->last = optarg;
			break;
		case 's':
			o->state = optarg;
			break;
		case 'q':
			o->spool = optarg;
			break;
		case 'm':
			if (gabion_address_parse(&o->metrics, optarg, &error)) {
				fprintf(stderr, "gabiond: --metrics %s\n", error.text);
				return GABION_EXIT_USAGE;
			}
			break;
		case 'S':
			o->socket = optarg;
			break;
		case 'h':
			usage(stdout);
			return GABION_EXIT_OK;
		case 'V':
			puts("gabiond " GABION_VERSION);
			return GABION_EXIT_OK;
		default:
			return GABION_EXIT_USAGE;
		}
	}
	if (optind != argc) {
		fprintf(stderr, "gabiond: takes no argument '%s'\n", argv[optind]);
		return GABION_EXIT_USAGE;
	}
	return o->noutputs ? -1 : add_output(o, "journald");
}

void gabion_options_free(struct gabion_options *o)
{
	while (o->noutputs)
		gabion_output_spec_free(&o->outputs[--o->noutputs]);
}
