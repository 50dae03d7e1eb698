// SPDX-License-Identifier: GPL-2.0
/* What is known about a file beside its contents: times, xattrs, links, statfs. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"
#include "lib/uring.h"

#define OBJECT	TEST_DIR "/object"
#define FILE_	OBJECT "/file"
#define LINK	OBJECT "/symlink"
#define PIPE	OBJECT "/pipe"
#define XATTR	"trusted.test"

/* By name: who may nothing. By descriptor: who may read, as it takes one. */
#define BY_NAME(name, permission, path, ...)					\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EACCES, .klass = GABION_CLASS_FILE,	\
		.refused = GABION_FILE_##permission, .object = path, __VA_ARGS__ \
	}
#define BY_DESCRIPTOR(name, permission, ...)					\
	BY_NAME(name, permission, FILE_, .refused_by = "reader", ##__VA_ARGS__)

static int read_only(void)
{
	return open(FILE_, O_RDONLY);
}

/* How long what is written will live: everybody sees it, and it needs no file open for writing. */
static int by_hint(void)
{
	return ATTEMPT(fcntl(read_only(), F_SET_RW_HINT, &(uint64_t){ 2 }));
}
BY_DESCRIPTOR(by_hint, SETATTR);

/* The writer sees how much goes in. */
static int by_size_of_a_pipe(void)
{
	return ATTEMPT(fcntl(open(PIPE, O_RDONLY | O_NONBLOCK), F_SETPIPE_SZ, 4096));
}

static int make_pipe(struct gabion_netlink *client)
{
	return ATTEMPT(mkfifo(PIPE, 0600));
}
BY_NAME(by_size_of_a_pipe, SETATTR, PIPE, .before = make_pipe, .refused_by = "reader");

/* --- times --- */

static int by_utime(void)
{
	return ATTEMPT(utime(FILE_, &(struct utimbuf){ 1, 2 }));
}
BY_NAME(by_utime, SETATTR, FILE_);

static int by_utime_now(void)
{
	return ATTEMPT(utime(FILE_, NULL));
}
BY_NAME(by_utime_now, SETATTR, FILE_);

static int by_utimes(void)
{
	struct timeval times[2] = { { 1, 2 }, { 3, 4 } };

	return ATTEMPT(utimes(FILE_, times));
}
BY_NAME(by_utimes, SETATTR, FILE_);

static int by_futimesat(void)
{
	struct timeval times[2] = { { 1, 2 }, { 3, 4 } };

	return ATTEMPT(syscall(SYS_futimesat, AT_FDCWD, FILE_, times));
}
BY_NAME(by_futimesat, SETATTR, FILE_);

static int by_utimensat(void)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT } };

	return ATTEMPT(utimensat(AT_FDCWD, FILE_, times, 0));
}
BY_NAME(by_utimensat, SETATTR, FILE_);

static int by_utimensat_of_a_path_descriptor(void)
{
	int fd = open(FILE_, O_PATH);

	return fd < 0 ? errno : ATTEMPT(utimensat(fd, "", NULL, AT_EMPTY_PATH));
}
BY_NAME(by_utimensat_of_a_path_descriptor, SETATTR, FILE_);

static int make_link(struct gabion_netlink *client)
{
	return symlink("file", LINK) || lsetxattr(LINK, XATTR, "1", 1, 0) ? errno : 0;
}

static int times_of_a_link(void)
{
	return ATTEMPT(utimensat(AT_FDCWD, LINK, NULL, AT_SYMLINK_NOFOLLOW));
}
BY_NAME(times_of_a_link, SETATTR, LINK, .before = make_link);

static int by_futimens(void)
{
	return ATTEMPT(futimens(read_only(), NULL));
}
BY_DESCRIPTOR(by_futimens, SETATTR);

static int by_futimes(void)
{
	struct timeval times[2] = { { 1, 2 }, { 3, 4 } };

	return ATTEMPT(futimes(read_only(), times));
}
BY_DESCRIPTOR(by_futimes, SETATTR);

static int mode_of_a_descriptor(void)
{
	return ATTEMPT(fchmod(read_only(), 0600));
}
BY_DESCRIPTOR(mode_of_a_descriptor, SETATTR);

static int owner_of_a_descriptor(void)
{
	return ATTEMPT(fchown(read_only(), 3, 3));
}
BY_DESCRIPTOR(owner_of_a_descriptor, CHOWN);

/* --- extended attributes --- */

static int add_xattr(struct gabion_netlink *client)
{
	return ATTEMPT(setxattr(FILE_, XATTR, "1", 1, 0));
}

static int set_xattr(void)
{
	return ATTEMPT(setxattr(FILE_, XATTR, "1", 1, 0));
}
BY_NAME(set_xattr, SETATTR, FILE_);

static int set_xattr_of_a_link(void)
{
	return ATTEMPT(lsetxattr(LINK, XATTR, "1", 1, 0));
}
BY_NAME(set_xattr_of_a_link, SETATTR, LINK, .before = make_link);

static int set_xattr_of_a_descriptor(void)
{
	return ATTEMPT(fsetxattr(read_only(), XATTR, "1", 1, 0));
}
BY_DESCRIPTOR(set_xattr_of_a_descriptor, SETATTR);

/* Attributes that security modules read. */
static int set_security(void)
{
	return ATTEMPT(setxattr(FILE_, "security.test", "1", 1, 0));
}
BY_NAME(set_security, SETATTR, FILE_);

