// SPDX-License-Identifier: GPL-2.0
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int gabion_output_open(const char *what, const char *path, struct gabion_error *error)
{
	/* To read it, too: a pipe without a reader could not be opened to write only. */
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd < 0)
		return gabion_error_set(error, -errno, "%s %s: %s", what, path, strerror(errno));
	return fd;
}
