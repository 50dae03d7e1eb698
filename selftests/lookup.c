// SPDX-License-Identifier: GPL-2.0
/*
 * What a name says before anything is found under it: search of a directory, a
 * symbolic link, access(2). Each attempt looks for what is not there, and its
 * answer on the host is that it is not.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"
#include "lib/uring.h"

#define OBJECT	TEST_DIR "/object"
#define CLOSED	TEST_DIR "/closed"
#define ABSENT	CLOSED "/absent"
#define POINTER	TEST_DIR "/pointer"
#define VAULT	TEST_DIR "/vault"

static int make_closed(struct gabion_netlink *client)
{
	return mkdir(CLOSED, 0755) || mkdir(CLOSED "/inner", 0755) ||
	       symlink("object/file", POINTER) ? errno : 0;
}

/* 0: there is nothing of that name. */
static int absent(long result)
{
	if (result >= 0)
		return EEXIST;
	return errno == ENOENT ? 0 : errno;
}

#define SEARCH(name, path, ...)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EACCES, .klass = GABION_CLASS_FILE,	\
		.refused = GABION_FILE_SEARCH, .object = path, .refused_by = "blind", \
		.before = make_closed, ##__VA_ARGS__				\
	}

#define ABSENT_BY(name, call, ...)						\
	static int name(void)							\
	{									\
		return absent(call);						\
	}									\
	SEARCH(name, CLOSED, ##__VA_ARGS__)

static struct stat st;

ABSENT_BY(by_stat, stat(ABSENT, &st));
ABSENT_BY(by_lstat, lstat(ABSENT, &st));
ABSENT_BY(by_open, open(ABSENT, O_RDONLY));
ABSENT_BY(by_open_path, open(ABSENT, O_PATH));
ABSENT_BY(by_access, access(ABSENT, F_OK));
ABSENT_BY(by_faccessat, faccessat(AT_FDCWD, ABSENT, R_OK, AT_EACCESS));
ABSENT_BY(by_execve, execv(ABSENT, (char *[]){ "absent", NULL }));
ABSENT_BY(by_unlink, unlink(ABSENT));
ABSENT_BY(by_rmdir, rmdir(ABSENT));
ABSENT_BY(by_rename, rename(ABSENT, CLOSED "/other"));
ABSENT_BY(by_link, link(ABSENT, CLOSED "/other"));
ABSENT_BY(by_truncate, truncate(ABSENT, 0));
ABSENT_BY(by_chmod, chmod(ABSENT, 0));
ABSENT_BY(by_chown, chown(ABSENT, 0, 0));
ABSENT_BY(by_chdir, chdir(ABSENT));
ABSENT_BY(by_getxattr, getxattr(ABSENT, "user.x", NULL, 0));
ABSENT_BY(by_statfs, statfs(ABSENT, &(struct statfs){}));
ABSENT_BY(by_readlink, readlink(ABSENT, (char[8]){}, 8));
ABSENT_BY(by_inotify, inotify_add_watch(inotify_init(), ABSENT, IN_ATTRIB));
ABSENT_BY(by_name_to_handle, syscall(SYS_name_to_handle_at, AT_FDCWD, ABSENT, (char[64]){}, (int[1]){}, 0));
ABSENT_BY(below_what_is_there, stat(CLOSED "/inner/absent", &st));
ABSENT_BY(through_what_is_not_there, stat(ABSENT "/deeper", &st));
ABSENT_BY(up_and_down_again, stat(CLOSED "/../closed/absent", &st));
ABSENT_BY(by_an_open_directory, fstatat(open(CLOSED, O_PATH), "absent", &st, 0));
ABSENT_BY(through_a_magic_link, stat("/proc/self/cwd/closed/absent", chdir(TEST_DIR) ? NULL : &st));
ABSENT_BY(through_the_root, stat("/proc/self/root" ABSENT, &st));

static int by_openat2(void)
{
	struct { uint64_t flags, mode, resolve; } how = { .flags = O_PATH };

	return absent(syscall(SYS_openat2, AT_FDCWD, ABSENT, &how, sizeof(how)));
}
SEARCH(by_openat2, CLOSED);

static int by_a_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = ABSENT };

	return absent(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&address, sizeof(address)));
}
SEARCH(by_a_socket, CLOSED);

