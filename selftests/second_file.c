// SPDX-License-Identifier: GPL-2.0
/*
 * Commands on one file that write to another by its descriptor, as if that had not been opened for
 * appending, or that reach others by their names or numbers: they take `control mount` as well.
 */
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/dm-ioctl.h>
#include <linux/f2fs.h>
#include <linux/fscrypt.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <linux/nilfs2_api.h>
#include <linux/raid/md_u.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"

#define LOG	TEST_DIR "/log"
#define DISK	"/dev/loop7"

/* Of fs/ext4/ext4.h. */
struct move_extents {
	uint32_t reserved, donor;
	uint64_t from, to, length, moved;
};
#define MOVE_EXTENTS	_IOWR('f', 15, struct move_extents)

FIXTURE(second)
{
	GABION_FIXTURE_MEMBERS
};

static int prepare(struct gabion_netlink *client)
{
	return system("modprobe loop && { test -e " DISK " || mknod " DISK " b 7 7; } &&"
		      " head -c 8192 /dev/zero >> " LOG) ?:
	       source_load(client,
		"resource disk file " DISK " level middle\n"
		"abstraction appending {\n use everyday\n read, write, ioctl object, disk\n"
		" append appendable\n capability sys_admin\n}\n"
		"domain appends {\n level middle\n use appending\n}\n"
		"domain mounts {\n level middle\n use appending\n control mount\n}\n");
}

GABION_FIXTURE_LIFE_BETWEEN(second, prepare(self->client), source_load(self->client, ""))

FIXTURE(own_file)
{
	GABION_FIXTURE_MEMBERS
};

GABION_FIXTURE_LIFE_BETWEEN(own_file, prepare(self->client), source_load(self->client, ""))

/**
 * @give:	the command; returns 0 or an errno
 * @expected:	what comes of it where nothing is against it
 */
FIXTURE_VARIANT(second)
{
	int (*give)(void);
	int expected;
};

static int set_disk(void)
{
	int disk = open(DISK, O_RDWR), log = open(LOG, O_WRONLY | O_APPEND);

	return ATTEMPT(ioctl(disk, LOOP_SET_FD, log)) ?: ATTEMPT(ioctl(disk, LOOP_CLR_FD));
}
FIXTURE_VARIANT_ADD(second, set_disk) { .give = set_disk };

static int configure_disk(void)
{
	struct loop_config config = { .fd = open(LOG, O_WRONLY | O_APPEND) };
	int disk = open(DISK, O_RDWR);

	return ATTEMPT(ioctl(disk, LOOP_CONFIGURE, &config)) ?: ATTEMPT(ioctl(disk, LOOP_CLR_FD));
}
FIXTURE_VARIANT_ADD(second, configure_disk) { .give = configure_disk };

/* The kernel's answer to it on tmpfs shows that it got so far. */
static int move_extents(void)
{
	struct move_extents move = { .donor = open(LOG, O_WRONLY | O_APPEND), .length = 1 };

	return ATTEMPT(ioctl(open(TEST_DIR "/object/file", O_RDWR), MOVE_EXTENTS, &move));
}
FIXTURE_VARIANT_ADD(second, move_extents) { .give = move_extents, .expected = ENOTTY };

/* Others name what they reach, by name or number: likewise. */
#define NAMES(name, command)							\
	static int name(void)							\
	{									\
		char room[4096] = "";						\
										\
		return ATTEMPT(ioctl(open(TEST_DIR "/object/file", O_RDWR), command, room));	\
	}									\
	FIXTURE_VARIANT_ADD(second, name) { .give = name, .expected = ENOTTY }

