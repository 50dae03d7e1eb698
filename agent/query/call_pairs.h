/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two outcomes of a syscall over the same arguments: which end of the one goes with
 * which end of the other.  Exact, with an example for each pair.
 */
#ifndef GABION_QUERY_CALL_PAIRS_H
#define GABION_QUERY_CALL_PAIRS_H

#include "../../core/syscall.h"

/**
 * struct gabion_call_pair - a pair of ends, neither of which is a test
 * @outcome:	of the first filter, and of the second
 * @looked_at:	bit set of the arguments that decided
 * @arguments:	values of these that lead to both; the others may be anything
 */
struct gabion_call_pair {
	uint32_t outcome[2];
	uint32_t looked_at;
	uint64_t arguments[6];
};

/**
 * gabion_call_pairs - all pairs of different ends
 * @tests:	those that the two outcomes name
 * @outcome:	where the two begin, tests perhaps
 * @narrow:	arguments have 32 bits (i386)
 * @visit:	called with each pair whose ends differ, perhaps more than once
 *
 * Return: 0; -E2BIG: there are too many ways through the tests, and not all were
 * walked; -ENOMEM.
 */
int gabion_call_pairs(const struct gabion_policy_test *const tests[2], const uint32_t outcome[2],
		      bool narrow, void (*visit)(const struct gabion_call_pair *pair, void *data),
		      void *data);

#endif /* GABION_QUERY_CALL_PAIRS_H */
