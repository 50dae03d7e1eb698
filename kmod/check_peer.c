// SPDX-License-Identifier: GPL-2.0
/*
 * Who sends to a socket: connections that are made to it, and datagrams. Packets
 * arrive whoever runs, mostly in an interrupt; the domain is that which made the
 * socket. A stream was decided when it began: by inet_conn_request(), or, of SCTP,
 * by sctp_assoc_request() and all packets that still come to who listens; one of TCP
 * between two that connect to each other by tcp_send_synack(), or without a packet by
 * tcp_connect().
 */
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/mptcp.h>
#include <net/request_sock.h>
#include <net/sctp/structs.h>
#include <net/tcp.h>
#include "creator.h"
#include "decision.h"
#include "endpoint.h"
#include "engine.h"
#include "peer.h"

u32 gabion_peers_restricted;

void gabion_peers_restrict(bool restricted)
{
	WRITE_ONCE(gabion_peers_restricted, restricted);
}

u16 gabion_socket_maker(const struct sock *sk)
{
	rwlock_t *lock = (rwlock_t *)&sk->sk_callback_lock;
	u16 domain = GABION_HOST;
	const struct file *file;

	/* Keeps sk_socket, which __sock_release() gives up before its file goes. */
	read_lock_bh(lock);
	file = sk->sk_socket ? READ_ONCE(sk->sk_socket->file) : NULL;
	if (file)
		domain = gabion_creator(file->f_path.dentry);
	read_unlock_bh(lock);
	return domain;
}

/* Ports are where TCP, UDP and their like have them. */
static __be16 port_at(const struct sk_buff *skb, int offset, u8 protocol)
{
	const __be16 *port;
	__be16 buffer;

	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
		port = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
		return port ? *port : 0;
	default:
		return 0;
	}
}

static bool key_of_ipv4(const struct sk_buff *skb, struct gabion_net_key *key)
{
	int offset = skb_network_offset(skb);
	const struct iphdr *ip;
	struct iphdr buffer;

	ip = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!ip)
		return false;
	key->protocol = ip->protocol;
	gabion_key_ipv4(key, ip->saddr, port_at(skb, offset + ip->ihl * 4, ip->protocol));
	return true;
}

static bool key_of_ipv6(const struct sk_buff *skb, struct gabion_net_key *key)
{
	int offset = skb_network_offset(skb);
	const struct ipv6hdr *ip;
	struct ipv6hdr buffer;
	__be16 fragment;
	u8 next;

	ip = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!ip)
		return false;
	next = ip->nexthdr;
	offset = ipv6_skip_exthdr(skb, offset + sizeof(*ip), &next, &fragment);
	key->protocol = next;
	gabion_key_ipv6(key, &ip->saddr, offset < 0 ? 0 : port_at(skb, offset, next));
	return true;
}

/* Whose packet is it? A raw socket gets those of all protocols. */
static bool key_of_sender(const struct sk_buff *skb, struct gabion_net_key *key)
{
	memset(key, 0, sizeof(*key));
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return key_of_ipv4(skb, key);
	case htons(ETH_P_IPV6):
		return key_of_ipv6(skb, key);
	default:
		return false;
	}
}

GABION_CHECK2(sock_rcv_skb, struct sock *, sk, struct sk_buff *, skb)
{
	bool stream = sk->sk_type == SOCK_STREAM;
	struct gabion_net_key key;
	u16 domain;

	if (!READ_ONCE(gabion_peers_restricted) || !gabion_is_internet(sk))
		return 0;
	if (stream && (sk->sk_protocol != IPPROTO_SCTP || sk->sk_state != TCP_LISTEN))
		return 0;
	domain = gabion_socket_maker(sk);
	if (domain == GABION_HOST)
		return 0;
	if (!key_of_sender(skb, &key))
		return -EACCES;
	return gabion_decide_net_as(GABION_HOOK_sock_rcv_skb, domain, &key,
				    stream ? GABION_NET_ACCEPT : GABION_NET_RECEIVE, true);
}

static bool is_bound_to_all(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return ipv6_addr_any(&sk->sk_v6_rcv_saddr) ||
		       (ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr) &&
			!sk->sk_v6_rcv_saddr.s6_addr32[3]);
#endif
	return !inet_sk(sk)->inet_rcv_saddr;
}

static void keys_of_request(const struct inet_request_sock *request, struct gabion_net_key *local,
			    struct gabion_net_key *peer)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (request->ireq_family == AF_INET6) {
		gabion_key_ipv6(local, &request->ir_v6_loc_addr, htons(request->ir_num));
		gabion_key_ipv6(peer, &request->ir_v6_rmt_addr, request->ir_rmt_port);
		return;
	}
#endif
	gabion_key_ipv4(local, request->ir_loc_addr, htons(request->ir_num));
	gabion_key_ipv4(peer, request->ir_rmt_addr, request->ir_rmt_port);
}

/*
 * Who listens at no address in particular does so at each: it may be reached at those where it
 * may listen. Who connects was judged by the same name.
 */
