/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Unix sockets that programs of the host connect to.
 */
#ifndef GABION_VMM_LISTENER_H
#define GABION_VMM_LISTENER_H

#include <sys/stat.h>
#include <sys/un.h>

#include "../agent/common/error.h"

/*
 * Make the socket @address and listen on it. What is there must be a socket that nobody listens
 * on any more, as a process leaves it that was killed: it is removed. Its permissions are
 * what the umask leaves of @mode. Returns a descriptor, or a negative errno with a message
 * that begins with @what; then there is no socket.
 */
int gabion_listener_open(const char *what, const struct sockaddr_un *address, mode_t mode,
			 struct gabion_error *error);

#endif /* GABION_VMM_LISTENER_H */
