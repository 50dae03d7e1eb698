/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One audit event, as the agent holds it.
 */
#ifndef GABION_EVENT_EVENT_H
#define GABION_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "../../include/uapi/gabion/netlink.h"
#include "../../include/uapi/gabion/policy.h"
#include "../../include/uapi/gabion/syscall.h"

/**
 * struct gabion_ancestor - a process that the task of an event descends from
 * @start:	ns of CLOCK_BOOTTIME when it started, 0: not known
 * @pid:	process
 * @comm:	any byte but NUL; NULL: not known
 * @domain:	NULL: not known
 *
 * Its strings are the event's.
 */
struct gabion_ancestor {
	uint64_t start;
	uint32_t pid;
	char *comm;
	char *domain;
};

struct gabion_strings;

/**
 * struct gabion_event - an event
 * @present:	bit n: attribute n of enum gabion_event_attr was there; numbers that are
 *		not present are 0, strings NULL
 * @ancestors:	[@nancestors], the parent first; owned
 * @rules:	[@nrules], "file:line" each; the array is owned
 * @strings:	owned; where gabion_event_keep() has put its strings
 *
 * The other members are the attributes of enum gabion_event_attr.  Strings hold any
 * byte but NUL; those that were decoded die with the event.
 */
struct gabion_event {
	uint64_t present;
	uint64_t sequence;
	uint64_t boottime;
	uint64_t realtime;
	uint64_t start;
	uint64_t cpu_sequence;
	uint64_t truncated;
	uint32_t cpu;
	uint32_t type;
	uint32_t verdict;
	uint32_t reason;
	uint32_t klass;
	uint32_t wanted;
	uint32_t refused;
	uint32_t generation;
	uint32_t label;
	uint32_t pid;
	uint32_t tgid;
	uint32_t ppid;
	uint32_t uid;
	uint32_t signal;
	uint32_t target_pid;
	uint32_t abi;
	uint32_t outcome;
	uint32_t command;
	uint32_t domain_flags;
	uint32_t error;
	uint32_t count;
	uint64_t ip;
	uint64_t last;
	uint64_t arguments[6];
	char *domain;
	char *target;
	char *resource;
	char *object;
	char *object2;
	char *hook;
	char *comm;
	char *exe;
	char *level;
	char *object_level;
	char *message;
	struct gabion_ancestor *ancestors;
	size_t nancestors;
	char **rules;
	size_t nrules;
	struct gabion_strings *strings;
	struct gabion_net_key net;
};

_Static_assert(__GABION_E_END <= 64, "present has one bit for each attribute");

static inline bool gabion_event_has(const struct gabion_event *event, enum gabion_event_attr a)
{
	return event->present & (1ULL << a);
}

/*
 * A copy of the @length bytes at @bytes, with a NUL behind them, for a string of @event, with
 * which it dies. NULL: no memory.
 */
char *gabion_event_keep(struct gabion_event *event, const char *bytes, size_t length);

/*
 * One more ancestor of @event, empty, behind those it has. NULL: no memory. It is the event's,
 * and stays where it is until the next one is added.
 */
struct gabion_ancestor *gabion_event_add_ancestor(struct gabion_event *event);

/* One more rule, which is copied. 0, or -ENOMEM. */
int gabion_event_add_rule(struct gabion_event *event, const char *rule);

/* Is there more of @a than the event says? */
static inline bool gabion_event_truncated(const struct gabion_event *event,
					  enum gabion_event_attr a)
{
	return event->truncated & (1ULL << a);
}

void gabion_event_free(struct gabion_event *event);

#endif /* GABION_EVENT_EVENT_H */
