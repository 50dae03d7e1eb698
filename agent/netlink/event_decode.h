/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events out of attributes: bytes from the kernel are taken apart here only.
 */
#ifndef GABION_NETLINK_EVENT_DECODE_H
#define GABION_NETLINK_EVENT_DECODE_H

#include <netlink/attr.h>

#include "client.h"

/*
 * Decode the nest @nest into @event (empty on entry, owned by the caller after).
 * -EBADMSG: malformed, @event has at most a sequence number; -ENOMEM.
 */
int gabion_event_decode(struct gabion_event *event, struct nlattr *nest,
			struct gabion_error *error);

/*
 * Add what one reply to GABION_CMD_EVENT_READ holds to @batch. Events that are
 * malformed are counted, not fatal: they could never be got past otherwise.
 */
int gabion_batch_add(struct gabion_batch *batch, struct nlattr *head, int length,
		     struct gabion_error *error);
/* All replies were added: sort, and settle what may be acknowledged. */
void gabion_batch_finish(struct gabion_batch *batch);

#endif /* GABION_NETLINK_EVENT_DECODE_H */
