/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records from a file output of gabiond and from those that it was rotated to, in the order
 * in which they were written, and then what is added to it; each event once, whether it comes
 * from the file or from elsewhere.
 */
#ifndef GABION_STREAM_REPLAY_H
#define GABION_STREAM_REPLAY_H

#include <stdbool.h>

#include "../event/event_json.h"

struct gabion_replay;

/*
 * Read @path, which must be there, and PATH.1, ..., as far as they have records of @since
 * (ns of CLOCK_REALTIME) or later; @path is borrowed.
 */
int gabion_replay_open(struct gabion_replay **replay, const char *path, uint64_t since,
		       struct gabion_error *error);
/* @replay may be NULL. */
void gabion_replay_close(struct gabion_replay *replay);

/*
 * Hand to @take every record of the time asked for that is there and was not handed out or
 * claimed before; @line is its JSON without newline. A last line without its end waits for
 * that. Return: 0; what @take returned if not 0; or -errno, with file and line in @error
 * if that is no record.
 */
int gabion_replay_run(struct gabion_replay *replay,
		      int (*take)(const struct gabion_record *record, const char *line,
				  size_t length, void *data, struct gabion_error *error),
		      void *data, struct gabion_error *error);

/*
 * @record came from elsewhere. 1: it is new, and will not be handed out any more; 0: it was
 * handed out; -ENOMEM. Only events and losses can be told: others are always new.
 */
int gabion_replay_claim(struct gabion_replay *replay, const struct gabion_record *record,
			struct gabion_error *error);

static inline void gabion_cleanup_replay_(struct gabion_replay **replay)
{
	gabion_replay_close(*replay);
}
#define cleanup_replay __attribute__((cleanup(gabion_cleanup_replay_)))

#endif /* GABION_STREAM_REPLAY_H */
