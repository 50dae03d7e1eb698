/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes from one descriptor to another, for a loop around poll(2).
 */
#ifndef GABION_VMM_GUEST_PUMP_H
#define GABION_VMM_GUEST_PUMP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#define GABION_PUMP_BUFFER 65536

/**
 * struct gabion_pump - one direction; zero-initialise, then set
 * @from, @to:	owned; -1 when it is closed. A descriptor that others use need not be non-blocking:
 *what is written at once then fits in a pipe that poll(2) calls writable
 * @at, @filled: what @buffer holds
 */
struct gabion_pump {
	int from, to;
	size_t at, filled;
	char buffer[GABION_PUMP_BUFFER];
};

/* What to wait for: fills in two entries, of @from and of @to. */
void gabion_pump_wait(const struct gabion_pump *pump, struct pollfd wait[2]);

/*
 * Move what the two entries of gabion_pump_wait() say is possible. At the end of @from, and when
 * @to takes no more, both are closed, a socket @to for writing first.
 */
void gabion_pump_move(struct gabion_pump *pump, const struct pollfd wait[2]);

/* Is there nothing more to come? */
static inline bool gabion_pump_done(const struct gabion_pump *pump)
{
	return pump->from < 0 && pump->to < 0;
}

/* Close both ends; what is in the buffer is lost. */
void gabion_pump_close(struct gabion_pump *pump);

#endif /* GABION_VMM_GUEST_PUMP_H */