static int remove_xattr(void)
{
	return ATTEMPT(removexattr(FILE_, XATTR));
}
BY_NAME(remove_xattr, SETATTR, FILE_, .before = add_xattr);

static int remove_xattr_of_a_link(void)
{
	return ATTEMPT(lremovexattr(LINK, XATTR));
}
BY_NAME(remove_xattr_of_a_link, SETATTR, LINK, .before = make_link);

static int remove_xattr_of_a_descriptor(void)
{
	return ATTEMPT(fremovexattr(read_only(), XATTR));
}
BY_DESCRIPTOR(remove_xattr_of_a_descriptor, SETATTR, .before = add_xattr);

static int get_xattr(void)
{
	char value[8];

	return ATTEMPT(getxattr(FILE_, XATTR, value, sizeof(value)));
}
BY_NAME(get_xattr, STAT, FILE_, .before = add_xattr);

static int get_xattr_of_a_link(void)
{
	char value[8];

	return ATTEMPT(lgetxattr(LINK, XATTR, value, sizeof(value)));
}
BY_NAME(get_xattr_of_a_link, STAT, LINK, .before = make_link);

static int list_xattrs(void)
{
	char names[256];

	return ATTEMPT(listxattr(FILE_, names, sizeof(names)));
}
BY_NAME(list_xattrs, STAT, FILE_, .before = add_xattr);

static int list_xattrs_of_a_link(void)
{
	char names[256];

	return ATTEMPT(llistxattr(LINK, names, sizeof(names)));
}
BY_NAME(list_xattrs_of_a_link, STAT, LINK, .before = make_link);

/* --- the same through io_uring --- */

static int uring_set_xattr(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_SETXATTR,
				    .addr = (unsigned long)XATTR, .len = 1,
				    .addr2 = (unsigned long)"1", .addr3 = (unsigned long)FILE_ };

	return -uring_do(&sqe, 0);
}
BY_NAME(uring_set_xattr, SETATTR, FILE_);

static int uring_get_xattr(void)
{
	char value[8];
	struct io_uring_sqe sqe = { .opcode = IORING_OP_GETXATTR,
				    .addr = (unsigned long)XATTR, .len = sizeof(value),
				    .addr2 = (unsigned long)value, .addr3 = (unsigned long)FILE_ };
	int result = uring_do(&sqe, 0);

	return result < 0 ? -result : 0;
}
BY_NAME(uring_get_xattr, STAT, FILE_, .before = add_xattr);

/* --- links, attributes, file systems --- */

static int read_link(void)
{
	char target[64];

	return ATTEMPT(readlink(LINK, target, sizeof(target)));
}
BY_NAME(read_link, STAT, LINK, .before = make_link);

static int read_link_of_a_path_descriptor(void)
{
	char target[64];
	int fd = open(LINK, O_PATH | O_NOFOLLOW);

	return fd < 0 ? errno : ATTEMPT(readlinkat(fd, "", target, sizeof(target)));
}
BY_NAME(read_link_of_a_path_descriptor, STAT, LINK, .before = make_link);

static int stat_of_a_link(void)
{
	struct stat st;

	return ATTEMPT(lstat(LINK, &st));
}
BY_NAME(stat_of_a_link, STAT, LINK, .before = make_link);

static int extended_stat(void)
{
	struct statx st;

	return ATTEMPT(statx(AT_FDCWD, FILE_, AT_STATX_FORCE_SYNC, STATX_ALL, &st));
}
BY_NAME(extended_stat, STAT, FILE_);

static int stat_of_a_path_descriptor(void)
{
	struct stat st;
	int fd = open(FILE_, O_PATH);

	return fd < 0 ? errno : ATTEMPT(fstat(fd, &st));
}
BY_NAME(stat_of_a_path_descriptor, STAT, FILE_);

static int file_system(void)
{
	struct statfs fs;

	return ATTEMPT(statfs(OBJECT, &fs));
}
BY_NAME(file_system, STAT, OBJECT);

static int file_system_of_a_file(void)
{
	struct statvfs fs;

	return ATTEMPT(statvfs(FILE_, &fs));
}
BY_NAME(file_system_of_a_file, STAT, FILE_);

/* --- what needs no grant --- */

GABION_FIXTURE(metadata)

static int follow_link(void)
{
	return ATTEMPT(open(TEST_DIR "/link_to_object", O_RDONLY));
}

/* To pass through a link is not to read it. */
TEST_F(metadata, a_link_is_followed_without_a_grant)
{
	ASSERT_EQ(0, symlink(FILE_, TEST_DIR "/link_to_object"));
	EXPECT_EQ(0, confine_run(self->client, "reader", follow_link));
}

static int attributes_of_what_has_no_name(void)
{
	int fd = syscall(SYS_memfd_create, "memory", 0), ends[2];
	struct statfs fs;
	struct stat st;

	if (fd < 0 || fchmod(fd, 0600) || futimens(fd, NULL) || fstat(fd, &st) || fstatfs(fd, &fs))
		return errno;
	return pipe(ends) || fchmod(ends[0], 0600) || fstat(ends[0], &st) ? errno : 0;
}

TEST_F(metadata, what_has_no_name_is_not_asked_about)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, attributes_of_what_has_no_name));
	EXPECT_EQ(0, confine_run(self->client, "refused", attributes_of_what_has_no_name));
}

TEST_HARNESS_MAIN
