/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network endpoints to patterns over the 20 bytes of struct gabion_net_key, and
 * to single keys.
 */
#ifndef GABION_POLICY_ENDPOINT_H
#define GABION_POLICY_ENDPOINT_H

#include "../../include/uapi/gabion/policy.h"
#include "../common/protocol.h"
#include "pattern.h"

struct gabion_port_range {
	uint16_t from, to;	/* inclusive */
};

/**
 * struct gabion_endpoint - a set of endpoints
 * @protocol:	IPPROTO_*
 * @address:	IPv6, IPv4 as ::ffff:a.b.c.d
 * @prefix:	leading bits of @address that count, 0..128
 * @ports:	alternatives; none means any port
 */
struct gabion_endpoint {
	uint8_t protocol;
	uint8_t address[16];
	uint8_t prefix;
	const struct gabion_port_range *ports;
	size_t nports;
};

/*
 * Parse "10.0.0.0/8", "::1", ... into @endpoint.  Return: NULL, or what is
 * wrong (constant text).
 */
const char *gabion_endpoint_parse_address(struct gabion_endpoint *endpoint, const char *text);

/* Call @emit for each pattern; stops at and returns its first non-zero result. */
int gabion_endpoint_compile(struct gabion_sets *sets, const struct gabion_endpoint *endpoint,
			    int (*emit)(void *arg, const gabion_pattern *pattern), void *arg);

/* Parse "tcp ADDRESS port N", "icmp ADDRESS".  Return: NULL, or what is wrong (constant text). */
const char *gabion_net_key_parse(struct gabion_net_key *key, const char *text);

/* Is it meant for the former: does it begin with a protocol? */
bool gabion_net_key_is(const char *text);

/* "tcp 127.0.0.1 port 80", malloc'ed. */
char *gabion_net_key_format(const struct gabion_net_key *key);

#endif /* GABION_POLICY_ENDPOINT_H */
