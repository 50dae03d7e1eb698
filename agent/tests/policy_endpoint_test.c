// SPDX-License-Identifier: GPL-2.0
/*
 * Network endpoints: the automaton against a direct comparison.
 */
#include <netinet/in.h>

#include "../policy/dfa.h"
#include "../policy/endpoint.h"
#include "policy_fixture.h"

static int add(void *arg, const gabion_pattern *pattern)
{
	gabion_nfa_add(arg, pattern, 0, false);
	return 0;
}

static uint32_t walk(const struct gabion_automaton *dfa, const struct gabion_net_key *key)
{
	const uint8_t *byte = (const uint8_t *)key;
	uint32_t state = dfa->start;
	size_t i;

	for (i = 0; i < sizeof(*key); i++)
		state = gabion_automaton_next(dfa, state, byte[i]);
	return dfa->accept[state];
}

static bool same_bit(const uint8_t *a, const uint8_t *b, unsigned int i)
{
	return !((a[i / 8] ^ b[i / 8]) & 0x80 >> i % 8);
}

/* Is the key in the set?  Direct comparison, independent of the automaton. */
static bool matches_directly(const struct gabion_endpoint *e, const struct gabion_net_key *key)
{
	unsigned int port = key->port[0] << 8 | key->port[1];
	size_t i;

	if (key->protocol != e->protocol || key->reserved)
		return false;
	for (i = 0; i < e->prefix; i++)
		if (!same_bit(key->address, e->address, i))
			return false;
	for (i = 0; i < e->nports; i++)
		if (port >= e->ports[i].from && port <= e->ports[i].to)
			return true;
	return !e->nports;
}

static void random_endpoint(uint64_t *seed, struct gabion_endpoint *e,
			    struct gabion_port_range *ports)
{
	uint32_t i;

	memset(e, 0, sizeof(*e));
	e->protocol = policy_random(seed, 2) ? IPPROTO_TCP : IPPROTO_UDP;
	e->prefix = policy_random(seed, 129);
	for (i = 0; i < e->prefix; i++)
		if (policy_random(seed, 2))
			e->address[i / 8] |= 0x80 >> i % 8;
	e->nports = policy_random(seed, 4);
	e->ports = ports;
	for (i = 0; i < e->nports; i++) {
		uint32_t a = policy_random(seed, 65536), b = policy_random(seed, 65536);

		/* Ranges within one high byte, and single ports, as often as wide ones. */
		if (policy_random(seed, 3) == 0)
			b = a;
		else if (policy_random(seed, 2))
			b = (a & 0xff00) | (b & 255);
		ports[i].from = a < b ? a : b;
		ports[i].to = a < b ? b : a;
	}
}

/* A key near the borders of @e, where mistakes are. */
static void random_key(uint64_t *seed, const struct gabion_endpoint *e, struct gabion_net_key *key)
{
	uint32_t port = policy_random(seed, 65536), i;

	memset(key, 0, sizeof(*key));
	key->protocol = policy_random(seed, 8) ? e->protocol : IPPROTO_UDP;
	memcpy(key->address, e->address, sizeof(key->address));
	for (i = e->prefix; i < 128; i++)
		if (policy_random(seed, 2))
			key->address[i / 8] ^= 0x80 >> i % 8;
	if (policy_random(seed, 3) == 0) {
		i = policy_random(seed, 128);
		key->address[i / 8] ^= 0x80 >> i % 8;
	}
	if (e->nports && policy_random(seed, 4)) {
		const struct gabion_port_range *r = &e->ports[policy_random(seed, e->nports)];

		port = (policy_random(seed, 2) ? r->from : r->to) + policy_random(seed, 5) - 2;
	}
	key->port[0] = port >> 8;
	key->port[1] = port;
}

static void against_comparison(void **state)
{
	uint64_t seed = 7;
	unsigned int round, i, matches = 0;

	(void)state;
	for (round = 0; round < 1500; round++) {
		struct gabion_port_range ports[4];
		struct gabion_endpoint e;
		struct gabion_sets sets;
		struct gabion_nfa nfa;
		struct gabion_labels labels;
		struct gabion_automaton dfa;
		uint32_t culprit;

		gabion_sets_init(&sets);
		gabion_nfa_init(&nfa, &sets);
		gabion_labels_init(&labels);
		random_endpoint(&seed, &e, ports);
		gabion_endpoint_compile(&sets, &e, add, &nfa);
		assert_int_equal(gabion_dfa_construct(&dfa, &nfa, &labels, &culprit), 0);
		gabion_dfa_minimise(&dfa);
		for (i = 0; i < 100; i++) {
			struct gabion_net_key key;
			bool expected;

			random_key(&seed, &e, &key);
			expected = matches_directly(&e, &key);
			matches += expected;
			if (walk(&dfa, &key) != expected) {
				char *text = gabion_net_key_format(&key);

				fail_msg("round %u, %s: expected %d", round, text, expected);
			}
		}
		gabion_automaton_free(&dfa);
		gabion_labels_free(&labels);
		gabion_nfa_free(&nfa);
		gabion_sets_free(&sets);
	}
	print_message("150000 keys, %u matches\n", matches);
	assert_true(matches > 10000);
}

static void addresses(void **state)
{
	static const struct {
		const char *text;
		int prefix; /* -1: refused */
	} cases[] = {
		{ "127.0.0.1", 128 },
		{ "10.0.0.0/8", 104 },
		{ "0.0.0.0/0", 96 },
		{ "::1", 128 },
		{ "2001:db8::/32", 32 },
		{ "::/0", 0 },
		{ "::ffff:1.2.3.4", 128 },
		{ "10.0.0.1/8", -1 },
		{ "10.0.0.0/33", -1 },
		{ "2001:db8::/129", -1 },
		{ "2001:db8::1/32", -1 },
		{ "1.2.3", -1 },
		{ "1.2.3.4/", -1 },
		{ "1.2.3.4/x", -1 },
		{ "", -1 },
		{ "1.2.3.256", -1 },
		{ ":::", -1 },
		{ "1.2.3.4/-1", -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gabion_endpoint e = {};
		const char *wrong = gabion_endpoint_parse_address(&e, cases[i].text);

		if (!wrong != (cases[i].prefix >= 0))
			fail_msg("%s: %s", cases[i].text, wrong ? wrong : "accepted");
		if (!wrong)
			assert_int_equal(e.prefix, cases[i].prefix);
	}
}

static void keys(void **state)
{
	static const char *const right[] = { "tcp 127.0.0.1 port 80", "udp 2001:db8::1 port 65535",
					     "tcp :: port 0",
					     "sctp ::1 port 1", "dccp ::1 port 5001",
					     "icmp 127.0.0.1", "icmpv6 ::1" };
	static const char *const wrong[] = { "tcp 127.0.0.1",
					     "tcp 127.0.0.1 port 65536",
					     "tcp 10.0.0.0/8 port 1",
					     "icmp 127.0.0.1 port 1",
					     "sctpp ::1 port 1",
					     "tcp",
					     "tcp 127.0.0.1 port 80 more",
					     "tcp 127.0.0.1 prt 80",
					     "tcp x port 1",
					     "tcp 127.0.0.1 port 8a" };
	struct gabion_net_key key;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		char *text;

		assert_null(gabion_net_key_parse(&key, right[i]));
		text = gabion_net_key_format(&key);
		assert_string_equal(text, right[i]);
		free(text);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(gabion_net_key_parse(&key, wrong[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_comparison),
		cmocka_unit_test(addresses),
		cmocka_unit_test(keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
