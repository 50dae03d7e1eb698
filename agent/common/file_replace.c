// SPDX-License-Identifier: GPL-2.0
/*
 * Written beside the target and renamed, so that nobody sees half of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"

/* The value of @name, malloc'ed; -1 and errno. */
static ssize_t read_attribute(int fd, const char *name, char **value)
{
	ssize_t n = fgetxattr(fd, name, NULL, 0);

	*value = n < 0 ? NULL : malloc(n ? n : 1);
	return *value ? fgetxattr(fd, name, *value, n) : -1;
}

/* The new file may have it from its directory or a security module already. */
static bool has_attribute(int fd, const char *name, const char *value, ssize_t n)
{
	cleanup_free char *there = NULL;

	return read_attribute(fd, name, &there) == n && !memcmp(there, value, n);
}

static int copy_attribute(int from, int to, const char *name)
{
	cleanup_free char *value = NULL;
	ssize_t n = read_attribute(from, name, &value);

	if (n < 0)
		return errno == ENODATA ? 0 : -errno;
	if (has_attribute(to, name, value, n) || !fsetxattr(to, name, value, n, 0))
		return 0;
	return -errno;
}

static int copy_attributes(int from, int to)
{
	cleanup_free char *names = NULL;
	ssize_t n = flistxattr(from, NULL, 0);
	const char *name;
	int err = 0;

	if (n <= 0)
		return n && errno != EOPNOTSUPP ? -errno : 0;
	names = malloc(n);
	n = names ? flistxattr(from, names, n) : -1;
	if (n < 0)
		return -errno;
	for (name = names; !err && name < names + n; name += strlen(name) + 1)
		err = copy_attribute(from, to, name);
	return err;
}

static int copy_metadata(int from, int to)
{
	struct stat old, new;

	if (fstat(from, &old) || fstat(to, &new))
		return -errno;
	if (!S_ISREG(old.st_mode))
		return -EINVAL;
	/* Changing the owner may take bits of the mode away, which follows therefore. */
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
	    fchown(to, old.st_uid, old.st_gid))
		return -errno;
	if (fchmod(to, old.st_mode & 07777))
		return -errno;
	return copy_attributes(from, to);
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= n;
	}
	return fsync(fd) ? -errno : 0;
}

/* Name of a file beside @path that no directory listing for policies takes, for mkstemp(). */
static char *beside(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *text;

	return asprintf(&text, "%.*s.%s.XXXXXX", (int)(name - path), path, name) < 0 ? NULL : text;
}

int gabion_file_replace(const char *path, const void *data, size_t size, struct gabion_error *error)
{
	cleanup_free char *target = realpath(path, NULL);
	cleanup_free char *other = NULL;
	cleanup_fd int old = -1, fd = -1;
	int err = 0;

	if (!target && errno == ENOENT)
		target = strdup(path);
	else if (target)
		old = open(target, O_RDONLY | O_CLOEXEC);
	if (!target || (old < 0 && errno != ENOENT))
		return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
	other = beside(target);
	if (!other)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	fd = mkostemp(other, O_CLOEXEC);
	if (fd < 0)
		return gabion_error_set(error, -errno, "%s: %s", other, strerror(errno));
	if (old >= 0) {
		err = copy_metadata(old, fd);
		if (err)
			gabion_error_set(error, err,
					 "%s: left as it is: its owner, mode or extended "
					 "attributes cannot be kept: %s",
					 path, strerror(-err));
	}
	if (!err) {
		err = write_all(fd, data, size);
		if (!err && rename(other, target))
			err = -errno;
		if (err)
			gabion_error_set(error, err, "%s: %s", path, strerror(-err));
	}
	if (err)
		unlink(other);
	return err;
}
