/* SPDX-License-Identifier: GPL-2.0 */
/* Where tests of arguments can lead when only some of the arguments are known. */
#ifndef GABION_POLICY_TEST_WALK_H
#define GABION_POLICY_TEST_WALK_H

#include "../../core/syscall.h"

/**
 * struct gabion_walk - a walk over all ways through tests
 * @tests:	of an image or of a store
 * @known:	bit set of the arguments that have a value
 * @arguments:	the values
 * @visit:	called with each outcome that some values of the others may lead to,
 *		perhaps more than once
 * @asked:	set by the walk: bit set of the arguments not known that were looked at
 *
 * An outcome that no values lead to may be visited, too, where tests look at
 * different bits of one argument.
 */
struct gabion_walk {
	const struct gabion_policy_test *tests;
	uint32_t known;
	uint64_t arguments[6];
	void (*visit)(uint32_t outcome, void *data);
	void *data;
	uint32_t asked;
};

/* False: there were too many ways, and not all were walked. */
bool gabion_walk_outcomes(struct gabion_walk *walk, uint32_t outcome);

#endif /* GABION_POLICY_TEST_WALK_H */