NAMES(btrfs_snapshot, BTRFS_IOC_SNAP_CREATE);
NAMES(btrfs_delete, BTRFS_IOC_SNAP_DESTROY_V2);
NAMES(btrfs_search, BTRFS_IOC_TREE_SEARCH);
NAMES(btrfs_disk, BTRFS_IOC_ADD_DEV);
/* Of fs/xfs/libxfs/xfs_fs.h: open, and set attributes, by handle; have two files change contents. */
NAMES(xfs_open, _IOC(_IOC_READ | _IOC_WRITE, 'X', 107, 48));
NAMES(xfs_attributes, _IOC(_IOC_WRITE, 'X', 123, 64));
/* About all of the filesystem, or to a file however it is open: of fs/ext4/ext4.h, fs/smb/client/cifs_ioctl.h. */
NAMES(ext4_swap_boot, _IO('f', 17));
NAMES(ext4_resize, _IOW('f', 16, uint64_t));
NAMES(ext4_set_uuid, _IOW('f', 44, uint64_t));
NAMES(fscrypt_remove, FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS);
NAMES(f2fs_trim, F2FS_IOC_SEC_TRIM_FILE);
NAMES(cifs_copy, _IOW(0xcf, 3, int));
NAMES(cifs_keys, _IOWR(0xcf, 10, int));
NAMES(nilfs_delete, NILFS_IOCTL_DELETE_CHECKPOINT);
/* Of later kernels: fs/bcachefs/bcachefs_ioctl.h, linux/f2fs.h, linux/fuse.h, linux/nsfs.h. */
NAMES(bcachefs_snapshot, _IOW(0xbc, 16, uint64_t[4]));
NAMES(f2fs_replace, _IO(0xf5, 25));
NAMES(fuse_backing, _IOW(229, 1, uint64_t[2]));
NAMES(next_mounts, _IOR(0xb7, 11, uint64_t[2]));
NAMES(xfs_exchange, _IOC(_IOC_READ | _IOC_WRITE, 'X', 109, 496));
NAMES(mapped_disk, DM_TABLE_LOAD);
NAMES(array_disk, ADD_NEW_DISK);

TEST_F(second, takes_the_control)
{
	EXPECT_EQ(variant->expected, confine_run(self->client, NULL, variant->give));
	EXPECT_EQ(variant->expected, confine_run(self->client, "mounts", variant->give));
	EXPECT_EQ(EPERM, confine_run(self->client, "appends", variant->give));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_MOUNT,
		.domain = "appends" }));
}

/* Commands of the same kinds, about the one file. */
static int own_commands(void)
{
	char room[4096] = "";
	int fd = open(TEST_DIR "/object/file", O_RDWR);

	if (ATTEMPT(ioctl(fd, BTRFS_IOC_FS_INFO, room)) != ENOTTY)
		return errno;
	if (ATTEMPT(ioctl(fd, _IOC(_IOC_READ, 'X', 126, 256), room)) != ENOTTY)
		return errno;
	return ATTEMPT(ioctl(fd, DM_VERSION, room)) == ENOTTY ? 0 : errno;
}

TEST_F(own_file, takes_no_control)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, own_commands));
	EXPECT_EQ(0, confine_run(self->client, "appends", own_commands));
}

/* --- a name written to configfs, by which the kernel opens a disk --- */

#define CONFIG		"/sys/kernel/config"
#define SUBSYSTEM	CONFIG "/nvmet/subsystems/gabion"
#define NAMESPACE	SUBSYSTEM "/namespaces/1"

FIXTURE(target)
{
	GABION_FIXTURE_MEMBERS
};

static int prepare_target(struct gabion_netlink *client)
{
	return system("modprobe -a loop nvmet && { test -e " DISK " || mknod " DISK " b 7 7; } &&"
		      " { test -d " CONFIG "/nvmet || mount -t configfs none " CONFIG "; } &&"
		      " head -c 65536 /dev/zero >> " LOG " && losetup " DISK " " LOG " &&"
		      " mkdir " SUBSYSTEM " && mkdir " NAMESPACE " &&"
		      " echo " DISK " > " NAMESPACE "/device_path") ?:
	       source_load(client,
		"resource target file " CONFIG "/nvmet/** level middle\n"
		"domain exports {\n level middle\n use everyday\n write target\n}\n"
		"domain mounts {\n level middle\n use everyday\n write target\n control mount\n}\n");
}

static int remove_target(struct gabion_netlink *client)
{
	return system("rmdir " NAMESPACE " " SUBSYSTEM "; losetup -d " DISK) ?:
	       source_load(client, "");
}

GABION_FIXTURE_LIFE_BETWEEN(target, prepare_target(self->client), remove_target(self->client))

static int export_disk(void)
{
	int fd = open(NAMESPACE "/enable", O_WRONLY);
	int err = fd < 0 ? errno : write(fd, "1", 1) == 1 ? 0 : errno;

	return err ?: pwrite(fd, "0", 1, 0) == 1 ? 0 : errno;
}

TEST_F(target, takes_the_control)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, export_disk));
	EXPECT_EQ(0, confine_run(self->client, "mounts", export_disk));
	EXPECT_EQ(EPERM, confine_run(self->client, "exports", export_disk));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_MOUNT,
		.domain = "exports" }));
}

TEST_HARNESS_MAIN
