/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records as gabiond hands them out at its socket (agent/daemon/publish.h).
 */
#ifndef GABION_CLI_LIVE_H
#define GABION_CLI_LIVE_H

#include "../event/event_json.h"

/**
 * struct gabion_live - a connection; .fd = -1 before it is opened
 * @fd:		owned; readable when a record is there
 * @line:	owned; JSON of the last record, without newline
 * @length:	bytes of @line
 */
struct gabion_live {
	int fd;
	char *line;
	size_t length;
};

/* -ENOENT, -ECONNREFUSED: no gabiond runs. */
int gabion_live_open(struct gabion_live *live, const char *path, struct gabion_error *error);

/*
 * Wait for a record, at most @timeout_ms (-1: for ever), and decode it into @record (empty).
 * 1: it is there; 0: time is over, or a signal came; -errno: -ECONNRESET when gabiond ended.
 */
int gabion_live_read(struct gabion_live *live, int timeout_ms, struct gabion_record *record,
		     struct gabion_error *error);

void gabion_live_close(struct gabion_live *live);
#define cleanup_live __attribute__((cleanup(gabion_live_close)))

#endif /* GABION_CLI_LIVE_H */
