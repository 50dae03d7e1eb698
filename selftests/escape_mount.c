// SPDX-License-Identifier: GPL-2.0
/* Escapes by mounts: names bent by what is mounted where, and disks read under the file system. */
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/escape.h"

#define COMMAND(name, text) static int name(void) { return system(text) ? EIO : 0; }

/* Mount, then read what should not be readable there. */
static int mount_and_read(const char *source, const char *target, const char *type,
			  unsigned long flags, const char *data, const char *path)
{
	int err = escape_private_mounts();

	if (!err)
		err = ATTEMPT(mount(source, target, type, flags, data));
	return err ?: escape_read(path);
}

static int bind_folder(void)
{
	return mount_and_read(SECRET, OWN "/dir", NULL, MS_BIND, NULL, OWN "/dir/key");
}
ESCAPE(bind_folder, BY_CONTROL(MOUNT));

static int bind_recursively(void)
{
	return mount_and_read("/", OWN "/dir", NULL, MS_BIND | MS_REC, NULL, OWN "/dir" KEY);
}
ESCAPE(bind_recursively, BY_CONTROL(MOUNT));

static int bind_file(void)
{
	return mount_and_read(KEY, OWN "/bait", NULL, MS_BIND, NULL, OWN "/bait");
}
ESCAPE(bind_file, BY_CONTROL(MOUNT));

static int bind_over_a_program(void)
{
	int err = escape_private_mounts() ?:
		  ATTEMPT(mount(OWN "/program", "/usr/bin/true", NULL, MS_BIND, NULL));

	return err ?: escape_execute("/usr/bin/true");
}
ESCAPE(bind_over_a_program, BY_CONTROL(MOUNT));

COMMAND(mount_in_secret, "mount -t tmpfs t " SECRET "/dir && echo key > " SECRET "/dir/key")

static int move_a_mount(void)
{
	return mount_and_read(SECRET "/dir", OWN "/dir", NULL, MS_MOVE, NULL, OWN "/dir/key");
}
ESCAPE(move_a_mount, .prepare = mount_in_secret, BY_CONTROL(MOUNT));

static int overlay_of_the_secret(void)
{
	return mount_and_read("overlay", OWN "/dir", "overlay", 0,
			      "lowerdir=" SECRET ":" PROTECTED, OWN "/dir/key");
}
COMMAND(load_overlay, "modprobe overlay")
ESCAPE(overlay_of_the_secret, .prepare = load_overlay, BY_CONTROL(MOUNT));

static int overlay_that_copies_up(void)
{
	if (mkdir(OWN "/upper", 0700) || mkdir(OWN "/work", 0700))
		return errno;
	return mount_and_read("overlay", OWN "/dir", "overlay", 0,
			      "lowerdir=" SECRET ",upperdir=" OWN "/upper,workdir=" OWN "/work",
			      OWN "/dir/key");
}
ESCAPE(overlay_that_copies_up, .prepare = load_overlay, BY_CONTROL(MOUNT));

static int hide_the_protected(void)
{
	return escape_private_mounts() ?: ATTEMPT(mount("t", PROTECTED, "tmpfs", 0, NULL));
}
ESCAPE(hide_the_protected, BY_CONTROL(MOUNT));

static int share_mounts(void)
{
	if (unshare(CLONE_NEWNS))
		return errno;
	return ATTEMPT(mount(NULL, "/", NULL, MS_SHARED, NULL));
}
ESCAPE(share_mounts, BY_CONTROL(MOUNT));

static int remount(void)
{
	return escape_private_mounts() ?:
	       ATTEMPT(mount(NULL, OWN "/dir", NULL, MS_REMOUNT | MS_NODEV, NULL));
}
COMMAND(mount_in_own, "mount -t tmpfs t " OWN "/dir && mkdir " OWN "/dir/old")
ESCAPE(remount, .prepare = mount_in_own, BY_CONTROL(MOUNT));

/* A second instance of a kernel's file system, under names that a rule grants. */
static int second(const char *type, const char *file)
{
	return mount_and_read(type, OWN "/dir", type, 0, NULL, file);
}

