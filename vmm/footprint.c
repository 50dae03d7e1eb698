// SPDX-License-Identifier: GPL-2.0
#include "footprint.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* An object has three; of one that has more than these the rest stays. */
#define SEGMENTS 8

/* The loader writes to segments that are read-only afterwards: their pages are our own. */
static bool has_text_relocations(const struct dl_phdr_info *object)
{
	const ElfW(Dyn) * entry;
	ElfW(Half) i;

	for (i = 0; i < object->dlpi_phnum; i++) {
		if (object->dlpi_phdr[i].p_type != PT_DYNAMIC)
			continue;
		entry = (const void *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
		for (; entry->d_tag != DT_NULL; entry++)
			if (entry->d_tag == DT_TEXTREL ||
			    (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL))
				return true;
	}
	return false;
}

int gabion_footprint_shrink_object(struct dl_phdr_info *object, size_t size, void *opaque)
{
	uintptr_t page = sysconf(_SC_PAGESIZE), begin[SEGMENTS], end[SEGMENTS];
	const ElfW(Phdr) * segment;
	unsigned int n = 0;
	ElfW(Half) i;

	(void)size;
	(void)opaque;
	if (has_text_relocations(object))
		return 0;
	for (i = 0; i < object->dlpi_phnum && n < SEGMENTS; i++) {
		segment = &object->dlpi_phdr[i];
		/* What becomes read-only after relocation (RELRO) is in a writable one. */
		if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
			continue;
		/* Whole pages: the loader has no two segments in one, which it could not protect. */
		begin[n] = (object->dlpi_addr + segment->p_vaddr) & -page;
		end[n] = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) &
			 -page;
		n++;
	}
	/* Only now: the headers, read again, would bring their pages back. Locked pages stay. */
	while (n--)
		if (end[n] > begin[n])
			madvise((void *)begin[n], end[n] - begin[n], MADV_DONTNEED);
	return 0;
}

void gabion_footprint_shrink(void)
{
	dl_iterate_phdr(gabion_footprint_shrink_object, NULL);
}
