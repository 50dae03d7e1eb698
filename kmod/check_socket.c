// SPDX-License-Identifier: GPL-2.0
/* Sockets: which families, which network endpoints, which unix peers. */
#include <linux/capability.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/tcp_states.h>
#include <net/sock.h>
#include "compat.h"
#include "creator.h"
#include "decision.h"
#include "descriptor.h"
#include "endpoint.h"
#include "engine.h"
#include "source_route.h"

/*
 * SMC may be asked for as a protocol of the internet's (6.11). Its socket connects and sends by one
 * of TCP that is the kernel's own, and so not judged: it is of a family that no endpoints hold.
 */
static int judged_family(int family, int type, int protocol)
{
	return (family == AF_INET || family == AF_INET6) && type == SOCK_STREAM &&
	       protocol == IPPROTO_SMC ? AF_SMC : family;
}

GABION_CHECK4(socket_create, int, family, int, type, int, protocol, int, kern)
{
	if (kern)
		return 0;
	if (family != AF_NETLINK)
		return gabion_decide_family(GABION_HOOK_socket_create,
					    judged_family(family, type, protocol));
	return gabion_decide_together(
		gabion_decide_family(GABION_HOOK_socket_create, family) ?:
		gabion_decide_netlink(GABION_HOOK_socket_create, protocol));
}

/*
 * Is the socket of a family that the domain (still) may use?  It may have been
 * made by another domain, or under another policy.  Unix sockets are like pipes
 * here: stdout of a service is one.
 */
int gabion_decide_holder(enum gabion_hook_id hook, const struct sock *sk)
{
	int family = judged_family(sk->sk_family, sk->sk_type, sk->sk_protocol);

	/* A network filesystem's own, in the context of whoever uses it. */
	if (sk->sk_kern_sock)
		return 0;
	if (family == AF_UNIX || gabion_family_granted(gabion_task_label(current), family))
		return 0;
	return gabion_decide_family(hook, family);
}

GABION_CHECK1(socket_accept, struct socket *, sock)
{
	return gabion_decide_holder(GABION_HOOK_socket_accept, sock->sk);
}

GABION_CHECK1(socket_recvmsg, struct socket *, sock)
{
	return gabion_decide_holder(GABION_HOOK_socket_recvmsg, sock->sk);
}

GABION_CHECK1(socket_getsockname, struct socket *, sock)
{
	return gabion_decide_holder(GABION_HOOK_socket_getsockname, sock->sk);
}

GABION_CHECK1(socket_getpeername, struct socket *, sock)
{
	return gabion_decide_holder(GABION_HOOK_socket_getpeername, sock->sk);
}

GABION_CHECK1(socket_shutdown, struct socket *, sock)
{
	return gabion_decide_holder(GABION_HOOK_socket_shutdown, sock->sk);
}

