/* SPDX-License-Identifier: GPL-2.0 */
/* Small generator: the same numbers in every run (xorshift64*, Vigna 2014). */
#ifndef GABION_TESTS_RANDOM_H
#define GABION_TESTS_RANDOM_H

#include <stdint.h>

/* A number below @below; @state must not be 0. */
static inline uint32_t policy_random(uint64_t *state, uint32_t below)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

#endif /* GABION_TESTS_RANDOM_H */
