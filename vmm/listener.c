// SPDX-License-Identifier: GPL-2.0
#include "listener.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../agent/common/cleanup.h"

#define BACKLOG 64

int gabion_listener_open(const char *what, const struct sockaddr_un *address, mode_t mode,
			 struct gabion_error *error)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err, listener;

	/* The file is made with the mode of the socket: nobody gets in before it is set. */
	if (fd < 0 || fchmod(fd, mode))
		return gabion_error_set(error, -errno, "%s: %s", what, strerror(errno));
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address))) {
		err = -errno;
		return gabion_error_set(
			error, err, "%s: %s: %s%s", what, address->sun_path, strerror(-err),
			err == -EADDRINUSE ? ": remove what an earlier run left" : "");
	}
	if (listen(fd, BACKLOG)) {
		err = -errno;
		unlink(address->sun_path);
		return gabion_error_set(error, err, "%s: %s: %s", what, address->sun_path,
					strerror(-err));
	}
	listener = fd;
	fd = -1;
	return listener;
}