/* splice() passes neither sendmsg nor recvmsg. */
static int decide_splice(enum gabion_hook_id hook, struct file *file)
{
	struct socket *sock = sock_from_file(file);

	return sock && sock->sk ? gabion_decide_holder(hook, sock->sk) : 0;
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

static int decide_bind(const struct sock *sk, const struct sockaddr *address, int length)
{
	struct gabion_net_key key;
	int err = gabion_key_of_address(sk, address, length, &key);

	return err > 0 ? gabion_decide_net(GABION_HOOK_socket_bind, &key, GABION_NET_BIND) : err;
}

GABION_CHECK3(socket_bind, struct socket *, sock, struct sockaddr *, address, int, addrlen)
{
	return gabion_decide_together(
		gabion_decide_holder(GABION_HOOK_socket_bind, sock->sk) ?:
		decide_bind(sock->sk, address, addrlen));
}

/* @address is the copy that is connected to, also by io_uring: __sys_connect_file(). */
static int decide_connect(const struct sock *sk, struct sockaddr *address, int length)
{
	struct gabion_net_key key;
	int err = gabion_key_of_destination(sk, address, length, inet_sk(sk)->inet_saddr, &key);

	return err > 0 ? gabion_decide_net(GABION_HOOK_socket_connect, &key, GABION_NET_CONNECT)
		       : err;
}

GABION_CHECK3(socket_connect, struct socket *, sock, struct sockaddr *, address, int, addrlen)
{
	/* Dissolves an association: gives nothing. */
	if (addrlen >= (int)offsetofend(struct sockaddr, sa_family) &&
	    address->sa_family == AF_UNSPEC)
		return 0;
	return gabion_decide_together(
		gabion_decide_holder(GABION_HOOK_socket_connect, sock->sk) ?:
		(gabion_is_internet(sock->sk) ? decide_connect(sock->sk, address, addrlen) : 0));
}

/*
 * Connections of MPTCP are made to a socket of the kernel's own, which does not say
 * whose it is (check_peer.c): from everybody, or from nobody.
 */
static int decide_listener(enum gabion_hook_id hook, const struct sock *sk)
{
	struct gabion_net_key local;
	int err;

	gabion_key_of_local(sk, &local);
	err = gabion_decide_net(hook, &local, GABION_NET_LISTEN);
	if (err || sk->sk_protocol != IPPROTO_MPTCP)
		return err;
	return gabion_decide_all_peers(hook, &local);
}

GABION_CHECK2(socket_listen, struct socket *, sock, int, backlog)
{
	const struct sock *sk = sock->sk;

	return gabion_decide_together(
		gabion_decide_holder(GABION_HOOK_socket_listen, sk) ?:
		(gabion_is_internet(sk) ? decide_listener(GABION_HOOK_socket_listen, sk) : 0));
}

/*
 * A connection may be one that was accepted, by whoever may listen at its local
 * address and have it made from there, or one that was made, to an address that the
 * domain may connect to.
 */
static int decide_endpoints(enum gabion_hook_id hook, const struct sock *sk)
{
	bool connects = sk->sk_type != SOCK_DGRAM && sk->sk_type != SOCK_RAW;
	struct gabion_net_key local, peer;

	if (sk->sk_family == AF_NETLINK)
		return gabion_decide_netlink(hook, sk->sk_protocol);
	if (!gabion_is_internet(sk) || !inet_sk(sk)->inet_num)
		return 0;
	if (connects && sk->sk_state == TCP_LISTEN)
		return decide_listener(hook, sk);
	gabion_key_of_local(sk, &local);
	if (!inet_sk(sk)->inet_dport)
		return sk->sk_userlocks & SOCK_BINDPORT_LOCK
			       ? gabion_decide_net_or(hook, &local, GABION_NET_LISTEN, &local,
						      GABION_NET_BIND) : 0;
	gabion_key_of_peer(sk, &peer);
	return gabion_decide_net_or(hook, &local,
				    connects ? GABION_NET_LISTEN : GABION_NET_LISTEN | GABION_NET_BIND,
				    &peer, GABION_NET_CONNECT) ?:
	       gabion_decide_net_or(hook, &peer, GABION_NET_CONNECT, &peer,
				    sk->sk_type == SOCK_STREAM ? GABION_NET_ACCEPT : GABION_NET_RECEIVE);
}

/* The kernel asks for the capability when it is made, and hears everybody's packets from then on. */
static int decide_raw(enum gabion_hook_id hook, const struct sock *sk)
{
	bool raw = sk->sk_family == AF_PACKET || (gabion_is_internet(sk) && sk->sk_type == SOCK_RAW);

	return raw ? gabion_decide_capability(hook, CAP_NET_RAW, true) : 0;
}

int gabion_decide_socket(enum gabion_hook_id hook, const struct sock *sk)
{
	return gabion_decide_together(
		gabion_decide_holder(hook, sk) ?:
		decide_raw(hook, sk) ?:
		decide_endpoints(hook, sk) ?:
		(gabion_is_source_routed(sk) ? gabion_decide_source_route(hook) : 0));
}

/* Where it goes is asked in check_send.c. */
GABION_CHECK3(socket_sendmsg, struct socket *, sock, struct msghdr *, msg, int, size)
{
	return gabion_decide_holder(GABION_HOOK_socket_sendmsg, sock->sk);
}

/* Of one's own domain nobody needs leave. */
static int decide_unix_end(enum gabion_hook_id hook, u16 end, pid_t pid)
{
	u16 domain = gabion_task_label(current);

	return gabion_is_same(end, domain) ? 0 : gabion_decide_domain(hook, domain, end, pid,
							GABION_DOM_CONNECT, 0);
}

/*
 * A unix peer.  Bound to a path: a file, judged by name. Otherwise (abstract or
 * unnamed) judged by the domain of the process that made it listen, and by that of
 * who made it: a process that enters another domain leaves the socket to those it
 * shares it with. The host may do what it likes with what it made.
 * Caller holds unix_state_lock(other), which keeps its socket and file: atomic.
 */
static int decide_unix_as(enum gabion_hook_id hook, struct sock *other, struct pid *listener)
{
	const struct path *path = &unix_sk(other)->path;
	const struct socket *sock = other->sk_socket;
	u16 maker = GABION_HOST, domain;
	struct task_struct *task;
	pid_t pid = 0;
	int err;

	if (path->dentry)
		return gabion_decide_path(hook, path, GABION_FILE_CONNECT, GFP_ATOMIC);
	if (sock && sock->file)
		maker = gabion_creator(sock->file->f_path.dentry);
	domain = maker;
	rcu_read_lock();
	/* By struct pid, which is never reused: a number would be. */
	task = pid_task(listener, PIDTYPE_TGID);
	if (task) {
		pid = task->tgid;
		domain = gabion_target_label(task);
	}
	rcu_read_unlock();
	err = decide_unix_end(hook, domain, pid);
	return err || maker == GABION_HOST || maker == domain ? err
							       : decide_unix_end(hook, maker, 0);
}

static int decide_unix(enum gabion_hook_id hook, struct sock *other)
{
	return decide_unix_as(hook, other, READ_ONCE(other->sk_peer_pid));
}

/*
 * Is @peer bound to a file, or has it its name from the socket that listened? Of streams that are
 * bound to other names, by which they are found (unix_abstract_hash()), who calls may be one. To
 * send datagrams is to have connected; two that are connected to each other are not asked again.
 */
static bool has_name_for_callers(const struct sock *peer)
{
	/* Pairs with those of unix_bind_*() and unix_stream_connect(). */
	return smp_load_acquire(&unix_sk(peer)->addr) &&
	       (peer->sk_type == SOCK_DGRAM || peer->sk_hash <= UNIX_HASH_MOD);
}

int gabion_decide_connected(enum gabion_hook_id hook, const struct sock *sk)
{
	struct sock *peer = unix_peer_get((struct sock *)sk);
	int err = 0;

	if (!peer)
		return 0;
	unix_state_lock(peer);
	/* Who listened, as copy_peercred() has it: the other end is that of who called. */
	if (has_name_for_callers(peer))
		err = decide_unix_as(hook, peer, READ_ONCE(sk->sk_peer_pid));
	unix_state_unlock(peer);
	sock_put(peer);
	return err;
}

GABION_CHECK3(unix_stream_connect, struct sock *, sock, struct sock *, other, struct sock *, newsk)
{
	return gabion_decide_together(decide_unix(GABION_HOOK_unix_stream_connect, other));
}

GABION_CHECK2(unix_may_send, struct socket *, sock, struct socket *, other)
{
	/* Of one socketpair(), or connected when that was decided. */
	if (unix_peer(other->sk) == sock->sk)
		return 0;
	return gabion_decide_together(decide_unix(GABION_HOOK_unix_may_send, other->sk));
}
