/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The checksum by carry-less multiplication, outside of the kernel, where vector registers are
 * free to use. Gopal et al., Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
 * (Intel 2009): bytes are replaced by fewer of the same remainder.
 */
#ifndef GABION_CORE_CRC32_FOLD_H
#define GABION_CORE_CRC32_FOLD_H

#include "platform.h"

typedef long long gabion_v2di __attribute__((vector_size(16)));

/* Bytes that are folded at a time: four registers. */
#define GABION_CRC32_FOLD_BYTES 64U

/* Does this machine fold? */
static inline bool gabion_crc32_can_fold(void)
{
	/* As the C library knows it: CPUID would trap in a virtual machine. */
	return CPU_FEATURE_ACTIVE(PCLMULQDQ);
}

/* @x moved by as many bits as @by is made for, and what stands there. */
__attribute__((target("pclmul"))) static inline gabion_v2di
gabion_crc32_move(gabion_v2di x, gabion_v2di by, gabion_v2di there)
{
	return __builtin_ia32_pclmulqdq128(x, by, 0x00) ^
	       __builtin_ia32_pclmulqdq128(x, by, 0x11) ^ there;
}

/*
 * Fold @size bytes, one or more times GABION_CRC32_FOLD_BYTES, and what is left of those before
 * them, @crc as it is between bytes, into 16 bytes that leave, from 0 on, what they do.
 */
__attribute__((target("pclmul"))) static inline void
gabion_crc32_fold(u32 crc, const u8 *data, size_t size, u8 folded[16])
{
	/* x^(n+32) and x^(n-32) modulo the polynomial, bits reversed, for n of 512 and of 128. */
	static const gabion_v2di by_64_bytes = { 0x154442bd4, 0x1c6e41596 };
	static const gabion_v2di by_16_bytes = { 0x1751997d0, 0x0ccaa009e };
	gabion_v2di x[4], next[4];
	unsigned int i;

	memcpy(x, data, sizeof(x));
	x[0] ^= (gabion_v2di){ crc, 0 };
	while ((size -= sizeof(x))) {
		data += sizeof(x);
		memcpy(next, data, sizeof(next));
		for (i = 0; i < 4; i++)
			x[i] = gabion_crc32_move(x[i], by_64_bytes, next[i]);
	}
	for (i = 1; i < 4; i++)
		x[i] = gabion_crc32_move(x[i - 1], by_16_bytes, x[i]);
	memcpy(folded, &x[3], sizeof(x[3]));
}

#endif /* GABION_CORE_CRC32_FOLD_H */
