// SPDX-License-Identifier: GPL-2.0
/*
 * Options of sockets and commands to them that change the network of the host, for which the kernel
 * asks for CAP_NET_ADMIN, or for nothing: they take the protocol of netlink that does the same.
 */
#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/route.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/address.h"
#include "lib/fixture.h"
#include "lib/source.h"

#define NET_ADMIN		12

/* What the C library's headers leave out. */
#define LOCAL_PORT_RANGE	51
#define MULTICAST_START		200	/* MRT_INIT */
#define SCTP_ENCAPSULATION	36	/* SCTP_REMOTE_UDP_ENCAPS_PORT */

/* "administers" may all of it; the others lack what each is about. */
#define POLICY									\
	"abstraction networking {\n    use everyday\n    socket inet, inet6, unix\n}\n"	\
	"domain administers {\n    level middle\n    use networking\n"		\
	"    netlink route, netfilter, xfrm\n    capability net_admin\n}\n"	\
	"domain unspoken {\n    level middle\n    use networking\n"		\
	"    capability net_admin\n}\n"						\
	"domain unable {\n    level middle\n    use networking\n"		\
	"    netlink route, netfilter, xfrm\n}\n"

static int prepare(struct gabion_netlink *client)
{
	return system("modprobe -a iptable_filter ip6table_filter") ?: source_load(client, POLICY);
}

FIXTURE(option)
{
	GABION_FIXTURE_MEMBERS
};

/**
 * @give:	sets the option, or gives the command; returns 0 or an errno
 * @expected:	what comes of it where nothing is against it
 * @error:	where it is refused
 * @klass:	class of the event
 * @refused:	number that the event names
 * @refused_by:	domain that may not
 */
FIXTURE_VARIANT(option)
{
	int (*give)(void);
	int expected, error;
	uint32_t klass;
	uint32_t refused;
	const char *refused_by;
};

GABION_FIXTURE_LIFE_BETWEEN(option, prepare(self->client), source_restore(self->client))

TEST_F(option, takes_the_permission)
{
	EXPECT_EQ(variant->expected, confine_run(self->client, NULL, variant->give));
	EXPECT_EQ(variant->expected, confine_run(self->client, "administers", variant->give));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = variant->klass }));
	EXPECT_EQ(variant->error, confine_run(self->client, variant->refused_by, variant->give));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = variant->klass, .refused = variant->refused,
		.domain = variant->refused_by }));
}

/* The kernel's answer @answer shows that it got so far. */
#define NETLINK_VARIANT(name, protocol, answer)					\
	FIXTURE_VARIANT_ADD(option, name)					\
	{									\
		.give = name, .expected = answer, .error = EACCES,		\
		.klass = GABION_CLASS_NETLINK, .refused = protocol,		\
		.refused_by = "unspoken",					\
	}

static int set(int family, int level, int option, const void *value, socklen_t length)
{
	int fd = socket(family, SOCK_DGRAM, 0);

	return fd < 0 ? 99 : ATTEMPT(setsockopt(fd, level, option, value, length));
}

/* A table of no entries, which there is none of. */
static int replace_table(void)
{
	struct ipt_replace replace = { .name = "filter" };

	return set(AF_INET, SOL_IP, IPT_SO_SET_REPLACE, &replace, sizeof(replace));
}
NETLINK_VARIANT(replace_table, NETLINK_NETFILTER, EINVAL);

static int replace_table6(void)
{
	struct ip6t_replace replace = { .name = "filter" };

	return set(AF_INET6, SOL_IPV6, IP6T_SO_SET_REPLACE, &replace, sizeof(replace));
}
NETLINK_VARIANT(replace_table6, NETLINK_NETFILTER, EINVAL);

static int route_multicasts(void)
{
	return set(AF_INET, SOL_IP, MULTICAST_START, &(int){ 1 }, sizeof(int));
}
NETLINK_VARIANT(route_multicasts, NETLINK_NETFILTER, EOPNOTSUPP);

/* Without any, what there was is taken away. */
static int set_ipsec(void)
{
	return set(AF_INET, SOL_IP, IP_XFRM_POLICY, NULL, 0);
}
NETLINK_VARIANT(set_ipsec, NETLINK_XFRM, 0);

static int set_ipsec6(void)
{
	return set(AF_INET6, SOL_IPV6, IPV6_XFRM_POLICY, NULL, 0);
}
NETLINK_VARIANT(set_ipsec6, NETLINK_XFRM, 0);

/* The kernel asks for no capability; who may not be bound to a port picks it like this. */
static int set_port_range(void)
{
	return set(AF_INET, SOL_IP, LOCAL_PORT_RANGE, &(uint32_t){ 0 }, sizeof(uint32_t));
}
FIXTURE_VARIANT_ADD(option, set_port_range)
{
	.give = set_port_range, .error = EPERM, .klass = GABION_CLASS_CAPABILITY,
	.refused = NET_ADMIN, .refused_by = "unable",
};

