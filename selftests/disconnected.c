// SPDX-License-Identifier: GPL-2.0
/*
 * A file that was reached by its handle, and that the kernel has no name of (its dentry hangs on
 * nothing): what is done to it by its inode is no more granted by rules on `unreachable` than
 * opening it is.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"

#define DISK	TEST_DIR "/object/dir"
#define FILE_	DISK "/below/file"

FIXTURE(disconnected)
{
	GABION_FIXTURE_MEMBERS
};

static struct {
	struct file_handle handle;
	unsigned char bytes[MAX_HANDLE_SZ];
} place;

#define MOUNT	"mount -t ext4 -o loop image " DISK

/* Mounted anew, the filesystem has nothing in the caches. */
static int prepare(struct gabion_netlink *client)
{
	int mount_id;

	place.handle.handle_bytes = MAX_HANDLE_SZ;
	if (system("cd " TEST_DIR " && modprobe loop && modprobe ext4 && truncate -s 8M image &&"
		   " busybox mke2fs -F image > /dev/null && " MOUNT " && mkdir " DISK "/below &&"
		   " echo content > " FILE_) ||
	    name_to_handle_at(AT_FDCWD, FILE_, &place.handle, &mount_id, 0) ||
	    system("cd " TEST_DIR " && umount " DISK " && " MOUNT))
		return EIO;
	return source_load(client,
		"resource nothing file unreachable level any\n"
		"abstraction handling {\n use everyday\n read object\n"
		" capability dac_read_search, sys_admin\n}\n"
		"domain nameless {\n level middle\n use handling\n setattr, read nothing\n}\n");
}

static int undo(struct gabion_netlink *client)
{
	umount2(DISK, MNT_DETACH);
	return source_load(client, "");
}

GABION_FIXTURE_LIFE_BETWEEN(disconnected, prepare(self->client), undo(self->client))

/* By a link of its descriptor, which tells no name. */
static int reach(char *link)
{
	int fd = open_by_handle_at(open(DISK, O_RDONLY), &place.handle, O_PATH);

	sprintf(link, "/proc/self/fd/%d", fd);
	return fd < 0 ? errno : 0;
}

static int set_attribute(void)
{
	char link[32];

	return reach(link) ?: ATTEMPT(setxattr(link, "trusted.gabion", "1", 1, 0));
}

static int read_attribute(void)
{
	char link[32], value[8];

	if (reach(link))
		return errno;
	return getxattr(link, "trusted.gabion", value, sizeof(value)) < 0 && errno != ENODATA
		       ? errno : 0;
}

TEST_F(disconnected, is_of_no_rule)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, set_attribute));
	EXPECT_EQ(0, confine_run(self->client, NULL, read_attribute));
	EXPECT_EQ(EACCES, confine_run(self->client, "nameless", set_attribute));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_SETATTR, .domain = "nameless" }));
}

TEST_HARNESS_MAIN
