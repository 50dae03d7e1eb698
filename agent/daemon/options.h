/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Command line of gabiond.
 */
#ifndef GABION_DAEMON_OPTIONS_H
#define GABION_DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "listen.h"
#include "output_spec.h"

#define GABION_OUTPUTS_MAX 8

/**
 * struct gabion_options - all strings belong to argv or are constant
 * @outputs:	owned, no two of one name; journald when none is given
 * @policy_dir:	policy sources
 * @assign:	after loading, move processes into the domains that their executables enter
 * @last:	where the policy that was in force last is kept
 * @state:	where the progress of the outputs is kept
 * @spool:	folder of the outputs' spools
 * @metrics:	where they are served
 * @socket:	where `gabion monitor` connects
 */
struct gabion_options {
	struct gabion_output_spec outputs[GABION_OUTPUTS_MAX];
	size_t noutputs;
	const char *policy_dir;
	bool assign;
	const char *last;
	const char *state;
	const char *spool;
	struct gabion_address metrics;
	const char *socket;
};

/* Return: -1: go on; else the exit status, everything was said. */
int gabion_options_parse(struct gabion_options *options, int argc, char **argv);

void gabion_options_free(struct gabion_options *options);

#endif /* GABION_DAEMON_OPTIONS_H */
