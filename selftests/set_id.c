// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that act for their owner, or with capabilities, whoever executes them: a domain makes
 * one for the host to run only with `capability fsetid`, or `setfcap`.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"
#include "lib/uring.h"

#define OBJECT	TEST_DIR "/object"
#define FILE_	OBJECT "/file"
#define NEW	OBJECT "/new"

/* The second has all that the first has of OBJECT, and no capability. */
#define BY_CAPABILITY(name, capability, ...)					\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EPERM, .klass = GABION_CLASS_CAPABILITY,	\
		.refused = capability, .refused_by = "powerless", ##__VA_ARGS__	\
	}
#define SET_ID(name, ...) BY_CAPABILITY(name, CAP_FSETID, ##__VA_ARGS__)

/* Has @path the bits that were asked for? */
static int has(const char *path, mode_t bits)
{
	struct stat st;

	if (stat(path, &st))
		return errno;
	return (st.st_mode & bits) == bits ? 0 : ENODATA;
}

/* --- a file that is there --- */

static int set_user_id(void)
{
	return ATTEMPT(chmod(FILE_, 04755)) ?: has(FILE_, S_ISUID);
}
SET_ID(set_user_id);

static int set_group_id(void)
{
	return ATTEMPT(chmod(FILE_, 02755)) ?: has(FILE_, S_ISGID);
}
SET_ID(set_group_id);

/* The group gets its x afterwards, by an ACL, which is no chmod(2). */
static int set_group_id_without_execution(void)
{
	return ATTEMPT(chmod(FILE_, 02644)) ?: has(FILE_, S_ISGID);
}
SET_ID(set_group_id_without_execution);

static int by_descriptor(void)
{
	return ATTEMPT(fchmod(open(FILE_, O_RDONLY), 04755)) ?: has(FILE_, S_ISUID);
}
SET_ID(by_descriptor);

static int in_a_directory(void)
{
	return ATTEMPT(syscall(SYS_fchmodat, open(OBJECT, O_PATH), "file", 04755)) ?:
	       has(FILE_, S_ISUID);
}
SET_ID(in_a_directory);

/* How libc does it to an O_PATH descriptor. */
static int by_path_descriptor(void)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", open(FILE_, O_PATH));
	return ATTEMPT(chmod(name, 04755)) ?: has(FILE_, S_ISUID);
}
SET_ID(by_path_descriptor);

static int make_program(struct gabion_netlink *client)
{
	return ATTEMPT(chmod(FILE_, 04700));
}

/* It had the bit for its owner alone. */
static int let_others_execute(void)
{
	return ATTEMPT(chmod(FILE_, 04755)) ?: has(FILE_, S_ISUID | 0001);
}
SET_ID(let_others_execute, .before = make_program);

/* --- a file that is made --- */

static int by_open(void)
{
	return ATTEMPT(open(NEW, O_WRONLY | O_CREAT | O_EXCL, 04755)) ?: has(NEW, S_ISUID);
}
SET_ID(by_open);

static int by_creat(void)
{
	return ATTEMPT(creat(NEW, 02755)) ?: has(NEW, S_ISGID);
}
SET_ID(by_creat);

static int by_io_uring(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .len = 04755,
				    .addr = (unsigned long)NEW,
				    .open_flags = O_WRONLY | O_CREAT | O_EXCL };
	int result = uring_do(&sqe, 0);

	return result < 0 ? -result : has(NEW, S_ISUID);
}
SET_ID(by_io_uring);

static int by_mknod(void)
{
	return ATTEMPT(mknod(NEW, S_IFREG | 04755, 0)) ?: has(NEW, S_ISUID);
}
SET_ID(by_mknod);

static int by_mknod_without_a_type(void)
{
	return ATTEMPT(syscall(SYS_mknod, NEW, 04755, 0)) ?: has(NEW, S_ISUID);
}
SET_ID(by_mknod_without_a_type);

