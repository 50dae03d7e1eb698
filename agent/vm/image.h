/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The root file system of a guest: an image that is there, or one made of a folder.
 */
#ifndef GABION_VM_IMAGE_H
#define GABION_VM_IMAGE_H

#include "../common/error.h"

/*
 * Which file system the image at @path is of, by its first bytes: "erofs", "squashfs" or "ext4", a
 * constant. NULL and
 * @error: none of these, or it cannot be read.
 */
const char *gabion_vm_image_type(const char *path, struct gabion_error *error);

/*
 * Make an erofs image of @folder at @path, an empty file, by mkfs.erofs(1), which needs no
 * privileges: files keep their modes, and their owners when root makes it; else all are root's. 0
 * or -errno.
 */
int gabion_vm_image_make(const char *folder, const char *path, struct gabion_error *error);

#endif /* GABION_VM_IMAGE_H */
