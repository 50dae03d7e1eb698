// SPDX-License-Identifier: GPL-2.0
#include "line_writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The descriptor may be shared with others, whose flags are not ours to change
 * (O_NONBLOCK of stdout); but where poll(2) sees room there is some for PIPE_BUF bytes.
 */
static bool has_room(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) > 0 && p.revents & (POLLOUT | POLLERR | POLLHUP);
}

/* Write the bytes from *@done on. */
static int write_rest(int fd, const char *line, size_t length, size_t *done)
{
	ssize_t written;
	size_t n;

	while (*done < length) {
		if (!has_room(fd))
			return -EAGAIN;
		n = length - *done < PIPE_BUF ? length - *done : PIPE_BUF;
		written = write(fd, line + *done, n);
		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0)
			*done += (size_t)written;
	}
	return 0;
}

/* Return: 1: @line was the one that had been begun, and is done. */
static int finish(struct gabion_line_writer *w, int fd, const char *line, size_t length)
{
	int err = write_rest(fd, w->line, w->length, &w->done);
	bool same;

	if (err)
		return err;
	same = w->length == length && !memcmp(w->line, line, length);
	gabion_line_writer_free(w);
	return same;
}

int gabion_line_write(struct gabion_line_writer *w, int fd, const char *line, size_t length)
{
	size_t done = 0;
	int err;

	if (w->line) {
		err = finish(w, fd, line, length);
		if (err)
			return err < 0 ? err : 0;
	}
	/* Before the first byte: what is begun must be remembered. */
	if (!has_room(fd))
		return -EAGAIN;
	w->line = malloc(length);
	if (!w->line)
		return -ENOMEM;
	err = write_rest(fd, line, length, &done);
	if (!err || !done) {
		gabion_line_writer_free(w);
		return err;
	}
	memcpy(w->line, line, length);
	w->length = length;
	w->done = done;
	return err;
}

void gabion_line_writer_free(struct gabion_line_writer *w)
{
	free(w->line);
	*w = (struct gabion_line_writer){ 0 };
}
