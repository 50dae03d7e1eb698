// SPDX-License-Identifier: GPL-2.0
#include "endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert(sizeof(struct gabion_net_key) == 20, "patterns are written for 20 bytes");

static const uint8_t v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

/* Bits of byte @i of an address that a prefix of @prefix bits fixes. */
static uint8_t prefix_mask(unsigned int prefix, unsigned int i)
{
	if (prefix >= (i + 1) * 8)
		return 0xff;
	return prefix <= i * 8 ? 0 : (uint8_t)(0xff00 >> (prefix - i * 8));
}

static bool parse_number(const char *s, unsigned long max, unsigned long *n)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	*n = strtoul(s, &end, 10);
	return !*end && *n <= max;
}

const char *gabion_endpoint_parse_address(struct gabion_endpoint *e, const char *text)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	unsigned long prefix;
	unsigned int i;
	bool v4;

	if (n >= sizeof(address))
		return "not an IPv4 or IPv6 address";
	memcpy(address, text, n);
	address[n] = '\0';
	v4 = inet_pton(AF_INET, address, e->address + 12) == 1;
	if (v4)
		memcpy(e->address, v4_mapped, sizeof(v4_mapped));
	else if (inet_pton(AF_INET6, address, e->address) != 1)
		return "not an IPv4 or IPv6 address";
	prefix = v4 ? 32 : 128;
	if (slash && !parse_number(slash + 1, prefix, &prefix))
		return v4 ? "prefix length is not 0 to 32" : "prefix length is not 0 to 128";
	e->prefix = prefix + (v4 ? 96 : 0);
	for (i = 0; i < 16; i++)
		if (e->address[i] & ~prefix_mask(e->prefix, i))
			return "address has bits set beyond its prefix";
	return NULL;
}

static void push_range(struct gabion_sets *sets, gabion_pattern *p, unsigned int from,
		       unsigned int to)
{
	struct gabion_byteset set = {};
	uint32_t number = from;

	if (from != to) {
		gabion_byteset_add_range(&set, from, to);
		number = gabion_sets_intern(sets, &set);
	}
	vec_push(p, (struct gabion_token){ number, false });
}

struct port_emitter {
	struct gabion_sets *sets;
	gabion_pattern *pattern;
	int (*emit)(void *arg, const gabion_pattern *pattern);
	void *arg;
};

/* Ports whose high byte is in @high and low byte in @low. */
static int emit_ports(struct port_emitter *x, unsigned int high0, unsigned int high1,
		      unsigned int low0, unsigned int low1)
{
	size_t n = x->pattern->n;
	int err;

	push_range(x->sets, x->pattern, high0, high1);
	push_range(x->sets, x->pattern, low0, low1);
	push_range(x->sets, x->pattern, 0, 0);
	err = x->emit(x->arg, x->pattern);
	x->pattern->n = n;
	return err;
}

/* A range of 16-bit numbers is at most three products of byte ranges. */
static int emit_port_range(struct port_emitter *x, unsigned int from, unsigned int to)
{
	unsigned int h0 = from >> 8, h1 = to >> 8, l0 = from & 255, l1 = to & 255;
	int err = 0;

	if (h0 == h1)
		return emit_ports(x, h0, h0, l0, l1);
	if (l0) {
		err = emit_ports(x, h0, h0, l0, 255);
		h0++;
	}
	if (!err && l1 != 255) {
		err = emit_ports(x, h1, h1, 0, l1);
		h1--;
	}
	if (!err && h0 <= h1)
		err = emit_ports(x, h0, h1, 0, 255);
	return err;
}

int gabion_endpoint_compile(struct gabion_sets *sets, const struct gabion_endpoint *e,
			    int (*emit)(void *arg, const gabion_pattern *pattern), void *arg)
{
	gabion_pattern p = {};
	struct port_emitter x = { sets, &p, emit, arg };
	size_t i;
	int err = 0;

	push_range(sets, &p, e->protocol, e->protocol);
	for (i = 0; i < 16; i++)
		push_range(sets, &p, e->address[i],
			   e->address[i] | (uint8_t)~prefix_mask(e->prefix, i));
	if (!e->nports)
		err = emit_port_range(&x, 0, 65535);
	for (i = 0; !err && i < e->nports; i++)
		err = emit_port_range(&x, e->ports[i].from, e->ports[i].to);
	free(p.v);
	return err;
}

bool gabion_net_key_is(const char *text)
{
	char word[9];

	return sscanf(text, "%8s", word) == 1 && strchr(text, ' ') && gabion_protocol_named(word);
}

const char *gabion_net_key_parse(struct gabion_net_key *key, const char *text)
{
	struct gabion_endpoint e = {};
	char word[9] = "", address[64] = "", keyword[5] = "", port[6] = "", excess[2];
	const struct gabion_protocol *protocol;
	const char *wrong;
	unsigned long n = 0;
	int words;

	memset(key, 0, sizeof(*key));
	words = sscanf(text, "%8s %63s %4s %5s %1s", word, address, keyword, port, excess);
	protocol = gabion_protocol_named(word);
	if (!protocol)
		return "unknown protocol";
	if (protocol->ports && (words != 4 || strcmp(keyword, "port")))
		return "a network object is written: PROTOCOL ADDRESS port N";
	if (!protocol->ports && words != 2)
		return "a network object of a protocol without ports is written: PROTOCOL ADDRESS";
	key->protocol = protocol->number;
	wrong = strchr(address, '/') ? "one address is meant, not a prefix"
				     : gabion_endpoint_parse_address(&e, address);
	if (wrong)
		return wrong;
	if (protocol->ports && !parse_number(port, 65535, &n))
		return "port is not 0 to 65535";
	memcpy(key->address, e.address, sizeof(key->address));
	key->port[0] = n >> 8;
	key->port[1] = n & 255;
	return NULL;
}

char *gabion_net_key_format(const struct gabion_net_key *key)
{
	bool v4 = !memcmp(key->address, v4_mapped, sizeof(v4_mapped));
	const struct gabion_protocol *protocol = gabion_protocol_numbered(key->protocol);
	unsigned int port = key->port[0] << 8 | key->port[1];
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(v4 ? AF_INET : AF_INET6, key->address + (v4 ? 12 : 0), address, sizeof(address));
	if (!protocol)
		return gabion_xasprintf("protocol %u %s port %u", key->protocol, address, port);
	if (!protocol->ports)
		return gabion_xasprintf("%s %s", protocol->name, address);
	return gabion_xasprintf("%s %s port %u", protocol->name, address, port);
}
