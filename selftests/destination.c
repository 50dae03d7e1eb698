// SPDX-License-Identifier: GPL-2.0
/*
 * Where datagrams go, and come from, if the address does not say: no address in particular
 * is one that the socket, or a control message, chooses.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/address.h"
#include "lib/fixture.h"
#include "lib/uring.h"
#include "lib/worker.h"

#define PORT	7002
#define BOUND	7012	/* a port that is asked for */

static int bound(const char *text, int port)
{
	union address a = address_of(text, port);
	int fd = socket(a.any.sa_family, SOCK_DGRAM, 0);

	return fd < 0 || bind(fd, &a.any, sizeof(a)) ? -1 : fd;
}

static int send_to(int fd, const char *text)
{
	union address to = address_of(text, PORT);

	return fd < 0 || sendto(fd, "y", 1, 0, &to.any, sizeof(to)) != 1 ? errno : 0;
}

static int connect_and_send(int fd, const char *text)
{
	union address to = address_of(text, PORT);

	return fd < 0 || connect(fd, &to.any, sizeof(to)) || send(fd, "y", 1, 0) != 1 ? errno : 0;
}

/* A message to @to of one byte, with the source @from in a control message; NULL: without. */
struct message {
	union address to;
	struct iovec byte;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control;
	struct msghdr header;
};

static void message_make(struct message *m, const char *to, const char *from)
{
	union address source = address_of(from ?: "0.0.0.0", 0);
	struct in_pktinfo info = { .ipi_spec_dst = source.in.sin_addr };
	struct in6_pktinfo info6 = { .ipi6_addr = source.in6.sin6_addr };
	bool six = source.any.sa_family == AF_INET6;
	size_t length = six ? sizeof(info6) : sizeof(info);

	*m = (struct message){ .to = address_of(to, PORT), .byte = { from ? "y" : "x", 1 } };
	m->header = (struct msghdr){
		.msg_name = &m->to, .msg_namelen = sizeof(m->to),
		.msg_iov = &m->byte, .msg_iovlen = 1,
	};
	if (!from)
		return;
	m->control.header = (struct cmsghdr){
		.cmsg_level = six ? SOL_IPV6 : SOL_IP, .cmsg_type = six ? IPV6_PKTINFO : IP_PKTINFO,
		.cmsg_len = CMSG_LEN(length),
	};
	memcpy(CMSG_DATA(&m->control.header), six ? (void *)&info6 : &info, length);
	m->header.msg_control = &m->control;
	m->header.msg_controllen = CMSG_SPACE(length);
}

static int send_from(int fd, const char *to, const char *from)
{
	struct message m;

	message_make(&m, to, from);
	return fd < 0 || sendmsg(fd, &m.header, 0) != 1 ? errno : 0;
}

FIXTURE(destination)
{
	GABION_FIXTURE_MEMBERS
	struct worker receiver;
};

/**
 * @run:	sends 'y'; returns 0 or an errno
 * @at:		where it arrives
 * @by:		domain that may not do it
 * @refused:	permission that it lacks, GABION_NET_*
 */
FIXTURE_VARIANT(destination)
{
	int (*run)(void);
	const char *at;
	const char *by;
	uint32_t refused;
};

#define ARRIVES(name, where, domain, permission)				\
	FIXTURE_VARIANT_ADD(destination, name)					\
	{									\
		.run = name, .at = where, .by = domain,				\
		.refused = GABION_NET_##permission,				\
	}

static int connect_bound(void)
{
	return connect_and_send(bound("127.0.0.53", 0), "0.0.0.0");
}
ARRIVES(connect_bound, "127.0.0.53", "wanderer", CONNECT);

static int send_bound(void)
{
	return send_to(bound("127.0.0.53", 0), "0.0.0.0");
}
ARRIVES(send_bound, "127.0.0.53", "wanderer", CONNECT);

static int connect_bound_by_uring(void)
{
	union address to = address_of("0.0.0.0", PORT);
	int fd = bound("127.0.0.53", 0), result;

	if (fd < 0)
		return errno;
	result = uring_do(&(struct io_uring_sqe){
		.opcode = IORING_OP_CONNECT, .fd = fd, .addr = (uintptr_t)&to, .off = sizeof(to),
	}, 0);
	return result ? -result : send(fd, "y", 1, 0) == 1 ? 0 : errno;
}
ARRIVES(connect_bound_by_uring, "127.0.0.53", "wanderer", CONNECT);

static int send_bound_by_uring(void)
{
	int fd = bound("127.0.0.53", 0), result;
	struct message m;

	if (fd < 0)
		return errno;
	message_make(&m, "0.0.0.0", NULL);
	m.byte.iov_base = "y";
	result = uring_do(&(struct io_uring_sqe){
		.opcode = IORING_OP_SENDMSG, .fd = fd, .addr = (uintptr_t)&m.header, .len = 1,
	}, 0);
	return result == 1 ? 0 : -result;
}
ARRIVES(send_bound_by_uring, "127.0.0.53", "wanderer", CONNECT);

static int send_with_source(void)
{
	return send_from(socket(AF_INET, SOCK_DGRAM, 0), "0.0.0.0", "127.0.0.53");
}
ARRIVES(send_with_source, "127.0.0.53", "wanderer", CONNECT);

/*
 * An address without family is one of IPv4 to a socket that is made one of IPv4, which may
 * happen after it was judged. Before, the kernel does not look at it.
 */
