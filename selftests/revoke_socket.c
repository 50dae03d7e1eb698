// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that hear more than what is sent to them, and connections: taken away, or refused when
 * somebody sends them, as if the domain made them now.
 */
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/address.h"
#include "lib/held.h"
#include "lib/pass.h"
#include "lib/touch.h"

#define NET_RAW		13
#define SERVER		7001
#define CALLER		7011

#define POWER		"    capability net_raw\n"
#define PACKET		"    socket packet\n"
#define INET		"    socket inet\n"
#define INET6		"    socket inet6\n"

static int ask_type(void)
{
	int type;

	return lost_outcome(held, getsockopt(held, SOL_SOCKET, SO_TYPE, &type,
					     &(socklen_t){ sizeof(type) }));
}

/* --- raw sockets --- */

static int hold_packet(void)
{
	return held_take(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
}

static int hold_raw(void)
{
	return held_take(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int hold_raw6(void)
{
	return held_take(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
}

/* Without the capability, which the kernel asks for when it is made. */
#define POWERLESS(name, family)							\
	FIXTURE_VARIANT_ADD(held, name)						\
	{									\
		.hold = hold_##name, .use = ask_type,				\
		.with = REVOCABLE(family POWER), .without = REVOCABLE(family),	\
		.klass = GABION_CLASS_CAPABILITY, .refused = NET_RAW,		\
	}

POWERLESS(packet, PACKET);
POWERLESS(raw, INET);
POWERLESS(raw6, INET6);

/* --- the ring that a packet socket fills, mapped; the socket is closed --- */

static char *ring;

static int hold_ring(void)
{
	struct tpacket_req request = { .tp_block_size = 4096, .tp_block_nr = 1,
				       .tp_frame_size = 2048, .tp_frame_nr = 2 };
	int err = hold_packet();

	if (err || setsockopt(held, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)))
		return err ?: errno;
	ring = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, held, 0);
	close(held);
	return ring == MAP_FAILED ? errno : 0;
}

static void read_ring(void)
{
	(void)*(volatile char *)ring;
}

static int touch_ring(void)
{
	return touch(read_ring);
}

FIXTURE_VARIANT_ADD(held, ring_without_the_family)
{
	.hold = hold_ring, .use = touch_ring,
	.with = REVOCABLE(PACKET POWER), .without = REVOCABLE(POWER),
	.klass = GABION_CLASS_FAMILY, .refused = AF_PACKET,
};

FIXTURE_VARIANT_ADD(held, ring_without_the_capability)
{
	.hold = hold_ring, .use = touch_ring,
	.with = REVOCABLE(PACKET POWER), .without = REVOCABLE(PACKET),
	.klass = GABION_CLASS_CAPABILITY, .refused = NET_RAW,
};

/* --- connections that were made from where one may be bound --- */

static int server = -1;

/* A socket at 127.0.0.1, @port, or -1. No connection of it outlives it. */
static int bound(int type, int port)
{
	union address at = address_of("127.0.0.1", port);
	struct linger linger = { .l_onoff = 1 };
	int fd = socket(AF_INET, type, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return bind(fd, &at.any, sizeof(at.in)) ? -1 : fd;
}

static int start_server(struct gabion_netlink *client)
{
	server = bound(SOCK_STREAM, SERVER);
	return server < 0 ? errno : ATTEMPT(listen(server, 8));
}

static void stop_server(void)
{
	close(server);
}

static int hold_call(int type)
{
	union address to = address_of("127.0.0.1", SERVER);

	return held_take(bound(type, CALLER)) ?: ATTEMPT(connect(held, &to.any, sizeof(to.in)));
}

static int hold_connection(void)
{
	return hold_call(SOCK_STREAM);
}

static int send_it(void)
{
	return lost_outcome(held, send(held, "x", 1, MSG_NOSIGNAL));
}

#define FROM		"    bind caller\n"
#define AT		"    listen caller\n"
#define TO		"    connect tcp_port\n"

FIXTURE_VARIANT_ADD(held, connection)
{
	.hold = hold_connection, .use = send_it, .before = start_server, .after = stop_server,
	.with = REVOCABLE(FROM TO), .without = REVOCABLE(FROM),
	.klass = GABION_CLASS_NET, .refused = GABION_NET_CONNECT,
};

GABION_FIXTURE(stays)

/* It could be one that was accepted. */
TEST_F(stays, connection_where_one_may_listen)
{
	struct worker worker;

	ASSERT_EQ(0, start_server(self->client));
	ASSERT_EQ(0, source_load(self->client, REVOCABLE(FROM AT TO)));
	ASSERT_EQ(0, worker_start(&worker, hold_connection, send_it));
	ASSERT_EQ(0, confine_assign(self->client, worker.pid, "revocable"));
	ASSERT_EQ(0, worker_do(&worker, 's'));
	confine_events_clear(self->client);
	ASSERT_EQ(0, source_load(self->client, REVOCABLE(FROM AT)));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .domain = "revocable" }));
	worker_end(&worker);
	stop_server();
	EXPECT_EQ(0, source_restore(self->client));
}

