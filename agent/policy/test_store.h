/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of arguments under construction: a graph without cycles in which equal
 * tests are one, children before parents.
 */
#ifndef GABION_POLICY_TEST_STORE_H
#define GABION_POLICY_TEST_STORE_H

#include "../../core/syscall.h"
#include "mem.h"

/* Nodes are as in the image, but named by their index here.  Zero-initialise to begin. */
struct gabion_test_store {
	VEC(struct gabion_policy_test) nodes;
	uint32_t *slots;	/* hash: index + 1; 0 is free */
	size_t nslots;
	bool overflow;		/* a test was left out: there were too many */
};

/* An interval of values, both ends belong to it. */
struct gabion_interval {
	uint64_t low, high;
};

/*
 * Outcome of the question whether (argument & @mask) lies in one of @n
 * intervals (sorted here, and changed): @on_true or @on_false itself where the
 * answer does not depend on the argument.
 */
uint32_t gabion_test_add(struct gabion_test_store *store, uint8_t argument, uint64_t mask,
			 struct gabion_interval *intervals, size_t n, uint32_t on_true,
			 uint32_t on_false);

void gabion_test_store_free(struct gabion_test_store *store);

#endif /* GABION_POLICY_TEST_STORE_H */
