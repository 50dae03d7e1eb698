// SPDX-License-Identifier: GPL-2.0
#include "entry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "tap.h"

#define ROOT_DIR "/run/gabion-vm"
/* No name of a machine begins with a dot. Held while folders are made and swept. */
#define DIR_LOCK ".lock"
#define USERS	 ".users"

bool gabion_vm_name_is_valid(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return n && n <= GABION_VM_NAME_MAX && !name[n];
}

/* Nobody else may look at or change what is in it. */
static int check_dir(const char *dir, struct gabion_error *error)
{
	struct stat st;

	if (mkdir(dir, 0700) && errno != EEXIST)
		return gabion_error_set(error, -errno, "%s: %s", dir, strerror(errno));
	if (lstat(dir, &st))
		return gabion_error_set(error, -errno, "%s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 077)
		return gabion_error_set(error, -EPERM,
					"%s: must be a folder of yours alone: remove it", dir);
	return 0;
}

static int find_dir(char dir[GABION_VM_PATH_MAX], struct gabion_error *error)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *given = getenv("GABION_VM_DIR");
	int n;

	if (given && given[0] == '/')
		n = snprintf(dir, GABION_VM_PATH_MAX, "%s", given);
	else if (!geteuid())
		n = snprintf(dir, GABION_VM_PATH_MAX, "%s", ROOT_DIR);
	else if (runtime && runtime[0] == '/')
		n = snprintf(dir, GABION_VM_PATH_MAX, "%s/gabion-vm", runtime);
	else
		return gabion_error_set(
			error, -ENOENT,
			"XDG_RUNTIME_DIR names no folder: set it to one of yours for what runs");
	/* Names of sockets are short: "/NAME/vsock_N" has to fit behind. */
	if (n < 0 ||
	    (size_t)n + GABION_VM_NAME_MAX + 20 > sizeof(((struct sockaddr_un *)0)->sun_path))
		return gabion_error_set(error, -ENAMETOOLONG, "%s: too long for sockets below it",
					dir);
	return check_dir(dir, error);
}

