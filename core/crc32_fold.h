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

static inline gabion_v2di gabion_crc32_load(const u8 *data)
{
	gabion_v2di x;

	memcpy(&x, data, sizeof(x));
	return x;
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
	gabion_v2di a = gabion_crc32_load(data) ^ (gabion_v2di){ crc, 0 };
	gabion_v2di b = gabion_crc32_load(data + 16);
	gabion_v2di c = gabion_crc32_load(data + 32);
	gabion_v2di d = gabion_crc32_load(data + 48);

	while ((size -= GABION_CRC32_FOLD_BYTES)) {
		data += GABION_CRC32_FOLD_BYTES;
		a = gabion_crc32_move(a, by_64_bytes, gabion_crc32_load(data));
		b = gabion_crc32_move(b, by_64_bytes, gabion_crc32_load(data + 16));
		c = gabion_crc32_move(c, by_64_bytes, gabion_crc32_load(data + 32));
		d = gabion_crc32_move(d, by_64_bytes, gabion_crc32_load(data + 48));
	}
	b = gabion_crc32_move(a, by_16_bytes, b);
	c = gabion_crc32_move(b, by_16_bytes, c);
	d = gabion_crc32_move(c, by_16_bytes, d);
	memcpy(folded, &d, sizeof(d));
}

#endif /* GABION_CORE_CRC32_FOLD_H */
