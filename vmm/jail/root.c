// SPDX-License-Identifier: GPL-2.0
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../../agent/common/cleanup.h"

static const char *const devices[GABION_ROOT_DEVICES] = { "/dev/kvm", "/dev/net/tun" };

static void find_devices(struct gabion_root *root)
{
	struct stat st;
	unsigned int i;

	for (i = 0; i < GABION_ROOT_DEVICES; i++)
		if (!stat(devices[i], &st) && S_ISCHR(st.st_mode))
			root->devices[i] = st.st_rdev;
}

/* What is in the folder is the machine's: no link there leads us anywhere. */
void gabion_root_remove_socket(const struct gabion_root *root, const char *socket)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS };
	const char *slash = strrchr(socket, '/');
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "./%.*s", slash ? (int)(slash - socket) : 0, socket);
	cleanup_fd int folder = syscall(SYS_openat2, root->folder, path, &how, sizeof(how));

	socket = slash ? slash + 1 : socket;
	if (folder >= 0 && !fstatat(folder, socket, &st, AT_SYMLINK_NOFOLLOW) &&
	    S_ISSOCK(st.st_mode))
		unlinkat(folder, socket, 0);
}

/*
 * For one machine at a time: the lock is everybody's who has the descriptor from here. What is in
 * the folder of others is not ours to clean.
 */
static int open_folder(struct gabion_root *root)
{
	cleanup_fd int fd = open(root->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB))
		return -errno;
	root->folder = fd;
	fd = -1;
	return 0;
}

int gabion_root_open(struct gabion_root *root, const char *path, uid_t uid, gid_t gid,
		     struct gabion_error *error)
{
	int err;

	root->path = path;
	find_devices(root);
	root->made = !mkdir(path, 0700);
	err = root->made || errno == EEXIST ? open_folder(root) : -errno;
	if (!err && root->made && fchown(root->folder, uid, gid))
		err = -errno;
	if (!err) {
		root->made_dev = !mkdirat(root->folder, "dev", 0755);
		err = root->made_dev || errno == EEXIST ? 0 : -errno;
	}
	return err ? gabion_error_set(error, err, "--jail %s: %s", path,
				      err == -EWOULDBLOCK ? "another machine is in it"
							  : strerror(-err))
		   : 0;
}

/* Our own mounts go nowhere else, and others' do not come to us. */
static int isolate(void)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ? -errno : 0;
}

static bool same_folder(int one, int other)
{
	struct stat a, b;

	return !fstat(one, &a) && !fstat(other, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* With what is mounted below it, such as a disk that is to be lent to the machine. */
static int change_root(const struct gabion_root *root)
{
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC };
	/* The one of our namespace: what was open before is of the former. */
	cleanup_fd int folder = open(root->path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_fd int tree = open_tree(
		folder, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);

	if (folder >= 0 && !same_folder(folder, root->folder))
		return -ESTALE;
	if (tree < 0 ||
	    mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes,
			  sizeof(attributes)) ||
	    move_mount(tree, "", folder, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) ||
	    fchdir(tree) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) ||
	    chroot(".") || chdir("/"))
		return -errno;
	return 0;
}

/* Whatever the folder's dev is, a link even: the host is out of reach. */
static int make_devices(const struct gabion_root *root, uid_t uid, gid_t gid)
{
	static const unsigned long flags = MS_NOSUID | MS_NOEXEC;
	unsigned int i;

	if (mount("tmpfs", "/dev", "tmpfs", flags, "mode=0755,size=64k,nr_inodes=8") ||
	    mkdir("/dev/net", 0755))
		return -errno;
	for (i = 0; i < GABION_ROOT_DEVICES; i++)
		if (root->devices[i] && (mknod(devices[i], S_IFCHR | 0600, root->devices[i]) ||
					 chown(devices[i], uid, gid)))
			return -errno;
	return mount(NULL, "/dev", NULL, MS_REMOUNT | MS_RDONLY | flags, NULL) ? -errno : 0;
}

int gabion_root_enter(const struct gabion_root *root, uid_t uid, gid_t gid,
		      struct gabion_error *error)
{
	int err = isolate();

	if (!err)
		err = change_root(root);
	if (err)
		return gabion_error_set(error, err, "--jail %s: cannot be the root: %s", root->path,
					strerror(-err));
	err = make_devices(root, uid, gid);
	return err ? gabion_error_set(error, err, "--jail %s: its /dev: %s", root->path,
				      strerror(-err))
		   : 0;
}

void gabion_root_clean(const struct gabion_root *root, const char *socket)
{
	if (root->folder < 0)
		return;
	if (socket)
		gabion_root_remove_socket(root, socket);
	if (root->made_dev)
		unlinkat(root->folder, "dev", AT_REMOVEDIR);
	/* If nobody has put anything there. */
	if (root->made)
		rmdir(root->path);
}

void gabion_root_close(struct gabion_root *root)
{
	if (root->folder >= 0)
		close(root->folder);
	root->folder = -1;
}