static int second_proc(void)
{
	return second("proc", OWN "/dir/sys/kernel/core_pattern");
}
ESCAPE(second_proc, BY_CONTROL(MOUNT));

static int second_sysfs(void)
{
	return second("sysfs", OWN "/dir/kernel/uevent_seqnum");
}
ESCAPE(second_sysfs, BY_CONTROL(MOUNT));

static int second_devtmpfs(void)
{
	return second("devtmpfs", OWN "/dir/zero");
}
ESCAPE(second_devtmpfs, BY_CONTROL(MOUNT));

static int second_tracefs(void)
{
	return second("tracefs", OWN "/dir/trace");
}
ESCAPE(second_tracefs, BY_CONTROL(MOUNT));

static int second_cgroup(void)
{
	int err = escape_private_mounts();

	return err ?: ATTEMPT(mount("cgroup", OWN "/dir", "cgroup", 0, "none,name=evil")) ?:
	       escape_write(OWN "/dir/release_agent", OWN "/program");
}
ESCAPE(second_cgroup, BY_CONTROL(MOUNT));

/* What is registered goes with the last mount. */
static int second_binfmt_misc(void)
{
	int err = escape_private_mounts() ?:
		  ATTEMPT(mount("b", OWN "/dir", "binfmt_misc", 0, NULL));

	return err ?: escape_write(OWN "/dir/register", ":evil:M::EVIL::" OWN "/program:C");
}
COMMAND(load_binfmt_misc, "modprobe binfmt_misc")
ESCAPE(second_binfmt_misc, .prepare = load_binfmt_misc, BY_CONTROL(MOUNT));

/* --- the new mount API --- */

static int detached_tree(void)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, SECRET, OPEN_TREE_CLONE);

	return tree < 0 ? errno : escape_read_at(tree, "key");
}
ESCAPE(detached_tree, BY_CONTROL(MOUNT));

static int detached_tree_of_all(void)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE | AT_RECURSIVE);

	return tree < 0 ? errno : escape_read_at(tree, KEY + 1);
}
ESCAPE(detached_tree_of_all, BY_CONTROL(MOUNT));

static int tree_without_clone(void)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, SECRET, 0);

	return tree < 0 ? errno : escape_read_at(tree, "key");
}
ESCAPE(tree_without_clone, BY_FILE(GABION_FILE_READ, KEY));

static int attached_tree(void)
{
	int tree, err = escape_private_mounts();

	if (err)
		return err;
	tree = syscall(SYS_open_tree, AT_FDCWD, SECRET, OPEN_TREE_CLONE);
	if (tree < 0 || syscall(SYS_move_mount, tree, "", AT_FDCWD, OWN "/dir",
				MOVE_MOUNT_F_EMPTY_PATH))
		return errno;
	return escape_read(OWN "/dir/key");
}
ESCAPE(attached_tree, BY_CONTROL(MOUNT));

static int new_file_system(void)
{
	int fs = syscall(SYS_fsopen, "tmpfs", 0), mount;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return errno;
	mount = syscall(SYS_fsmount, fs, 0, 0);
	return mount < 0 ? errno : ATTEMPT(openat(mount, "file", O_RDWR | O_CREAT, 0700));
}
ESCAPE(new_file_system, BY_CONTROL(MOUNT));

static int picked_file_system(void)
{
	int fs = syscall(SYS_fspick, AT_FDCWD, OWN "/dir", 0);

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "size", "1M", 0))
		return errno;
	return ATTEMPT(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0));
}
ESCAPE(picked_file_system, .prepare = mount_in_own, BY_CONTROL(MOUNT));

/* --- taking mounts away --- */

static int unmount_proc(void)
{
	return escape_private_mounts() ?: ATTEMPT(umount2("/proc", MNT_DETACH));
}
ESCAPE(unmount_proc, BY_CONTROL(UMOUNT));

COMMAND(cover_the_secret, "mount -t tmpfs t " SECRET)

static int uncover(void)
{
	return escape_private_mounts() ?: ATTEMPT(umount2(SECRET, MNT_DETACH)) ?: escape_read(KEY);
}
ESCAPE(uncover, .prepare = cover_the_secret, BY_CONTROL(UMOUNT));

