// SPDX-License-Identifier: GPL-2.0
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/cleanup.h"

/*
 * What gabion-vmm makes there takes a page, and names: the five files, their root, dev and the
 * socket of vsock.
 */
#define ROOT_OPTIONS "mode=0700,size=64k,nr_inodes=16"

enum { KERNEL, INITRD, IMAGE, CONFIG, SOCKET, FILES };

/**
 * struct files - what of the host a machine has in its jail: files that it reads, and the socket
 * that its guest connects to
 * @host:	names; @config and @socket are two of them
 * @inside:	names there
 */
struct files {
	const char *host[FILES], *inside[FILES];
	char config[GABION_VM_PATH_MAX], socket[GABION_VM_PATH_MAX];
};

static void list_files(const struct gabion_vm_machine *machine, const struct gabion_vm_entry *entry,
		       struct files *files)
{
	*files = (struct files){
		.host = {machine->kernel, machine->initrd, machine->image, files->config,
			 files->socket},
		.inside = {GABION_VM_INSIDE_KERNEL, GABION_VM_INSIDE_INITRD, GABION_VM_INSIDE_IMAGE,
			   GABION_VM_INSIDE_CONFIG, GABION_VM_INSIDE_SOCKET},
	};
	gabion_vm_entry_file(entry, GABION_VM_FILE_CONFIG, files->config);
	gabion_vm_entry_file(entry, GABION_VM_FILE_SOCKET, files->socket);
}

int gabion_vm_jail_allot(uid_t *uid, int *lock, struct gabion_error *error)
{
	/* Of the open file: it goes with the last process that has it. */
	struct flock slot = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
	cleanup_fd int fd = gabion_vm_entry_open_users(error);

	if (fd < 0)
		return fd;
	for (; slot.l_start < GABION_VM_UID_COUNT; slot.l_start++) {
		if (!fcntl(fd, F_OFD_SETLK, &slot)) {
			*uid = GABION_VM_UID_FIRST + (uid_t)slot.l_start;
			*lock = fd;
			fd = -1;
			return 0;
		}
		if (errno != EAGAIN && errno != EACCES)
			return gabion_error_set(error, -errno, "users of machines: %s",
						strerror(errno));
	}
	return gabion_error_set(error, -EUSERS,
				"all %d users of machines are taken: end some machines",
				GABION_VM_UID_COUNT);
}

int gabion_vm_jail_give(const struct gabion_vm_machine *machine, const char *path,
			struct gabion_error *error)
{
	if (!lchown(path, machine->uid, machine->uid))
		return 0;
	return gabion_error_set(error, -errno, "%s: cannot be given to user %u: %s", path,
				machine->uid, strerror(errno));
}

/* By what the mode says of others: the user is in no group, and owns what was made for it only. */
static int check_readable(const struct gabion_vm_machine *machine, const char *path,
			  struct gabion_error *error)
{
	struct stat st;

	if (stat(path, &st))
		return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (st.st_mode & S_IROTH || st.st_uid == machine->uid)
		return 0;
	return gabion_error_set(error, -EACCES,
				"%s: the machine's user in its jail may not read it: chmod o+r, or "
				"--no-jail",
				path);
}

/* An empty file, for something to be mounted on. 0 or -errno. */
static int make_place(const char *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_RDONLY | O_CLOEXEC, 0400);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void name_inside(const struct gabion_vm_entry *entry, const char *inside,
			char path[GABION_VM_PATH_MAX])
{
	char file[32];

	snprintf(file, sizeof(file), GABION_VM_FILE_JAIL "%.20s", inside);
	gabion_vm_entry_file(entry, file, path);
}

int gabion_vm_jail_make(const struct gabion_vm_machine *machine,
			const struct gabion_vm_entry *entry, struct gabion_error *error)
{
	char path[GABION_VM_PATH_MAX];
	int err;

	err = check_readable(machine, machine->kernel, error);
	if (!err)
		err = check_readable(machine, machine->initrd, error);
	if (!err)
		err = check_readable(machine, machine->image, error);
	if (err)
		return err;
	gabion_vm_entry_file(entry, GABION_VM_FILE_JAIL, path);
	if (mkdir(path, 0700))
		return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (machine->tap)
		return gabion_vm_entry_give_tap(entry, machine->tap, machine->uid, error);
	gabion_vm_entry_file(entry, GABION_VM_FILE_NETNS, path);
	err = make_place(path);
	return err ? gabion_error_set(error, err, "%s: %s", path, strerror(-err)) : 0;
}

static int mount_root(const struct gabion_vm_machine *machine, const struct gabion_vm_entry *entry)
{
	char path[GABION_VM_PATH_MAX], options[80];

	gabion_vm_entry_file(entry, GABION_VM_FILE_JAIL, path);
	snprintf(options, sizeof(options), ROOT_OPTIONS ",uid=%u,gid=%u", machine->uid,
		 machine->uid);
	return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) ? -errno
											: 0;
}

/* Mount the file @from at @to, for reading; to connect to a socket is none of its writing. 0 or
 * -errno. */
static int lend(const char *from, const char *to)
{
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
						    MOUNT_ATTR_NOEXEC};
	cleanup_fd int tree = open_tree(AT_FDCWD, from, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	int err = make_place(to);

	if (err)
		return err;
	if (tree < 0 || mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) ||
	    move_mount(tree, "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH))
		return -errno;
	return 0;
}

/* A network namespace with nothing but its name @path; we stay where we are, as Gabion's family of
 * netlink is the host's. 0 or -errno. */
static int make_network(const char *path)
{
	cleanup_fd int ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (ours < 0 || unshare(CLONE_NEWNET) ||
	    mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) || setns(ours, CLONE_NEWNET))
		return -errno;
	return 0;
}

int gabion_vm_jail_furnish(const struct gabion_vm_machine *machine,
			   const struct gabion_vm_entry *entry, struct gabion_error *error)
{
	char path[GABION_VM_PATH_MAX];
	struct files files;
	int err, i;

	/* Nothing is to come from, or go to, the host's namespace. */
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return gabion_error_set(error, -errno, "jail: no mount namespace: %s",
					strerror(errno));
	err = mount_root(machine, entry);
	if (err)
		return gabion_error_set(error, err, "jail: no root of its own: %s", strerror(-err));
	list_files(machine, entry, &files);
	for (i = 0; i < FILES; i++) {
		name_inside(entry, files.inside[i], path);
		err = lend(files.host[i], path);
		if (err)
			return gabion_error_set(error, err, "jail: %s cannot be mounted at %s: %s",
						files.host[i], path, strerror(-err));
	}
	if (machine->tap)
		return 0;
	gabion_vm_entry_file(entry, GABION_VM_FILE_NETNS, path);
	err = make_network(path);
	return err ? gabion_error_set(error, err, "jail: no network namespace: %s", strerror(-err))
		   : 0;
}
