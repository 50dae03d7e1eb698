// SPDX-License-Identifier: GPL-2.0
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../agent/common/cleanup.h"

static int fail(const struct gabion_new_file *file, struct gabion_error *error)
{
	return gabion_error_set(error, -errno, "%s: %s", file->path, strerror(errno));
}

int gabion_new_file_open(struct gabion_new_file *file, const char *path, struct gabion_error *error)
{
	struct stat st;

	*file = (struct gabion_new_file){ .path = path, .fd = -1 };
	file->replaced = !lstat(path, &st);
	if (file->replaced && !S_ISREG(st.st_mode))
		return gabion_error_set(error, -EINVAL, "%s: is there, and is no regular file",
					path);
	if (!file->replaced && errno != ENOENT)
		return fail(file, error);
	if (asprintf(&file->temporary, "%s.XXXXXX", path) < 0) {
		file->temporary = NULL;
		return gabion_error_set(error, -ENOMEM, "out of memory");
	}
	file->fd = mkostemp(file->temporary, O_CLOEXEC);
	return file->fd < 0 ? fail(file, error) : 0;
}

/* A file that was there takes the other's name, so that it can have its own again. */
static int give_name(struct gabion_new_file *file, struct gabion_error *error)
{
	if (renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path,
		      file->replaced ? RENAME_EXCHANGE : RENAME_NOREPLACE))
		return fail(file, error);
	file->named = true;
	return 0;
}

static void take_name(struct gabion_new_file *file)
{
	if (!file->named)
		return;
	renameat2(AT_FDCWD, file->path, AT_FDCWD, file->temporary,
		  file->replaced ? RENAME_EXCHANGE : RENAME_NOREPLACE);
	file->named = false;
}

/* Names are on the disk when their folder is. */
static int sync_folder(const struct gabion_new_file *file, struct gabion_error *error)
{
	cleanup_free char *path = strdup(file->path);
	cleanup_fd int fd = path ? open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return fd < 0 || fsync(fd) ? fail(file, error) : 0;
}

int gabion_new_files_commit(struct gabion_new_file *files, unsigned int n,
			    struct gabion_error *error)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < n; i++)
		err = fsync(files[i].fd) ? fail(&files[i], error) : 0;
	for (i = 0; !err && i < n; i++)
		err = give_name(&files[i], error);
	for (i = 0; !err && i < n; i++)
		err = sync_folder(&files[i], error);
	for (i = 0; err && i < n; i++)
		take_name(&files[i]);
	return err;
}

void gabion_new_file_close(struct gabion_new_file *file)
{
	if (file->fd >= 0) {
		close(file->fd);
		if (!file->named || file->replaced)
			unlink(file->temporary);
	}
	free(file->temporary);
	*file = (struct gabion_new_file)GABION_NEW_FILE_NONE;
}
