// SPDX-License-Identifier: GPL-2.0
#include "protocol.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

static const struct gabion_protocol protocols[] = {
	{ "tcp", IPPROTO_TCP, true, true },
	{ "udp", IPPROTO_UDP, true, true },
	{ "udplite", IPPROTO_UDPLITE, true, true },
	{ "sctp", IPPROTO_SCTP, true, true },
	{ "dccp", IPPROTO_DCCP, true, true },
	{ "icmp", IPPROTO_ICMP, false, true },
	{ "icmpv6", IPPROTO_ICMPV6, false, true },
	{ "raw", IPPROTO_RAW, false, false },
};

const struct gabion_protocol *gabion_protocol_at(unsigned int index)
{
	return index < sizeof(protocols) / sizeof(protocols[0]) ? &protocols[index] : NULL;
}

const struct gabion_protocol *gabion_protocol_named(const char *name)
{
	const struct gabion_protocol *p;
	unsigned int i;

	for (i = 0; (p = gabion_protocol_at(i)); i++)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

const struct gabion_protocol *gabion_protocol_numbered(uint8_t number)
{
	const struct gabion_protocol *p;
	unsigned int i;

	for (i = 0; (p = gabion_protocol_at(i)); i++)
		if (p->number == number)
			return p;
	return NULL;
}