static int pivot(void)
{
	int err = escape_private_mounts();

	return err ?: ATTEMPT(syscall(SYS_pivot_root, OWN "/dir", OWN "/dir/old"));
}
ESCAPE(pivot, .prepare = mount_in_own, BY_CONTROL(PIVOT_ROOT));

/* --- namespaces --- */

static int user_namespace(void)
{
	return ATTEMPT(unshare(CLONE_NEWUSER));
}
ESCAPE(user_namespace, BY_CONTROL(USERNS));

static int user_namespace_of_a_child(void)
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (!pid)
		_exit(0);
	return pid < 0 || waitpid(pid, NULL, 0) != pid ? errno : 0;
}
ESCAPE(user_namespace_of_a_child, BY_CONTROL(USERNS));

static int mounts_in_a_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return errno;
	return ATTEMPT(mount("t", OWN "/dir", "tmpfs", 0, NULL));
}
ESCAPE(mounts_in_a_user_namespace, BY_CONTROL(MOUNT), .domain = "hostile_controls");

static int name_in_a_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return errno;
	return escape_read(KEY);
}
ESCAPE(name_in_a_user_namespace, BY_FILE(GABION_FILE_READ, KEY), .domain = "hostile_controls");

static int name_in_a_mount_namespace(void)
{
	return unshare(CLONE_NEWNS) ? errno : escape_read(KEY);
}
ESCAPE(name_in_a_mount_namespace, BY_FILE(GABION_FILE_READ, KEY));

/* --- under the file system --- */

static int mount_the_disk_again(void)
{
	return mount_and_read(escape_disk_device, OWN "/dir", "ext4", 0, NULL, OWN "/dir/key");
}
ESCAPE(mount_the_disk_again, .prepare = escape_disk, BY_CONTROL(MOUNT));

static int read_the_disk(void)
{
	return escape_read(escape_disk_device);
}
ESCAPE(read_the_disk, .prepare = escape_disk, BY_FILE(GABION_FILE_READ, NULL));

static int write_the_disk(void)
{
	return ATTEMPT(open(escape_disk_device, O_WRONLY));
}
ESCAPE(write_the_disk, .prepare = escape_disk, BY_FILE(GABION_FILE_WRITE, NULL));

/* /run is mounted without devices: the node is what counts, other folders would open it. */
static int own_node_of_the_disk(void)
{
	return ATTEMPT(mknod(OWN "/node", S_IFBLK | 0600,
			     makedev(7, atoi(escape_disk_device + strlen("/dev/loop")))));
}
ESCAPE(own_node_of_the_disk, .prepare = escape_disk,
       BY_FILE(GABION_FILE_MKNOD, OWN "/node"));

static int own_node_of_memory(void)
{
	return ATTEMPT(mknod(OWN "/node", S_IFCHR | 0600, makedev(1, 1)));
}
ESCAPE(own_node_of_memory, BY_FILE(GABION_FILE_MKNOD, OWN "/node"));

COMMAND(load_loop, "modprobe loop")

static int loop_device_of_ones_own(void)
{
	int control = open("/dev/loop-control", O_RDWR);

	return control < 0 ? errno : ATTEMPT(ioctl(control, LOOP_CTL_GET_FREE));
}
ESCAPE(loop_device_of_ones_own, .prepare = load_loop,
       BY_FILE(GABION_FILE_READ, "/dev/loop-control"));

static int detach_the_disk(void)
{
	int fd = open(escape_disk_device, 3);

	return fd < 0 ? errno : ATTEMPT(ioctl(fd, LOOP_CLR_FD));
}
ESCAPE(detach_the_disk, .prepare = escape_disk, BY_FILE(GABION_FILE_WRITE, NULL));

COMMAND(load_fuse, "modprobe fuse")

static int own_file_system_server(void)
{
	return ATTEMPT(open("/dev/fuse", O_RDWR));
}
ESCAPE(own_file_system_server, .prepare = load_fuse, BY_FILE(GABION_FILE_READ, "/dev/fuse"));

TEST_HARNESS_MAIN
