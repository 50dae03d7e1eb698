// SPDX-License-Identifier: GPL-2.0
#include "memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "layout.h"

#define HUGE_PAGE (2UL << 20)
/* Memory above the gap lies behind that below. */
_Static_assert(!(GABION_GAP_START % HUGE_PAGE) && !(GABION_GAP_END % HUGE_PAGE), "huge pages");

/* It is the guest's: no business of a core dump, nor of a child. */
static void keep_private(void *base, uint64_t size)
{
	madvise(base, size, MADV_DONTDUMP);
	madvise(base, size, MADV_DONTFORK);
}

/*
 * As mmap(), but where the host's huge pages can lie and KVM can map them: guest-physical
 * addresses and ours are multiples of their size together. Whether there are any is for
 * the host to say (/sys/kernel/mm/transparent_hugepage/enabled).
 */
static void *map_aligned(int fd, uint64_t size)
{
	uint64_t room = size + HUGE_PAGE, before;
	unsigned char *base =
		mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	void *mapped;

	if (base == MAP_FAILED)
		return MAP_FAILED;
	before = -(uintptr_t)base & (HUGE_PAGE - 1);
	mapped =
		mmap(base + before, size, PROT_READ | PROT_WRITE,
		     MAP_FIXED | MAP_PRIVATE | MAP_NORESERVE | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (mapped == MAP_FAILED) {
		munmap(base, room);
		return MAP_FAILED;
	}
	if (before)
		munmap(base, before);
	munmap(base + before + size, HUGE_PAGE - before);
	return mapped;
}

static int map(struct gabion_memory *memory, int fd, uint64_t size, struct gabion_error *error)
{
	void *base;

	if (!size || size & 0xfffff || size > 1ULL << 46)
		return gabion_error_set(error, -EINVAL,
					"%llu bytes of guest memory: take whole MiB",
					(unsigned long long)size);
	base = map_aligned(fd, size);
	if (base == MAP_FAILED)
		return gabion_error_set(error, -errno, "cannot map %llu MiB of guest memory: %s",
					(unsigned long long)size >> 20, strerror(errno));
	keep_private(base, size);
	*memory = (struct gabion_memory){.base = base, .size = size, .mapped = fd >= 0};
	return 0;
}

int gabion_memory_create(struct gabion_memory *memory, uint64_t size, struct gabion_error *error)
{
	return map(memory, -1, size, error);
}

int gabion_memory_map(struct gabion_memory *memory, int fd, uint64_t size,
		      struct gabion_error *error)
{
	return map(memory, fd, size, error);
}

int gabion_memory_track(struct gabion_memory *memory, bool all, struct gabion_error *error)
{
	size_t words = gabion_memory_dirty_words(memory);

	memory->dirty = calloc(words, sizeof(memory->dirty[0]));
	if (!memory->dirty)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	if (all)
		memset(memory->dirty, 0xff, words * sizeof(memory->dirty[0]));
	return 0;
}

void gabion_memory_touch(const struct gabion_memory *memory, uint64_t address, uint64_t length)
{
	const unsigned char *at;
	uint64_t page, last;

	if (!memory->dirty)
		return;
	at = gabion_memory_at(memory, address, length);
	if (!at)
		return;
	page = (at - memory->base) / GABION_PAGE;
	last = (at - memory->base + length - 1) / GABION_PAGE;
	for (; page <= last; page++)
		memory->dirty[page / 64] |= 1ULL << page % 64;
}

void gabion_memory_destroy(struct gabion_memory *memory)
{
	if (memory->base)
		munmap(memory->base, memory->size);
	free(memory->dirty);
	memset(memory, 0, sizeof(*memory));
}

uint64_t gabion_memory_low(const struct gabion_memory *memory)
{
	return memory->size < GABION_GAP_START ? memory->size : GABION_GAP_START;
}

uint64_t gabion_memory_high(const struct gabion_memory *memory)
{
	return memory->size - gabion_memory_low(memory);
}

void *gabion_memory_at(const struct gabion_memory *memory, uint64_t address, uint64_t length)
{
	uint64_t low = gabion_memory_low(memory), high = gabion_memory_high(memory);

	if (!length)
		return NULL;
	/* Differences only: a sum could wrap. */
	if (address < low)
		return length <= low - address ? memory->base + address : NULL;
	if (address < GABION_GAP_END || address - GABION_GAP_END >= high)
		return NULL;
	address -= GABION_GAP_END;
	return length <= high - address ? memory->base + low + address : NULL;
}

int gabion_memory_write(const struct gabion_memory *memory, uint64_t address, const void *data,
			uint64_t length)
{
	void *to = gabion_memory_at(memory, address, length);

	if (!to)
		return -EFAULT;
	memcpy(to, data, length);
	gabion_memory_touch(memory, address, length);
	return 0;
}

/* Whole pages that are to be read as zeroes. Without them the file's would be there again. */
static int forget(const struct gabion_memory *memory, void *start, uint64_t length)
{
	void *fresh;

	if (!memory->mapped)
		return madvise(start, length, MADV_DONTNEED) ? -errno : 0;
	fresh = mmap(start, length, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
	/* A process has so many mappings, and no more: then the pages stay. */
	if (fresh == MAP_FAILED)
		memset(start, 0, length);
	else
		keep_private(start, length);
	return 0;
}

int gabion_memory_discard(const struct gabion_memory *memory, uint64_t address, uint64_t length)
{
	char *start = gabion_memory_at(memory, address, length);
	uint64_t head = -(uintptr_t)start & 4095;

	if (!start)
		return -EFAULT;
	if (length < head)
		return 0;
	length = (length - head) & ~4095ULL;
	if (!length)
		return 0;
	gabion_memory_touch(memory, address + head, length);
	return forget(memory, start + head, length);
}