/* ::1 is the host's already. */
static int join_anycast(void)
{
	struct ipv6_mreq request = { .ipv6mr_multiaddr = IN6ADDR_LOOPBACK_INIT };

	return set(AF_INET6, SOL_IPV6, IPV6_JOIN_ANYCAST, &request, sizeof(request));
}
NETLINK_VARIANT(join_anycast, NETLINK_ROUTE, EINVAL);

/* Not asked of SCTP itself, which is not to be loaded here. */
static int encapsulate(void)
{
	return set(AF_INET, IPPROTO_SCTP, SCTP_ENCAPSULATION, &(int){ 0 }, sizeof(int));
}
NETLINK_VARIANT(encapsulate, NETLINK_ROUTE, ENOPROTOOPT);

static int get(int family, int level, int option, void *value, socklen_t length)
{
	int fd = socket(family, SOCK_DGRAM, 0);

	return fd < 0 ? 99 : ATTEMPT(getsockopt(fd, level, option, value, &length));
}

static int read_table(void)
{
	struct ipt_getinfo info = { .name = "filter" };

	return get(AF_INET, SOL_IP, IPT_SO_GET_INFO, &info, sizeof(info));
}
NETLINK_VARIANT(read_table, NETLINK_NETFILTER, 0);

static int read_table6(void)
{
	struct ip6t_getinfo info = { .name = "filter" };

	return get(AF_INET6, SOL_IPV6, IP6T_SO_GET_INFO, &info, sizeof(info));
}
NETLINK_VARIANT(read_table6, NETLINK_NETFILTER, 0);

static int command(int family, unsigned long number, void *argument)
{
	int fd = socket(family, SOCK_DGRAM, 0);

	return fd < 0 ? 99 : ATTEMPT(ioctl(fd, number, argument));
}

/* To an address of no family. */
static int add_route(void)
{
	return command(AF_INET, SIOCADDRT, &(struct rtentry){ 0 });
}
NETLINK_VARIANT(add_route, NETLINK_ROUTE, EAFNOSUPPORT);

/* The one that it has. */
static int set_address(void)
{
	union address loopback = address_of("127.0.0.1", 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_addr = loopback.any };

	return command(AF_INET, SIOCSIFADDR, &request);
}
NETLINK_VARIANT(set_address, NETLINK_ROUTE, 0);

/* Any socket is as good for that: the one that it has. */
static int set_size(void)
{
	struct ifreq request = { .ifr_name = "lo" };

	return command(AF_UNIX, SIOCGIFMTU, &request) ?:
	       command(AF_UNIX, SIOCSIFMTU, &request);
}
NETLINK_VARIANT(set_size, NETLINK_ROUTE, 0);

static int get_namespace(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), ns = ioctl(fd, SIOCGSKNS);

	return ns < 0 ? errno : ATTEMPT(close(ns));
}
NETLINK_VARIANT(get_namespace, NETLINK_ROUTE, 0);

/* --- what is about the socket alone, or only asks --- */

FIXTURE(plain)
{
	GABION_FIXTURE_MEMBERS
};

FIXTURE_VARIANT(plain)
{
	int (*give)(void);
};

#define PLAIN_VARIANT(name)	FIXTURE_VARIANT_ADD(plain, name) { .give = name }

GABION_FIXTURE_LIFE_BETWEEN(plain, prepare(self->client), source_restore(self->client))

TEST_F(plain, needs_nothing)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, variant->give));
	EXPECT_EQ(0, confine_run(self->client, "unspoken", variant->give));
	EXPECT_EQ(0, confine_run(self->client, "unable", variant->give));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED }));
}

static int set_service(void)
{
	return set(AF_INET, SOL_IP, IP_TOS, &(int){ 8 }, sizeof(int));
}
PLAIN_VARIANT(set_service);

/* Its number is above that of the packet filters. */
static int set_class6(void)
{
	return set(AF_INET6, SOL_IPV6, IPV6_TCLASS, &(int){ 8 }, sizeof(int));
}
PLAIN_VARIANT(set_class6);

/* Of another level than those of the same number that are refused. */
static int reuse_address(void)
{
	return set(AF_INET, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) ?:
	       set(AF_INET, SOL_SOCKET, SO_INCOMING_CPU, &(int){ 0 }, sizeof(int));
}
PLAIN_VARIANT(reuse_address);

static int get_address(void)
{
	return command(AF_INET, SIOCGIFADDR, &(struct ifreq){ .ifr_name = "lo" });
}
PLAIN_VARIANT(get_address);

static int get_flags(void)
{
	return command(AF_UNIX, SIOCGIFFLAGS, &(struct ifreq){ .ifr_name = "lo" });
}
PLAIN_VARIANT(get_flags);

static int do_not_block(void)
{
	return command(AF_INET, FIONBIO, &(int){ 1 });
}
PLAIN_VARIANT(do_not_block);

TEST_HARNESS_MAIN
