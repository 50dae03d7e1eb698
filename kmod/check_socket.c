// SPDX-License-Identifier: GPL-2.0
/* Sockets: which families, which network endpoints, which unix peers. */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/sctp.h>
#include <linux/socket.h>
#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>
#include <net/sock.h>
#include "creator.h"
#include "decision.h"
#include "descriptor.h"
#include "endpoint.h"
#include "engine.h"

/*
 * Protocol as rules name it.  A raw socket writes the ports itself, so no rule
 * about TCP or UDP ports is about it.
 */
static u8 protocol_of(const struct sock *sk)
{
	if (sk->sk_type == SOCK_RAW)
		return IPPROTO_RAW;
	if (sk->sk_protocol == IPPROTO_MPTCP)
		return IPPROTO_TCP;
	return sk->sk_protocol < 256 ? sk->sk_protocol : IPPROTO_RAW;
}

/* Connecting to no address in particular connects to this host. */
static void any_is_loopback(struct gabion_net_key *key)
{
	static const u8 any4[16] = { [10] = 0xff, [11] = 0xff }, any6[16];

	if (!memcmp(key->address, any4, 16))
		key->address[12] = 127;
	else if (memcmp(key->address, any6, 16))
		return;
	key->address[15] = 1;
}

/*
 * Name of the endpoint that @address says, which is @length bytes long.
 *
 * Return: 1 and @key; 0: not an internet endpoint, nothing to decide;
 * -EINVAL: too short for its family.
 */
