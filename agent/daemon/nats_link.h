/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection to NATS JetStream that holds nobody up: it is made, and made again, in threads of
 * its own, and what is published is waited for all together and not for long.
 *
 * The caller has one thread.
 */
#ifndef GABION_DAEMON_NATS_LINK_H
#define GABION_DAEMON_NATS_LINK_H

#include <stddef.h>

#include "output_spec.h"

struct gabion_nats_link;

/*
 * Load the library for @spec, which is borrowed. No connection is tried, and no thread started,
 * before the first gabion_nats_link_ready(): those have the privileges that are left then.
 */
int gabion_nats_link_open(struct gabion_nats_link **link, const struct gabion_output_spec *spec,
			  struct gabion_error *error);

/*
 * Can something be published? The first time it is waited a second for the server; later nothing
 * is, and a new attempt is made each GABION_NATS_PAUSE_MS at most.
 * -ENOTCONN and others: no, and why.
 */
int gabion_nats_link_ready(struct gabion_nats_link *link, struct gabion_error *error);
#define GABION_NATS_PAUSE_MS 5000

/*
 * Publish @length bytes under @subject; @id is the Nats-Msg-Id, empty: none. It counts as stored
 * only after the next gabion_nats_link_settle(). -EMSGSIZE: the server takes nothing so long.
 */
int gabion_nats_link_publish(struct gabion_nats_link *link, const char *subject, const char *id,
			     const char *bytes, size_t length, struct gabion_error *error);

/*
 * Wait until the server has stored all that was published since the last call, at most a second.
 * An error: some of it was not, or it is not known.
 */
int gabion_nats_link_settle(struct gabion_nats_link *link, struct gabion_error *error);

/* NULL is fine. */
void gabion_nats_link_close(struct gabion_nats_link *link);

#endif /* GABION_DAEMON_NATS_LINK_H */
