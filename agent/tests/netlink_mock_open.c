// SPDX-License-Identifier: GPL-2.0
/*
 * In place of agent/netlink/open.c: connects to a mock.  See netlink_mock.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "../common/cleanup.h"
#include "../netlink/request.h"
#include "netlink_mock.h"

int gabion_netlink_open(struct gabion_netlink **client, struct gabion_error *error)
{
	cleanup_netlink struct gabion_netlink *c = calloc(1, sizeof(*c));
	const char *port = getenv(MOCK_PORT_VARIABLE);

	if (!port)
		return gabion_error_set(error, -ENOENT, "no mock is running");
	if (!c)
		return -ENOMEM;
	c->sock = nl_socket_alloc();
	if (!c->sock || nl_connect(c->sock, NETLINK_USERSOCK))
		return gabion_error_set(error, -EIO, "cannot connect to the mock");
	nl_socket_set_peer_port(c->sock, (uint32_t)strtoul(port, NULL, 10));
	c->family = MOCK_FAMILY;
	if (gabion_netlink_setup(c, error))
		return error ? error->code : -EIO;
	*client = gabion_take(c);
	return 0;
}
