/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A second opinion on flows: slow and obvious.  Concrete files and endpoints are the nodes, every
 * step is a question to gabion_query(), and distances come from going through all triples of
 * nodes.  Of agent/flow it has the meaning of classes only (flow.h).
 */
#ifndef GABION_TESTS_FLOW_REFERENCE_H
#define GABION_TESTS_FLOW_REFERENCE_H

#include "../flow/flow.h"
#include "../policy/policy.h"

#define REFERENCE_DOMAINS 5 /* with the host */
#define REFERENCE_PATHS	  13
#define REFERENCE_ENDS	  4
#define REFERENCE_NODES                                                                            \
	(REFERENCE_DOMAINS + 2 * REFERENCE_PATHS + REFERENCE_ENDS + 2 * REFERENCE_DOMAINS)
#define REFERENCE_FAR 1000000U

/* All names that a policy under test tells apart, and what lies below them. */
extern const char *const reference_paths[REFERENCE_PATHS];
extern const char *const reference_ends[REFERENCE_ENDS];

/**
 * struct reference_rule - a statement of a policy, as it was written
 * @domain:	1 to REFERENCE_DOMAINS - 1, called d1 ...
 * @trusted:	it has the prefix
 * @verb:	its only permission
 * @object:	glob, or endpoint's resource "end0" ..., or domain
 */
struct reference_rule {
	unsigned int domain;
	bool trusted;
	const char *verb;
	const char *object;
};

/* Classes of the steps there are between nodes, as bits; the first REFERENCE_DOMAINS are domains.
 */
struct reference {
	const struct gabion_compiled *policy;
	const struct reference_rule *rules;
	size_t nrules;
	uint32_t steps[REFERENCE_NODES][REFERENCE_NODES];
};

void reference_build(struct reference *r, const struct gabion_compiled *policy,
		     const struct reference_rule *rules, size_t nrules);

/* Fewest steps of @classes between domains; REFERENCE_FAR: none. */
void reference_distances(const struct reference *r, uint32_t classes,
			 uint32_t distance[REFERENCE_NODES][REFERENCE_NODES]);

/*
 * The same from @from, a domain or a file, not through domains that may not have what it knows or
 * holds: to those it is the distance, but not on from them.
 */
void reference_crossings(const struct reference *r, uint32_t classes, unsigned int from,
			 uint32_t distance[REFERENCE_NODES]);

/* Node of a path. */
unsigned int reference_file(unsigned int path);

/* Level of @node, a domain or a file. */
const struct gabion_policy_level *reference_level(const struct reference *r, unsigned int node);

/* May domain @to have what @from, a domain or a file, knows or holds, by the levels alone? */
bool reference_may(const struct reference *r, unsigned int from, unsigned int to);

#endif /* GABION_TESTS_FLOW_REFERENCE_H */
