// SPDX-License-Identifier: GPL-2.0
/* ioctl(2) on files: all commands by the permission, single ones by number, some free. */
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"
#include "lib/call.h"
#include "lib/source.h"

#define OBJECT	TEST_DIR "/object"
#define DISK	OBJECT "/dir"
#define FILE_	DISK "/file"

/* ext4, because tmpfs of this age has no attributes to change. */
static int mount_disk(struct gabion_netlink *client)
{
	return system("cd " TEST_DIR " && modprobe loop && modprobe ext4 && truncate -s 8M image &&"
		      " busybox mke2fs -F image > /dev/null && mount -t ext4 -o loop image " DISK
		      " && echo content > " FILE_) ? EIO : 0;
}

static void unmount_disk(void)
{
	if (umount2(DISK, MNT_DETACH))
		printf("# cannot unmount " DISK ": %m\n");
}

#define IOCTL_VARIANT(name)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = mount_disk, .after = unmount_disk,	\
		.error = EACCES, .klass = GABION_CLASS_FILE,			\
		.refused = GABION_FILE_IOCTL, .object = FILE_,			\
		.refused_by = "reader",						\
	}

static int file;

static int give(unsigned long command, void *argument)
{
	file = open(FILE_, O_RDONLY);
	return file < 0 ? errno : ATTEMPT(ioctl(file, command, argument));
}

/* What chattr(1) does. */
static int set_flags(void)
{
	int flags = 0;

	return give(FS_IOC_GETFLAGS, &flags) ?: give(FS_IOC_SETFLAGS, &flags);
}
IOCTL_VARIANT(set_flags);

static int set_extended_flags(void)
{
	struct fsxattr attributes;

	return give(FS_IOC_FSGETXATTR, &attributes) ?: give(FS_IOC_FSSETXATTR, &attributes);
}
IOCTL_VARIANT(set_extended_flags);

static int get_version(void)
{
	int version;

	return give(FS_IOC_GETVERSION, &version);
}
IOCTL_VARIANT(get_version);

static int where_on_the_disk(void)
{
	int block = 0;

	return give(FIBMAP, &block);
}
IOCTL_VARIANT(where_on_the_disk);

/* The high half of the command does not reach the file system, nor the decision. */
static int high_half(void)
{
	int version;

	return give(FS_IOC_GETVERSION | 0xdead00000000UL, &version);
}
IOCTL_VARIANT(high_half);

/* --- commands that need no grant --- */

GABION_FIXTURE(free_commands)

static int free_ones(void)
{
	int on = 1, fd = open(OBJECT "/file", O_RDONLY);
	struct termios terminal;

	if (fd < 0 || ioctl(fd, FIOCLEX) || ioctl(fd, FIONCLEX) || ioctl(fd, FIONBIO, &on))
		return errno;
	/* Not a terminal, which is what isatty(3) wants to hear. */
	return ioctl(fd, TCGETS, &terminal) && errno == ENOTTY ? 0 : errno ?: EIO;
}

TEST_F(free_commands, for_whoever_has_the_descriptor)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, free_ones));
	EXPECT_EQ(0, confine_run(self->client, "reader", free_ones));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.refused = GABION_FILE_IOCTL, .domain = "reader" }));
}

static int what_has_no_name(void)
{
	int fd = syscall(SYS_memfd_create, "memory", 0), version, size;

	if (ioctl(fd, FIONREAD, &size) || ioctl(fd, FIGETBSZ, &size))
		return errno;
	/* memfds know no such command: it must be they who say so. */
	return ioctl(fd, FS_IOC_GETVERSION, &version) && errno == ENOTTY ? 0 : errno ?: EIO;
}

TEST_F(free_commands, what_has_no_name_is_not_asked_about)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, what_has_no_name));
	EXPECT_EQ(0, confine_run(self->client, "reader", what_has_no_name));
}

/* --- by command --- */

FIXTURE(commands)
{
	GABION_FIXTURE_MEMBERS
};

static int undo(struct gabion_netlink *client)
{
	unmount_disk();
	return source_load(client, "");
}

GABION_FIXTURE_LIFE_BETWEEN(commands, mount_disk(self->client), undo(self->client))

/* The policy with a domain of such rules. */
#define COMMANDS(rules)								\
	"domain by_command {\n    level middle\n    use everyday\n"		\
	"    capability linux_immutable, sys_rawio, fowner\n    read object\n" rules "}\n"

static int load(struct gabion_netlink *client, const char *text)
{
	int err = source_load(client, text);

	confine_events_clear(client);
	return err;
}