static int send_without_family(void)
{
	union address peer = address_of("::ffff:127.0.0.1", PORT), to = peer;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), ipv4 = AF_INET;

	to.any.sa_family = AF_UNSPEC;
	to.in.sin_addr = address_of("127.0.0.53", 0).in.sin_addr;
	if (fd < 0 || connect(fd, &peer.any, sizeof(peer)))
		return errno;
	if (sendto(fd, "x", 1, 0, &to.any, sizeof(to)) != 1 && errno == EACCES)
		return errno;
	if (setsockopt(fd, SOL_IPV6, IPV6_ADDRFORM, &ipv4, sizeof(ipv4)))
		return errno;
	/* What was judged otherwise before would have got through in between. */
	return sendto(fd, "y", 1, 0, &to.any, sizeof(to)) == 1 ? 0 : EIO;
}
ARRIVES(send_without_family, "127.0.0.53", "wanderer", CONNECT);

/* IPv4 by a socket of IPv6. */
static int send_mapped(void)
{
	return send_to(bound("::ffff:127.0.0.53", 0), "::ffff:0.0.0.0");
}
ARRIVES(send_mapped, "127.0.0.53", "wanderer", CONNECT);

static int send_mapped_with_source(void)
{
	return send_from(socket(AF_INET6, SOCK_DGRAM, 0), "::ffff:0.0.0.0", "::ffff:127.0.0.53");
}
ARRIVES(send_mapped_with_source, "127.0.0.53", "wanderer", CONNECT);

/* No address of IPv6 in particular is one of IPv4 to what is bound there. */
static int connect_any6(void)
{
	return connect_and_send(bound("::ffff:127.0.0.53", 0), "::");
}
ARRIVES(connect_any6, "127.0.0.1", "wanderer6", CONNECT);

static int send_any6(void)
{
	return send_to(bound("::ffff:127.0.0.53", 0), "::");
}
ARRIVES(send_any6, "127.0.0.1", "wanderer6", CONNECT);

/* To send from an address is to be bound there. */
static int source_alone(void)
{
	return send_from(socket(AF_INET, SOCK_DGRAM, 0), "127.0.0.1", "127.0.0.53");
}
ARRIVES(source_alone, "127.0.0.1", "straight", BIND);

static int source_alone6(void)
{
	return send_from(socket(AF_INET6, SOCK_DGRAM, 0), "::1", "::1");
}
ARRIVES(source_alone6, "::1", "straight", BIND);

/* From a port that was asked for, to one that the kernel picks the address of. */
static int source_taken_back(void)
{
	return send_from(bound("127.0.0.1", BOUND), "127.0.0.1", "0.0.0.0");
}
ARRIVES(source_taken_back, "127.0.0.1", "deaf", BIND);

/* LSM hooks are asked about the first of several messages to one address only. */
static int source_of_second(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), n;
	struct mmsghdr both[2] = { 0 };
	struct message m[2];

	message_make(&m[0], "127.0.0.1", NULL);
	message_make(&m[1], "127.0.0.1", "127.0.0.53");
	both[0].msg_hdr = m[0].header;
	both[1].msg_hdr = m[1].header;
	n = sendmmsg(fd, both, 2, 0);
	/* That the second was not sent is all that is said of it. */
	return n == 2 ? 0 : n == 1 ? EACCES : n ? errno : EIO;
}
ARRIVES(source_of_second, "127.0.0.1", "straight", BIND);

/* On the host, in a process of its own: a domain that is given the socket would be judged for it. */
static const char *receiver_at;
static int receiver;

static int receive(void)
{
	receiver = bound(receiver_at, PORT);
	return receiver < 0 || fcntl(receiver, F_SETFL, O_NONBLOCK) ? errno : 0;
}

/* Over the loopback device what was sent is there at once. */
static int arrived(void)
{
	char byte;

	while (recv(receiver, &byte, 1, 0) == 1)
		if (byte == 'y')
			return 0;
	return errno;
}

FIXTURE_SETUP(destination)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error))
		TH_LOG("%s", error.text);
	receiver_at = variant->at;
	ASSERT_EQ(0, worker_start(&self->receiver, receive, arrived));
	ASSERT_EQ(0, worker_do(&self->receiver, 's'));
	confine_events_clear(self->client);
}

FIXTURE_TEARDOWN(destination)
{
	worker_end(&self->receiver);
	gabion_netlink_close(self->client);
}

TEST_F(destination, arrives_from_the_host)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, variant->run));
	EXPECT_EQ(0, worker_do(&self->receiver, 'u'));
}

TEST_F(destination, arrives_when_granted)
{
	EXPECT_EQ(0, confine_run(self->client, "granted", variant->run));
	EXPECT_EQ(0, worker_do(&self->receiver, 'u'));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_NET, .refused = GABION_NET_CONNECT, .domain = "granted" }));
}

TEST_F(destination, is_refused_and_recorded)
{
	EXPECT_EQ(EACCES, confine_run(self->client, variant->by, variant->run));
	EXPECT_EQ(EAGAIN, worker_do(&self->receiver, 'u'));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = GABION_CLASS_NET, .refused = variant->refused, .domain = variant->by }));
}

FIXTURE(source)
{
	GABION_FIXTURE_MEMBERS
};

FIXTURE_SETUP(source)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error))
		TH_LOG("%s", error.text);
	confine_events_clear(self->client);
}

FIXTURE_TEARDOWN(source)
{
	gabion_netlink_close(self->client);
}

/* What says the source that there would be without it. */
static int own_source(void)
{
	return send_from(bound("127.0.0.53", 0), "127.0.0.1", "127.0.0.53") ?:
	       send_from(socket(AF_INET, SOCK_DGRAM, 0), "127.0.0.1", "0.0.0.0");
}

TEST_F(source, that_of_the_socket_needs_no_leave)
{
	EXPECT_EQ(0, confine_run(self->client, "wanderer", own_source));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_NET, .refused = GABION_NET_BIND, .domain = "wanderer" }));
}

TEST_HARNESS_MAIN
