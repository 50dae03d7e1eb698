// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "../common/version.h"
#include "../cli/cli.h"
#include "paths.h"

static void usage(FILE *out)
{
	fputs("Usage: gabiond [OPTION...]\n\n"
	      "Loads the policy, and hands the kernel's audit events out.\n\n"
	      "  --output OUTPUT   journald, stdout or file:PATH; may be given several times\n"
	      "                    (default journald)\n"
	      "  --policy-dir DIR  policy sources (default " GABION_PATH_POLICY ")\n"
	      "  --assign          move running processes into the domains that their executables\n"
	      "                    enter, each time the policy is loaded\n"
	      "  --state FILE      progress of the outputs (default " GABION_PATH_STATE ")\n"
	      "  --socket PATH     for 'gabion monitor' (default " GABION_PATH_SOCKET ")\n"
	      "  --help, --version\n\n"
	      "SIGHUP loads the policy again and reopens files; SIGTERM ends cleanly.\n"
	      "See gabiond(8).\n",
	      out);
}

int gabion_options_parse(struct gabion_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "policy-dir", required_argument, NULL, 'p' },
		{ "assign", no_argument, NULL, 'a' },
		{ "state", required_argument, NULL, 's' },
		{ "socket", required_argument, NULL, 'S' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int option;

	*o = (struct gabion_options){
		.policy_dir = GABION_PATH_POLICY,
		.state = GABION_PATH_STATE,
		.socket = GABION_PATH_SOCKET,
	};
	while ((option = getopt_long(argc, argv, "o:hV", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			if (o->noutputs == GABION_OUTPUTS_MAX) {
				fprintf(stderr, "gabiond: more than %d outputs\n",
					GABION_OUTPUTS_MAX);
				return GABION_EXIT_USAGE;
			}
			o->outputs[o->noutputs++] = optarg;
			break;
		case 'p':
			o->policy_dir = optarg;
			break;
		case 'a':
			o->assign = true;
			break;
		case 's':
			o->state = optarg;
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
	if (!o->noutputs)
		o->outputs[o->noutputs++] = "journald";
	return -1;
}
