// SPDX-License-Identifier: GPL-2.0
#include "kernel.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "../layout.h"

int gabion_kernel_load(struct gabion_kernel *kernel, const char *path,
		       const struct gabion_memory *memory, struct gabion_error *error)
{
	struct gabion_image image;
	char magic[SELFMAG];
	int err = gabion_image_open(&image, path, error);

	if (err)
		return err;
	memset(kernel, 0, sizeof(*kernel));
	err = gabion_image_read(&image, 0, magic, sizeof(magic), "the kernel's header", error);
	if (!err && !memcmp(magic, ELFMAG, SELFMAG))
		err = gabion_kernel_load_elf(kernel, &image, memory, error);
	else if (!err)
		err = gabion_kernel_load_bzimage(kernel, &image, memory, error);
	gabion_image_close(&image);
	return err;
}

int gabion_kernel_load_initrd(struct gabion_kernel *kernel, const char *path,
			      const struct gabion_memory *memory, struct gabion_error *error)
{
	uint64_t top = gabion_memory_low(memory), start;
	struct gabion_image image;
	int err = gabion_image_open(&image, path, error);

	if (err)
		return err;
	if (top > kernel->initrd_max)
		top = kernel->initrd_max + 1;
	start = image.size < top ? (top - image.size) & ~4095ULL : 0;
	if (!image.size)
		err = gabion_error_set(error, -EINVAL, "%s is empty: it is to be an initrd", path);
	else if (start < kernel->end)
		err = gabion_error_set(error, -ENOSPC,
				       "%s: %llu bytes do not fit between the kernel, which needs "
				       "memory up to %#llx, and %#llx: raise mem_size_mib",
				       path, (unsigned long long)image.size,
				       (unsigned long long)kernel->end, (unsigned long long)top);
	else
		err = gabion_image_load(&image, 0, memory, start, image.size, "the initrd", error);
	if (!err) {
		kernel->initrd = start;
		kernel->initrd_size = image.size;
	}
	gabion_image_close(&image);
	return err;
}
