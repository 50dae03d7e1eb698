/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Expectations: `expect DOMAIN allow|deny PERMISSION OBJECT` of policy files,
 * held against the compiled policy.
 */
#ifndef GABION_POLICY_EXPECT_H
#define GABION_POLICY_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "query.h"

/* All strings are owned. An expectation that @enters something is to be allowed. */
struct gabion_expectation {
	char *file;
	uint32_t line;
	uint32_t column;
	char *domain;
	bool allow;
	char *verb;
	char *object;	/* as gabion_query() takes it */
	char *enters;	/* the domain in which @domain is after an execution, or NULL */
};

struct gabion_expectations {
	struct gabion_expectation *items;
	size_t n, room;
};

void gabion_expectations_free(struct gabion_expectations *expectations);

/* "nginx deny read /etc/shadow": as the policy says it; malloc'ed. */
char *gabion_expectation_format(const struct gabion_expectation *expectation);

/*
 * Ask @view what @expectation is about.  Return: 1 met, 0 not met, -EINVAL and
 * @error; release @answer in the first two cases.
 */
int gabion_expectation_check(const struct gabion_expectation *expectation,
			     const struct gabion_view *view, struct gabion_answer *answer,
			     struct gabion_error *error);

#endif /* GABION_POLICY_EXPECT_H */
