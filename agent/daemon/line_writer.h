/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole lines to a pipe, a terminal or a socket whose reader may stop reading.
 * Nothing that was written there can be taken back, and waiting would hold up
 * every other output: a line of which a part is written is finished later.
 */
#ifndef GABION_DAEMON_LINE_WRITER_H
#define GABION_DAEMON_LINE_WRITER_H

#include <stddef.h>

/**
 * struct gabion_line_writer - zero-initialise
 * @line:	owned; the line of which only a part is written, NULL: none
 * @length:	its bytes
 * @done:	so many are written
 */
struct gabion_line_writer {
	char *line;
	size_t length;
	size_t done;
};

/*
 * Write @line to @fd without waiting, after what is left of the one before. The line
 * that did not fit as a whole has to come again: what is there of it is not repeated.
 * Return: 0; -EAGAIN: there is no room; -errno.
 */
int gabion_line_write(struct gabion_line_writer *writer, int fd, const char *line, size_t length);

/* Forget the line that was begun: @fd is another now, or closed. */
void gabion_line_writer_free(struct gabion_line_writer *writer);

#endif /* GABION_DAEMON_LINE_WRITER_H */
