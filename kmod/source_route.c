// SPDX-License-Identifier: GPL-2.0
/* Packets that go another way than their address.  See source_route.h. */
#include <linux/capability.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/rcupdate.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include "decision.h"
#include "endpoint.h"
#include "source_route.h"

bool gabion_sets_source_route(int level, int option)
{
	switch (level) {
	case SOL_IP:
		return option == IP_OPTIONS;
	case SOL_IPV6:
		/* A flow label is made with the headers of its packets: fl_create(). */
		return option == IPV6_RTHDR || option == IPV6_2292PKTOPTIONS ||
		       option == IPV6_FLOWLABEL_MGR;
	default:
		return false;
	}
}

bool gabion_has_source_route(const struct cmsghdr *cmsg)
{
	switch (cmsg->cmsg_level) {
	case SOL_IP:
		return cmsg->cmsg_type == IP_RETOPTS;
	case SOL_IPV6:
		return cmsg->cmsg_type == IPV6_RTHDR || cmsg->cmsg_type == IPV6_2292RTHDR;
	default:
		return false;
	}
}

#if IS_ENABLED(CONFIG_IPV6)
static bool is_routed_ipv6(const struct sock *sk)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);
	const struct ipv6_txoptions *options;

	if (!np)
		return false;
	options = rcu_dereference(np->opt);
	return (options && options->srcrt) || rcu_access_pointer(np->ipv6_fl_list);
}
#else
static bool is_routed_ipv6(const struct sock *sk)
{
	return false;
}
#endif

bool gabion_is_source_routed(const struct sock *sk)
{
	const struct ip_options_rcu *options;
	bool routed;

	if (!gabion_is_internet(sk))
		return false;
	rcu_read_lock();
	options = rcu_dereference(inet_sk(sk)->inet_opt);
	routed = (options && options->opt.srr) || is_routed_ipv6(sk);
	rcu_read_unlock();
	return routed;
}

int gabion_decide_source_route(enum gabion_hook_id hook)
{
	return gabion_decide_capability(hook, CAP_NET_RAW, true);
}
