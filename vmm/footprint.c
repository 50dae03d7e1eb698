// SPDX-License-Identifier: GPL-2.0
#include "footprint.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

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
	uintptr_t page = sysconf(_SC_PAGESIZE), begin, end;
	const ElfW(Phdr) * segment;
	ElfW(Half) i;

	(void)size;
	(void)opaque;
	if (has_text_relocations(object))
		return 0;
	for (i = 0; i < object->dlpi_phnum; i++) {
		segment = &object->dlpi_phdr[i];
		/* What becomes read-only after relocation (RELRO) is in a writable one. */
		if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
			continue;
		/* Whole pages: the loader has no two segments in one, which it could not protect.
		 */
		begin = (object->dlpi_addr + segment->p_vaddr) & -page;
		end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & -page;
		/* It refuses what is locked, which then stays. */
		if (end > begin)
			madvise((void *)begin, end - begin, MADV_DONTNEED);
	}
	return 0;
}

void gabion_footprint_shrink(void)
{
	dl_iterate_phdr(gabion_footprint_shrink_object, NULL);
}