/* --- the same, which the host has made and sends --- */

FIXTURE(sent)
{
	GABION_FIXTURE_MEMBERS
};

/**
 * @make:	on the host
 * @use:	by the receiver
 * @with:	policies that let it have it; the second, where there are two ways
 * @without:	policy that does not, but for which it is as the first
 */
FIXTURE_VARIANT(sent)
{
	int (*make)(void);
	int (*use)(void);
	const char *with[2];
	const char *without;
	uint32_t klass;
	uint32_t refused;
};

#define SENT(name, use_, with_, without_, klass_, refused_, ...)		\
	FIXTURE_VARIANT_ADD(sent, name)						\
	{									\
		.make = hold_##name, .use = use_,				\
		.with = { REVOCABLE(with_), ##__VA_ARGS__ },			\
		.without = REVOCABLE(without_),					\
		.klass = GABION_CLASS_##klass_, .refused = refused_,		\
	}

SENT(packet, ask_type, PACKET POWER, PACKET, CAPABILITY, NET_RAW);
SENT(raw, ask_type, INET POWER, INET, CAPABILITY, NET_RAW);
SENT(raw6, ask_type, INET6 POWER, INET6, CAPABILITY, NET_RAW);
SENT(connection, send_it, FROM TO, FROM, NET, GABION_NET_CONNECT, REVOCABLE(FROM AT));

static int ends[2];

static int prepare(struct gabion_netlink *client)
{
	return start_server(client) ?: ATTEMPT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

static int finish(struct gabion_netlink *client)
{
	stop_server();
	close(ends[0]);
	close(ends[1]);
	return source_restore(client);
}

GABION_FIXTURE_LIFE_BETWEEN(sent, prepare(self->client), finish(self->client))

static const FIXTURE_VARIANT(sent) *sent;

static int receive(void)
{
	return pass_receive(ends[1], 0, false, &held, 1) ?: sent->use();
}

/* To a process of @domain, NULL: the host's, under @policy. It does not inherit it as well. */
static int send_to(struct gabion_netlink *client, const char *policy, const char *domain)
{
	int err = source_load(client, policy) ?: sent->make() ?: pass_send(ends[0], &held, 1);

	close(held);
	confine_events_clear(client);
	return err ?: confine_run(client, domain, receive);
}

TEST_F(sent, to_the_host)
{
	sent = variant;
	EXPECT_EQ(0, send_to(self->client, variant->without, NULL));
}

TEST_F(sent, to_who_may_have_it)
{
	unsigned int i;

	sent = variant;
	for (i = 0; i < ARRAY_SIZE(variant->with) && variant->with[i]; i++)
		EXPECT_EQ(0, send_to(self->client, variant->with[i], "revocable"));
}

TEST_F(sent, to_who_may_not)
{
	sent = variant;
	EXPECT_EQ(EACCES, send_to(self->client, variant->without, "revocable"));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = variant->klass, .refused = variant->refused, .domain = "revocable" }));
}

TEST_HARNESS_MAIN
