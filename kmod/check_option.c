// SPDX-License-Identifier: GPL-2.0
/*
 * Options of sockets, and commands to them, by which the network's settings are changed: addresses,
 * routes, neighbours, packet filters, IPsec. That is what netlink is for, and asks for as much; the
 * kernel asks for CAP_NET_ADMIN alone. And those that say where a socket's packets go.
 */
#include <linux/capability.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include "decision.h"
#include "descriptor.h"
#include "endpoint.h"
#include "engine.h"
#include "source_route.h"

/* Since 6.3, and in what 6.1 has taken over: a range of one port is that port, without bind(2). */
#define LOCAL_PORT_RANGE	51

/* SCTP_REMOTE_UDP_ENCAPS_PORT of include/uapi/linux/sctp.h: its packets are UDP's, to that port. */
#define SCTP_ENCAPSULATION	36

/* SO_ORIGINAL_DST and IP6T_SO_ORIGINAL_DST: about the socket's own connection. */
#define ORIGINAL_DESTINATION	80

/*
 * From here on those of netfilter, IPVS and multicast routing. IPV6_* of include/uapi/linux/in6.h
 * leave out 64 and 65 for ip6_tables, and go on to below 100.
 */
#define IP_FILTERS		64
#define IPV6_FILTERS		100

static bool is_filters(int level, int option)
{
	if (level == SOL_IP)
		return option >= IP_FILTERS;
	return level == SOL_IPV6 && (option >= IPV6_FILTERS || option == 64 || option == 65);
}

static bool is_ipsecs(int level, int option)
{
	if (level == SOL_IP)
		return option == IP_IPSEC_POLICY || option == IP_XFRM_POLICY;
	return level == SOL_IPV6 && (option == IPV6_IPSEC_POLICY || option == IPV6_XFRM_POLICY);
}

/* An address of the host's, from whoever had it; packets to another endpoint than was granted. */
static bool changes_addresses(int level, int option)
{
	return (level == SOL_IPV6 && option == IPV6_JOIN_ANYCAST) ||
	       (level == SOL_SCTP && option == SCTP_ENCAPSULATION);
}

static int decide_option(enum gabion_hook_id hook, int level, int option)
{
	if (gabion_sets_source_route(level, option))
		return gabion_decide_source_route(hook);
	if (is_filters(level, option))
		return gabion_decide_netlink(hook, NETLINK_NETFILTER);
	if (changes_addresses(level, option))
		return gabion_decide_netlink(hook, NETLINK_ROUTE);
	if (is_ipsecs(level, option))
		return gabion_decide_netlink(hook, NETLINK_XFRM);
	if (level == SOL_IP && option == LOCAL_PORT_RANGE)
		return gabion_decide_capability(hook, CAP_NET_ADMIN, true);
	return 0;
}

GABION_CHECK3(socket_setsockopt, struct socket *, sock, int, level, int, optname)
{
	return gabion_decide_together(
		gabion_decide_holder(GABION_HOOK_socket_setsockopt, sock->sk) ?:
		/* SMC hands them on to a socket of TCP. */
		(gabion_is_internet(sock->sk) || sock->sk->sk_family == AF_SMC ?
		 decide_option(GABION_HOOK_socket_setsockopt, level, optname) : 0));
}

/* What is in the tables of netfilter, IPVS and multicast routing. */
GABION_CHECK3(socket_getsockopt, struct socket *, sock, int, level, int, optname)
{
	bool filters = (gabion_is_internet(sock->sk) || sock->sk->sk_family == AF_SMC) &&
		       is_filters(level, optname) && optname != ORIGINAL_DESTINATION;

	return gabion_decide_together(
		gabion_decide_holder(GABION_HOOK_socket_getsockopt, sock->sk) ?:
		(filters ? gabion_decide_netlink(GABION_HOOK_socket_getsockopt, NETLINK_NETFILTER)
			 : 0));
}

/* include/uapi/linux/sockios.h; of SIOCETHTOOL the most ask for what a card is like. */
static bool changes_network(unsigned int cmd)
{
	switch (cmd) {
	case SIOCADDRT:
	case SIOCDELRT:
	case SIOCSIFLINK:
	case SIOCSIFFLAGS:
	case SIOCSIFADDR:
	case SIOCSIFDSTADDR:
	case SIOCSIFBRDADDR:
	case SIOCSIFNETMASK:
	case SIOCSIFMETRIC:
	case SIOCSIFMEM:
	case SIOCSIFMTU:
	case SIOCSIFNAME:
	case SIOCSIFHWADDR:
	case SIOCSIFENCAP:
	case SIOCSIFSLAVE:
	case SIOCADDMULTI:
	case SIOCDELMULTI:
	case SIOCSIFPFLAGS:
	case SIOCDIFADDR:
	case SIOCSIFHWBROADCAST:
	case SIOCSIFTXQLEN:
	case SIOCSMIIREG:
	case SIOCDARP:
	case SIOCSARP:
	case SIOCDRARP:
	case SIOCSRARP:
	case SIOCSIFMAP:
	case SIOCADDDLCI:
	case SIOCDELDLCI:
	case SIOCBRADDBR:
	case SIOCBRDELBR:
	case SIOCBRADDIF:
	case SIOCBRDELIF:
	/* As they are given the rest, those that get do what those that set do. */
	case SIOCGIFBR:
	case SIOCSIFBR:
	case SIOCGIFVLAN:
	case SIOCSIFVLAN:
	case SIOCBONDENSLAVE ... SIOCBONDSETHWADDR:
	case SIOCBONDCHANGEACTIVE:
	case SIOCWANDEV:
	/* A descriptor of the network namespace. */
	case SIOCGSKNS:
	case SIOCSHWTSTAMP:
	/* Tunnels, ports of bridges and bonds are added and changed by these. */
	case SIOCDEVPRIVATE ... SIOCDEVPRIVATE + 15:
		return true;
	default:
		return false;
	}
}

int gabion_decide_socket_command(enum gabion_hook_id hook, unsigned int cmd)
{
	return changes_network(cmd) ? gabion_decide_netlink(hook, NETLINK_ROUTE) : 0;
}
