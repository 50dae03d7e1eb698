// SPDX-License-Identifier: GPL-2.0
/* Commands to open files, by number. */
#include <linux/btrfs.h>
#include <linux/dm-ioctl.h>
#include <linux/f2fs.h>
#include <linux/fscrypt.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <linux/net.h>
#include <linux/nilfs2_api.h>
#include <linux/raid/md_u.h>
#include <linux/sockios.h>
#include <linux/udmabuf.h>
#include <asm/ioctls.h>
#include "compat.h"
#include "decision.h"
#include "descriptor.h"
#include "engine.h"
#include "file_owner.h"

/* Less the size of what they are given, which is another for i386. */
#define LESS_SIZE(cmd)		((cmd) & ~IOCSIZE_MASK)

/* Private to their filesystems. */
#define EXT4_MOVE_EXTENTS	_IOC(_IOC_READ | _IOC_WRITE, 'f', 15, 0)
#define EXT4_GROUP_EXTEND	_IOC(_IOC_WRITE, 'f', 7, 0)
#define EXT4_GROUP_ADD		_IOC(_IOC_WRITE, 'f', 8, 0)
#define EXT4_RESIZE		_IOC(_IOC_WRITE, 'f', 16, 0)
#define EXT4_SWAP_BOOT		_IO('f', 17)
#define EXT4_CHECKPOINT		_IOC(_IOC_WRITE, 'f', 43, 0)
#define EXT4_SET_UUID		_IOC(_IOC_WRITE, 'f', 44, 0)
#define OCFS2_GROUP_EXTEND	_IOC(_IOC_WRITE, 'o', 1, 0)
#define OCFS2_GROUP_ADD		_IOC(_IOC_WRITE, 'o', 2, 0)
#define OCFS2_GROUP_ADD_64	_IOC(_IOC_WRITE, 'o', 3, 0)
#define OCFS2_REFLINK		_IOC(_IOC_WRITE, 'o', 4, 0)
#define CIFS_COPY_CHUNK		_IOC(_IOC_WRITE, 0xcf, 3, 0)
#define CIFS_DUMP_KEY		_IOC(_IOC_READ | _IOC_WRITE, 0xcf, 8, 0)
#define CIFS_DUMP_FULL_KEY	_IOC(_IOC_READ | _IOC_WRITE, 0xcf, 10, 0)
#define UDF_RELOCATE		_IOC(_IOC_READ | _IOC_WRITE, 'l', 0x43, 0)
#define HFSPLUS_BLESS		_IO('h', 0x80)
/* Of later kernels than 6.1. */
#define F2FS_START_REPLACE	_IO(F2FS_IOCTL_MAGIC, 25)
#define FUSE_BACKING_OPEN	_IOC(_IOC_WRITE, 229, 1, 0)
#define NS_NEXT_MOUNTS		_IOC(_IOC_READ, 0xb7, 11, 0)
#define NS_PREVIOUS_MOUNTS	_IOC(_IOC_READ, 0xb7, 12, 0)
/* bcachefs: snapshots and deletes by name, attributes of others, disks. All of them. */
#define BCACHEFS_TYPE		0xbc

/*
 * btrfs: snapshots, deletes, searches the trees of the whole filesystem, takes disks by their
 * names. What is about the file alone that it was given to, or tells nothing of others' contents:
 */
static bool btrfs_reaches_another(unsigned int number)
{
	switch (number) {
	case _IOC_NR(BTRFS_IOC_DEFRAG):
	case _IOC_NR(BTRFS_IOC_SYNC):
	case _IOC_NR(BTRFS_IOC_CLONE):
	case _IOC_NR(BTRFS_IOC_CLONE_RANGE):
	case _IOC_NR(BTRFS_IOC_DEFRAG_RANGE):
	case _IOC_NR(BTRFS_IOC_SPACE_INFO):
	case _IOC_NR(BTRFS_IOC_SUBVOL_GETFLAGS):
	case _IOC_NR(BTRFS_IOC_DEV_INFO):
	case _IOC_NR(BTRFS_IOC_FS_INFO):
	case _IOC_NR(BTRFS_IOC_FILE_EXTENT_SAME):
	case _IOC_NR(BTRFS_IOC_GET_FEATURES):
	case _IOC_NR(BTRFS_IOC_ENCODED_READ):
		return false;
	default:
		return true;
	}
}

/*
 * XFS, and what others have taken from it: files by their handles or numbers, two that change
 * contents, the filesystem frozen or shut down. Below 101 are those on one file, but for
 * three that scrub or tell names by number or handle; of the others some tell how large the
 * filesystem is, and one discards what is free.
 */
static bool xfs_reaches_another(unsigned int number)
{
	return number == 60 || number == 63 || number == 64 ||
	       (number > 100 && number != 121 && number != 124 && number != 126);
}

/*
 * Commands to any file of a filesystem that are about all of it: its size, its place, what is
 * ready to be read in others' encrypted files, the keys of its connection. Some change the file
 * that they are given however it is open: exchange it with the boot loader's, which all who may
 * do that share, or write to one that is open to be appended to.
 */
