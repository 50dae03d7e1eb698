/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The API over HTTP, on a unix socket. libmicrohttpd takes the bytes apart; it has no
 * thread of its own, but works when the loop finds something to do for it.
 */
#ifndef GABION_VMM_API_SERVER_H
#define GABION_VMM_API_SERVER_H

#include "../loop.h"
#include "api.h"

/**
 * struct gabion_api_limits - what a client may take
 * @max_body:	bytes of a request's body; one of more is not looked at (413)
 * @idle_s:	seconds after which a connection where nothing happens is closed
 */
struct gabion_api_limits {
	size_t max_body;
	unsigned int idle_s;
};

#define GABION_API_MAX_BODY 51200 /* unless other things are said */
#define GABION_API_IDLE_S   60

struct gabion_api_server;

/* Load the library, while its file can be opened: a server that is made later finds it. */
int gabion_api_server_preload(struct gabion_error *error);

/*
 * Serve @api at @path, a socket of its owner's that must not exist yet. @api and @loop live
 * longer.
 */
int gabion_api_server_create(struct gabion_api_server **server, struct gabion_api *api,
			     const char *path, const struct gabion_api_limits *limits,
			     struct gabion_loop *loop, struct gabion_error *error);

/* Close all connections, and remove the socket. Harmless on NULL. */
void gabion_api_server_destroy(struct gabion_api_server *server);

#endif /* GABION_VMM_API_SERVER_H */
