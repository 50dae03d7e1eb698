// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets go: not only to the address that a call names. SCTP takes several,
 * and IP source routes.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/in6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <linux/sctp.h>
#include <unistd.h>
#include "kselftest_harness.h"
#define ATTEMPT_WITHOUT_FILES
#include "lib/attempt.h"

#define SCTP_PORT	7021
#define SCTP_CALLER	7022
#define SCTP_EVERYWHERE	7023
#define UDP_PORT	7002

/* 127.0.0.@last. */
static struct sockaddr_in local(uint8_t last, int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK & ~0xff) | htonl(last),
	};
}

/* A socket of SCTP, bound to 127.0.0.1 if @port is not 0. What takes two seconds fails. */
static int sctp(int type, int port)
{
	int fd = socket(AF_INET, type, IPPROTO_SCTP), one = 1;
	struct sockaddr_in at = local(1, port);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){ 2, 0 }, sizeof(struct timeval));
	return port && bind(fd, (void *)&at, sizeof(at)) ? -1 : fd;
}

static int sctp_server(int type)
{
	int fd = sctp(type, SCTP_PORT);

	return fd >= 0 && !listen(fd, 1) ? fd : -1;
}

/* All that follows needs it: what is not granted SCTP at all has none. */
static int listen_by_sctp(void)
{
	return sctp_server(SOCK_SEQPACKET) < 0 ? errno : 0;
}
FIXTURE_VARIANT_ADD(attempt, listen_by_sctp)
{
	.run = listen_by_sctp, .error = EACCES, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_BIND,
};

/* To the right address, and one more. */
#define STRAIGHT(name, permission)						\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EACCES, .klass = GABION_CLASS_NET,	\
		.refused = GABION_NET_##permission, .refused_by = "straight",	\
	}

static int sctp_bindx(void)
{
	int fd = sctp(SOCK_SEQPACKET, SCTP_PORT);
	struct sockaddr_in more = local(2, SCTP_PORT);

	return ATTEMPT(setsockopt(fd, IPPROTO_SCTP, SCTP_SOCKOPT_BINDX_ADD, &more, sizeof(more)));
}
STRAIGHT(sctp_bindx, BIND);

static int sctp_connectx(void)
{
	struct sockaddr_in to[2] = { local(1, SCTP_PORT), local(2, SCTP_PORT) };
	int server = sctp_server(SOCK_SEQPACKET), fd = sctp(SOCK_SEQPACKET, 0);

	if (server < 0)
		return ENOTCONN;
	return setsockopt(fd, IPPROTO_SCTP, SCTP_SOCKOPT_CONNECTX, to, sizeof(to)) < 0 ? errno : 0;
}
STRAIGHT(sctp_connectx, CONNECT);

/* Sends a byte to @to, which is of @fd's family, with one control message. */
static int send_with(int fd, const void *to, socklen_t to_length, int level, int type,
		     const void *data, size_t length)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(64)];
	} control = { .header = {
		.cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN(length),
	} };
	struct iovec byte = { "x", 1 };
	struct msghdr msg = {
		.msg_name = (void *)to, .msg_namelen = to_length,
		.msg_iov = &byte, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = CMSG_SPACE(length),
	};

	memcpy(CMSG_DATA(&control.header), data, length);
	return sendmsg(fd, &msg, 0) == 1 ? 0 : errno;
}

static int sctp_control_address(void)
{
	struct sockaddr_in to = local(1, SCTP_PORT), more = local(2, SCTP_PORT);
	int server = sctp_server(SOCK_SEQPACKET), fd = sctp(SOCK_SEQPACKET, 0);

	if (server < 0)
		return ENOTCONN;
	return send_with(fd, &to, sizeof(to), IPPROTO_SCTP, SCTP_DSTADDRV4, &more.sin_addr,
			 sizeof(more.sin_addr));
}
STRAIGHT(sctp_control_address, CONNECT);

static int sctp_accept(void)
{
	struct sockaddr_in to = local(1, SCTP_PORT);
	int server = sctp_server(SOCK_STREAM), fd = sctp(SOCK_STREAM, SCTP_CALLER);

	if (server < 0)
		return ENOTCONN;
	return ATTEMPT(connect(fd, (void *)&to, sizeof(to)));
}
FIXTURE_VARIANT_ADD(attempt, sctp_accept)
{
	.run = sctp_accept, .error = EINPROGRESS, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_ACCEPT, .refused_by = "deaf",
};

/* At no address in particular: it may be reached where it may listen. */
static int sctp_wildcard(int type)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(SCTP_EVERYWHERE) };
	struct sockaddr_in to = local(1, SCTP_EVERYWHERE);
	int server = sctp(type, 0), fd = sctp(type, 0);

	if (bind(server, (void *)&any, sizeof(any)) || listen(server, 1))
		return ENOTCONN;
	return ATTEMPT(connect(fd, (void *)&to, sizeof(to)));
}

