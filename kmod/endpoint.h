/* SPDX-License-Identifier: GPL-2.0 */
/* Network endpoints as the policy's DFA reads them. */
#ifndef GABION_ENDPOINT_H
#define GABION_ENDPOINT_H

#include <linux/in6.h>
#include <linux/string.h>
#include <net/sock.h>
#include <gabion/policy.h>

static inline bool gabion_is_internet(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
}

/* Address and port of @key; its other members are the caller's. */
static inline void gabion_key_ipv4(struct gabion_net_key *key, __be32 address, __be16 port)
{
	memset(key->address, 0, 10);
	memset(key->address + 10, 0xff, 2);
	memcpy(key->address + 12, &address, 4);
	memcpy(key->port, &port, 2);
}

static inline void gabion_key_ipv6(struct gabion_net_key *key, const struct in6_addr *address,
				   __be16 port)
{
	memcpy(key->address, address, 16);
	memcpy(key->port, &port, 2);
}

/*
 * Protocol as rules name it.  A raw socket writes the ports itself, so no rule
 * about TCP or UDP ports is about it.
 */
u8 gabion_protocol_of(const struct sock *sk);

/* Names of both ends of @sk, a socket of the internet: where it is bound, and connected. */
void gabion_key_of_local(const struct sock *sk, struct gabion_net_key *key);
void gabion_key_of_peer(const struct sock *sk, struct gabion_net_key *key);

/*
 * Name of the endpoint that @address says, which is @length bytes long.
 *
 * Return: 1 and @key; 0: not an internet endpoint, nothing to decide;
 * -EINVAL: too short for its family.
 */
int gabion_key_of_address(const struct sock *sk, const struct sockaddr *address, int length,
			  struct gabion_net_key *key);

/**
 * gabion_key_of_destination - the same of an address that is connected or sent to
 * @address:	the kernel's copy of it
 * @source:	which packets of IPv4 will have; 0: the kernel picks one
 *
 * No address in particular means this host. Which of its addresses is up to the socket, and
 * bind(2) in another thread may change it: what it is judged as is written into @address.
 */
int gabion_key_of_destination(const struct sock *sk, struct sockaddr *address, int length,
			      __be32 source, struct gabion_net_key *key);

#endif /* GABION_ENDPOINT_H */
