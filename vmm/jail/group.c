// SPDX-License-Identifier: GPL-2.0
#include "group.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../agent/common/cleanup.h"

/* How long the kernel may take to be done with processes that were killed. */
#define REMOVE_TRIES	1000
#define REMOVE_PAUSE_NS 10000000

int gabion_group_find(struct gabion_group *group, const char *id, struct gabion_error *error)
{
	cleanup_file FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char line[4096];

	if (!mounts)
		return gabion_error_set(error, -errno, "/proc/self/mounts: %s", strerror(errno));
	while (getmntent_r(mounts, &entry, line, sizeof(line))) {
		if (strcmp(entry.mnt_type, "cgroup2"))
			continue;
		group->top = open(entry.mnt_dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
		if (group->top < 0)
			return gabion_error_set(error, -errno, "%s: %s", entry.mnt_dir,
						strerror(errno));
		snprintf(group->name, sizeof(group->name), "gabion-vmm.%s", id);
		return 0;
	}
	return gabion_error_set(error, -ENODEV,
				"--cgroup: no cgroup v2 is mounted: mount -t cgroup2 cgroup2 "
				"/sys/fs/cgroup");
}

/* @length bytes to the file @name of folder @folder. 0 or -errno. */
static int put(int folder, const char *name, const char *text, size_t length)
{
	cleanup_fd int fd = openat(folder, name, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, length) != (ssize_t)length)
		return -errno;
	return 0;
}

/* Groups below the top have the controller's files when it is on there. */
static int enable(const struct gabion_group *group, const char *key, struct gabion_error *error)
{
	char on[32];
	int n = snprintf(on, sizeof(on), "+%.*s", (int)strcspn(key, "."), key), err;

	/* Its own files are in every group. */
	if (!strcmp(on, "+cgroup"))
		return 0;
	err = put(group->top, "cgroup.subtree_control", on, n);
	return err ? gabion_error_set(error, err,
				      "--cgroup %s: controller %s cannot be switched on: %s: those "
				      "that can be are in cgroup.controllers",
				      key, on + 1, strerror(-err))
		   : 0;
}

static int set(int folder, const char *setting, struct gabion_error *error)
{
	size_t length = strcspn(setting, "=");
	char key[128];
	int err;

	if (length >= sizeof(key))
		return gabion_error_set(error, -EINVAL, "--cgroup: %s: no such setting", setting);
	memcpy(key, setting, length);
	key[length] = 0;
	setting += length + 1;
	err = put(folder, key, setting, strlen(setting));
	if (!err)
		return 0;
	return gabion_error_set(error, err, "--cgroup: %s=%s: %s", key, setting,
				err == -ENOENT ? "the kernel has no such setting" : strerror(-err));
}

static int make(const struct gabion_group *group, struct gabion_error *error)
{
	int err = mkdirat(group->top, group->name, 0755) ? -errno : 0;

	/* What an earlier run left, whose keeper was killed, too. */
	if (err == -EEXIST)
		err = unlinkat(group->top, group->name, AT_REMOVEDIR) ||
				      mkdirat(group->top, group->name, 0755)
			      ? -errno
			      : 0;
	if (!err)
		return 0;
	return gabion_error_set(error, err, "control group %s: %s", group->name,
				err == -EBUSY ? "another machine of this --id runs in it"
					      : strerror(-err));
}

static int fill(struct gabion_group *group, const char *const *settings, unsigned int n,
		struct gabion_error *error)
{
	cleanup_fd int folder = openat(group->top, group->name, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	unsigned int i;
	int err = 0;

	if (folder < 0)
		return gabion_error_set(error, -errno, "control group %s: %s", group->name,
					strerror(errno));
	for (i = 0; !err && i < n; i++)
		err = set(folder, settings[i], error);
	if (err)
		return err;
	group->procs = openat(folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	return group->procs < 0
		       ? gabion_error_set(error, -errno, "cgroup.procs: %s", strerror(errno))
		       : 0;
}

int gabion_group_make(struct gabion_group *group, const char *const *settings, unsigned int n,
		      struct gabion_error *error)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < n; i++)
		err = enable(group, settings[i], error);
	if (!err)
		err = make(group, error);
	if (err)
		return err;
	err = fill(group, settings, n, error);
	if (err)
		unlinkat(group->top, group->name, AT_REMOVEDIR);
	return err;
}

int gabion_group_join(const struct gabion_group *group, struct gabion_error *error)
{
	if (write(group->procs, "0", 1) == 1)
		return 0;
	return gabion_error_set(error, -errno, "control group %s: cannot be joined: %s",
				group->name, strerror(errno));
}

int gabion_group_remove(const struct gabion_group *group)
{
	static const struct timespec pause = { .tv_nsec = REMOVE_PAUSE_NS };
	char kill[GABION_GROUP_NAME + 16];
	unsigned int i;

	snprintf(kill, sizeof(kill), "%s/cgroup.kill", group->name);
	for (i = 0; i < REMOVE_TRIES; i++) {
		if (!unlinkat(group->top, group->name, AT_REMOVEDIR) || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		/* Before Linux 5.14 there is none: then they die for other reasons, or not. */
		put(group->top, kill, "1", 1);
		nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

void gabion_group_close(struct gabion_group *group)
{
	if (group->procs >= 0)
		close(group->procs);
	if (group->top >= 0)
		close(group->top);
	group->top = group->procs = -1;
}
