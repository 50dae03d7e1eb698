// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets, both ends in this process.  What is sent is received at once: a full
 * buffer would be another operation.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "ops.h"

#define TCP_PORT	7001
#define UDP_PORT	7002

static struct sockaddr_in tcp_address, udp_address;
static const struct sockaddr_un stream_address = {
	.sun_family = AF_UNIX, .sun_path = SCENE "/stream",
};
static const struct sockaddr_un datagram_address = {
	.sun_family = AF_UNIX, .sun_path = SCENE "/datagram",
};

/* Two ends; of a connection, @there is the one that listens. */
static int here, there;

static int make(int family, int type)
{
	int fd = socket(family, type, 0);

	must(fd >= 0, "socket");
	return fd;
}

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
}

static int bound(int family, int type, const void *address, socklen_t length)
{
	int fd = make(family, type);

	if (family == AF_UNIX)
		unlink(((const struct sockaddr_un *)address)->sun_path);
	must(!bind(fd, address, length), "bind");
	return fd;
}

/*
 * Those that are accepted inherit this: closed first, they reset the connection,
 * so that no state of it is kept for a minute.
 */
static void listen_tcp(void)
{
	static const struct linger reset = { .l_onoff = 1 };

	tcp_address = loopback(TCP_PORT);
	there = bound(AF_INET, SOCK_STREAM, &tcp_address, sizeof(tcp_address));
	must(!setsockopt(there, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "SO_LINGER");
	must(!listen(there, 8), "listen");
}

static void listen_unix(void)
{
	there = bound(AF_UNIX, SOCK_STREAM, &stream_address, sizeof(stream_address));
	must(!listen(there, 8), "listen");
}

static int connected(const void *address, socklen_t length, int *accepted)
{
	int fd = make(((const struct sockaddr *)address)->sa_family, SOCK_STREAM);

	must(!connect(fd, address, length), "connect");
	*accepted = accept(there, NULL, NULL);
	must(*accepted >= 0, "accept");
	return fd;
}

static void connect_and_close(const void *address, socklen_t length)
{
	int accepted, fd = connected(address, length, &accepted);

	must(!close(accepted), "close");
	must(!close(fd), "close");
}

static void connect_tcp(void)
{
	connect_and_close(&tcp_address, sizeof(tcp_address));
}

static void connect_unix(void)
{
	connect_and_close(&stream_address, sizeof(stream_address));
}

static void connect_stream(void)
{
	int listener;

	listen_unix();
	listener = there;
	here = connected(&stream_address, sizeof(stream_address), &there);
	close(listener);
}

static void receive(void)
{
	char byte;

	must(recv(there, &byte, 1, MSG_DONTWAIT) == 1, "recv");
}

static void through_stream(void)
{
	must(send(here, "", 1, 0) == 1, "send");
	receive();
}

static void make_datagram(void)
{
	there = bound(AF_UNIX, SOCK_DGRAM, &datagram_address, sizeof(datagram_address));
	here = make(AF_UNIX, SOCK_DGRAM);
}

static void send_and_receive(const void *address, socklen_t length)
{
	must(sendto(here, "", 1, 0, address, length) == 1, "sendto");
	receive();
}

static void datagram(void)
{
	send_and_receive(&datagram_address, sizeof(datagram_address));
}

static void make_udp(void)
{
	udp_address = loopback(UDP_PORT);
	there = bound(AF_INET, SOCK_DGRAM, &udp_address, sizeof(udp_address));
	here = make(AF_INET, SOCK_DGRAM);
}

static void udp(void)
{
	send_and_receive(&udp_address, sizeof(udp_address));
}

const struct operation socket_operations[] = {
	{ "tcp-connect", .prepare = listen_tcp, .run = connect_tcp },
	{ "udp-send", .prepare = make_udp, .run = udp },
	{ "unix-connect", .prepare = listen_unix, .run = connect_unix },
	{ "unix-stream", .prepare = connect_stream, .run = through_stream },
	{ "unix-datagram", .prepare = make_datagram, .run = datagram },
	{}
};
