// SPDX-License-Identifier: GPL-2.0
/*
 * Who may send to a domain's sockets. Both ends are the attempt's own; what is
 * refused is not the sending, but that it arrives.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#define ATTEMPT_WITHOUT_FILES
#include "lib/address.h"
#include "lib/attempt.h"

#define SERVER		7001
#define RECEIVER	7002
#define CALLER		7011
#define SENDER		7012
#define SUPERIOR	7013
#define EVERYWHERE	7006

/* A socket bound there, or -1. What does not come within two seconds does not come. */
static int bound(int type, union address a)
{
	int fd = socket(a.any.sa_family, type, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ 2, 0 }, sizeof(struct timeval));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
	return bind(fd, &a.any, sizeof(a)) ? -1 : fd;
}

static int send_from(int from, int to, union address at)
{
	char byte;

	if (from < 0 || to < 0 || sendto(from, "x", 1, 0, &at.any, sizeof(at)) != 1)
		return errno;
	return recv(to, &byte, 1, 0) == 1 ? 0 : errno;
}

#define PEER(name, error_, permission)						\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = error_, .klass = GABION_CLASS_NET,	\
		.refused = GABION_NET_##permission, .refused_by = "deaf",	\
	}

static int datagram(void)
{
	union address at = address_of("127.0.0.1", RECEIVER);

	return send_from(bound(SOCK_DGRAM, address_of("127.0.0.1", SENDER)),
			 bound(SOCK_DGRAM, at), at);
}
PEER(datagram, EAGAIN, RECEIVE);

static int datagram6(void)
{
	union address at = address_of("::1", RECEIVER);

	return send_from(bound(SOCK_DGRAM, address_of("::1", SENDER)),
			 bound(SOCK_DGRAM, at), at);
}
PEER(datagram6, EAGAIN, RECEIVE);

/* A socket of IPv6 that gets IPv4. */
static int datagram_mapped(void)
{
	return send_from(bound(SOCK_DGRAM, address_of("127.0.0.1", SENDER)),
			 bound(SOCK_DGRAM, address_of("::ffff:127.0.0.1", RECEIVER)),
			 address_of("127.0.0.1", RECEIVER));
}
PEER(datagram_mapped, EAGAIN, RECEIVE);

/* A raw socket sees the packets of others. */
static int datagram_by_raw_socket(void)
{
	union address at = address_of("127.0.0.1", RECEIVER);
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);

	setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ 2, 0 }, sizeof(struct timeval));
	return send_from(bound(SOCK_DGRAM, address_of("127.0.0.1", SENDER)), raw, at);
}
PEER(datagram_by_raw_socket, EAGAIN, RECEIVE);

static int connection(void)
{
	union address at = address_of("127.0.0.1", SERVER);
	int server = bound(SOCK_STREAM, at), once = 1;
	int caller = bound(SOCK_STREAM, address_of("127.0.0.1", CALLER));

	if (server < 0 || caller < 0 || listen(server, 1))
		return errno;
	setsockopt(caller, IPPROTO_TCP, TCP_SYNCNT, &once, sizeof(once));
	return ATTEMPT(connect(caller, &at.any, sizeof(at)));
}
PEER(connection, ETIMEDOUT, ACCEPT);

/*
 * Two that connect to each other, where nobody listens. One of them sends first, and does not
 * hear that nobody is there; to the other it looks like a server.
 */
