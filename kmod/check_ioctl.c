// SPDX-License-Identifier: GPL-2.0
/* Commands to open files, by number. */
#include <linux/btrfs.h>
#include <linux/dm-ioctl.h>
#include <linux/f2fs.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <linux/net.h>
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
#define OCFS2_REFLINK		_IOC(_IOC_WRITE, 'o', 4, 0)

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
		return true;
	default:
		return false;
	}
}

/*
 * Commands that have signals sent name in memory who gets them: nothing grants these.
 * The others are granted by number, typing into a terminal (TIOCSTI) too.
 */
static int decide_ioctl(enum gabion_hook_id hook, struct file *file, unsigned int cmd)
{
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
		if (!sock_from_file(file) && !reaches_another(cmd))
			return gabion_decide_ioctl(hook, gabion_file_path(file), cmd);
		return gabion_decide_together(
			(sock_from_file(file) ? gabion_decide_socket_command(hook, cmd) : 0) ?:
			(reaches_another(cmd) ?
			 gabion_decide_control(hook, GABION_CONTROL_MOUNT) : 0) ?:
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
