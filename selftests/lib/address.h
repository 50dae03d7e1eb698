/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of IPv4 and IPv6, from text. */
#ifndef GABION_SELFTESTS_ADDRESS_H
#define GABION_SELFTESTS_ADDRESS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* @text with a colon is IPv6. */
static inline union address address_of(const char *text, int port)
{
	union address a = { .any.sa_family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (a.any.sa_family == AF_INET)
		a.in.sin_port = htons(port);
	else
		a.in6.sin6_port = htons(port);
	inet_pton(a.any.sa_family, text,
		  a.any.sa_family == AF_INET ? (void *)&a.in.sin_addr : &a.in6.sin6_addr);
	return a;
}

#endif /* GABION_SELFTESTS_ADDRESS_H */
