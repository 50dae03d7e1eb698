// SPDX-License-Identifier: GPL-2.0
/* Watches: when others touch a file is information about them. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"

#define OBJECT TEST_DIR "/object"
#define WATCH_VARIANT(name, path, ...)						\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EACCES, .klass = GABION_CLASS_FILE,	\
		.refused = GABION_FILE_WATCH, .object = path, __VA_ARGS__	\
	}
#define CONTROL_VARIANT(name)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EPERM, .klass = GABION_CLASS_CONTROL,	\
		.refused = GABION_CONTROL_WATCH,				\
	}

static int inotify(const char *path, uint32_t mask)
{
	int fd = inotify_init1(IN_CLOEXEC);

	return fd < 0 ? errno : ATTEMPT(inotify_add_watch(fd, path, mask));
}

static int inotify_file(void)
{
	return inotify(OBJECT "/file", IN_MODIFY);
}
WATCH_VARIANT(inotify_file, OBJECT "/file");

static int inotify_folder(void)
{
	return inotify(OBJECT, IN_CREATE | IN_ONLYDIR);
}
WATCH_VARIANT(inotify_folder, OBJECT);

static int inotify_by_reader(void)
{
	return inotify(OBJECT "/file", IN_ACCESS);
}
WATCH_VARIANT(inotify_by_reader, OBJECT "/file", .refused_by = "reader");

static int make_link(struct gabion_netlink *client)
{
	return ATTEMPT(symlink("file", OBJECT "/symlink"));
}

static int inotify_link(void)
{
	return inotify(OBJECT "/symlink", IN_ATTRIB | IN_DONT_FOLLOW);
}
WATCH_VARIANT(inotify_link, OBJECT "/symlink", .before = make_link);

static int fanotify(unsigned int flags, uint64_t mask, const char *path)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC, O_RDONLY);

	return fd < 0 ? errno :
	       ATTEMPT(fanotify_mark(fd, FAN_MARK_ADD | flags, mask, AT_FDCWD, path));
}

static int fanotify_file(void)
{
	return fanotify(0, FAN_OPEN, OBJECT "/file");
}
WATCH_VARIANT(fanotify_file, OBJECT "/file");

static int fanotify_children(void)
{
	return fanotify(FAN_MARK_ONLYDIR, FAN_OPEN | FAN_EVENT_ON_CHILD, OBJECT);
}
WATCH_VARIANT(fanotify_children, OBJECT);

/* A group of permission events can hold up whoever opens the file: as a lease, and longer. */
static int permission(unsigned int flags, uint64_t mask)
{
	int fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);

	return fd < 0 ? errno : ATTEMPT(fanotify_mark(fd, FAN_MARK_ADD | flags, mask, AT_FDCWD,
						      OBJECT "/file"));
}

static int fanotify_permission(void)
{
	return permission(0, FAN_OPEN_PERM);
}
WATCH_VARIANT(fanotify_permission, OBJECT "/file");

#define HOLD_VARIANT(name)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EACCES, .klass = GABION_CLASS_FILE,	\
		.refused = GABION_FILE_LOCK, .object = OBJECT "/file",		\
		.refused_by = "watcher",					\
	}

static int hold_up_opening(void)
{
	return permission(0, FAN_OPEN_PERM | FAN_OPEN);
}
HOLD_VARIANT(hold_up_opening);

static int hold_up_execution(void)
{
	return permission(0, FAN_OPEN_EXEC_PERM);
}
HOLD_VARIANT(hold_up_execution);

static int hold_up_reading(void)
{
	return permission(0, FAN_ACCESS_PERM);
}
HOLD_VARIANT(hold_up_reading);

static int hold_up_mount(void)
{
	return permission(FAN_MARK_MOUNT, FAN_ACCESS_PERM);
}
HOLD_VARIANT(hold_up_mount);

static int fanotify_ignore(void)
{
	return fanotify(FAN_MARK_IGNORED_MASK, FAN_OPEN, OBJECT "/file");
}
WATCH_VARIANT(fanotify_ignore, OBJECT "/file");

static int fanotify_mount(void)
{
	return fanotify(FAN_MARK_MOUNT, FAN_OPEN, OBJECT);
}
CONTROL_VARIANT(fanotify_mount);

static int fanotify_file_system(void)
{
	return fanotify(FAN_MARK_FILESYSTEM, FAN_OPEN, OBJECT);
}
CONTROL_VARIANT(fanotify_file_system);

static int directory_notification(void)
{
	int fd = open(OBJECT "/dir", O_RDONLY | O_DIRECTORY);

	return fd < 0 ? errno : ATTEMPT(fcntl(fd, F_NOTIFY, DN_CREATE | DN_MULTISHOT));
}
WATCH_VARIANT(directory_notification, OBJECT "/dir", .refused_by = "reader");

GABION_FIXTURE(watch)

static int stop_and_remove(void)
{
	int fd = inotify_init(), watch = inotify_add_watch(fd, OBJECT "/file", IN_MODIFY);

	return watch < 0 || inotify_rm_watch(fd, watch) ? errno : 0;
}

TEST_F(watch, a_granted_watch_works)
{
	EXPECT_EQ(0, confine_run(self->client, "granted", stop_and_remove));
}

/* Who does not hold anybody up needs no more than before. */
TEST_F(watch, a_watcher_may_watch)
{
	EXPECT_EQ(0, confine_run(self->client, "watcher", inotify_file));
	EXPECT_EQ(0, confine_run(self->client, "watcher", fanotify_file));
	EXPECT_EQ(0, confine_run(self->client, "watcher", fanotify_mount));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .domain = "watcher" }));
}

/* A watch set before the process was confined, with the event that came since. */
static int group;

static int read_event(void)
{
	char buffer[512];
	struct pollfd poll_fd = { .fd = group, .events = POLLIN };

	if (poll(&poll_fd, 1, 200) != 1)
		return EAGAIN;
	return ATTEMPT(read(group, buffer, sizeof(buffer)));
}

TEST_F(watch, of_an_unwatched_folder_nothing_is_heard)
{
	group = inotify_init1(IN_NONBLOCK);
	ASSERT_LE(0, inotify_add_watch(group, OBJECT, IN_CREATE));
	EXPECT_EQ(EAGAIN, confine_run(self->client, "granted", read_event));
	ASSERT_EQ(0, mkdir(OBJECT "/new", 0700));
	EXPECT_EQ(0, confine_run(self->client, "granted", read_event));
	close(group);
}

TEST_HARNESS_MAIN