static int crossed_connections(void)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog deaf = { .len = 1, .filter = &nothing };
	union address here = address_of("127.0.0.1", SERVER);
	union address there = address_of("127.0.0.1", CALLER);
	int first = bound(SOCK_STREAM, here), second = bound(SOCK_STREAM, there), once = 1, err;

	fcntl(first, F_SETFL, O_NONBLOCK);
	if (first < 0 || second < 0 ||
	    setsockopt(first, SOL_SOCKET, SO_ATTACH_FILTER, &deaf, sizeof(deaf)) ||
	    !connect(first, &there.any, sizeof(there)) || errno != EINPROGRESS ||
	    setsockopt(first, SOL_SOCKET, SO_DETACH_FILTER, &once, sizeof(once)))
		return errno ?: EIO;
	setsockopt(second, IPPROTO_TCP, TCP_SYNCNT, &once, sizeof(once));
	err = ATTEMPT(connect(second, &here.any, sizeof(here)));
	getsockopt(first, SOL_SOCKET, SO_ERROR, &once, &(socklen_t){ sizeof(once) });
	return once ?: err;
}
PEER(crossed_connections, EACCES, ACCEPT);

/* The same with one socket. */
static int connect_to_itself(int fd)
{
	union address here = address_of("127.0.0.1", SERVER);
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return bind(fd, &here.any, sizeof(here)) ? errno :
	       ATTEMPT(connect(fd, &here.any, sizeof(here)));
}

static int connection_to_itself(void)
{
	return connect_to_itself(socket(AF_INET, SOCK_STREAM, 0));
}
FIXTURE_VARIANT_ADD(attempt, connection_to_itself)
{
	.run = connection_to_itself, .error = EACCES, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_LISTEN, .refused_by = "speaker",
};

/* Two that are told that they are connected: no packet says so to either. */
static int repair(int fd, int on)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on));
}

static int repaired(int fd, union address peer)
{
	return fd < 0 || repair(fd, TCP_REPAIR_ON) || connect(fd, &peer.any, sizeof(peer)) ? errno
											   : 0;
}

static int repaired_connections(void)
{
	union address here = address_of("127.0.0.1", SERVER);
	union address there = address_of("127.0.0.1", CALLER);
	int first = bound(SOCK_STREAM, here), second = bound(SOCK_STREAM, there);
	int err = repaired(first, there) ?: repaired(second, here);
	char byte;

	if (err || repair(first, TCP_REPAIR_OFF) || repair(second, TCP_REPAIR_OFF) ||
	    send(second, "x", 1, 0) != 1)
		return err ?: errno;
	return recv(first, &byte, 1, 0) == 1 ? 0 : errno;
}
PEER(repaired_connections, EACCES, ACCEPT);

static int repaired_connection_to_itself(void)
{
	union address here = address_of("127.0.0.1", SERVER);

	return repaired(bound(SOCK_STREAM, here), here);
}
FIXTURE_VARIANT_ADD(attempt, repaired_connection_to_itself)
{
	.run = repaired_connection_to_itself, .error = EACCES, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_LISTEN, .refused_by = "speaker",
};

/* Listens at no address in particular, and is called at one. */
static int connection_by_wildcard(const char *listener, const char *called)
{
	int server = bound(SOCK_STREAM, address_of(listener, EVERYWHERE)), once = 1;
	union address at = address_of(called, EVERYWHERE);
	int caller = socket(at.any.sa_family, SOCK_STREAM, 0);

	if (server < 0 || caller < 0 || listen(server, 1))
		return errno;
	setsockopt(caller, IPPROTO_TCP, TCP_SYNCNT, &once, sizeof(once));
	return ATTEMPT(connect(caller, &at.any, sizeof(at)));
}

static int connection_to_any(void)
{
	return connection_by_wildcard("0.0.0.0", "127.0.0.1");
}
FIXTURE_VARIANT_ADD(attempt, connection_to_any)
{
	.run = connection_to_any, .error = ETIMEDOUT, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_LISTEN, .refused_by = "unplaced",
};

static int connection_to_any6(void)
{
	return connection_by_wildcard("::", "::1");
}
FIXTURE_VARIANT_ADD(attempt, connection_to_any6)
{
	.run = connection_to_any6, .error = ETIMEDOUT, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_LISTEN, .refused_by = "unplaced",
};

