// SPDX-License-Identifier: GPL-2.0
#include "memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "layout.h"

int gabion_memory_create(struct gabion_memory *memory, uint64_t size, struct gabion_error *error)
{
	void *base;

	if (!size || size & 0xfffff || size > 1ULL << 46)
		return gabion_error_set(error, -EINVAL,
					"%llu bytes of guest memory: take whole MiB",
					(unsigned long long)size);
	base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	if (base == MAP_FAILED)
		return gabion_error_set(error, -errno, "cannot map %llu MiB of guest memory: %s",
					(unsigned long long)size >> 20, strerror(errno));
	/* It is the guest's: no business of a core dump, nor of a child. */
	madvise(base, size, MADV_DONTDUMP);
	madvise(base, size, MADV_DONTFORK);
	memory->base = base;
	memory->size = size;
	return 0;
}

void gabion_memory_destroy(struct gabion_memory *memory)
{
	if (memory->base)
		munmap(memory->base, memory->size);
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
	return !length || !madvise(start + head, length, MADV_DONTNEED) ? 0 : -errno;
}
