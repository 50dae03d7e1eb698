/* SPDX-License-Identifier: GPL-2.0 */
/* A set of byte values. */
#ifndef GABION_POLICY_BYTESET_H
#define GABION_POLICY_BYTESET_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct gabion_byteset {
	uint64_t bits[4];
};

static inline bool gabion_byteset_has(const struct gabion_byteset *s, unsigned int byte)
{
	return s->bits[byte >> 6] >> (byte & 63) & 1;
}

static inline void gabion_byteset_add(struct gabion_byteset *s, unsigned int byte)
{
	s->bits[byte >> 6] |= 1ULL << (byte & 63);
}

static inline void gabion_byteset_remove(struct gabion_byteset *s, unsigned int byte)
{
	s->bits[byte >> 6] &= ~(1ULL << (byte & 63));
}

static inline void gabion_byteset_add_range(struct gabion_byteset *s, unsigned int from,
					    unsigned int to)
{
	while (from <= to)
		gabion_byteset_add(s, from++);
}

static inline void gabion_byteset_complement(struct gabion_byteset *s)
{
	int i;

	for (i = 0; i < 4; i++)
		s->bits[i] = ~s->bits[i];
}

static inline unsigned int gabion_byteset_count(const struct gabion_byteset *s)
{
	unsigned int i, n = 0;

	for (i = 0; i < 4; i++)
		n += __builtin_popcountll(s->bits[i]);
	return n;
}

/* Lowest member from @byte on, 256 if none. */
static inline unsigned int gabion_byteset_next(const struct gabion_byteset *s, unsigned int byte)
{
	unsigned int w;
	uint64_t bits;

	if (byte >= 256)
		return 256;
	w = byte >> 6;
	bits = s->bits[w] & ~0ULL << (byte & 63);
	while (!bits) {
		if (++w == 4)
			return 256;
		bits = s->bits[w];
	}
	return w * 64 + __builtin_ctzll(bits);
}

static inline bool gabion_byteset_equal(const struct gabion_byteset *a,
					const struct gabion_byteset *b)
{
	return !memcmp(a, b, sizeof(*a));
}

#endif /* GABION_POLICY_BYTESET_H */
