// SPDX-License-Identifier: GPL-2.0
#include "filter.h"

#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

int gabion_filters_build(struct gabion_filters *filters, pid_t pid, struct gabion_error *error)
{
	unsigned int thread;
	int err = 0;

	memset(filters, 0, sizeof(*filters));
	for (thread = 0; !err && thread < GABION_THREADS; thread++)
		/* A trap: refusal.h has the last word, if only to say it. */
		err = gabion_call_list_build(gabion_calls, gabion_calls_count, 1U << thread,
					     SCMP_ACT_TRAP, pid, &filters->of[thread]);
	return err ? gabion_error_set(error, err, "cannot make the syscall filters: %s",
				      strerror(-err))
		   : 0;
}

void gabion_filters_free(struct gabion_filters *filters)
{
	unsigned int thread;

	for (thread = 0; thread < GABION_THREADS; thread++)
		free(filters->of[thread].filter);
	memset(filters, 0, sizeof(*filters));
}

int gabion_filters_enter(const struct gabion_filters *filters, enum gabion_thread thread)
{
	return gabion_call_list_enter(&filters->of[thread]);
}
