// SPDX-License-Identifier: GPL-2.0
/* Locks and leases: who may read a file may not keep others from it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"
#include "lib/call.h"
#include "lib/source.h"

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

/* Tells who has a lock, and where: what writes up must not learn. */
static int whose(void)
{
	return record(F_GETLK, F_WRLCK);
}
LOCK_VARIANT(whose);

static int whose_open_file_description(void)
{
	return record(F_OFD_GETLK, F_WRLCK);
}
LOCK_VARIANT(whose_open_file_description);

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

/* What writes up must not learn who is there. */
static int whose_above(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(TEST_DIR "/high", O_WRONLY | O_APPEND);

	return fd < 0 ? 99 : ATTEMPT(fcntl(fd, F_GETLK, &lock));
}

TEST_F(lock, whose_by_the_level_order)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, whose_above));
	EXPECT_EQ(0, confine_run(self->client, "high_domain", whose_above));
	EXPECT_EQ(EACCES, confine_run(self->client, "low_domain", whose_above));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_LOCK,
		.reason = GABION_REASON_LEVEL, .domain = "low_domain",
		.object = TEST_DIR "/high" }));
}

/* fcntl64() of a 32-bit program has a number of its own for it. */
TEST_F(lock, whose_of_the_other_abi)
{
	/* fcntl64(file, F_GETLK64, lock) */
	struct call call = { GABION_ABI_I386, 221, { 0, 12 } };
	/* As struct flock64 begins: type, whence. */
	static short *lock;
	int fd = read_only();

	lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
		    -1, 0);
	ASSERT_NE(MAP_FAILED, lock);
	ASSERT_LE(0, fd);
	lock[0] = F_WRLCK;
	lock[1] = SEEK_SET;
	call.arguments[0] = fd;
	call.arguments[2] = (unsigned long)lock;
	ASSERT_EQ(0, source_load(self->client,
		"domain i386_locker {\n level middle\n use everyday\n read, lock object\n"
		" syscalls default as allow\n abi i386\n}\n"
		"domain i386_reader {\n level middle\n use everyday\n read object\n"
		" syscalls default as allow\n abi i386\n}\n"));
	EXPECT_EQ(0, call_in(self->client, "i386_locker", &call));
	EXPECT_EQ(-EACCES, call_in(self->client, "i386_reader", &call));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_LOCK,
		.domain = "i386_reader", .object = OBJECT "/file" }));
	close(fd);
	EXPECT_EQ(0, source_load(self->client, ""));
}

static int lock_what_has_no_name(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = syscall(SYS_memfd_create, "memory", 0);

	return flock(fd, LOCK_EX) || fcntl(fd, F_OFD_SETLK, &lock) ||
	       fcntl(fd, F_OFD_GETLK, &lock) ? errno : 0;
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
