/* SPDX-License-Identifier: GPL-2.0 */
/* What there is to say of a whole policy: is noninterference proved, and on what terms? */
#ifndef GABION_FLOW_REPORT_H
#define GABION_FLOW_REPORT_H

#include "../common/error.h"
#include "flow.h"

/* A `trusted` rule and the levels that it is an exception between. */
struct gabion_flow_exception {
	const struct gabion_policy_rule *rule;
	const struct gabion_policy_level *domain, *object;
	uint32_t permissions; /* those that the order forbids; 0: it permits them all */
};

/* Flows against the order of one class, which do not count as violations. */
struct gabion_flow_uncounted {
	size_t n;
	struct gabion_flow_chain example; /* a shortest one */
};

/**
 * struct gabion_flow_report - of a policy; owned, gabion_flow_report_free()
 * @classes:	that counted: GABION_FLOW_PROOF or GABION_FLOW_STRICT
 * @violations:	none: it holds
 * @exceptions:	all `trusted` rules
 * @uncounted:	by class, for classes that did not count; those of @classes are empty
 */
struct gabion_flow_report {
	uint32_t classes;
	struct gabion_flow_violations violations;
	struct gabion_flow_exception *exceptions;
	size_t nexceptions;
	struct gabion_flow_uncounted uncounted[GABION_FLOW_CLASSES];
};

/* @strict: count all but `trusted` rules and modes of domains. */
void gabion_flow_report(const struct gabion_flow *flow, bool strict,
			struct gabion_flow_report *report);
void gabion_flow_report_free(struct gabion_flow_report *report);

#endif /* GABION_FLOW_REPORT_H */
