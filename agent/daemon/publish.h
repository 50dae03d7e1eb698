/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket from which `gabion monitor` gets records as they are handed out:
 * SOCK_SEQPACKET, one JSON line a packet, root only.
 *
 * A reader's backlog is what its socket buffer holds.  When that is full it
 * misses records, is told how many as soon as it reads again, and delays nobody.
 */
#ifndef GABION_DAEMON_PUBLISH_H
#define GABION_DAEMON_PUBLISH_H

#include <systemd/sd-event.h>

#include "../stream/sink.h"

struct gabion_publisher;

/*
 * Listen at @path (replacing a socket that a dead daemon left) and serve from
 * @loop. @instance is written into records about missed ones.
 */
int gabion_publisher_open(struct gabion_publisher **publisher, sd_event *loop, const char *path,
			  uint64_t instance, struct gabion_error *error);
/* It is an output that never fails; closing the sink closes the publisher. */
struct gabion_sink *gabion_publisher_sink(struct gabion_publisher *publisher);

#endif /* GABION_DAEMON_PUBLISH_H */
