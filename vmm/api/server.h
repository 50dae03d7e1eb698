/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The API over HTTP, on a unix socket. libmicrohttpd takes the bytes apart; it has no
 * thread of its own, but works when the loop finds something to do for it.
 */
#ifndef GABION_VMM_API_SERVER_H
#define GABION_VMM_API_SERVER_H

#include "../loop.h"
#include "api.h"

#define GABION_API_MAX_BODY 51200 /* bytes, unless other things are said */

struct gabion_api_server;

/*
 * Serve @api at @path, a socket of its owner's that must not exist yet. A body of more than
 * @max_body bytes is not looked at (413). @api and @loop live longer.
 */
int gabion_api_server_create(struct gabion_api_server **server, struct gabion_api *api,
			     const char *path, size_t max_body, struct gabion_loop *loop,
			     struct gabion_error *error);

/* Close all connections, and remove the socket. Harmless on NULL. */
void gabion_api_server_destroy(struct gabion_api_server *server);

#endif /* GABION_VMM_API_SERVER_H */
