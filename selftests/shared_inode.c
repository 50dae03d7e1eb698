// SPDX-License-Identifier: GPL-2.0
/*
 * All eventfds, timers and their like have one inode, and so has every namespace: what is changed,
 * locked or watched of it is everybody's. It takes the permission on what is unreachable.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#define ATTEMPT_WITHOUT_FILES
#include "kselftest_harness.h"
#include "lib/attempt.h"

#define SHARED_VARIANT(name, permission)				\
	FIXTURE_VARIANT_ADD(attempt, name)				\
	{								\
		.run = name, .error = EACCES, .klass = GABION_CLASS_FILE,	\
		.refused = GABION_FILE_##permission,			\
	}

/* As it is, so that nothing changes for others. */
static int set_mode(void)
{
	return ATTEMPT(fchmod(eventfd(0, 0), 0600));
}
SHARED_VARIANT(set_mode, SETATTR);

static int set_owner(void)
{
	return ATTEMPT(fchown(eventfd(0, 0), 0, 0));
}
SHARED_VARIANT(set_owner, CHOWN);

static int set_times(void)
{
	return ATTEMPT(futimens(eventfd(0, 0), NULL));
}
SHARED_VARIANT(set_times, SETATTR);

static int lock_event(void)
{
	struct flock lock = { .l_type = F_WRLCK };

	return ATTEMPT(fcntl(eventfd(0, 0), F_SETLK, &lock));
}
SHARED_VARIANT(lock_event, LOCK);

static int whose_lock(void)
{
	struct flock lock = { .l_type = F_WRLCK };

	return ATTEMPT(fcntl(eventfd(0, 0), F_GETLK, &lock));
}
SHARED_VARIANT(whose_lock, LOCK);

static int lock_namespace(void)
{
	return ATTEMPT(flock(open("/proc/self/ns/net", O_RDONLY), LOCK_EX | LOCK_NB));
}
SHARED_VARIANT(lock_namespace, LOCK);

/* Tells when anybody reads, writes or closes one. */
static int watch_events(void)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", eventfd(0, 0));
	return ATTEMPT(inotify_add_watch(inotify_init1(0), link, IN_MODIFY));
}
SHARED_VARIANT(watch_events, WATCH);

static int watch_namespace(void)
{
	return ATTEMPT(inotify_add_watch(inotify_init1(0), "/proc/self/ns/net", IN_OPEN));
}
SHARED_VARIANT(watch_namespace, WATCH);

/* A lock on what is one's own alone says nothing to others. */
static int lock_memory(void)
{
	return ATTEMPT(flock(memfd_create("gabion-test", 0), LOCK_EX | LOCK_NB));
}

GABION_FIXTURE(own)

TEST_F(own, memory_has_an_inode_of_its_own)
{
	EXPECT_EQ(0, confine_run(self->client, "refused", lock_memory));
}

TEST_HARNESS_MAIN
