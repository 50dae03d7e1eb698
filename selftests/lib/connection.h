/* SPDX-License-Identifier: GPL-2.0 */
/* Internet sockets of the host, for attempts to use them. Include after kselftest_harness.h. */
#ifndef GABION_SELFTESTS_CONNECTION_H
#define GABION_SELFTESTS_CONNECTION_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "attempt.h"

/*
 * A socket that talks to itself; one that listens, both ends of a connection to
 * it, and one that was not accepted yet. Something was sent to the first and the third.
 */
static int udp, listener, near_end, far_end, waiting;
/* Something to send without reading it first. */
static int file, tube[2];

static int loopback(int type, int port, int (*what)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type, 0), one = 1, tries = 0, err;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* What an io_uring held is let go by a worker, some time after its process ended. */
	do
		err = what(fd, (void *)&in, sizeof(in));
	while (err && errno == EADDRINUSE && ++tries < 1000 && !usleep(10000));
	if (err || (type == SOCK_DGRAM && connect(fd, (void *)&in, sizeof(in))))
		return -1;
	return fd;
}

static int connection_make(struct gabion_netlink *client)
{
	udp = loopback(SOCK_DGRAM, 7002, bind);
	listener = loopback(SOCK_STREAM, 7001, bind);
	if (udp < 0 || send(udp, "waiting", 8, 0) != 8 || listener < 0 || listen(listener, 8))
		return errno;
	near_end = loopback(SOCK_STREAM, 7001, connect);
	far_end = accept(listener, NULL, NULL);
	waiting = loopback(SOCK_STREAM, 7001, connect);
	if (near_end < 0 || far_end < 0 || waiting < 0 ||
	    send(far_end, "waiting", 8, 0) != 8)
		return errno;
	file = open(TEST_DIR "/object/file", O_RDONLY);
	if (file < 0 || pipe(tube) || write(tube[1], "content", 8) != 8)
		return errno;
	return 0;
}

/* The sockets; @file and @tube stay. */
static void connection_close(void)
{
	close(udp);
	close(waiting);
	close(near_end);
	close(far_end);
	close(listener);
}

#endif /* GABION_SELFTESTS_CONNECTION_H */