#define SCTP_WILDCARD(name, type)						\
	static int name(void)							\
	{									\
		return sctp_wildcard(type);					\
	}									\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EINPROGRESS, .klass = GABION_CLASS_NET,	\
		.refused = GABION_NET_LISTEN, .refused_by = "unplaced",		\
	}

SCTP_WILDCARD(sctp_to_any_of_one, SOCK_STREAM);
SCTP_WILDCARD(sctp_to_any_of_many, SOCK_SEQPACKET);

/*
 * Two that connect to each other, where nobody listens. One sends first, and does not hear that
 * nobody is there; it is then as if it had been a server.
 */
static int sctp_crossed(int type)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog deaf = { .len = 1, .filter = &nothing };
	struct sockaddr_in here = local(1, SCTP_PORT), there = local(1, SCTP_CALLER);
	int first = sctp(type, SCTP_PORT), second = sctp(type, SCTP_CALLER), unused = 0;

	fcntl(first, F_SETFL, O_NONBLOCK);
	if (first < 0 || second < 0 ||
	    setsockopt(first, SOL_SOCKET, SO_ATTACH_FILTER, &deaf, sizeof(deaf)) ||
	    !connect(first, (void *)&there, sizeof(there)) || errno != EINPROGRESS ||
	    setsockopt(first, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused)))
		return ENOTCONN;
	return ATTEMPT(connect(second, (void *)&here, sizeof(here)));
}

#define SCTP_CROSSED(name, type, permission, by)				\
	static int name(void)							\
	{									\
		return sctp_crossed(type);					\
	}									\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EINPROGRESS, .klass = GABION_CLASS_NET,	\
		.refused = GABION_NET_##permission, .refused_by = by,		\
	}

SCTP_CROSSED(sctp_crossed_accept, SOCK_STREAM, ACCEPT, "deaf");
SCTP_CROSSED(sctp_crossed_listen, SOCK_STREAM, LISTEN, "speaker");
SCTP_CROSSED(sctp_crossed_listen_of_many, SOCK_SEQPACKET, LISTEN, "speaker");

/* ASCONF: the peer says later that it has one more address. Off by default, and needs no keys then. */
static const char *const asconf_controls[] = {
	"/proc/sys/net/sctp/addip_enable", "/proc/sys/net/sctp/addip_noauth_enable",
};

static int set_asconf(const char *value)
{
	for (int i = 0; i < 2; i++) {
		int fd = open(asconf_controls[i], O_WRONLY), written = write(fd, value, 1);

		close(fd);
		if (written != 1)
			return errno;
	}
	return 0;
}

static pid_t announcer;

/* On the host: a server that gets one more address when somebody is connected. */
static int start_announcer(struct gabion_netlink *client)
{
	struct sockaddr_in more = local(2, SCTP_PORT);
	int probe = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP), err = set_asconf("1"), server;

	close(probe);
	if (err)
		return err;
	server = sctp_server(SOCK_STREAM);
	announcer = fork();
	if (announcer) {
		close(server);
		return server < 0 || announcer < 0 ? EIO : 0;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	server = accept(server, NULL, NULL);
	setsockopt(server, IPPROTO_SCTP, SCTP_SOCKOPT_BINDX_ADD, &more, sizeof(more));
	pause();
	_exit(0);
}

static void stop_announcer(void)
{
	kill(announcer, SIGKILL);
	waitpid(announcer, NULL, 0);
	set_asconf("0");
}

/* How many addresses the peer has. */
static int peer_addresses(int fd)
{
	char room[sizeof(struct sctp_getaddrs) + 4 * sizeof(struct sockaddr_in6)] = { 0 };
	struct sctp_getaddrs *got = (void *)room;
	socklen_t length = sizeof(room);

	return getsockopt(fd, IPPROTO_SCTP, SCTP_GET_PEER_ADDRS, got, &length) ? -1
									       : (int)got->addr_num;
}

static int sctp_announced(void)
{
	struct sockaddr_in to = local(1, SCTP_PORT);
	int fd = sctp(SOCK_STREAM, 0);

	if (connect(fd, (void *)&to, sizeof(to)) || peer_addresses(fd) < 1)
		return ENOTCONN;
	for (int i = 0; i < 200 && peer_addresses(fd) < 2; i++)
		usleep(10000);
	return peer_addresses(fd) == 2 ? 0 : EACCES;
}
FIXTURE_VARIANT_ADD(attempt, sctp_announced)
{
	.run = sctp_announced, .before = start_announcer, .after = stop_announcer,
	.error = EACCES, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_CONNECT, .refused_by = "straight",
};

