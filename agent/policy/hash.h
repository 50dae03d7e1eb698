/* SPDX-License-Identifier: GPL-2.0 */
/* Hash of an array of words; the finaliser is that of MurmurHash3 (public domain). */
#ifndef GABION_POLICY_HASH_H
#define GABION_POLICY_HASH_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t gabion_hash_mix(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

static inline uint64_t gabion_hash_words(const uint32_t *words, size_t n)
{
	uint64_t h = n;

	for (; n >= 2; n -= 2, words += 2) {
		h = (h ^ (words[0] | (uint64_t)words[1] << 32)) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 32;
	}
	return gabion_hash_mix(n ? h ^ *words : h);
}

#endif /* GABION_POLICY_HASH_H */
