// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP: an association has several addresses at each end.  Those that the peer names
 * when the association is made are the peer's own affair: no hook is asked.
 * 0.0.0.0 and :: are none that it sends to (sctp_verify_addr()).
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/sctp.h>
#include <linux/socket.h>
#include <net/inet_sock.h>
#include "decision.h"
#include "endpoint.h"
#include "engine.h"
#include "peer.h"
#include "sctp.h"

/* Of a control message of sendmsg(2), which makes an association as @msg's address says. */
int gabion_decide_sctp_control(enum gabion_hook_id hook, const struct sock *sk,
			       const struct msghdr *msg, struct cmsghdr *cmsg)
{
	const struct sockaddr_in *to = msg->msg_name;
	struct gabion_net_key key = { .protocol = gabion_protocol_of(sk) };

	/* Without an address there is no new association; both families have the port there. */
	if (!to || msg->msg_namelen < (int)offsetofend(struct sockaddr_in, sin_port))
		return 0;
	switch (cmsg->cmsg_type) {
	case SCTP_DSTADDRV4:
		if (cmsg->cmsg_len < CMSG_LEN(sizeof(struct in_addr)))
			return -EINVAL;
		gabion_key_ipv4(&key, *(const __be32 *)CMSG_DATA(cmsg), to->sin_port);
		break;
	case SCTP_DSTADDRV6:
		if (cmsg->cmsg_len < CMSG_LEN(sizeof(struct in6_addr)))
			return -EINVAL;
		gabion_key_ipv6(&key, CMSG_DATA(cmsg), to->sin_port);
		break;
	default:
		return 0;
	}
	return gabion_decide_net(hook, &key, GABION_NET_CONNECT);
}

/*
 * Several addresses one after the other, each as long as its family says.
 *
 * SCTP_PRIMARY_ADDR is an address of the peer's, SCTP_SET_PEER_PRIMARY_ADDR one of ours.
 * The peer's ASCONF arrives whoever runs, the peer itself for one: it is about the domain
 * that made the socket, and so every task gets here.
 */
static int decide_addresses(const struct sock *sk, int option, const struct sockaddr *address,
			    int length)
{
	u16 domain = gabion_task_label(current);
	u32 wanted = GABION_NET_CONNECT;
	struct gabion_net_key key;
	bool by_peer = false;
	int err, size;

	switch (option) {
	case SCTP_SOCKOPT_BINDX_ADD:
	case SCTP_SET_PEER_PRIMARY_ADDR:
		wanted = GABION_NET_BIND;
		break;
	case (__force int)SCTP_PARAM_ADD_IP:
	case (__force int)SCTP_PARAM_SET_PRIMARY:
		domain = gabion_socket_maker(sk);
		by_peer = true;
		break;
	}
	if (domain == GABION_HOST)
		return 0;
	while (length > 0) {
		err = gabion_key_of_address(sk, address, length, &key);
		if (err <= 0)
			return err;
		err = gabion_decide_net_as(GABION_HOOK_sctp_bind_connect, domain, &key, wanted,
					   by_peer);
		if (err)
			return err;
		size = address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
						      : sizeof(struct sockaddr_in);
		address = (const void *)address + size;
		length -= size;
	}
	return 0;
}

GABION_CHECK4(sctp_bind_connect, struct sock *, sk, int, option, struct sockaddr *, address,
	      int, length)
{
	return gabion_decide_together(decide_addresses(sk, option, address, length));
}
