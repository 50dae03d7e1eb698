// SPDX-License-Identifier: GPL-2.0
/* The checksum of an image: the kernel's own for who reads it there, zlib's elsewhere. */
#include "view.h"
#ifdef __KERNEL__
#include <linux/crc32.h>
#else
#include <zlib.h>
#endif

u32 gabion_crc32(u32 crc, const void *data, size_t size)
{
#ifdef __KERNEL__
	return ~crc32_le(~crc, data, size);
#else
	return crc32_z(crc, data, size);
#endif
}
