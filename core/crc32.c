// SPDX-License-Identifier: GPL-2.0
/* The checksum of an image: the kernel's own for who reads it there, libdeflate's elsewhere. */
#include "view.h"
#ifdef __KERNEL__
#include <linux/crc32.h>
#else
#include <libdeflate.h>
#endif

u32 gabion_image_checksum(const void *image, size_t size)
{
	const size_t crc = offsetof(struct gabion_policy_header, crc);
	static const __le32 zero;
	u32 sum = gabion_crc32(0, image, crc);

	sum = gabion_crc32(sum, &zero, sizeof(zero));
	return gabion_crc32(sum, (const u8 *)image + crc + sizeof(zero), size - crc - sizeof(zero));
}

u32 gabion_crc32(u32 crc, const void *data, size_t size)
{
#ifdef __KERNEL__
	return ~crc32_le(~crc, data, size);
#else
	/* Of NULL it says what a sum begins with. */
	return size ? libdeflate_crc32(crc, data, size) : crc;
#endif
}
