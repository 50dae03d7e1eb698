/* SPDX-License-Identifier: GPL-2.0 */
/* Does it matter who sends to a socket? */
#ifndef GABION_PEER_H
#define GABION_PEER_H

#include <linux/types.h>

struct sock;

/* trampoline.S reads it for every packet that reaches a socket. */
extern u32 gabion_peers_restricted;

/*
 * Does the policy in force restrict whose packets a domain's sockets get? To be said before
 * such a policy is in force, and taken back after. Under gabion_domain_rwsem for writing.
 */
void gabion_peers_restrict(bool restricted);

/* The domain that made @sk; the host's where no file belongs to it. Any context. */
u16 gabion_socket_maker(const struct sock *sk);

#endif /* GABION_PEER_H */