static int lock_file(const char *dir, const char *name, int flags, int how)
{
	char path[GABION_VM_PATH_MAX];
	int fd, err;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	if (fd < 0)
		return -errno;
	if (!flock(fd, how))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static void set_entry(struct gabion_vm_entry *entry, const char *dir, const char *name)
{
	entry->lock = -1;
	snprintf(entry->name, sizeof(entry->name), "%.64s", name);
	snprintf(entry->path, sizeof(entry->path), "%.180s/%.64s", dir, name);
}

/* Is there one who holds its lock? */
static bool runs(const struct gabion_vm_entry *entry)
{
	int fd = lock_file(entry->path, GABION_VM_FILE_LOCK, 0, LOCK_EX | LOCK_NB);

	if (fd >= 0)
		close(fd);
	return fd == -EWOULDBLOCK;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_name(const struct dirent *entry)
{
	return gabion_vm_name_is_valid(entry->d_name);
}

/* With the lock of @dir held. */
static int walk(const char *dir, int (*visit)(void *arg, const struct gabion_vm_entry *entry),
		void *arg)
{
	struct dirent **names;
	struct gabion_vm_entry entry;
	int n = scandir(dir, &names, is_name, by_name), i, result = 0;

	if (n < 0)
		return -errno;
	for (i = 0; i < n; i++) {
		set_entry(&entry, dir, names[i]->d_name);
		if (!runs(&entry))
			gabion_vm_entry_remove(&entry);
		else if (visit && !result)
			result = visit(arg, &entry);
		free(names[i]);
	}
	free(names);
	return result;
}

int gabion_vm_entries(int (*visit)(void *arg, const struct gabion_vm_entry *entry), void *arg,
		      struct gabion_error *error)
{
	cleanup_fd int lock = -1;
	char dir[GABION_VM_PATH_MAX];
	int err = find_dir(dir, error);

	if (err)
		return err;
	lock = lock_file(dir, DIR_LOCK, O_CREAT, LOCK_EX);
	err = lock < 0 ? lock : walk(dir, visit, arg);
	return err < 0 ? gabion_error_set(error, err, "%s: %s", dir, strerror(-err)) : err;
}

int gabion_vm_entry_create(struct gabion_vm_entry *entry, const char *name,
			   struct gabion_error *error)
{
	cleanup_fd int lock = -1;
	char dir[GABION_VM_PATH_MAX];
	int err = find_dir(dir, error);

	if (err)
		return err;
	set_entry(entry, dir, name);
	lock = lock_file(dir, DIR_LOCK, O_CREAT, LOCK_EX);
	err = lock < 0 ? lock : walk(dir, NULL, NULL);
	if (err)
		return gabion_error_set(error, err, "%s: %s", dir, strerror(-err));
	if (mkdir(entry->path, 0700) && errno == EEXIST)
		return gabion_error_set(error, -EEXIST,
					"there is a machine '%s' already: give another name", name);
	entry->lock =
		lock_file(entry->path, GABION_VM_FILE_LOCK, O_CREAT | O_EXCL, LOCK_EX | LOCK_NB);
	if (entry->lock >= 0)
		return 0;
	err = entry->lock;
	gabion_vm_entry_remove(entry);
	return gabion_error_set(error, err, "%s: %s", entry->path, strerror(-err));
}

void gabion_vm_entry_file(const struct gabion_vm_entry *entry, const char *file,
			  char path[GABION_VM_PATH_MAX])
{
	snprintf(path, GABION_VM_PATH_MAX, "%.236s/%.18s", entry->path, file);
}

int gabion_vm_entry_write(const struct gabion_vm_entry *entry, const char *file, const char *bytes,
			  size_t size, struct gabion_error *error)
{
	char path[GABION_VM_PATH_MAX], part[GABION_VM_PATH_MAX];
	cleanup_fd int fd = -1;

	gabion_vm_entry_file(entry, file, path);
	gabion_vm_entry_file(entry, ".part", part);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && write(fd, bytes, size) == (ssize_t)size && !rename(part, path))
		return 0;
	return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
}

int gabion_vm_entry_image(const struct gabion_vm_entry *entry, char path[GABION_VM_PATH_MAX],
			  struct gabion_error *error)
{
	const char *dir = getenv("TMPDIR");
	char link[GABION_VM_PATH_MAX];
	int fd;

	if (!dir || dir[0] != '/')
		dir = "/var/tmp";
	if (snprintf(path, GABION_VM_PATH_MAX, "%s/gabion-vm-XXXXXX", dir) >= GABION_VM_PATH_MAX)
		return gabion_error_set(error, -ENAMETOOLONG, "TMPDIR: %s: too long", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return gabion_error_set(error, -errno, "%s: %s", dir, strerror(errno));
	close(fd);
	gabion_vm_entry_file(entry, GABION_VM_FILE_IMAGE, link);
	if (!symlink(path, link))
		return 0;
	unlink(path);
	return gabion_error_set(error, -errno, "%s: %s", link, strerror(errno));
}

int gabion_vm_entry_open_users(struct gabion_error *error)
{
	int err = check_dir(ROOT_DIR, error), fd;

	if (err)
		return err;
	fd = open(ROOT_DIR "/" USERS, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? gabion_error_set(error, -errno, ROOT_DIR "/" USERS ": %s", strerror(errno))
		      : fd;
}

/* Remove what is in @folder: files, and folders that are empty. */
static void empty_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *file;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((file = readdir(dir)))
		if (unlinkat(fd, file->d_name, 0))
			unlinkat(fd, file->d_name, AT_REMOVEDIR);
	closedir(dir);
}

int gabion_vm_entry_give_tap(const struct gabion_vm_entry *entry, const char *tap, uid_t user,
			     struct gabion_error *error)
{
	char link[GABION_VM_PATH_MAX];
	int err;

	gabion_vm_entry_file(entry, GABION_VM_FILE_TAP, link);
	/* First: it is to be taken back whenever we are killed. */
	if (symlink(tap, link))
		return gabion_error_set(error, -errno, "%s: %s", link, strerror(errno));
	err = gabion_vm_tap_give(tap, user, error);
	/* It is still whose it was, such as another machine's. */
	if (err)
		unlink(link);
	return err;
}

/* What the symbolic link @file of the entry says. Is there one? */
static bool read_link(const struct gabion_vm_entry *entry, const char *file,
		      char target[GABION_VM_PATH_MAX])
{
	char path[GABION_VM_PATH_MAX];
	ssize_t n;

	gabion_vm_entry_file(entry, file, path);
	n = readlink(path, target, GABION_VM_PATH_MAX - 1);
	target[n > 0 ? n : 0] = '\0';
	return n > 0;
}

void gabion_vm_entry_remove(const struct gabion_vm_entry *entry)
{
	char target[GABION_VM_PATH_MAX];
	struct gabion_error error;

	/* Its user may be another machine's next. A tap that is gone is nobody's. */
	if (read_link(entry, GABION_VM_FILE_TAP, target) &&
	    gabion_vm_tap_give(target, 0, &error) == -EBUSY)
		return;
	if (read_link(entry, GABION_VM_FILE_IMAGE, target))
		unlink(target);
	empty_folder(entry->path);
	rmdir(entry->path);
}

void gabion_vm_entry_close(struct gabion_vm_entry *entry)
{
	if (entry->lock >= 0)
		close(entry->lock);
	entry->lock = -1;
}

int gabion_vm_entry_find(struct gabion_vm_entry *entry, const char *name,
			 struct gabion_error *error)
{
	char dir[GABION_VM_PATH_MAX];
	int err = find_dir(dir, error);

	if (err)
		return err;
	set_entry(entry, dir, name);
	if (gabion_vm_name_is_valid(name) && runs(entry))
		return 0;
	return gabion_error_set(error, -ENOENT, "no machine '%s' runs; see 'gabion vm ps'", name);
}

static int make_address(const struct gabion_vm_entry *entry, const char *file,
			struct sockaddr_un *address)
{
	char path[GABION_VM_PATH_MAX];

	gabion_vm_entry_file(entry, file, path);
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

int gabion_vm_entry_connect(const struct gabion_vm_entry *entry, const char *file,
			    struct gabion_error *error)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	int err = make_address(entry, file, &address), mine;

	if (!err && (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address))))
		err = -errno;
	if (err)
		return gabion_error_set(error, err, "machine '%s': %s: %s", entry->name, file,
					strerror(-err));
	mine = fd;
	fd = -1;
	return mine;
}

int gabion_vm_entry_listen(const struct gabion_vm_entry *entry, const char *file,
			   struct gabion_error *error)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address;
	int err = make_address(entry, file, &address), mine;

	if (!err &&
	    (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 32)))
		err = -errno;
	if (err)
		return gabion_error_set(error, err, "%s: %s: %s", entry->path, file,
					strerror(-err));
	mine = fd;
	fd = -1;
	return mine;
}
