/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kind of mount a path is on: one that a name leads to, or one inside the
 * kernel.  struct mount is private to fs/; the offset of its mnt_ns is found at
 * load by looking for a value that is known, and checked against a second one.
 */
#ifndef GABION_MOUNT_KIND_H
#define GABION_MOUNT_KIND_H

#include <linux/mount.h>

/**
 * enum gabion_mount_kind
 * @GABION_MOUNT_NAMED:		in some mount namespace, or detached by a user: objects on it are
 *				judged by name
 * @GABION_MOUNT_PSEUDO:	pipefs, sockfs, anon_inodefs, the tmpfs of memfd: no names
 * @GABION_MOUNT_LAYER:		a private clone that a stacked filesystem (overlayfs) made of one
 *				of its layers. What that filesystem does through it was decided
 *				on the stacked path; others get there through fanotify only.
 */
enum gabion_mount_kind {
	GABION_MOUNT_NAMED,
	GABION_MOUNT_PSEUDO,
	GABION_MOUNT_LAYER,
};

/* Find the offset. Return: 0 or -ENOENT (do not load: layers could not be told apart). */
int gabion_mount_kind_init(void);

/* struct mount ends well within this many bytes behind its struct vfsmount. */
#define GABION_MOUNT_BYTES	320

/* The namespace that @mnt is in; compare only. NULL: none. Any context. */
const struct mnt_namespace *gabion_mount_namespace(const struct vfsmount *mnt);

/* Of what may be no mount at all: NULL if it cannot be read. Compare only. */
const struct super_block *gabion_mount_superblock(const struct vfsmount *mnt);

/* Any context. */
enum gabion_mount_kind gabion_mount_kind(const struct vfsmount *mnt);

#endif /* GABION_MOUNT_KIND_H */