/* A raw socket's packets say themselves where they go: all of them are one resource. */
static int raw_packet(void)
{
	struct sockaddr_in to = local(1, 0);
	struct icmphdr echo = { .type = ICMP_ECHO, .checksum = (uint16_t)~ICMP_ECHO };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

	if (fd < 0)
		return ENOTCONN;
	return sendto(fd, &echo, sizeof(echo), 0, (void *)&to, sizeof(to)) < 0 ? errno : 0;
}
FIXTURE_VARIANT_ADD(attempt, raw_packet)
{
	.run = raw_packet, .error = EACCES, .klass = GABION_CLASS_NET,
	.refused = GABION_NET_CONNECT,
};

/* A loose source route by 127.0.0.3; and what ends the list. */
static const uint8_t source_route[8] = { 131, 7, 4, 127, 0, 0, 3, 0 };

#define NET_RAW	13

#define ROUTE(name)								\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EPERM, .klass = GABION_CLASS_CAPABILITY,	\
		.refused = NET_RAW, .refused_by = "straight",			\
	}

static int route_of_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return ATTEMPT(setsockopt(fd, SOL_IP, IP_OPTIONS, source_route, sizeof(source_route)));
}
ROUTE(route_of_socket);

static int route_of_message(void)
{
	struct sockaddr_in to = local(1, UDP_PORT);

	return send_with(socket(AF_INET, SOCK_DGRAM, 0), &to, sizeof(to), SOL_IP, IP_RETOPTS,
			 source_route, sizeof(source_route));
}
ROUTE(route_of_message);

/* The same in the second of two messages to one address, which LSM hooks are not asked about. */
static int route_of_second_message(void)
{
	struct sockaddr_in to = local(1, UDP_PORT);
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(source_route))];
	} control = { .header = {
		.cmsg_level = SOL_IP, .cmsg_type = IP_RETOPTS,
		.cmsg_len = CMSG_LEN(sizeof(source_route)),
	} };
	struct iovec byte = { "x", 1 };
	struct mmsghdr both[2] = { 0 };
	int n;

	memcpy(CMSG_DATA(&control.header), source_route, sizeof(source_route));
	for (int i = 0; i < 2; i++)
		both[i].msg_hdr = (struct msghdr){
			.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &byte, .msg_iovlen = 1,
		};
	both[1].msg_hdr.msg_control = &control;
	both[1].msg_hdr.msg_controllen = CMSG_SPACE(sizeof(source_route));
	n = sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), both, 2, 0);
	/* That the second was not sent is all that is said of it. */
	return n == 2 ? 0 : n == 1 ? EPERM : EIO;
}
ROUTE(route_of_second_message);

/* A routing header of Mobile IPv6, by ::1. */
static const uint8_t routing_header[24] = { [1] = 2, [2] = 2, [3] = 1, [23] = 1 };

static int route_of_message6(void)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6, .sin6_port = htons(UDP_PORT),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};

	return send_with(socket(AF_INET6, SOCK_DGRAM, 0), &to, sizeof(to), SOL_IPV6, IPV6_RTHDR,
			 routing_header, sizeof(routing_header));
}
ROUTE(route_of_message6);

/* Which header would be set does not matter: this one takes it away. */
static int route_of_socket6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	return ATTEMPT(setsockopt(fd, SOL_IPV6, IPV6_RTHDR, NULL, 0));
}
ROUTE(route_of_socket6);

/* Packets with a flow label have the headers that it was made with. */
static int route_of_flow_label(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct in6_flowlabel_req request = {
		.flr_dst = { { .u6_addr8 = { [15] = 1 } } },
		.flr_action = IPV6_FL_A_GET,
		.flr_share = IPV6_FL_S_EXCL,
		.flr_flags = IPV6_FL_F_CREATE,
	};

	return ATTEMPT(setsockopt(fd, SOL_IPV6, IPV6_FLOWLABEL_MGR, &request, sizeof(request)));
}
ROUTE(route_of_flow_label);

/* Set before the process was in its domain. */
static int routed;

static int make_routed(struct gabion_netlink *client)
{
	routed = socket(AF_INET, SOCK_DGRAM, 0);
	return ATTEMPT(setsockopt(routed, SOL_IP, IP_OPTIONS, source_route, sizeof(source_route)));
}

static void close_routed(void)
{
	close(routed);
}

static int route_that_was_there(void)
{
	struct sockaddr_in to = local(1, UDP_PORT);

	return sendto(routed, "x", 1, 0, (void *)&to, sizeof(to)) == 1 ? 0 : errno;
}
FIXTURE_VARIANT_ADD(attempt, route_that_was_there)
{
	.run = route_that_was_there, .before = make_routed, .after = close_routed,
	.error = ENOTSOCK, .klass = GABION_CLASS_CAPABILITY, .refused = NET_RAW,
	.refused_by = "straight",
};

TEST_HARNESS_MAIN
