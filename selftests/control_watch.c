// SPDX-License-Identifier: GPL-2.0
/* The control `watch`: fanotify marks on more than one file. */
#include <fcntl.h>
#include <sys/fanotify.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"

#define WATCH_VARIANT(name)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EPERM, .klass = GABION_CLASS_CONTROL,	\
		.refused = GABION_CONTROL_WATCH,				\
	}

static int mark(unsigned int group, unsigned int what, uint64_t events)
{
	int fd = fanotify_init(group, O_RDONLY);

	if (fd < 0)
		return 99;
	return ATTEMPT(fanotify_mark(fd, FAN_MARK_ADD | what, events, AT_FDCWD,
				     TEST_DIR "/object"));
}

static int mark_mount(void)
{
	return mark(FAN_CLASS_NOTIF, FAN_MARK_MOUNT, FAN_OPEN);
}
WATCH_VARIANT(mark_mount);

static int mark_filesystem(void)
{
	return mark(FAN_CLASS_NOTIF, FAN_MARK_FILESYSTEM, FAN_CLOSE_WRITE);
}
WATCH_VARIANT(mark_filesystem);

/* Events without descriptors. */
static int mark_names(void)
{
	return mark(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME, FAN_MARK_FILESYSTEM, FAN_CREATE);
}
WATCH_VARIANT(mark_names);

GABION_FIXTURE(watch)

static int mark_one(void)
{
	return mark(FAN_CLASS_NOTIF, 0, FAN_OPEN);
}

/* One file: that is for the file's own permission, which "refused" has not either. */
TEST_F(watch, single_files_need_no_control)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, mark_one));
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", mark_one));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_WATCH, .domain = "refused" }));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_CONTROL, .domain = "refused" }));
}

TEST_HARNESS_MAIN
