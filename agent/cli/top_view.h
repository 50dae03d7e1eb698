/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened between two samples, for people and for programs.
 */
#ifndef GABION_CLI_TOP_VIEW_H
#define GABION_CLI_TOP_VIEW_H

#include "../common/json.h"
#include "top_sample.h"
#include "top_tally.h"

/**
 * struct gabion_top_domain - a row
 * @sample:	NULL: the policy in force does not have it
 * @tally:	NULL: no event of the interval that is counted
 * @counts:	what the kernel counted in the interval; 0 without @sample
 */
struct gabion_top_domain {
	const char *name;
	const struct gabion_sample_domain *sample;
	const struct gabion_tally_domain *tally;
	struct gabion_domain_counts counts;
};

/* struct gabion_top_hook - a row: how often in the interval */
struct gabion_top_hook {
	const char *name;
	uint64_t checks;
	uint64_t refusals;
};

/**
 * struct gabion_top - an interval; what it points to is borrowed
 * @ns:		how long it was, at least 1
 * @counted:	events were counted all the time: gabiond was there
 * @domains:	most refusals first, then most events, most checks, most threads
 * @hooks:	most checks first
 * @checks, @refusals, @made, @folded, @lost, @withheld:	in the interval
 */
struct gabion_top {
	uint64_t ns;
	bool counted;
	uint64_t missing;
	const struct gabion_status *status;
	VEC(struct gabion_top_domain) domains;
	VEC(struct gabion_top_hook) hooks;
	uint64_t checks;
	uint64_t refusals;
	uint64_t made;
	uint64_t folded;
	uint64_t lost;
	uint64_t withheld;
};

/*
 * Fill @top, which is empty, from two samples and the events between them; @tally is NULL if
 * they were not counted. A counter that went back, as the module was loaded anew, began at 0.
 */
void gabion_top_compare(struct gabion_top *top, const struct gabion_sample *before,
			const struct gabion_sample *now, const struct gabion_tally *tally);
/* As text to stdout; at most @rows domains and a third of that of hooks, 0: all. 0 or -ENOMEM. */
int gabion_top_print(const struct gabion_top *top, size_t rows);
/* As one object. */
void gabion_top_encode(struct gabion_json *json, const struct gabion_top *top);
void gabion_top_free(struct gabion_top *top);

#endif /* GABION_CLI_TOP_VIEW_H */
