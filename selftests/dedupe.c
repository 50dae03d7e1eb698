// SPDX-License-Identifier: GPL-2.0
/* FIDEDUPERANGE: says whether two files hold the same, and asks about one of them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"

#define FROM	TEST_DIR "/object/dir"
#define TO	TEST_DIR "/other/dir"
#define BLOCK	4096

FIXTURE(dedupe)
{
	GABION_FIXTURE_MEMBERS
};

/* What comparing the same comes to where nothing is against it. */
static int same;

/* Compares and shares, as ext4 and tmpfs cannot. */
#define BTRFS	"truncate -s 128M image && mkfs.btrfs -q image > /dev/null &&"	\
		" mount -t btrfs -o loop image " FROM

/* Takes the question, and then finds that the tmpfs below cannot. */
#define OVERLAY	"mkdir lower upper work && mount -t overlay overlay -o"		\
		" lowerdir=lower,upperdir=upper,workdir=work " FROM

/* Two folders of one filesystem, of two labels. */
static int mount_folders(void)
{
	bool btrfs = !system("modprobe -q btrfs");
	char command[1024];

	if (!btrfs)
		printf("# this kernel has no btrfs: overlayfs says EINVAL in its stead\n");
	same = btrfs ? 0 : EINVAL;
	snprintf(command, sizeof(command), "cd " TEST_DIR " && modprobe loop && %s &&"
		 " mkdir -p " FROM "/to " TO " && head -c 16384 /dev/zero > " FROM "/file &&"
		 " cp --reflink=never " FROM "/file " FROM "/to/file && sync &&"
		 " mount --bind " FROM "/to " TO, btrfs ? BTRFS : OVERLAY);
	return system(command);
}

static int prepare(struct gabion_netlink *client)
{
	return mount_folders() ?: source_load(client,
		"abstraction comparing {\n use everyday\n read, ioctl object\n"
		" capability sys_admin, dac_override\n}\n"
		"domain compares {\n level middle\n use comparing\n read, write other\n}\n"
		"domain writes {\n level middle\n use comparing\n write other\n}\n"
		"domain reads {\n level middle\n use comparing\n read other\n}\n");
}

static int undo(struct gabion_netlink *client)
{
	umount2(TO, MNT_DETACH);
	umount2(FROM, MNT_DETACH);
	return source_load(client, "");
}

GABION_FIXTURE_LIFE_BETWEEN(dedupe, prepare(self->client), undo(self->client))

static int flags_of_other;

/* Return: 0 if both hold the same, or the errno that stands for the other. */
static int compare(void)
{
	char room[sizeof(struct file_dedupe_range) + sizeof(struct file_dedupe_range_info)]
		__attribute__((aligned(8))) = {};
	struct file_dedupe_range *range = (void *)room;
	int from = open(FROM "/file", O_RDONLY), to = open(TO "/file", flags_of_other);

	if (from < 0 || to < 0)
		return 99;
	range->src_length = BLOCK;
	range->dest_count = 1;
	range->info[0].dest_fd = to;
	if (ioctl(from, FIDEDUPERANGE, range))
		return errno;
	if (range->info[0].status == FILE_DEDUPE_RANGE_DIFFERS)
		return ENODATA;
	return -range->info[0].status;
}

TEST_F(dedupe, compares)
{
	flags_of_other = O_WRONLY;
	EXPECT_EQ(same, confine_run(self->client, NULL, compare));
	EXPECT_EQ(same, confine_run(self->client, "compares", compare));
	flags_of_other = O_RDONLY;
	EXPECT_EQ(same, confine_run(self->client, "compares", compare));
	ASSERT_EQ(0, system("echo y > " FROM "/to/file && truncate -s 16384 " FROM "/to/file"));
	EXPECT_EQ(same ?: ENODATA, confine_run(self->client, NULL, compare));
}

TEST_F(dedupe, with_what_may_only_be_written)
{
	flags_of_other = O_WRONLY;
	EXPECT_EQ(same, confine_run(self->client, NULL, compare));
	EXPECT_EQ(EACCES, confine_run(self->client, "writes", compare));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_READ,
		.domain = "writes", .object = TO "/file" }));
}

/* CAP_SYS_ADMIN may name what is open for reading. */
TEST_F(dedupe, with_what_may_only_be_read)
{
	flags_of_other = O_RDONLY;
	EXPECT_EQ(same, confine_run(self->client, NULL, compare));
	EXPECT_EQ(EACCES, confine_run(self->client, "reads", compare));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_WRITE,
		.domain = "reads", .object = TO "/file" }));
}

TEST_HARNESS_MAIN
