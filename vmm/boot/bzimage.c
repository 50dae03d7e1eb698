// SPDX-License-Identifier: GPL-2.0
/*
 * bzImage by the 64-bit boot protocol (Documentation/x86/boot.rst): sectors of
 * real-mode code, of which only the header is of use, then the kernel proper.
 */
#include <errno.h>
#include <string.h>

#include "../layout.h"
#include "kernel.h"

#define SETUP_HEADER 0x1f1
#define HEADER_MAGIC 0x53726448 /* "HdrS" */
#define BOOT_FLAG    0xaa55
#define VERSION_64   0x20c /* first with xloadflags */
#define ENTRY_64     0x200 /* from where the kernel was loaded */

int gabion_kernel_load_bzimage(struct gabion_kernel *kernel, const struct gabion_image *image,
			       const struct gabion_memory *memory, struct gabion_error *error)
{
	struct setup_header *header = &kernel->header;
	uint64_t offset, size;
	int err;

	err = gabion_image_read(image, SETUP_HEADER, header, sizeof(*header), "the setup header",
				error);
	if (err)
		return err;
	if (header->boot_flag != BOOT_FLAG || header->header != HEADER_MAGIC)
		return gabion_error_set(error, -ENOEXEC,
					"%s is neither an ELF vmlinux nor a bzImage", image->path);
	if (header->version < VERSION_64 || !(header->xloadflags & XLF_KERNEL_64))
		return gabion_error_set(error, -ENOEXEC,
					"%s has no 64-bit entry point: build it with "
					"CONFIG_X86_64=y",
					image->path);
	/* 0 stands for 4, for kernels older than any that gets here. */
	offset = ((header->setup_sects ? header->setup_sects : 4) + 1) * 512;
	if (offset >= image->size)
		return gabion_error_set(error, -ENOEXEC,
					"%s ends before the kernel does: it is cut "
					"short or damaged",
					image->path);
	size = image->size - offset;
	/* What follows the kernel, a signature for one, is not counted in syssize. */
	if ((uint64_t)header->syssize * 16 > size + 15)
		return gabion_error_set(error, -ENOEXEC,
					"%s ends before the kernel does: it is cut "
					"short or damaged",
					image->path);
	/* The decompressor works in the init_size bytes from there, and needs all of them. */
	if (header->pref_address < GABION_HIGH_RAM_START || header->init_size < size ||
	    !gabion_memory_at(memory, header->pref_address, header->init_size))
		return gabion_error_set(error, -ENOSPC,
					"%s wants %u bytes of memory at %#llx: raise "
					"mem_size_mib",
					image->path, header->init_size,
					(unsigned long long)header->pref_address);
	err = gabion_image_load(image, offset, memory, header->pref_address, size, "the kernel",
				error);
	if (err)
		return err;
	kernel->protocol = GABION_BOOT_LINUX64;
	kernel->entry = header->pref_address + ENTRY_64;
	kernel->end = header->pref_address + header->init_size;
	kernel->cmdline_max = header->cmdline_size < GABION_CMDLINE_MAX ? header->cmdline_size
									: GABION_CMDLINE_MAX - 1;
	kernel->initrd_max = header->initrd_addr_max;
	return 0;
}
