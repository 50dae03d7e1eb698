// SPDX-License-Identifier: GPL-2.0
/* The endpoint that a socket or an address means.  See endpoint.h. */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include "endpoint.h"

u8 gabion_protocol_of(const struct sock *sk)
{
	if (sk->sk_type == SOCK_RAW)
		return IPPROTO_RAW;
	if (sk->sk_protocol == IPPROTO_MPTCP)
		return IPPROTO_TCP;
	return sk->sk_protocol < 256 ? sk->sk_protocol : IPPROTO_RAW;
}

void gabion_key_of_local(const struct sock *sk, struct gabion_net_key *key)
{
	memset(key, 0, sizeof(*key));
	key->protocol = gabion_protocol_of(sk);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		gabion_key_ipv6(key, &sk->sk_v6_rcv_saddr, htons(inet_sk(sk)->inet_num));
	else
#endif
		gabion_key_ipv4(key, inet_sk(sk)->inet_rcv_saddr, htons(inet_sk(sk)->inet_num));
}

void gabion_key_of_peer(const struct sock *sk, struct gabion_net_key *key)
{
	memset(key, 0, sizeof(*key));
	key->protocol = gabion_protocol_of(sk);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		gabion_key_ipv6(key, &sk->sk_v6_daddr, inet_sk(sk)->inet_dport);
	else
#endif
		gabion_key_ipv4(key, inet_sk(sk)->inet_daddr, inet_sk(sk)->inet_dport);
}

/* IPV6_ADDRFORM makes it a socket of IPv4, perhaps after we looked. */
static bool may_turn_ipv4(const struct sock *sk)
{
	return sk->sk_type != SOCK_RAW &&
	       (sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE);
}

/*
 * inet_bind() and UDP's sendmsg take AF_UNSPEC for AF_INET, raw sockets of IPv6 for AF_INET6;
 * UDP's of IPv6 is sent to nowhere but where it is connected.
 */
static int family_of(const struct sock *sk, const struct sockaddr *address)
{
	if (address->sa_family != AF_UNSPEC)
		return address->sa_family;
	return may_turn_ipv4(sk) ? AF_INET : sk->sk_family;
}

int gabion_key_of_address(const struct sock *sk, const struct sockaddr *address, int length,
			  struct gabion_net_key *key)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	if (!gabion_is_internet(sk))
		return 0;
	if (length < (int)offsetofend(struct sockaddr, sa_family))
		return -EINVAL;
	memset(key, 0, sizeof(*key));
	key->protocol = gabion_protocol_of(sk);
	switch (family_of(sk, address)) {
	case AF_INET:
		if (length < (int)sizeof(*in))
			return -EINVAL;
		gabion_key_ipv4(key, in->sin_addr.s_addr, in->sin_port);
		return 1;
	case AF_INET6:
		if (length < SIN6_LEN_RFC2133)
			return -EINVAL;
		gabion_key_ipv6(key, &in6->sin6_addr, in6->sin6_port);
		return 1;
	default:
		/* An address that the protocol will not take: no endpoint of any rule. */
		return 1;
	}
}

static bool is_bound_to_ipv4(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	return sk->sk_family == AF_INET6 && ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr);
#else
	return false;
#endif
}

/* As ip_route_output_key_hash_rcu(), tcp_v6_connect() and udpv6_sendmsg() have it. */
static bool any_is_own(const struct sock *sk, __be32 source, struct gabion_net_key *key)
{
	static const u8 any4[16] = { [10] = 0xff, [11] = 0xff }, any6[16];
	__be32 loopback = htonl(INADDR_LOOPBACK);
	__be16 port;

	memcpy(&port, key->port, sizeof(port));
	if (!memcmp(key->address, any4, 16))
		gabion_key_ipv4(key, source ?: loopback, port);
	else if (memcmp(key->address, any6, 16))
		return false;
	else if (is_bound_to_ipv4(sk))
		gabion_key_ipv4(key, loopback, port);
	else
		key->address[15] = 1;
	return true;
}

int gabion_key_of_destination(const struct sock *sk, struct sockaddr *address, int length,
			      __be32 source, struct gabion_net_key *key)
{
	struct sockaddr_in *in = (void *)address;
	struct sockaddr_in6 *in6 = (void *)address;
	int err = gabion_key_of_address(sk, address, length, key);

	if (err <= 0)
		return err;
	switch (family_of(sk, address)) {
	case AF_INET:
		if (any_is_own(sk, source, key))
			memcpy(&in->sin_addr, key->address + 12, 4);
		break;
	case AF_INET6:
		if (any_is_own(sk, source, key))
			memcpy(&in6->sin6_addr, key->address, 16);
		break;
	}
	return err;
}
