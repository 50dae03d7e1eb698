/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An output with a spool: what it does not take waits on the disk, the kernel may
 * forget it, and the other outputs get on. When the spool is full the output
 * fails as it would have without one, and events wait in the kernel.
 */
#ifndef GABION_STREAM_RELAY_H
#define GABION_STREAM_RELAY_H

#include "sink.h"

/*
 * Put a relay in the place of *@sink, which it owns from then on, and whose progress it
 * takes over. Its spool is in folder @dir and takes @limit bytes; what is there from an
 * earlier run comes first. Of module @instance, the events there count as taken.
 * On error *@sink stays as it was.
 */
int gabion_relay_open(struct gabion_sink **sink, const char *dir, uint64_t limit,
		      uint64_t instance, struct gabion_error *error);

#endif /* GABION_STREAM_RELAY_H */
