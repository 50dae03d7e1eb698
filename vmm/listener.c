// SPDX-License-Identifier: GPL-2.0
#include "listener.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../agent/common/cleanup.h"

#define BACKLOG 64

/* Whether it is a socket whose process is gone. */
static bool is_left(const struct sockaddr_un *address)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (fd < 0 || lstat(address->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	return connect(fd, (const struct sockaddr *)address, sizeof(*address)) &&
	       errno == ECONNREFUSED;
}

static int bind_to(int fd, const struct sockaddr_un *address)
{
	int err = bind(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;

	if (err != -EADDRINUSE || !is_left(address) || unlink(address->sun_path))
		return err;
	return bind(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;
}

int gabion_listener_open(const char *what, const struct sockaddr_un *address, mode_t mode,
			 struct gabion_error *error)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err, listener;

	/* The file is made with the mode of the socket: nobody gets in before it is set. */
	if (fd < 0 || fchmod(fd, mode))
		return gabion_error_set(error, -errno, "%s: %s", what, strerror(errno));
	err = bind_to(fd, address);
	if (err)
		return gabion_error_set(error, err, "%s: %s: %s%s", what, address->sun_path,
					strerror(-err),
					err == -EADDRINUSE ? ": a program listens there, or it is "
							     "no socket: take another path"
							   : "");
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
