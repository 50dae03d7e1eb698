// SPDX-License-Identifier: GPL-2.0
#include "sync_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"

int gabion_sync_directory(const char *path, struct gabion_error *error)
{
	cleanup_free char *directory = strdup(path);
	char *slash = directory ? strrchr(directory, '/') : NULL;
	cleanup_fd int fd = -1;

	if (!slash)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	slash[slash == directory] = '\0';
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd))
		return gabion_error_set(error, -errno, "cannot sync %s: %s", directory,
					strerror(errno));
	return 0;
}