/* It gets its name when it is a program. */
static int without_a_name(void)
{
	char name[32];
	int fd = open(OBJECT, O_TMPFILE | O_WRONLY, 04755);

	if (fd < 0)
		return errno;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return ATTEMPT(linkat(AT_FDCWD, name, AT_FDCWD, NEW, AT_SYMLINK_FOLLOW)) ?:
	       has(NEW, S_ISUID);
}
SET_ID(without_a_name);

static int of_a_file_without_a_name(void)
{
	int fd = open(OBJECT, O_TMPFILE | O_WRONLY, 0755);

	return fd < 0 ? errno : ATTEMPT(fchmod(fd, 04755));
}
SET_ID(of_a_file_without_a_name);

static int of_a_memfd(void)
{
	return ATTEMPT(fchmod(memfd_create("program", 0), 04755));
}
SET_ID(of_a_memfd);

/* --- capabilities --- */

static int file_capabilities(void)
{
	struct vfs_cap_data all = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data = { { .permitted = ~0 }, { .permitted = ~0 } },
	};

	return ATTEMPT(setxattr(FILE_, "security.capability", &all, XATTR_CAPS_SZ_2, 0));
}
BY_CAPABILITY(file_capabilities, CAP_SETFCAP);

/* --- who may write into a program that there is takes the bits from it, as elsewhere --- */

GABION_FIXTURE(set_id)

static int write_into_it(void)
{
	int fd = open(FILE_, O_WRONLY);

	return fd < 0 ? errno : ATTEMPT(write(fd, "#!", 2));
}

static int cut_it(void)
{
	return ATTEMPT(truncate(FILE_, 1));
}

static void expect_bits(struct __test_metadata *_metadata, struct gabion_netlink *client,
			const char *domain, int (*change)(void), int kept)
{
	ASSERT_EQ(0, chmod(FILE_, 06755));
	EXPECT_EQ(0, confine_run(client, domain, change));
	EXPECT_EQ(kept ? 0 : ENODATA, has(FILE_, S_ISUID));
	EXPECT_EQ(kept ? 0 : ENODATA, has(FILE_, S_ISGID));
}

TEST_F(set_id, what_is_written_into_a_program_ends_it)
{
	expect_bits(_metadata, self->client, NULL, write_into_it, 1);
	expect_bits(_metadata, self->client, NULL, cut_it, 1);
	expect_bits(_metadata, self->client, "granted", write_into_it, 1);
	expect_bits(_metadata, self->client, "granted", cut_it, 1);
	expect_bits(_metadata, self->client, "powerless", write_into_it, 0);
	expect_bits(_metadata, self->client, "powerless", cut_it, 0);
}

/* --- what is no program --- */

static int other_bits(void)
{
	int fd = open(OBJECT, O_RDONLY | O_DIRECTORY);

	return ATTEMPT(chmod(FILE_, 01777)) ?: ATTEMPT(fchmod(fd, 07755)) ?:
	       ATTEMPT(mkdir(NEW, 02755)) ?: ATTEMPT(chmod(NEW, 02755)) ?: has(NEW, S_ISGID) ?:
	       ATTEMPT(mkfifo(OBJECT "/fifo", 06644)) ?: ATTEMPT(chmod(OBJECT "/fifo", 06644));
}

static int take_away(void)
{
	return ATTEMPT(chmod(FILE_, 0755));
}

TEST_F(set_id, other_modes_need_no_capability)
{
	struct confine_expect refusal = { .type = GABION_EVENT_ACCESS,
					  .verdict = GABION_VERDICT_DENIED };

	EXPECT_EQ(0, confine_run(self->client, "powerless", other_bits));
	ASSERT_EQ(0, chmod(FILE_, 06755));
	EXPECT_EQ(0, confine_run(self->client, "powerless", take_away));
	EXPECT_EQ(ENODATA, has(FILE_, S_ISUID));
	EXPECT_EQ(ENODATA, has(FILE_, S_ISGID));
	EXPECT_EQ(0, confine_events_count(self->client, &refusal));
}

TEST_HARNESS_MAIN