static int by_io_uring(void)
{
	int res = uring_do(&(struct io_uring_sqe){ .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD,
						   .addr = (unsigned long)ABSENT }, 0);

	return res == -ENOENT ? 0 : res < 0 ? -res : EEXIST;
}
SEARCH(by_io_uring, CLOSED);

/* What is there is kept, too: the name above it is not passed. */
static int what_is_there(void)
{
	return ATTEMPT(stat(CLOSED "/inner", &st));
}
SEARCH(what_is_there, CLOSED);

static int into_it(void)
{
	return ATTEMPT(chdir(CLOSED));
}
SEARCH(into_it, CLOSED);

static int into_it_by_descriptor(void)
{
	return ATTEMPT(fchdir(open(CLOSED, O_PATH)));
}
SEARCH(into_it_by_descriptor, CLOSED);

/* --- symbolic links --- */

static int by_a_link(void)
{
	return ATTEMPT(open(POINTER, O_RDONLY));
}
SEARCH(by_a_link, POINTER);

static int by_a_link_to_stat(void)
{
	return ATTEMPT(stat(POINTER, &st));
}
SEARCH(by_a_link_to_stat, POINTER);

static int by_a_link_within_a_name(void)
{
	return absent(stat(POINTER "/../absent", &st)) == ENOTDIR ? 0 : errno;
}
SEARCH(by_a_link_within_a_name, POINTER);

/* --- access(2) says what an open would --- */

#define ACCESS(name, call, permission, path, ...)				\
	static int name(void)							\
	{									\
		return ATTEMPT(call);						\
	}									\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EACCES, .klass = GABION_CLASS_FILE,	\
		.refused = GABION_FILE_##permission, .object = path, ##__VA_ARGS__ \
	}

#define FILE_	OBJECT "/file"
ACCESS(exists, access(FILE_, F_OK), STAT, FILE_);
ACCESS(readable, access(FILE_, R_OK), READ, FILE_);
ACCESS(writable, access(FILE_, W_OK), APPEND, FILE_, .refused_by = "reader");
ACCESS(executable, access(OBJECT "/program", X_OK), EXECUTE, OBJECT "/program", .refused_by = "reader");
ACCESS(directory_exists, access(OBJECT "/dir", F_OK), STAT, OBJECT "/dir");
ACCESS(directory_writable, access(OBJECT "/dir", W_OK), STAT, OBJECT "/dir");
ACCESS(effectively, syscall(SYS_faccessat2, AT_FDCWD, FILE_, R_OK, AT_EACCESS), READ, FILE_);
ACCESS(of_a_path_descriptor,
       syscall(SYS_faccessat2, open(FILE_, O_PATH), "", R_OK, AT_EMPTY_PATH), READ, FILE_);
ACCESS(by_a_magic_link, faccessat(open(OBJECT, O_PATH), "file", R_OK, 0), READ, FILE_);

static int as_another_user(void)
{
	return setresuid(1000, 0, 0) ? errno : ATTEMPT(access(FILE_, R_OK));
}
FIXTURE_VARIANT_ADD(attempt, as_another_user)
{
	.run = as_another_user, .error = EACCES, .klass = GABION_CLASS_FILE,
	.refused = GABION_FILE_READ, .object = FILE_,
};

/* --- what stays --- */

GABION_FIXTURE(lookup)

/* Others search where a domain may not. */
TEST_F(lookup, is_restricted_for_one)
{
	ASSERT_EQ(0, make_closed(self->client));
	EXPECT_EQ(0, confine_run(self->client, "reader", by_lstat));
	EXPECT_EQ(EACCES, confine_run(self->client, "blind", by_lstat));
}

/* Again and again, so that the answer comes without references, too. */
static int many_times(void)
{
	int i, err = 0;

	for (i = 0; i < 100 && !err; i++)
		err = ATTEMPT(stat(OBJECT "/dir/../dir/../file", &st));
	return err;
}

static int many_refusals(void)
{
	int i;

	for (i = 0; i < 100; i++)
		if (by_stat() != EACCES)
			return EPROTO;
	return 0;
}