/* IPv4 arrives at a socket of IPv6. */
static int connection_to_any_mapped(void)
{
	return connection_by_wildcard("::", "127.0.0.1");
}
FIXTURE_VARIANT_ADD(attempt, connection_to_any_mapped)
{
	.run = connection_to_any_mapped, .error = ETIMEDOUT, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_LISTEN, .refused_by = "unplaced",
};

static int connection_to_mapped_any(void)
{
	return connection_by_wildcard("::ffff:0.0.0.0", "127.0.0.1");
}
FIXTURE_VARIANT_ADD(attempt, connection_to_mapped_any)
{
	.run = connection_to_mapped_any, .error = ETIMEDOUT, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_LISTEN, .refused_by = "unplaced",
};

/* Its connections arrive at sockets of the kernel's: all are let in, or none is waited for. */
static int listen_by_mptcp(void)
{
	union address at = address_of("127.0.0.1", SERVER);
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return bind(fd, &at.any, sizeof(at)) || listen(fd, 1) ? errno : 0;
}
FIXTURE_VARIANT_ADD(attempt, listen_by_mptcp)
{
	.run = listen_by_mptcp, .error = EACCES, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_ACCEPT, .refused_by = "deaf",
};

FIXTURE(peer)
{
	GABION_FIXTURE_MEMBERS
	pid_t sender;
};

/* One on the host who sends from @port, over and over. */
static pid_t sender_from(int port)
{
	union address to = address_of("127.0.0.1", RECEIVER);
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = bound(SOCK_DGRAM, address_of("127.0.0.1", port));
	while (fd >= 0) {
		sendto(fd, "x", 1, 0, &to.any, sizeof(to));
		usleep(20000);
	}
	_exit(1);
}

FIXTURE_SETUP(peer)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	self->sender = 0;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error))
		TH_LOG("%s", error.text);
	confine_events_clear(self->client);
}

FIXTURE_TEARDOWN(peer)
{
	if (self->sender > 0) {
		kill(self->sender, SIGKILL);
		waitpid(self->sender, NULL, 0);
	}
	gabion_netlink_close(self->client);
}

static int receive(void)
{
	int fd = bound(SOCK_DGRAM, address_of("127.0.0.1", RECEIVER));
	char byte;

	if (fd < 0)
		return errno;
	return recv(fd, &byte, 1, 0) == 1 ? 0 : errno;
}

/* No rule is about it: what comes from above stays there. */
TEST_F(peer, obeys_the_level_order)
{
	struct confine_expect expect = {
		.type = GABION_EVENT_ACCESS,
		.verdict = GABION_VERDICT_DENIED,
		.klass = GABION_CLASS_NET,
		.refused = GABION_NET_RECEIVE,
		.reason = GABION_REASON_LEVEL,
		.domain = "low_domain",
	};

	self->sender = sender_from(SUPERIOR);
	ASSERT_LT(0, self->sender);
	EXPECT_EQ(0, confine_run(self->client, NULL, receive));
	EXPECT_EQ(0, confine_run(self->client, "high_domain", receive));
	EXPECT_EQ(EAGAIN, confine_run(self->client, "low_domain", receive));
	EXPECT_LE(1, confine_events_count(self->client, &expect));
}

/* Whom no resource names is nobody's superior. */
TEST_F(peer, unknown_is_of_any_level)
{
	self->sender = sender_from(SUPERIOR + 1);
	ASSERT_LT(0, self->sender);
	EXPECT_EQ(0, confine_run(self->client, "low_domain", receive));
	EXPECT_EQ(0, confine_run(self->client, "high_domain", receive));
	EXPECT_EQ(0, confine_run(self->client, "deaf", receive));
}

static int mptcp_connection_to_itself(void)
{
	return connect_to_itself(socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));
}

/* Sockets of the kernel's own do not say whose they are: no rule grants it. */
TEST_F(peer, mptcp_does_not_connect_to_itself)
{
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", mptcp_connection_to_itself));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_NET,
		.refused = GABION_NET_LISTEN }));
}

TEST_HARNESS_MAIN