static bool changes_filesystem(unsigned int cmd)
{
	switch (LESS_SIZE(cmd)) {
	case EXT4_GROUP_EXTEND:
	case EXT4_GROUP_ADD:
	case EXT4_RESIZE:
	case EXT4_SWAP_BOOT:
	case EXT4_CHECKPOINT:
	case EXT4_SET_UUID:
	case LESS_SIZE(FS_IOC_ADD_ENCRYPTION_KEY):
	case LESS_SIZE(FS_IOC_REMOVE_ENCRYPTION_KEY):
	case LESS_SIZE(FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS):
	case LESS_SIZE(F2FS_IOC_GARBAGE_COLLECT):
	case LESS_SIZE(F2FS_IOC_WRITE_CHECKPOINT):
	case LESS_SIZE(F2FS_IOC_FLUSH_DEVICE):
	case LESS_SIZE(F2FS_IOC_GARBAGE_COLLECT_RANGE):
	case LESS_SIZE(F2FS_IOC_RESIZE_FS):
	case LESS_SIZE(F2FS_IOC_SEC_TRIM_FILE):
	case F2FS_START_REPLACE:
	case OCFS2_GROUP_EXTEND:
	case OCFS2_GROUP_ADD:
	case OCFS2_GROUP_ADD_64:
	case CIFS_COPY_CHUNK:
	case CIFS_DUMP_KEY:
	case CIFS_DUMP_FULL_KEY:
	case LESS_SIZE(NILFS_IOCTL_CHANGE_CPMODE):
	case LESS_SIZE(NILFS_IOCTL_DELETE_CHECKPOINT):
	case LESS_SIZE(NILFS_IOCTL_CLEAN_SEGMENTS):
	case LESS_SIZE(NILFS_IOCTL_RESIZE):
	case LESS_SIZE(NILFS_IOCTL_SET_ALLOC_RANGE):
	case LESS_SIZE(NILFS_IOCTL_SET_SUINFO):
	case UDF_RELOCATE:
	case HFSPLUS_BLESS:
		return true;
	default:
		return false;
	}
}

/*
 * Commands on one file that write to another, or have what is in it: whose descriptor they have in
 * memory or as their argument, however it is open (O_APPEND, or that it is open for reading, says
 * nothing to them), or which they name, in ways that no hook is asked about.
 */
static bool reaches_another(unsigned int cmd)
{
	switch (_IOC_TYPE(cmd)) {
	case BTRFS_IOCTL_MAGIC:
		return btrfs_reaches_another(_IOC_NR(cmd));
	case 'X':
		return xfs_reaches_another(_IOC_NR(cmd));
	case DM_IOCTL:
		return _IOC_NR(cmd) != DM_VERSION_CMD;
	case BCACHEFS_TYPE:
		return true;
	}
	switch (LESS_SIZE(cmd)) {
	case EXT4_MOVE_EXTENTS:
	case OCFS2_REFLINK:
	case LESS_SIZE(F2FS_IOC_MOVE_RANGE):
	case LOOP_SET_FD:
	case LOOP_CHANGE_FD:
	case LOOP_CONFIGURE:
	case LESS_SIZE(ADD_NEW_DISK):
	case LESS_SIZE(HOT_ADD_DISK):
	case LESS_SIZE(SET_BITMAP_FILE):
	case LESS_SIZE(UDMABUF_CREATE):
	case LESS_SIZE(UDMABUF_CREATE_LIST):
	/* What the kernel then reads and writes for whoever opens a file of the server's. */
	case FUSE_BACKING_OPEN:
	case NS_NEXT_MOUNTS:
	case NS_PREVIOUS_MOUNTS:
		return true;
	default:
		return changes_filesystem(cmd);
	}
}

/*
 * Commands that have signals sent name in memory who gets them: nothing grants these.
 * The others are granted by number, typing into a terminal (TIOCSTI) too.
 */
static int decide_ioctl(enum gabion_hook_id hook, struct file *file, unsigned int cmd)
{
	bool socket, another;
	int err;

	switch (cmd) {
	case FIOSETOWN:
	case SIOCSPGRP:
		err = gabion_decide_domain(hook, gabion_task_label(current), GABION_UNKNOWN, 0,
					   GABION_DOM_SIGNAL, SIGIO);
		return err ? err : gabion_file_owner_record(file);
	case FIOASYNC:
		err = gabion_file_owner_record(file);
		return err ? err : gabion_decide_ioctl(hook, gabion_file_path(file), cmd);
	default:
		socket = sock_from_file(file);
		another = reaches_another(cmd);
		if (!socket && !another)
			return gabion_decide_ioctl(hook, gabion_file_path(file), cmd);
		return gabion_decide_together(
			(socket ? gabion_decide_socket_command(hook, cmd) : 0) ?:
			(another ? gabion_decide_control(hook, GABION_CONTROL_MOUNT) : 0) ?:
			gabion_decide_ioctl(hook, gabion_file_path(file), cmd));
	}
}

GABION_CHECK3(file_ioctl, struct file *, file, unsigned int, cmd, unsigned long, arg)
{
	return decide_ioctl(GABION_HOOK_file_ioctl, file, cmd);
}

GABION_CHECK3(file_ioctl_compat, struct file *, file, unsigned int, cmd, unsigned long, arg)
{
	return decide_ioctl(GABION_HOOK_file_ioctl_compat, file, cmd);
}
