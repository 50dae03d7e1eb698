/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets that gabiond listens at: in the file system, or of this machine alone.
 */
#ifndef GABION_DAEMON_LISTEN_H
#define GABION_DAEMON_LISTEN_H

#include <netinet/in.h>
#include <sys/un.h>

#include "../common/error.h"

/* struct gabion_address - zero-initialise; @length 0: none */
struct gabion_address {
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t length;
};

/* The socket @path of the file system. */
int gabion_address_unix(struct gabion_address *address, const char *path,
			struct gabion_error *error);

/*
 * "unix:/PATH", "tcp:127.0.0.1:PORT" or "tcp:[::1]:PORT". -EINVAL for anything else,
 * other addresses of the machine and port 0 among them.
 */
int gabion_address_parse(struct gabion_address *address, const char *text,
			 struct gabion_error *error);

/*
 * Listen at @address with sockets of @type. One of the file system is root's only, and takes
 * the place of what a dead daemon left there.
 * Return: a descriptor that does not block, the caller's; -errno.
 */
int gabion_listen(const struct gabion_address *address, int type, struct gabion_error *error);

/* Close what gabion_listen() gave, and remove its name. */
void gabion_listen_end(const struct gabion_address *address, int fd);

#endif /* GABION_DAEMON_LISTEN_H */
