// SPDX-License-Identifier: GPL-2.0
#include "live.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Longest record: two paths of PATH_MAX, escaped and in hexadecimal, and then some. */
#define RECORD_MAX (256 << 10)

int gabion_live_open(struct gabion_live *live, const char *path, struct gabion_error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return gabion_error_set(error, -ENAMETOOLONG, "%s: too long for a socket", path);
	strcpy(address.sun_path, path);
	live->line = malloc(RECORD_MAX);
	if (!live->line)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	live->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (live->fd < 0)
		return gabion_error_set(error, -errno, "socket: %s", strerror(errno));
	if (!connect(live->fd, (struct sockaddr *)&address, sizeof(address)))
		return 0;
	if (errno == ENOENT || errno == ECONNREFUSED)
		return gabion_error_set(error, -errno,
					"gabiond is not running: nothing listens at %s", path);
	return gabion_error_set(error, -errno, "cannot connect to gabiond at %s: %s", path,
				strerror(errno));
}

/* 1: @live->line is a record; 0: a signal came. */
static int receive(struct gabion_live *live, struct gabion_error *error)
{
	ssize_t n = recv(live->fd, live->line, RECORD_MAX, MSG_TRUNC);

	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0)
		return gabion_error_set(error, -errno, "cannot read from gabiond: %s",
					strerror(errno));
	if (n == 0)
		return gabion_error_set(error, -ECONNRESET, "gabiond went away");
	if (n > RECORD_MAX)
		return gabion_error_set(error, -EMSGSIZE, "gabiond sent %zd bytes at once", n);
	live->length = (size_t)n - (live->line[n - 1] == '\n');
	return 1;
}

int gabion_live_read(struct gabion_live *live, int timeout_ms, struct gabion_record *record,
		     struct gabion_error *error)
{
	struct pollfd ready = { .fd = live->fd, .events = POLLIN };
	int n = poll(&ready, 1, timeout_ms);

	if (n < 0 && errno != EINTR)
		return gabion_error_set(error, -errno, "poll: %s", strerror(errno));
	n = n > 0 ? receive(live, error) : 0;
	if (n > 0 && gabion_record_parse(record, live->line, live->length, error))
		return gabion_error_prefix(error, "gabiond sent what is no record");
	return n;
}

void gabion_live_close(struct gabion_live *live)
{
	if (live->fd >= 0)
		close(live->fd);
	free(live->line);
	*live = (struct gabion_live){ .fd = -1 };
}