TEST_F(lookup, answers_the_same_every_time)
{
	ASSERT_EQ(0, make_closed(self->client));
	EXPECT_EQ(0, confine_run(self->client, "blind", many_times));
	EXPECT_EQ(0, confine_run(self->client, "blind", many_refusals));
}

static int absent_in_the_vault(void)
{
	return absent(stat(VAULT "/absent", &st));
}

static int link_in_the_vault(void)
{
	return ATTEMPT(open(TEST_DIR "/vault_pointer", O_RDONLY));
}

/* Without any rule about search: that a name is taken or free is information, too. */
TEST_F(lookup, obeys_the_level_order)
{
	struct confine_expect expect = {
		.type = GABION_EVENT_ACCESS,
		.verdict = GABION_VERDICT_DENIED,
		.klass = GABION_CLASS_FILE,
		.refused = GABION_FILE_SEARCH,
		.reason = GABION_REASON_LEVEL,
		.domain = "below",
		.object = VAULT,
	};

	ASSERT_EQ(0, mkdir(VAULT, 0755));
	ASSERT_EQ(0, symlink("/dev/null", TEST_DIR "/vault_pointer"));
	EXPECT_EQ(0, confine_run(self->client, "above", absent_in_the_vault));
	EXPECT_EQ(0, confine_run(self->client, "above", link_in_the_vault));
	EXPECT_EQ(EACCES, confine_run(self->client, "below", absent_in_the_vault));
	EXPECT_EQ(1, confine_events_count(self->client, &expect));
	expect.object = TEST_DIR "/vault_pointer";
	EXPECT_EQ(EACCES, confine_run(self->client, "below", link_in_the_vault));
	EXPECT_EQ(1, confine_events_count(self->client, &expect));
}

static int absent_after_a_move(void)
{
	/* Under a name that does not keep it. */
	if (rename(TEST_DIR "/other/plain", TEST_DIR "/other/moved"))
		return errno;
	return absent(stat(TEST_DIR "/other/moved/absent", &st));
}

TEST_F(lookup, goes_by_the_name_of_now)
{
	ASSERT_EQ(0, make_closed(self->client));
	ASSERT_EQ(0, mkdir(TEST_DIR "/other/plain", 0755));
	EXPECT_EQ(0, confine_run(self->client, "granted", absent_after_a_move));
	EXPECT_EQ(EACCES, confine_run(self->client, "blind", by_stat));
	ASSERT_EQ(0, rename(CLOSED, TEST_DIR "/other/opened"));
	ASSERT_EQ(0, rename(TEST_DIR "/other/moved", CLOSED));
	EXPECT_EQ(EACCES, confine_run(self->client, "blind", by_stat));
}

static int stat_and_access_merged(void)
{
	if (access(OBJECT "/merged/dir/file", R_OK) || stat(OBJECT "/merged/dir/file", &st))
		return errno;
	return absent(access(OBJECT "/merged/dir/absent", R_OK));
}

static int access_the_layer(void)
{
	return ATTEMPT(access(TEST_DIR "/other/lower/dir/file", R_OK));
}

/* An overlay asks its layers in turn, of which the domain has nothing. */
TEST_F(lookup, of_an_overlay_is_not_of_its_layers)
{
	ASSERT_EQ(0, system("modprobe overlay && cd " TEST_DIR " && mkdir -p object/merged"
			    " other/lower/dir other/upper other/work && echo x > other/lower/dir/file"
			    " && mount -t overlay -o lowerdir=other/lower,upperdir=other/upper,"
			    "workdir=other/work overlay object/merged"));
	EXPECT_EQ(0, confine_run(self->client, "reader", stat_and_access_merged));
	EXPECT_EQ(EACCES, confine_run(self->client, "reader", access_the_layer));
	EXPECT_EQ(0, umount(OBJECT "/merged"));
}

static int access_a_pipe(void)
{
	int fds[2];
	char name[32];

	if (pipe(fds))
		return errno;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fds[0]);
	return ATTEMPT(access(name, R_OK));
}

TEST_F(lookup, of_what_has_no_name)
{
	EXPECT_EQ(0, confine_run(self->client, "refused", access_a_pipe));
}

TEST_HARNESS_MAIN
