/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which events a reader wants.  Several values of one key are alternatives, different keys
 * must all hold.  What cannot be told from an event, because of what it is asked about it
 * has a part only (GABION_E_TRUNCATED), holds: a reader is shown too much rather than
 * too little.
 */
#ifndef GABION_EVENT_EVENT_FILTER_H
#define GABION_EVENT_EVENT_FILTER_H

#include <stdbool.h>

#include "event_json.h"

/**
 * enum gabion_filter_key - what is asked about
 * @GABION_FILTER_DOMAIN:	name of the domain that acts, or that is acted on
 * @GABION_FILTER_TYPE:		token of the type
 * @GABION_FILTER_VERDICT:	token of the verdict
 * @GABION_FILTER_CLASS:	token of the class; events without one do not hold
 * @GABION_FILTER_PATH:		glob that one of the objects matches
 * @GABION_FILTER_PID:		process or thread that acts, or process that is acted on
 * @GABION_FILTER_COMM:		name of the thread
 * @GABION_FILTER_EXE:		glob that the executable matches
 */
enum gabion_filter_key {
	GABION_FILTER_DOMAIN,
	GABION_FILTER_TYPE,
	GABION_FILTER_VERDICT,
	GABION_FILTER_CLASS,
	GABION_FILTER_PATH,
	GABION_FILTER_PID,
	GABION_FILTER_COMM,
	GABION_FILTER_EXE,
};

/**
 * struct gabion_followed - a process whose events, and those of its descendants, are wanted
 * @pid:	in the initial pid namespace
 * @start:	ns of CLOCK_BOOTTIME when it started
 * @grain:	@start is rounded down to a multiple of so many ns; 1: it is exact
 */
struct gabion_followed {
	uint32_t pid;
	uint64_t start;
	uint64_t grain;
};

struct gabion_event_filter;

/* Without a key, so that every event passes. */
struct gabion_event_filter *gabion_event_filter_new(void);
/* @filter may be NULL. */
void gabion_event_filter_free(struct gabion_event_filter *filter);

/*
 * One more alternative of @key. -EINVAL: @value is nothing for it, and which is near;
 * of no use then but to be freed.
 */
int gabion_event_filter_add(struct gabion_event_filter *filter, enum gabion_filter_key key,
			    const char *value, struct gabion_error *error);
/* One more process to follow: they are alternatives, too. */
void gabion_event_filter_follow(struct gabion_event_filter *filter,
				const struct gabion_followed *process);

/* Is @record wanted? Records about the record always are. */
bool gabion_event_filter_passes(const struct gabion_event_filter *filter,
				const struct gabion_record *record);

#endif /* GABION_EVENT_EVENT_FILTER_H */
