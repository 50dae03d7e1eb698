// SPDX-License-Identifier: GPL-2.0
#include "pump.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void gabion_pump_close(struct gabion_pump *pump)
{
	close_end(&pump->from);
	/* Of a socket another descriptor may be open. */
	if (pump->to >= 0)
		shutdown(pump->to, SHUT_WR);
	close_end(&pump->to);
	pump->at = pump->filled = 0;
}

void gabion_pump_wait(const struct gabion_pump *pump, struct pollfd wait[2])
{
	bool full = pump->at < pump->filled;

	/* Of what is written to, POLLERR tells that nobody reads any more, asked or not. */
	wait[0] = (struct pollfd){.fd = full ? -1 : pump->from, .events = POLLIN};
	wait[1] = (struct pollfd){.fd = pump->to, .events = full ? POLLOUT : 0};
}

static void fill(struct gabion_pump *pump)
{
	ssize_t n = read(pump->from, pump->buffer, sizeof(pump->buffer));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* A terminal whose last user is gone says EIO. */
	if (n <= 0) {
		gabion_pump_close(pump);
		return;
	}
	pump->at = 0;
	pump->filled = (size_t)n;
}

static void drain(struct gabion_pump *pump)
{
	size_t left = pump->filled - pump->at;
	ssize_t n = write(pump->to, pump->buffer + pump->at, left < PIPE_BUF ? left : PIPE_BUF);

	if (n >= 0)
		pump->at += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR)
		gabion_pump_close(pump);
}

void gabion_pump_move(struct gabion_pump *pump, const struct pollfd wait[2])
{
	if (wait[0].fd >= 0 && wait[0].revents)
		fill(pump);
	else if (wait[1].fd >= 0 && wait[1].revents & POLLOUT)
		drain(pump);
	else if (wait[1].fd >= 0 && wait[1].revents & (POLLERR | POLLHUP | POLLNVAL))
		gabion_pump_close(pump);
}
