// SPDX-License-Identifier: GPL-2.0
/* What kind of mount a path is on.  See mount_kind.h. */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/nsproxy.h>
#include <linux/path.h>
#include <linux/shmem_fs.h>
#include <linux/uaccess.h>
#include "mount_kind.h"

/* MNT_NS_INTERNAL of fs/mount.h: a mount the kernel keeps for itself. */
#define NS_INTERNAL	ERR_PTR(-EINVAL)

static size_t ns_offset __ro_after_init;

static const void *mount_ns(const struct vfsmount *mnt, size_t offset)
{
	const void *ns;

	if (copy_from_kernel_nofault(&ns, (const u8 *)mnt + offset, sizeof(ns)))
		return NULL;
	return ns;
}

/*
 * A mount that is surely internal: that of memfds.  A file whose operations are
 * the kernel's, because fput() is deferred and init may fail before it runs.
 */
static bool internal_here(size_t offset)
{
	struct file *file = shmem_file_setup("gabion", 0, 0);
	bool yes;

	if (IS_ERR(file))
		return false;
	yes = mount_ns(file->f_path.mnt, offset) == NS_INTERNAL;
	fput(file);
	return yes;
}

int __init gabion_mount_kind_init(void)
{
	const void *ns = current->nsproxy->mnt_ns;
	struct path root;
	size_t offset;
	int err = -ENOENT;

	get_fs_root(current->fs, &root);
	for (offset = sizeof(struct vfsmount); offset < GABION_MOUNT_BYTES; offset += sizeof(void *)) {
		if (mount_ns(root.mnt, offset) == ns && internal_here(offset)) {
			ns_offset = offset;
			err = 0;
			break;
		}
	}
	path_put(&root);
	return err;
}

const struct mnt_namespace *gabion_mount_namespace(const struct vfsmount *mnt)
{
	return READ_ONCE(*(const struct mnt_namespace *const *)((const u8 *)mnt + ns_offset));
}

const struct super_block *gabion_mount_superblock(const struct vfsmount *mnt)
{
	const struct super_block *sb;

	return copy_from_kernel_nofault(&sb, &mnt->mnt_sb, sizeof(sb)) ? NULL : sb;
}

enum gabion_mount_kind gabion_mount_kind(const struct vfsmount *mnt)
{
	/* vfs_create_mount() sets it for kern_mount(), clone_mnt() clears it. */
	if (mnt->mnt_flags & MNT_INTERNAL)
		return GABION_MOUNT_PSEUDO;
	if (gabion_mount_namespace(mnt) == NS_INTERNAL)
		return GABION_MOUNT_LAYER;
	return GABION_MOUNT_NAMED;
}
