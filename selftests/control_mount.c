// SPDX-License-Identifier: GPL-2.0
/* The control `mount`, by the calls that came with Linux 5.2 and later. */
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"

#define MOUNT_VARIANT(name)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EPERM, .klass = GABION_CLASS_CONTROL,	\
		.refused = GABION_CONTROL_MOUNT,				\
	}

/* A tmpfs that is mounted nowhere. Return: its descriptor or -errno. */
static int detached_tmpfs(void)
{
	int context = syscall(SYS_fsopen, "tmpfs", 0), fd;

	if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	fd = syscall(SYS_fsmount, context, 0, 0);
	return fd < 0 ? -errno : fd;
}

static int make_detached(void)
{
	int fd = detached_tmpfs();

	return fd < 0 ? -fd : 0;
}
MOUNT_VARIANT(make_detached);

static int context;

/* Made by who may; only the last step is the domain's. */
static int make_context(struct gabion_netlink *client)
{
	context = syscall(SYS_fsopen, "tmpfs", 0);
	return context < 0 ? errno :
	       ATTEMPT(syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
}

static int mount_context(void)
{
	return ATTEMPT(syscall(SYS_fsmount, context, 0, 0));
}
FIXTURE_VARIANT_ADD(attempt, mount_context)
{
	.run = mount_context, .before = make_context, .error = EPERM,
	.klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_MOUNT,
};

/* There, rules would be about other files. */
static int enter_namespace(void)
{
	return ATTEMPT(setns(open("/proc/self/ns/mnt", O_RDONLY), CLONE_NEWNS));
}
MOUNT_VARIANT(enter_namespace);

static int enter_namespaces_of_a_process(void)
{
	return ATTEMPT(setns(syscall(SYS_pidfd_open, getpid(), 0), CLONE_NEWNS | CLONE_NEWUTS));
}
MOUNT_VARIANT(enter_namespaces_of_a_process);

static int tree;

static int make_tree(struct gabion_netlink *client)
{
	tree = detached_tmpfs();
	return tree < 0 ? -tree : 0;
}

static int attach(void)
{
	if (unshare(CLONE_NEWNS))
		return 99;
	return ATTEMPT(syscall(SYS_move_mount, tree, "", AT_FDCWD, TEST_DIR "/object/dir",
			       MOVE_MOUNT_F_EMPTY_PATH));
}
FIXTURE_VARIANT_ADD(attempt, attach)
{
	.run = attach, .before = make_tree, .error = EPERM,
	.klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_MOUNT,
};

static int reconfigure(void)
{
	int fd = syscall(SYS_fspick, AT_FDCWD, "/run", 0);

	if (fd < 0)
		return errno;
	return ATTEMPT(syscall(SYS_fsconfig, fd, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0));
}
MOUNT_VARIANT(reconfigure);

static int copy_tree(void)
{
	return ATTEMPT(syscall(SYS_open_tree, AT_FDCWD, TEST_DIR "/object", OPEN_TREE_CLONE));
}
MOUNT_VARIANT(copy_tree);

/* What a remount does, which has to ask. */
static int set_attributes(void)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOATIME, .attr_clr = MOUNT_ATTR__ATIME };

	if (unshare(CLONE_NEWNS))
		return 99;
	return ATTEMPT(syscall(SYS_mount_setattr, AT_FDCWD, "/run", 0, &attr, sizeof(attr)));
}
MOUNT_VARIANT(set_attributes);

static int make_private(void)
{
	struct mount_attr attr = { .propagation = MS_PRIVATE };

	if (unshare(CLONE_NEWNS))
		return 99;
	return ATTEMPT(syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attr,
			       sizeof(attr)));
}
MOUNT_VARIANT(make_private);

TEST_HARNESS_MAIN
