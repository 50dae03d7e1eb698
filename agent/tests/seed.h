/* SPDX-License-Identifier: GPL-2.0 */
/* Where the random tests begin: the same place each time, unless GABION_SEED says another. */
#ifndef GABION_TESTS_SEED_H
#define GABION_TESTS_SEED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Not 0, which some generators cannot leave. Printed, so that a failure can be repeated. */
static inline uint64_t test_seed(void)
{
	const char *given = getenv("GABION_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : 1;

	seed = seed ? seed : 1;
	printf("GABION_SEED=%#llx\n", (unsigned long long)seed);
	return seed;
}

#endif /* GABION_TESTS_SEED_H */
