// SPDX-License-Identifier: GPL-2.0
/*
 * ELF vmlinux with a PVH entry point: Xen's note of type 18, written by every Linux
 * with CONFIG_PVH (arch/x86/platform/pvh/head.S).
 */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "../layout.h"
#include "kernel.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define MAX_SEGMENTS		 64
#define MAX_NOTES		 (64 << 10)

/* The PT_NOTE segment @ph may hold the entry: 1 when it did, 0, or an error. */
static int find_entry(struct gabion_kernel *kernel, const struct gabion_image *image,
		      const Elf64_Phdr *ph, struct gabion_error *error)
{
	unsigned char notes[MAX_NOTES];
	size_t at = 0, name, desc;
	Elf64_Nhdr note;
	int err;

	/* No kernel has so many; and it is not to be an error to have other notes. */
	if (ph->p_filesz > sizeof(notes))
		return 0;
	err = gabion_image_read(image, ph->p_offset, notes, ph->p_filesz, "a note", error);
	if (err)
		return err;
	while (ph->p_filesz - at >= sizeof(note)) {
		memcpy(&note, notes + at, sizeof(note));
		at += sizeof(note);
		name = ((size_t)note.n_namesz + 3) & ~(size_t)3;
		desc = ((size_t)note.n_descsz + 3) & ~(size_t)3;
		if (name > ph->p_filesz - at || desc > ph->p_filesz - at - name)
			return 0;
		if (note.n_type == XEN_ELFNOTE_PHYS32_ENTRY && note.n_namesz == 4 &&
		    !memcmp(notes + at, "Xen", 4) && note.n_descsz >= 4) {
			uint32_t entry;

			memcpy(&entry, notes + at + name, sizeof(entry));
			kernel->entry = entry;
			return 1;
		}
		at += name + desc;
	}
	return 0;
}

static int load_segment(struct gabion_kernel *kernel, const struct gabion_image *image,
			const Elf64_Phdr *ph, const struct gabion_memory *memory,
			struct gabion_error *error)
{
	int err;

	if (!ph->p_memsz)
		return 0;
	if (ph->p_filesz > ph->p_memsz)
		return gabion_error_set(error, -ENOEXEC,
					"%s: a segment is larger in the file than in "
					"memory: it is damaged",
					image->path);
	/* What lies below is ours; above, the kernel's. The bss counts, too: it must be there. */
	if (ph->p_paddr < GABION_HIGH_RAM_START ||
	    !gabion_memory_at(memory, ph->p_paddr, ph->p_memsz))
		return gabion_error_set(
			error, -ENOSPC,
			"%s: a segment of %llu bytes goes to %#llx, where the guest has "
			"no memory for it: raise mem_size_mib",
			image->path, (unsigned long long)ph->p_memsz,
			(unsigned long long)ph->p_paddr);
	err = gabion_image_load(image, ph->p_offset, memory, ph->p_paddr, ph->p_filesz, "a segment",
				error);
	if (!err && ph->p_paddr + ph->p_memsz > kernel->end)
		kernel->end = ph->p_paddr + ph->p_memsz;
	return err;
}

int gabion_kernel_load_elf(struct gabion_kernel *kernel, const struct gabion_image *image,
			   const struct gabion_memory *memory, struct gabion_error *error)
{
	Elf64_Phdr phs[MAX_SEGMENTS];
	bool found = false;
	Elf64_Ehdr eh;
	int err, i;

	err = gabion_image_read(image, 0, &eh, sizeof(eh), "the ELF header", error);
	if (err)
		return err;
	if (memcmp(eh.e_ident, ELFMAG, SELFMAG) || eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_ident[EI_DATA] != ELFDATA2LSB || eh.e_machine != EM_X86_64 ||
	    eh.e_phentsize != sizeof(*phs) || !eh.e_phnum || eh.e_phnum > MAX_SEGMENTS)
		return gabion_error_set(error, -ENOEXEC,
					"%s is not an x86-64 kernel: give a vmlinux "
					"with CONFIG_PVH, or a bzImage",
					image->path);
	err = gabion_image_read(image, eh.e_phoff, phs, eh.e_phnum * sizeof(*phs),
				"the program header", error);
	for (i = 0; !err && i < eh.e_phnum; i++) {
		if (phs[i].p_type == PT_LOAD) {
			err = load_segment(kernel, image, &phs[i], memory, error);
		} else if (phs[i].p_type == PT_NOTE && !found) {
			err = find_entry(kernel, image, &phs[i], error);
			found = err == 1;
			err = err < 0 ? err : 0;
		}
	}
	if (err)
		return err;
	if (!found)
		return gabion_error_set(error, -ENOEXEC,
					"%s has no PVH entry point: build it with "
					"CONFIG_PVH=y, or give a bzImage",
					image->path);
	if (kernel->entry < GABION_HIGH_RAM_START || kernel->entry >= kernel->end)
		return gabion_error_set(error, -ENOEXEC,
					"%s: the entry point %#llx is outside of what "
					"was loaded: it is damaged",
					image->path, (unsigned long long)kernel->entry);
	kernel->protocol = GABION_BOOT_PVH;
	kernel->cmdline_max = GABION_CMDLINE_MAX - 1;
	kernel->initrd_max = UINT32_MAX;
	return 0;
}
