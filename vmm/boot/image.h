/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that are put into guest memory: kernels and initial RAM disks.  They may be
 * cut short or altered: every read says how much, and fails when it is not there.
 */
#ifndef GABION_VMM_BOOT_IMAGE_H
#define GABION_VMM_BOOT_IMAGE_H

#include "../memory.h"

/**
 * struct gabion_image - an open file
 * @path:	for messages; not owned
 * @fd:		owned
 * @size:	bytes, when it was opened
 */
struct gabion_image {
	const char *path;
	int fd;
	uint64_t size;
};

/* Open a regular file for reading. */
int gabion_image_open(struct gabion_image *image, const char *path, struct gabion_error *error);
void gabion_image_close(struct gabion_image *image);

/* All of @length bytes at @offset of the file to @to; @what names them in the message. */
int gabion_image_read(const struct gabion_image *image, uint64_t offset, void *to, uint64_t length,
		      const char *what, struct gabion_error *error);

/* Likewise, to guest-physical @address. Nothing to do when @length is 0. */
int gabion_image_load(const struct gabion_image *image, uint64_t offset,
		      const struct gabion_memory *memory, uint64_t address, uint64_t length,
		      const char *what, struct gabion_error *error);

#endif /* GABION_VMM_BOOT_IMAGE_H */
