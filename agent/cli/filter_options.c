// SPDX-License-Identifier: GPL-2.0
#include "filter_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "usage.h"

#define SECOND 1000000000ULL

/*
 * When the process that has this PID now started: field 22 of proc_pid_stat(5), behind
 * comm, which may hold any byte.
 */
static int find_start(struct gabion_followed *process)
{
	char path[64], text[1024], *rest;
	unsigned long long ticks;
	cleanup_file FILE *file = NULL;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%u/stat", process->pid);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
			    "%*d %*d %*d %*d %llu", &ticks) != 1)
		return -EPROTO;
	process->grain = SECOND / (uint64_t)sysconf(_SC_CLK_TCK);
	process->start = ticks * process->grain;
	return 0;
}

/* PID, which has to run, or PID:START_NS. */
static int follow(struct gabion_event_filter *filter, const char *command, const char *value,
		  struct gabion_error *error)
{
	struct gabion_followed process = { .grain = 1 };
	unsigned long pid;
	char *end;

	errno = 0;
	pid = strtoul(value, &end, 10);
	process.pid = (uint32_t)pid;
	if (*end == ':' && end[1] >= '0' && end[1] <= '9')
		process.start = strtoull(end + 1, &end, 10);
	if (errno || *value < '0' || *value > '9' || *end || !pid || pid > INT32_MAX)
		return gabion_cli_wrong(error, command, "--follow: '%s' is not PID or PID:START_NS",
					value);
	if (!strchr(value, ':') && find_start(&process))
		return gabion_cli_wrong(error, command, "--follow: no process %lu runs; of one that "
					"is gone give PID:START_NS, an event's pid and start_ns",
					pid);
	gabion_event_filter_follow(filter, &process);
	return GABION_EXIT_OK;
}

int gabion_filter_option(struct gabion_event_filter *filter, const char *command, int option,
			 const char *value, struct gabion_error *error)
{
	struct gabion_error why = { 0 };

	if (option == 'd')
		option = GABION_OPTION_FILTER + GABION_FILTER_DOMAIN;
	if (option == GABION_OPTION_FOLLOW)
		return follow(filter, command, value, error);
	if (option < GABION_OPTION_FILTER || option > GABION_OPTION_FILTER + GABION_FILTER_EXE)
		return -1;
	if (gabion_event_filter_add(filter, (enum gabion_filter_key)(option - GABION_OPTION_FILTER),
				    value, &why))
		return gabion_cli_wrong(error, command, "%s", why.text);
	return GABION_EXIT_OK;
}
