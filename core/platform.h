/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What core/ needs from the world around it, in the kernel and outside.
 * Nothing else in core/ includes a system header, but for ioctl.h, for constants,
 * and crc32.c: no I/O, no allocation.
 */
#ifndef GABION_CORE_PLATFORM_H
#define GABION_CORE_PLATFORM_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/byteorder.h>
#else
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/types.h>
/* Users have no secrets from themselves to keep from speculation. */
#define array_index_nospec(index, size) (index)
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
#define le16_to_cpu(x) le16toh(x)
#define le32_to_cpu(x) le32toh(x)
#define le64_to_cpu(x) le64toh(x)
#define cpu_to_le16(x) htole16(x)
#define cpu_to_le32(x) htole32(x)
#define cpu_to_le64(x) htole64(x)
#endif

#endif /* GABION_CORE_PLATFORM_H */
