/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory: the only way from an address of the guest to a pointer of ours.
 * The guest runs while we look, and may change any byte between two reads: read
 * what is decided upon once, into memory of ours.
 */
#ifndef GABION_VMM_MEMORY_H
#define GABION_VMM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../agent/common/error.h"

/**
 * struct gabion_memory - the RAM of one guest
 * @base:	one mapping of @size bytes; owned
 * @size:	multiple of the page size
 * @dirty:	a bit for each page of the mapping: changed since it was cleared, by us, or
 *		by the guest as far as KVM has told; NULL when nobody wants to know. Owned;
 *		guarded by the lock of the devices
 * @mapped:	it is a private copy of a file
 *
 * The first bytes, up to GABION_GAP_START, are at guest-physical 0, the rest at
 * GABION_GAP_END.  Does not change while the guest runs: read without a lock.
 */
struct gabion_memory {
	unsigned char *base;
	uint64_t size;
	uint64_t *dirty;
	bool mapped;
};

#define GABION_PAGE 4096ULL

/* Map @size bytes, a multiple of 1 MiB; nothing is allocated before it is touched. */
int gabion_memory_create(struct gabion_memory *memory, uint64_t size, struct gabion_error *error);

/*
 * The same with the contents of the file @fd, of @size bytes or more, which is read when it
 * is touched, and never written. It must not become shorter as long as the memory is there.
 */
int gabion_memory_map(struct gabion_memory *memory, int fd, uint64_t size,
		      struct gabion_error *error);

/* Note what changes from now on; with @all, everything counts as changed already. */
int gabion_memory_track(struct gabion_memory *memory, bool all, struct gabion_error *error);

/* The @length bytes at @address, which are RAM, change. */
void gabion_memory_touch(const struct gabion_memory *memory, uint64_t address, uint64_t length);

/* How many words @dirty has. */
static inline size_t gabion_memory_dirty_words(const struct gabion_memory *memory)
{
	return memory->size / GABION_PAGE / 64;
}

/* Unmap. Harmless on one that is zero. */
void gabion_memory_destroy(struct gabion_memory *memory);

/* How much of it is below the gap, and how much above. */
uint64_t gabion_memory_low(const struct gabion_memory *memory);
uint64_t gabion_memory_high(const struct gabion_memory *memory);

/*
 * A pointer to the @length bytes at guest-physical @address; NULL unless @length
 * is above 0 and every one of them is RAM on the same side of the gap.
 */
void *gabion_memory_at(const struct gabion_memory *memory, uint64_t address, uint64_t length);

/* Copy @length bytes to @address. 0, or -EFAULT when not all of it is RAM. */
int gabion_memory_write(const struct gabion_memory *memory, uint64_t address, const void *data,
			uint64_t length);

/*
 * Give the pages of the range back to the host; the guest reads zeroes there. Only
 * whole pages are. -EFAULT when not all of it is RAM.
 */
int gabion_memory_discard(const struct gabion_memory *memory, uint64_t address, uint64_t length);

#endif /* GABION_VMM_MEMORY_H */
