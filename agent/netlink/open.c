// SPDX-License-Identifier: GPL-2.0
/*
 * Connecting to the kernel.  Alone in its file: the tests link one that
 * connects to a mock instead.
 */
#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "../common/cleanup.h"
#include "request.h"

int gabion_netlink_open(struct gabion_netlink **client, struct gabion_error *error)
{
	cleanup_netlink struct gabion_netlink *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	c->sock = nl_socket_alloc();
	if (!c->sock)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	err = genl_connect(c->sock);
	if (err)
		return gabion_request_failed(error, err, "no generic-netlink socket");
	err = genl_ctrl_resolve(c->sock, GABION_GENL_NAME);
	if (err == -NLE_OBJ_NOTFOUND)
		return gabion_error_set(error, -ENOENT,
					"the kernel module is not loaded: load it with 'modprobe "
					"gabion' (or this is not the host's network namespace)");
	if (err < 0)
		return gabion_request_failed(error, err, "cannot look up the netlink family");
	c->family = (uint16_t)err;
	err = gabion_netlink_setup(c, error);
	if (err)
		return err;
	*client = gabion_take(c);
	return 0;
}
