// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints without an address in particular: who is bound to 0.0.0.0 has what is sent to any
 * address of IPv4 at that port, whatever label that address has; who is bound to ::, of both.
 *
 * Found by two walks over the automaton side by side, one for the wildcard and one for all
 * addresses, that read the same port. For datagrams: where a TCP connection arrives the kernel
 * asks for `listen` at that address (kmod/check_peer.c).
 */
#include <netinet/in.h>
#include <string.h>

#include "../../core/decide.h"
#include "../policy/mem.h"
#include "graph.h"

#define ADDRESS_BYTES 16

/* Every IPv4 address begins with these (struct gabion_net_key). */
static const uint8_t ipv4[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static int compare(const void *a, const void *b)
{
	const struct gabion_flow_span *x = a, *y = b;

	if (x->label != y->label)
		return x->label < y->label ? -1 : 1;
	return (x->wildcard > y->wildcard) - (x->wildcard < y->wildcard);
}

static void add(struct gabion_flow *flow, uint32_t wildcard, uint32_t label)
{
	const struct gabion_flow_span span = {.label = label, .wildcard = wildcard};

	/* What no resource is about is granted to nobody. */
	if (wildcard == label || wildcard == GABION_LABEL_NONE || label == GABION_LABEL_NONE ||
	    (flow->spans.n && !compare(&flow->spans.v[flow->spans.n - 1], &span)))
		return;
	vec_push(&flow->spans, span);
}

static uint32_t step(const struct gabion_dfa *dfa, uint32_t state, uint8_t byte)
{
	return gabion_dfa_walk(dfa, state, &byte, 1);
}

/* Both at the same port; what is alike for neighbouring bytes is looked at once. */
static void walk_ports(struct gabion_flow *flow, uint32_t wildcard, uint32_t state)
{
	const struct gabion_dfa *dfa = &flow->view->classes[GABION_CLASS_NET].dfa;
	uint32_t w[3], s[3], last_w = 0, last_s = 0, end_w = 0, end_s = 0;
	unsigned int high, low;
	bool found = false;

	for (high = 0; high < 256; high++) {
		w[0] = step(dfa, wildcard, high);
		s[0] = step(dfa, state, high);
		if (high && w[0] == last_w && s[0] == last_s)
			continue;
		last_w = w[0];
		last_s = s[0];
		for (low = 0; low < 256; low++) {
			w[1] = step(dfa, w[0], low);
			s[1] = step(dfa, s[0], low);
			/* The reserved byte. */
			w[2] = step(dfa, w[1], 0);
			s[2] = step(dfa, s[1], 0);
			if (found && w[2] == end_w && s[2] == end_s)
				continue;
			found = true;
			end_w = w[2];
			end_s = s[2];
			add(flow, le32_to_cpu(dfa->accept[end_w]), le32_to_cpu(dfa->accept[end_s]));
		}
	}
}

/* All addresses that begin with the @n bytes of @prefix, beside the one @wildcard. */
static void walk_addresses(struct gabion_flow *flow, uint32_t start, const uint8_t *wildcard,
			   const uint8_t *prefix, size_t n)
{
	const struct gabion_dfa *dfa = &flow->view->classes[GABION_CLASS_NET].dfa;
	uint32_t nstates = dfa->fallback - dfa->base, state;
	uint8_t *here = gabion_xcalloc(nstates, 1), *there;
	unsigned int byte;
	size_t depth;

	here[gabion_dfa_walk(dfa, start, prefix, n)] = 1;
	for (depth = n; depth < ADDRESS_BYTES; depth++) {
		there = gabion_xcalloc(nstates, 1);
		for (state = 0; state < nstates; state++)
			for (byte = 0; here[state] && byte < 256; byte++)
				there[step(dfa, state, byte)] = 1;
		free(here);
		here = there;
	}
	for (state = 0; state < nstates; state++)
		if (here[state])
			walk_ports(flow, gabion_dfa_walk(dfa, start, wildcard, ADDRESS_BYTES),
				   state);
	free(here);
}

/* And each once. */
static void sort(struct gabion_flow *flow)
{
	size_t i, n = 0;

	if (!flow->spans.n)
		return;
	qsort(flow->spans.v, flow->spans.n, sizeof(*flow->spans.v), compare);
	for (i = 1; i < flow->spans.n; i++)
		if (compare(&flow->spans.v[n], &flow->spans.v[i]))
			flow->spans.v[++n] = flow->spans.v[i];
	flow->spans.n = n + 1;
}

void gabion_flow_find_spans(struct gabion_flow *flow)
{
	static const uint8_t protocols[] = {IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_ICMP,
					    IPPROTO_ICMPV6};
	const struct gabion_dfa *dfa = &flow->view->classes[GABION_CLASS_NET].dfa;
	uint8_t any4[ADDRESS_BYTES] = {0}, any6[ADDRESS_BYTES] = {0};
	uint32_t start;
	size_t i;

	if (!flow->view->classes[GABION_CLASS_NET].has_dfa)
		return;
	memcpy(any4, ipv4, sizeof(ipv4));
	for (i = 0; i < sizeof(protocols); i++) {
		start = gabion_dfa_walk(dfa, dfa->start, &protocols[i], 1);
		walk_addresses(flow, start, any4, ipv4, sizeof(ipv4));
		walk_addresses(flow, start, any6, NULL, 0);
	}
	sort(flow);
}

const struct gabion_flow_span *gabion_flow_spans(const struct gabion_flow *flow, uint32_t label)
{
	size_t low = 0, high = flow->spans.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (flow->spans.v[middle].label < label)
			low = middle + 1;
		else
			high = middle;
	}
	return low < flow->spans.n && flow->spans.v[low].label == label ? &flow->spans.v[low]
									: NULL;
}
