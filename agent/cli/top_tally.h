/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events of an interval, counted by domain.
 */
#ifndef GABION_CLI_TOP_TALLY_H
#define GABION_CLI_TOP_TALLY_H

#include "../event/event_json.h"
#include "../policy/mem.h"

/* struct gabion_tally_class - events of one class, or, of those without one, of one type */
struct gabion_tally_class {
	const char *name;	/* constant text */
	uint64_t count;
};

/**
 * struct gabion_tally_domain - events in which a domain acts
 * @name:	owned
 * @events:	of any verdict, or of none
 * @classes:	in no order
 */
struct gabion_tally_domain {
	char *name;
	uint64_t events;
	uint64_t allowed;
	uint64_t denied;
	uint64_t complain;
	VEC(struct gabion_tally_class) classes;
};

/**
 * struct gabion_tally - zero-initialise
 * @missing:	records that this reader was too slow for, and events that the kernel lost or
 *		that could not be decoded: what is not counted
 */
struct gabion_tally {
	VEC(struct gabion_tally_domain) domains;
	uint64_t missing;
};

/* Count @record; one that others were folded into counts as all of them. */
void gabion_tally_add(struct gabion_tally *tally, const struct gabion_record *record);
/* NULL: it has no events. */
const struct gabion_tally_domain *gabion_tally_find(const struct gabion_tally *tally,
						    const char *domain);
/* Forget everything. */
void gabion_tally_reset(struct gabion_tally *tally);

#endif /* GABION_CLI_TOP_TALLY_H */