GABION_CHECK3(inet_conn_request, const struct sock *, sk, struct sk_buff *, skb,
	      struct request_sock *, req)
{
	u8 protocol = sk->sk_protocol == IPPROTO_MPTCP ? IPPROTO_TCP : sk->sk_protocol;
	struct gabion_net_key local = { .protocol = protocol }, peer = { .protocol = protocol };
	u16 domain = gabion_socket_maker(sk);

	if (domain == GABION_HOST)
		return 0;
	keys_of_request(inet_rsk(req), &local, &peer);
	return gabion_decide_together(
		(is_bound_to_all(sk) ?
		 gabion_decide_net_as(GABION_HOOK_inet_conn_request, domain, &local,
				      GABION_NET_LISTEN, true) : 0) ?:
		(READ_ONCE(gabion_peers_restricted) ?
		 gabion_decide_net_as(GABION_HOOK_inet_conn_request, domain, &peer,
				      GABION_NET_ACCEPT, true) : 0));
}

/* To who takes part in it a connection is as if it had been listening for the other. */
static int decide_ends(enum gabion_hook_id hook, u16 domain, const struct gabion_net_key *local,
		       const struct gabion_net_key *peer, bool by_peer)
{
	return gabion_decide_together(
		gabion_decide_net_as(hook, domain, local, GABION_NET_LISTEN, by_peer) ?:
		gabion_decide_net_as(hook, domain, peer, GABION_NET_ACCEPT, by_peer));
}

static int decide_ends_of(enum gabion_hook_id hook, u16 domain, const struct sock *sk, bool by_peer)
{
	struct gabion_net_key local, peer;

	gabion_key_of_local(sk, &local);
	gabion_key_of_peer(sk, &peer);
	return decide_ends(hook, domain, &local, &peer, by_peer);
}

/*
 * As tcp_done_with_error() does, which not every kernel exports, but for what waits to be
 * sent: no timer is left that would, and tcp_disconnect() or the socket's end drops it.
 */
static void close_with_error(struct sock *sk, int error)
{
	WRITE_ONCE(sk->sk_err, error);
	/* Pairs with the barrier in tcp_poll(). */
	smp_wmb();
	tcp_done(sk);
	if (!sock_flag(sk, SOCK_DEAD))
		sk_error_report(sk);
}

/*
 * A SYN came to a socket that has sent one, and listens nowhere (RFC 9293, 3.5: simultaneous
 * open). To either it is as if it had been listening: the other need not know the difference.
 * Only tcp_rcv_synsent_state_process() calls this function, with the socket's lock held, and looks
 * at nothing afterwards; what it does with a reset in the same place is done here, too.
 *
 * Of MPTCP it is a socket of the kernel's own, which does not say whose it is: not theirs to be had.
 */
GABION_CHECK1(tcp_send_synack, struct sock *, sk)
{
	u16 domain = gabion_socket_maker(sk);
	int err;

	if (sk_is_mptcp(sk) && rcu_access_pointer(gabion_policy_in_force))
		domain = GABION_UNKNOWN;
	if (domain == GABION_HOST)
		return 0;
	err = decide_ends_of(GABION_HOOK_tcp_send_synack, domain, sk, true);
	if (err)
		close_with_error(sk, -err);
	return err;
}

/*
 * With TCP_REPAIR each of the two is told that it is connected, and nothing comes from the other
 * that could be asked about. Under the socket's lock, without which repair mode can be set.
 */
GABION_CHECK1(tcp_connect, struct sock *, sk)
{
	if (!tcp_sk(sk)->repair)
		return 0;
	return decide_ends_of(GABION_HOOK_tcp_connect, gabion_task_label(current), sk, false);
}

/* By the header of SCTP: the packet may have come in one of UDP. */
static bool keys_of_association(const struct sk_buff *skb, struct gabion_net_key *local,
				struct gabion_net_key *peer)
{
	const struct sctphdr *header = sctp_hdr(skb);

	switch (skb->protocol) {
	case htons(ETH_P_IP):
		gabion_key_ipv4(local, ip_hdr(skb)->daddr, header->dest);
		gabion_key_ipv4(peer, ip_hdr(skb)->saddr, header->source);
		return true;
	case htons(ETH_P_IPV6):
		gabion_key_ipv6(local, &ipv6_hdr(skb)->daddr, header->dest);
		gabion_key_ipv6(peer, &ipv6_hdr(skb)->saddr, header->source);
		return true;
	default:
		return false;
	}
}

/*
 * An association begins, or begins anew, at the word of the peer: with who listens, and with who
 * itself connects to it at the same time (RFC 9260, 5.2.1).
 */
GABION_CHECK2(sctp_assoc_request, struct sctp_association *, asoc, struct sk_buff *, skb)
{
	struct gabion_net_key local = { .protocol = IPPROTO_SCTP };
	struct gabion_net_key peer = { .protocol = IPPROTO_SCTP };
	u16 domain = gabion_socket_maker(asoc->base.sk);

	if (domain == GABION_HOST)
		return 0;
	if (!keys_of_association(skb, &local, &peer))
		return -EACCES;
	return decide_ends(GABION_HOOK_sctp_assoc_request, domain, &local, &peer, true);
}
