// SPDX-License-Identifier: GPL-2.0
/* Locks and leases: who may read a file may not keep others from it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"

#define OBJECT TEST_DIR "/object"
#define LOCK_VARIANT(name)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EACCES, .klass = GABION_CLASS_FILE,	\
		.refused = GABION_FILE_LOCK, .object = OBJECT "/file",		\
		.refused_by = "reader",						\
	}

static int read_only(void)
{
	return open(OBJECT "/file", O_RDONLY);
}

static int flock_shared(void)
{
	return ATTEMPT(flock(read_only(), LOCK_SH));
}
LOCK_VARIANT(flock_shared);

static int flock_exclusive(void)
{
	return ATTEMPT(flock(read_only(), LOCK_EX | LOCK_NB));
}
LOCK_VARIANT(flock_exclusive);

static int record(int command, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_len = 1 };

	return ATTEMPT(fcntl(read_only(), command, &lock));
}

static int posix(void)
{
	return record(F_SETLK, F_RDLCK);
}
LOCK_VARIANT(posix);

static int posix_waiting(void)
{
	return record(F_SETLKW, F_RDLCK);
}
LOCK_VARIANT(posix_waiting);

static int open_file_description(void)
{
	return record(F_OFD_SETLK, F_RDLCK);
}
LOCK_VARIANT(open_file_description);

static int open_file_description_waiting(void)
{
	return record(F_OFD_SETLKW, F_RDLCK);
}
LOCK_VARIANT(open_file_description_waiting);

static int read_lease(void)
{
	return ATTEMPT(fcntl(read_only(), F_SETLEASE, F_RDLCK));
}
LOCK_VARIANT(read_lease);

static int folder(void)
{
	return ATTEMPT(flock(open(OBJECT "/dir", O_RDONLY | O_DIRECTORY), LOCK_EX));
}
FIXTURE_VARIANT_ADD(attempt, folder)
{
	.run = folder, .error = EACCES, .klass = GABION_CLASS_FILE, .refused = GABION_FILE_LOCK,
	.object = OBJECT "/dir", .refused_by = "reader",
};

GABION_FIXTURE(lock)

/* Locks of another domain are seen by whoever asks for one: a lock is a message both ways. */
static int write_lock(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(OBJECT "/file", O_RDWR);

	return fd < 0 ? errno : ATTEMPT(fcntl(fd, F_SETLK, &lock));
}

TEST_F(lock, a_lock_held_by_the_host)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd = open(OBJECT "/file", O_RDONLY);

	ASSERT_EQ(0, fcntl(fd, F_SETLK, &lock));
	EXPECT_EQ(EAGAIN, confine_run(self->client, "granted", write_lock));
	close(fd);
	EXPECT_EQ(0, confine_run(self->client, "granted", write_lock));
}

static int lock_what_has_no_name(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = syscall(SYS_memfd_create, "memory", 0);

	return flock(fd, LOCK_EX) || fcntl(fd, F_OFD_SETLK, &lock) ? errno : 0;
}

TEST_F(lock, what_has_no_name_is_not_asked_about)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, lock_what_has_no_name));
	EXPECT_EQ(0, confine_run(self->client, "reader", lock_what_has_no_name));
}

/* Giving a lock back takes no grant: close(2) does it too. */
static int descriptor;

static int unlock(void)
{
	return ATTEMPT(flock(descriptor, LOCK_UN));
}

static int lock_other(void)
{
	return ATTEMPT(flock(open(OBJECT "/file", O_RDONLY), LOCK_EX | LOCK_NB));
}

TEST_F(lock, a_lock_is_given_back_without_a_grant)
{
	descriptor = read_only();
	ASSERT_EQ(0, flock(descriptor, LOCK_EX));
	EXPECT_EQ(EAGAIN, confine_run(self->client, "granted", lock_other));
	EXPECT_EQ(0, confine_run(self->client, "reader", unlock));
	EXPECT_EQ(0, confine_run(self->client, "granted", lock_other));
	close(descriptor);
}

TEST_HARNESS_MAIN
