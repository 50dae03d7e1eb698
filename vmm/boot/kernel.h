/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is put into guest memory before the first instruction, and where that one is.
 */
#ifndef GABION_VMM_BOOT_KERNEL_H
#define GABION_VMM_BOOT_KERNEL_H

#include <linux/types.h>
#include <asm/bootparam.h>

#include "image.h"

enum gabion_protocol {
	GABION_BOOT_PVH,     /* ELF vmlinux: 32 bits, no paging, rbx = hvm_start_info */
	GABION_BOOT_LINUX64, /* bzImage: 64 bits, identity mapped, rsi = boot_params */
};

/**
 * struct gabion_kernel - a kernel that was loaded
 * @protocol:	how it wants to be entered
 * @entry:	guest-physical address of its first instruction
 * @end:	what the kernel needs for itself ends here; nothing of ours may lie in it
 * @cmdline_max: longest command line that it takes, without the NUL
 * @initrd_max:	last byte that an initial RAM disk may occupy
 * @initrd, @initrd_size: where it is; 0, 0 without one
 * @header:	bzImage: its setup header, to be handed back to it
 */
struct gabion_kernel {
	enum gabion_protocol protocol;
	uint64_t entry;
	uint64_t end;
	uint32_t cmdline_max;
	uint64_t initrd_max;
	uint64_t initrd;
	uint64_t initrd_size;
	struct setup_header header;
};

/* Load a kernel, whose kind its first bytes tell. The others are for one kind each. */
int gabion_kernel_load(struct gabion_kernel *kernel, const char *path,
		       const struct gabion_memory *memory, struct gabion_error *error);
int gabion_kernel_load_elf(struct gabion_kernel *kernel, const struct gabion_image *image,
			   const struct gabion_memory *memory, struct gabion_error *error);
int gabion_kernel_load_bzimage(struct gabion_kernel *kernel, const struct gabion_image *image,
			       const struct gabion_memory *memory, struct gabion_error *error);

/* Load an initial RAM disk as high as the kernel allows. */
int gabion_kernel_load_initrd(struct gabion_kernel *kernel, const char *path,
			      const struct gabion_memory *memory, struct gabion_error *error);

/*
 * Write what the kernel is handed: the command line, the memory map, where initrd
 * and ACPI tables are; then page tables and descriptor tables for the processor.
 */
int gabion_kernel_write_params(const struct gabion_kernel *kernel, const char *cmdline,
			       uint64_t rsdp, const struct gabion_memory *memory,
			       struct gabion_error *error);

#endif /* GABION_VMM_BOOT_KERNEL_H */