static int key_of_address(const struct sock *sk, const struct sockaddr *address, int length,
			  struct gabion_net_key *key)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;
	int family;

	if (!gabion_is_internet(sk))
		return 0;
	if (length < (int)offsetofend(struct sockaddr, sa_family))
		return -EINVAL;
	memset(key, 0, sizeof(*key));
	key->protocol = protocol_of(sk);
	family = address->sa_family;
	/* inet_bind() and UDP's sendmsg take AF_UNSPEC for AF_INET. */
	if (family == AF_UNSPEC)
		family = sk->sk_family;
	switch (family) {
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

static int decide_address(enum gabion_hook_id hook, struct socket *sock,
			  const struct sockaddr *address, int length, u32 wanted)
{
	struct gabion_net_key key;
	int err = key_of_address(sock->sk, address, length, &key);

	if (err > 0 && wanted == GABION_NET_CONNECT)
		any_is_loopback(&key);
	return err > 0 ? gabion_decide_net(hook, &key, wanted) : err;
}

GABION_CHECK4(socket_create, int, family, int, type, int, protocol, int, kern)
{
	if (kern)
		return 0;
	if (family != AF_NETLINK)
		return gabion_decide_family(GABION_HOOK_socket_create, family);
	return gabion_decide_together(
		gabion_decide_family(GABION_HOOK_socket_create, family) ?:
		gabion_decide_netlink(GABION_HOOK_socket_create, protocol));
}

/*
 * Is the socket of a family that the domain (still) may use?  It may have been
 * made by another domain, or under another policy.  Unix sockets are like pipes
 * here: stdout of a service is one.
 */
static int decide_holder(enum gabion_hook_id hook, const struct sock *sk)
{
	/* A network filesystem's own, in the context of whoever uses it. */
	if (sk->sk_kern_sock)
		return 0;
	if (sk->sk_family == AF_UNIX ||
	    gabion_family_granted(gabion_task_label(current), sk->sk_family))
		return 0;
	return gabion_decide_family(hook, sk->sk_family);
}

GABION_CHECK1(socket_accept, struct socket *, sock)
{
	return decide_holder(GABION_HOOK_socket_accept, sock->sk);
}

GABION_CHECK1(socket_recvmsg, struct socket *, sock)
{
	return decide_holder(GABION_HOOK_socket_recvmsg, sock->sk);
}

GABION_CHECK1(socket_getsockname, struct socket *, sock)
{
	return decide_holder(GABION_HOOK_socket_getsockname, sock->sk);
}

GABION_CHECK1(socket_getpeername, struct socket *, sock)
{
	return decide_holder(GABION_HOOK_socket_getpeername, sock->sk);
}

GABION_CHECK1(socket_getsockopt, struct socket *, sock)
{
	return decide_holder(GABION_HOOK_socket_getsockopt, sock->sk);
}

GABION_CHECK1(socket_setsockopt, struct socket *, sock)
{
	return decide_holder(GABION_HOOK_socket_setsockopt, sock->sk);
}

GABION_CHECK1(socket_shutdown, struct socket *, sock)
{
	return decide_holder(GABION_HOOK_socket_shutdown, sock->sk);
}

/* splice() passes neither sendmsg nor recvmsg. */
static int decide_splice(enum gabion_hook_id hook, struct file *file)
{
	struct socket *sock = sock_from_file(file);

	return sock && sock->sk ? decide_holder(hook, sock->sk) : 0;
}

GABION_CHECK1(sock_splice_read, struct file *, file)
{
	return decide_splice(GABION_HOOK_sock_splice_read, file);
}

#ifdef GABION_HAVE_SOCK_SENDPAGE
GABION_CHECK1(sock_sendpage, struct file *, file)
{
	return decide_splice(GABION_HOOK_sock_sendpage, file);
}
#endif

GABION_CHECK1(netlink_send, struct sock *, sk)
{
	if (sk->sk_kern_sock)
		return 0;
	return gabion_decide_netlink(GABION_HOOK_netlink_send, sk->sk_protocol);
}

GABION_CHECK3(socket_bind, struct socket *, sock, struct sockaddr *, address, int, addrlen)
{
	return gabion_decide_together(
		decide_holder(GABION_HOOK_socket_bind, sock->sk) ?:
		decide_address(GABION_HOOK_socket_bind, sock, address, addrlen, GABION_NET_BIND));
}

GABION_CHECK3(socket_connect, struct socket *, sock, struct sockaddr *, address, int, addrlen)
{
	/* Dissolves an association: gives nothing. */
	if (addrlen >= (int)offsetofend(struct sockaddr, sa_family) &&
	    address->sa_family == AF_UNSPEC)
		return 0;
	return gabion_decide_together(
		decide_holder(GABION_HOOK_socket_connect, sock->sk) ?:
		decide_address(GABION_HOOK_socket_connect, sock, address, addrlen,
			       GABION_NET_CONNECT));
}

/* Several addresses one after the other, each as long as its family says. */
static int decide_addresses(const struct sock *sk, const struct sockaddr *address, int length,
			    u32 wanted)
{
	struct gabion_net_key key;
	int err, size;

	while (length > 0) {
		err = key_of_address(sk, address, length, &key);
		if (err <= 0)
			return err;
		if (wanted == GABION_NET_CONNECT)
			any_is_loopback(&key);
		err = gabion_decide_net(GABION_HOOK_sctp_bind_connect, &key, wanted);
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
	bool bind = option == SCTP_PRIMARY_ADDR || option == SCTP_SET_PEER_PRIMARY_ADDR ||
		    option == SCTP_SOCKOPT_BINDX_ADD;

	/* A peer's ASCONF: not the task that the packet interrupted. */
	if (!in_task())
		return 0;
	return gabion_decide_together(
		decide_addresses(sk, address, length, bind ? GABION_NET_BIND : GABION_NET_CONNECT));
}

static void key_of_local(const struct sock *sk, struct gabion_net_key *key)
{
	memset(key, 0, sizeof(*key));
	key->protocol = protocol_of(sk);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		gabion_key_ipv6(key, &sk->sk_v6_rcv_saddr, htons(inet_sk(sk)->inet_num));
	else
#endif
		gabion_key_ipv4(key, inet_sk(sk)->inet_rcv_saddr, htons(inet_sk(sk)->inet_num));
}

static void key_of_peer(const struct sock *sk, struct gabion_net_key *key)
{
	memset(key, 0, sizeof(*key));
	key->protocol = protocol_of(sk);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		gabion_key_ipv6(key, &sk->sk_v6_daddr, inet_sk(sk)->inet_dport);
	else
#endif
		gabion_key_ipv4(key, inet_sk(sk)->inet_daddr, inet_sk(sk)->inet_dport);
}

/*
 * Connections of MPTCP are made to a socket of the kernel's own, which does not say
 * whose it is (check_peer.c): from everybody, or from nobody.
 */
static int decide_listener(enum gabion_hook_id hook, const struct sock *sk)
{
	struct gabion_net_key local;
	int err;

	key_of_local(sk, &local);
	err = gabion_decide_net(hook, &local, GABION_NET_LISTEN);
	if (err || sk->sk_protocol != IPPROTO_MPTCP)
		return err;
	return gabion_decide_all_peers(hook, &local);
}

GABION_CHECK2(socket_listen, struct socket *, sock, int, backlog)
{
	const struct sock *sk = sock->sk;

	return gabion_decide_together(
		decide_holder(GABION_HOOK_socket_listen, sk) ?:
		(gabion_is_internet(sk) ? decide_listener(GABION_HOOK_socket_listen, sk) : 0));
}

/*
 * A connection may be one that was accepted, by whoever may listen at its local
 * address and have it made from there, or one that was made, to an address that the
 * domain may connect to.
 */
static int decide_endpoints(enum gabion_hook_id hook, const struct sock *sk)
{
	bool stream = sk->sk_type == SOCK_STREAM;
	struct gabion_net_key local, peer;

	if (sk->sk_family == AF_NETLINK)
		return gabion_decide_netlink(hook, sk->sk_protocol);
	if (!gabion_is_internet(sk) || !inet_sk(sk)->inet_num)
		return 0;
	if (stream && sk->sk_state == TCP_LISTEN)
		return decide_listener(hook, sk);
	key_of_local(sk, &local);
	if (!inet_sk(sk)->inet_dport)
		return sk->sk_userlocks & SOCK_BINDPORT_LOCK
			       ? gabion_decide_net_or(hook, &local, GABION_NET_LISTEN, &local,
						      GABION_NET_BIND) : 0;
	key_of_peer(sk, &peer);
	return gabion_decide_net_or(hook, &local, GABION_NET_LISTEN | GABION_NET_BIND, &peer,
				    GABION_NET_CONNECT) ?:
	       gabion_decide_net_or(hook, &peer, GABION_NET_CONNECT, &peer,
				    stream ? GABION_NET_ACCEPT : GABION_NET_RECEIVE);
}

int gabion_decide_socket(enum gabion_hook_id hook, const struct sock *sk)
{
	return gabion_decide_together(decide_holder(hook, sk) ?: decide_endpoints(hook, sk));
}

/*
 * A message with an address of its own: datagrams, and TCP Fast Open, which
 * connects without passing socket_connect. TCP otherwise ignores the address.
 */
GABION_CHECK3(socket_sendmsg, struct socket *, sock, struct msghdr *, msg, int, size)
{
	const struct sock *sk = sock->sk;
	bool tcp = sock->type == SOCK_STREAM &&
		   (sk->sk_protocol == IPPROTO_TCP || sk->sk_protocol == IPPROTO_MPTCP);

	if (sk->sk_kern_sock || !msg->msg_name || (tcp && !(msg->msg_flags & MSG_FASTOPEN)))
		return decide_holder(GABION_HOOK_socket_sendmsg, sk);
	return gabion_decide_together(
		decide_holder(GABION_HOOK_socket_sendmsg, sk) ?:
		decide_address(GABION_HOOK_socket_sendmsg, sock, msg->msg_name, msg->msg_namelen,
			       GABION_NET_CONNECT));
}

/*
 * A unix peer.  Bound to a path: a file, judged by name. Otherwise (abstract or
 * unnamed) judged by the domain of the process that made it listen, or by that of
 * who made it, where nobody listens (datagrams) or the listener is gone.
 * Caller holds unix_state_lock(other), which keeps its socket and file: atomic.
 */
static int decide_unix(enum gabion_hook_id hook, struct sock *other)
{
	const struct path *path = &unix_sk(other)->path;
	const struct socket *sock = other->sk_socket;
	u16 domain = GABION_HOST;
	struct task_struct *task;
	pid_t pid = 0;

	if (path->dentry)
		return gabion_decide_path(hook, path, GABION_FILE_CONNECT, GFP_ATOMIC);
	rcu_read_lock();
	/* By struct pid, which is never reused: a number would be. */
	task = pid_task(READ_ONCE(other->sk_peer_pid), PIDTYPE_TGID);
	if (task) {
		pid = task->tgid;
		domain = gabion_target_label(task);
	} else if (sock && sock->file) {
		domain = gabion_creator(sock->file->f_path.dentry);
	}
	rcu_read_unlock();
	/* Without either it is the host's: what no rule of the domain is about. */
	if (domain == gabion_task_label(current))
		return 0;
	return gabion_decide_domain(hook, gabion_task_label(current), domain, pid,
				    GABION_DOM_CONNECT, 0);
}

GABION_CHECK3(unix_stream_connect, struct sock *, sock, struct sock *, other, struct sock *, newsk)
{
	return decide_unix(GABION_HOOK_unix_stream_connect, other);
}

GABION_CHECK2(unix_may_send, struct socket *, sock, struct socket *, other)
{
	/* Of one socketpair(), or connected when that was decided. */
	if (unix_peer(other->sk) == sock->sk)
		return 0;
	return decide_unix(GABION_HOOK_unix_may_send, other->sk);
}
