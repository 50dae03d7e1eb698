// SPDX-License-Identifier: GPL-2.0
/* Network endpoints: bind, listen, connect, datagrams, socket families. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"

#ifndef MSG_FASTOPEN
#define MSG_FASTOPEN 0x20000000
#endif

#define NET_VARIANT(name, permissions)						\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EACCES, .klass = GABION_CLASS_NET,	\
		.refused = permissions,						\
	}

static struct sockaddr_in ipv4(const char *address, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, address, &in.sin_addr);
	return in;
}

static int bind_to(int type, const char *address, int port)
{
	struct sockaddr_in in = ipv4(address, port);
	int fd = socket(AF_INET, type, 0), one = 1;

	if (fd < 0)
		return errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return ATTEMPT(bind(fd, (void *)&in, sizeof(in)));
}

static int bind_tcp(void)
{
	return bind_to(SOCK_STREAM, "0.0.0.0", 7001);
}
NET_VARIANT(bind_tcp, GABION_NET_BIND);

static int bind_udp(void)
{
	return bind_to(SOCK_DGRAM, "127.0.0.1", 7002);
}
NET_VARIANT(bind_udp, GABION_NET_BIND);

static int bind_tcp6(void)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = htons(7003),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	return fd < 0 ? errno : ATTEMPT(bind(fd, (void *)&in, sizeof(in)));
}
NET_VARIANT(bind_tcp6, GABION_NET_BIND);

/* Refused by bind() for a confined task that may not; the listener is made on the host. */
static int listener(int port)
{
	struct sockaddr_in in = ipv4("127.0.0.1", port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&in, sizeof(in)) || listen(fd, 8))
		return -1;
	return fd;
}

static int connect_to(int family, int type, const void *address, socklen_t length)
{
	int fd = socket(family, type, 0);

	if (fd < 0)
		return errno;
	/* Nobody need listen: ECONNREFUSED shows that the packet went out. */
	return connect(fd, address, length) && errno != ECONNREFUSED ? errno : 0;
}

static int connect_tcp(void)
{
	struct sockaddr_in in = ipv4("127.0.0.1", 7001);

	return connect_to(AF_INET, SOCK_STREAM, &in, sizeof(in));
}
NET_VARIANT(connect_tcp, GABION_NET_CONNECT);

/* An IPv4 address in IPv6 clothes is the same endpoint. */
static int connect_tcp_mapped(void)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = htons(7001) };

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &in.sin6_addr);
	return connect_to(AF_INET6, SOCK_STREAM, &in, sizeof(in));
}
NET_VARIANT(connect_tcp_mapped, GABION_NET_CONNECT);

static int connect_udp(void)
{
	struct sockaddr_in in = ipv4("127.0.0.1", 7002);

	return connect_to(AF_INET, SOCK_DGRAM, &in, sizeof(in));
}
NET_VARIANT(connect_udp, GABION_NET_CONNECT);

static int send_udp(void)
{
	struct sockaddr_in in = ipv4("127.0.0.1", 7002);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return fd < 0 ? errno : ATTEMPT(sendto(fd, "x", 1, 0, (void *)&in, sizeof(in)));
}
NET_VARIANT(send_udp, GABION_NET_CONNECT);

/* An address without family is IPv4 to UDP. */
static int send_udp_unspec(void)
{
	struct sockaddr_in in = ipv4("127.0.0.1", 7002);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	in.sin_family = AF_UNSPEC;
	return fd < 0 ? errno : ATTEMPT(sendto(fd, "x", 1, 0, (void *)&in, sizeof(in)));
}
NET_VARIANT(send_udp_unspec, GABION_NET_CONNECT);

/* Connects inside sendmsg. */
static int tcp_fast_open(void)
{
	struct sockaddr_in in = ipv4("127.0.0.1", 7001);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return errno;
	return sendto(fd, "x", 1, MSG_FASTOPEN, (void *)&in, sizeof(in)) < 0 &&
			       errno != ECONNREFUSED ? errno : 0;
}
NET_VARIANT(tcp_fast_open, GABION_NET_CONNECT);

static int netlink_socket(void)
{
	return ATTEMPT(socket(AF_NETLINK, SOCK_RAW, 0));
}
FIXTURE_VARIANT_ADD(attempt, netlink_socket)
{
	.run = netlink_socket, .error = EACCES, .klass = GABION_CLASS_FAMILY,
	.refused = AF_NETLINK,
};

GABION_FIXTURE(endpoint)

static int bind_other_port(void)
{
	return bind_to(SOCK_STREAM, "127.0.0.1", 7004);
}

static int bind_other_address(void)
{
	return bind_to(SOCK_DGRAM, "127.0.0.2", 7002);
}

static int connect_other_protocol(void)
{
	struct sockaddr_in in = ipv4("127.0.0.1", 7002);

	return connect_to(AF_INET, SOCK_STREAM, &in, sizeof(in));
}

/* A grant is for one protocol, address and port. */
TEST_F(endpoint, only_what_was_granted)
{
	static int (*const attempts[])(void) = { bind_other_port, bind_other_address,
						 connect_other_protocol };
	size_t i;

	for (i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		EXPECT_EQ(0, confine_run(self->client, NULL, attempts[i]));
		EXPECT_EQ(EACCES, confine_run(self->client, "granted", attempts[i]));
	}
	EXPECT_EQ(3, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_NET, .reason = GABION_REASON_SIGMA, .domain = "granted" }));
}

static int connect_any(void)
{
	struct sockaddr_in in = ipv4("0.0.0.0", 7002);

	return connect_to(AF_INET, SOCK_DGRAM, &in, sizeof(in));
}

/* No address in particular is this host's: rules about 127.0.0.1 are about it. */
TEST_F(endpoint, any_address_is_loopback)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, connect_any));
	EXPECT_EQ(0, confine_run(self->client, "granted", connect_any));
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", connect_any));
}

static int send_raw(void)
{
	struct sockaddr_in in = ipv4("127.0.0.1", 7001);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);

	return fd < 0 ? errno : ATTEMPT(sendto(fd, "01234567890123456789", 20, 0, (void *)&in,
					       sizeof(in)));
}

/* Whoever writes the ports himself is not bound by a rule about ports. */
TEST_F(endpoint, a_raw_socket_is_no_tcp_socket)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, send_raw));
	EXPECT_EQ(EACCES, confine_run(self->client, "deaf", send_raw));
}

static int listen_unbound(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? errno : ATTEMPT(listen(fd, 1));
}

/* listen() without bind() takes a port of the kernel's choice. */
TEST_F(endpoint, listen_without_bind)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, listen_unbound));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", listen_unbound));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_NET, .refused = GABION_NET_LISTEN, .domain = "granted" }));
}

static int serve(void)
{
	int fd = listener(7001);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

TEST_F(endpoint, serving)
{
	EXPECT_EQ(0, confine_run(self->client, "granted", serve));
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", serve));
}

TEST_HARNESS_MAIN
