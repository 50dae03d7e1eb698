// SPDX-License-Identifier: GPL-2.0
/*
 * Where a message goes that has an address of its own, and what its control messages
 * say of that. Before what sends it, and not security_socket_sendmsg(): sendmmsg(2)
 * asks that for the first of several messages to one address only, whatever the
 * control messages of the others.
 *
 * Name and control messages are the kernel's own copies: of sendto(2) and sendmsg(2)
 * by move_addr_to_kernel() and ____sys_sendmsg(), of io_uring by the same, kept for
 * when it tries again.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include "decision.h"
#include "endpoint.h"
#include "engine.h"
#include "sctp.h"
#include "source_route.h"

/*
 * Address that @cmsg gives the packets of @sk. Return: 1 and @source; 0: none of this kind;
 * -EINVAL: too short. One of IPv4 is mapped.
 */
static int source_of(const struct sock *sk, struct cmsghdr *cmsg, struct in6_addr *source)
{
	if (cmsg->cmsg_level == SOL_IP && cmsg->cmsg_type == IP_PKTINFO) {
		const struct in_pktinfo *info = CMSG_DATA(cmsg);

		if (cmsg->cmsg_len < CMSG_LEN(sizeof(*info)))
			return -EINVAL;
		ipv6_addr_set_v4mapped(info->ipi_spec_dst.s_addr, source);
		return 1;
	}
	if (sk->sk_family == AF_INET6 && cmsg->cmsg_level == SOL_IPV6 &&
	    (cmsg->cmsg_type == IPV6_PKTINFO || cmsg->cmsg_type == IPV6_2292PKTINFO)) {
		const struct in6_pktinfo *info = CMSG_DATA(cmsg);

		if (cmsg->cmsg_len < CMSG_LEN(sizeof(*info)))
			return -EINVAL;
		*source = info->ipi6_addr;
		return 1;
	}
	return 0;
}

/* Is it that of @sk itself? */
static bool is_own(const struct sock *sk, const struct in6_addr *source)
{
	if (ipv6_addr_v4mapped(source))
		return source->s6_addr32[3] == inet_sk(sk)->inet_saddr;
#if IS_ENABLED(CONFIG_IPV6)
	return ipv6_addr_any(source) || ipv6_addr_equal(source, &inet6_sk(sk)->saddr);
#else
	return false;
#endif
}

/*
 * To send from an address is to be bound there. Without a port that was bound 0.0.0.0, the
 * kernel's choice, is what a socket has that is bound nowhere, which needs no leave.
 */
static int decide_source(enum gabion_hook_id hook, const struct sock *sk,
			 const struct in6_addr *source)
{
	struct gabion_net_key key = { .protocol = gabion_protocol_of(sk) };
	bool placed = sk->sk_userlocks & SOCK_BINDPORT_LOCK;

	if (is_own(sk, source))
		return 0;
	if (!placed && ipv6_addr_v4mapped(source) && !source->s6_addr32[3])
		return 0;
	gabion_key_ipv6(&key, source, placed ? htons(inet_sk(sk)->inet_num) : 0);
	return gabion_decide_net(hook, &key, GABION_NET_BIND);
}

static int decide_control(enum gabion_hook_id hook, const struct sock *sk, struct msghdr *msg)
{
	struct in6_addr source;
	struct cmsghdr *cmsg;
	int err;

	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		err = source_of(sk, cmsg, &source);
		if (err > 0)
			err = decide_source(hook, sk, &source);
		else if (!err && gabion_has_source_route(cmsg))
			err = gabion_decide_source_route(hook);
		else if (!err && cmsg->cmsg_level == SOL_SCTP)
			err = gabion_decide_sctp_control(hook, sk, msg, cmsg);
		if (err)
			return err;
	}
	return 0;
}

/* Source of packets of IPv4: the last that a control message gives, else the socket's. */
static __be32 ipv4_source(const struct sock *sk, struct msghdr *msg)
{
	__be32 source = inet_sk(sk)->inet_saddr;
	struct in6_addr address;
	struct cmsghdr *cmsg;

	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			break;
		if (source_of(sk, cmsg, &address) > 0 && ipv6_addr_v4mapped(&address))
			source = address.s6_addr32[3];
	}
	return source;
}

static int decide_name(enum gabion_hook_id hook, const struct sock *sk, struct msghdr *msg)
{
	struct gabion_net_key key;
	int err = gabion_key_of_destination(sk, msg->msg_name, msg->msg_namelen,
					    ipv4_source(sk, msg), &key);

	return err > 0 ? gabion_decide_net(hook, &key, GABION_NET_CONNECT) : err;
}

/*
 * Datagrams, and TCP Fast Open, which connects without passing socket_connect. TCP otherwise
 * ignores the address.
 */
static int decide_message(enum gabion_hook_id hook, const struct socket *sock, struct msghdr *msg)
{
	const struct sock *sk = sock->sk;
	bool tcp = sock->type == SOCK_STREAM &&
		   (sk->sk_protocol == IPPROTO_TCP || sk->sk_protocol == IPPROTO_MPTCP);
	bool addressed = msg->msg_name && (!tcp || (msg->msg_flags & MSG_FASTOPEN));

	/* A network filesystem's own, in the context of whoever uses it. */
	if (sk->sk_kern_sock || (!addressed && !msg->msg_controllen))
		return 0;
	return gabion_decide_together(
		(addressed ? decide_name(hook, sk, msg) : 0) ?:
		(msg->msg_controllen ? decide_control(hook, sk, msg) : 0));
}

GABION_CHECK3(inet_sendmsg, struct socket *, sock, struct msghdr *, msg, size_t, size)
{
	return decide_message(GABION_HOOK_inet_sendmsg, sock, msg);
}

GABION_CHECK3(inet6_sendmsg, struct socket *, sock, struct msghdr *, msg, size_t, size)
{
	return decide_message(GABION_HOOK_inet6_sendmsg, sock, msg);
}