TEST_F(commands, one_number)
{
	/* FS_IOC_SETFLAGS */
	ASSERT_EQ(0, load(self->client, COMMANDS("    ioctl(0x40086602) object\n")));
	EXPECT_EQ(0, confine_run(self->client, "by_command", set_flags));
	EXPECT_EQ(EACCES, confine_run(self->client, "by_command", get_version));
	EXPECT_EQ(EACCES, confine_run(self->client, "by_command", where_on_the_disk));
	EXPECT_EQ(2, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_IOCTL,
		.domain = "by_command", .object = FILE_ }));
}

TEST_F(commands, a_range_ends_where_it_says)
{
	/* FIBMAP is 1. */
	ASSERT_EQ(0, load(self->client, COMMANDS("    ioctl(1..1) object\n")));
	EXPECT_EQ(0, confine_run(self->client, "by_command", where_on_the_disk));
	ASSERT_EQ(0, load(self->client, COMMANDS("    ioctl(0..0, 2..0xffffffff) object\n")));
	EXPECT_EQ(EACCES, confine_run(self->client, "by_command", where_on_the_disk));
	EXPECT_EQ(0, confine_run(self->client, "by_command", get_version));
}

/* --- commands that tell what stat(2) tells --- */

static unsigned long told_by;

static int tell(void)
{
	int fd = open(FILE_, O_WRONLY | O_APPEND);
	char answer[64];

	return fd < 0 ? 99 : ATTEMPT(ioctl(fd, told_by, answer));
}

TEST_F(commands, what_tells_of_the_file_wants_stat)
{
	static const unsigned long telling[] = {
		FIOQSIZE, FIONREAD, FIGETBSZ, FS_IOC_GETFLAGS, FS_IOC_FSGETXATTR,
	};
	size_t i;

	ASSERT_EQ(0, load(self->client,
		"domain knows {\n level middle\n use everyday\n append object\n}\n"
		"domain ignorant {\n level middle\n use everyday\n append, ioctl object\n"
		" deny stat object\n}\n"));
	for (i = 0; i < sizeof(telling) / sizeof(*telling); i++) {
		told_by = telling[i];
		confine_events_clear(self->client);
		EXPECT_EQ(0, confine_run(self->client, NULL, tell));
		EXPECT_EQ(0, confine_run(self->client, "knows", tell));
		EXPECT_EQ(EACCES, confine_run(self->client, "ignorant", tell)) {
			TH_LOG("command 0x%lx", told_by);
		}
		EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
			.klass = GABION_CLASS_FILE, .refused = GABION_FILE_STAT,
			.domain = "ignorant", .object = FILE_ }));
	}
}

/* The same command on another file is another question. */
static int version_of_other(void)
{
	int fd = open(TEST_DIR "/other/file", O_RDONLY), version;

	/* Granted, it meets tmpfs, which has no versions. */
	if (fd < 0 || (ioctl(fd, FS_IOC_GETVERSION, &version) && errno != ENOTTY))
		return errno;
	return 0;
}

TEST_F(commands, of_these_files_only)
{
	/* FS_IOC_GETVERSION */
	ASSERT_EQ(0, load(self->client, COMMANDS("    read other\n"
						 "    ioctl(0x80087601) object\n")));
	EXPECT_EQ(0, confine_run(self->client, "by_command", get_version));
	EXPECT_EQ(0, confine_run(self->client, NULL, version_of_other));
	EXPECT_EQ(EACCES, confine_run(self->client, "by_command", version_of_other));
}

/* A 32-bit program's command has another number for the same thing: it is judged as it is. */
TEST_F(commands, of_the_other_abi)
{
	/* ioctl(file, FS_IOC32_GETVERSION, version) */
	struct call call = { GABION_ABI_I386, 54, { 0, 0x80047601 } };
	static int *version;

	version = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ASSERT_NE(MAP_FAILED, version);
	file = open(FILE_, O_RDONLY);
	ASSERT_LE(0, file);
	call.arguments[0] = file;
	call.arguments[2] = (unsigned long)version;
	ASSERT_EQ(0, load(self->client, COMMANDS("    syscalls default as allow\n    abi i386\n"
						 "    ioctl(0x80087601) object\n")));
	EXPECT_EQ(-EACCES, call_in(self->client, "by_command", &call));
	ASSERT_EQ(0, load(self->client, COMMANDS("    syscalls default as allow\n    abi i386\n"
						 "    ioctl(0x80047601) object\n")));
	EXPECT_EQ(0, call_in(self->client, "by_command", &call));
	close(file);
}

TEST_HARNESS_MAIN
