/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Source routes (RFC 791, 3.1; RFC 8200, 4.4): packets go to the first hop, whatever
 * address was decided.  That is what raw packets are, and asks for as much:
 * CAP_NET_RAW.  The kernel itself asks for it, or for more, where another option could
 * change where packets go.
 */
#ifndef GABION_SOURCE_ROUTE_H
#define GABION_SOURCE_ROUTE_H

#include <linux/socket.h>
#include <linux/types.h>
#include <net/sock.h>
#include "engine.h"

/* Does setsockopt() with that option set one, or may it? */
bool gabion_sets_source_route(int level, int option);

/* Does the control message say one? */
bool gabion_has_source_route(const struct cmsghdr *cmsg);

/* Has one been set for what @sk sends?  Any context. */
bool gabion_is_source_routed(const struct sock *sk);

/* May the current domain use one?  Any context.  Return: 0 or -EPERM. */
int gabion_decide_source_route(enum gabion_hook_id hook);

#endif /* GABION_SOURCE_ROUTE_H */
