/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_TESTS_ORACLE_GENERATE_H
#define GABION_TESTS_ORACLE_GENERATE_H

#include "tree.h"

/* Fill @policy with what follows from @seed. Most such policies are right, not all. */
void oracle_generate(struct oracle_policy *policy, uint64_t seed);

/* A question that has to do with @policy, most often. */
void oracle_request(const struct oracle_policy *policy, uint64_t *random,
		    struct oracle_request *request);

/* State of a generator of random numbers that has nothing to do with that of the next seed. */
uint64_t oracle_random(uint64_t seed);

#endif /* GABION_TESTS_ORACLE_GENERATE_H */
