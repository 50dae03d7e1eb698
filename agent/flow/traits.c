// SPDX-License-Identifier: GPL-2.0
/* What domains have beside sigma: modes, powers, transitions; and what kinds endpoints are of. */
#include <linux/capability.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "../../core/decide.h"
#include "../common/cleanup.h"
#include "../policy/mem.h"
#include "graph.h"

/*
 * Control points that amount to the kernel's own power, and the capabilities of which one is
 * needed as well; 0: none is.
 */
static const struct {
	enum gabion_control control;
	uint64_t capabilities;
} powers[] = {
	/* Rules are about names, and a mount gives another name. */
	{GABION_CONTROL_MOUNT, 1ULL << CAP_SYS_ADMIN},
	{GABION_CONTROL_UMOUNT, 1ULL << CAP_SYS_ADMIN},
	{GABION_CONTROL_MODULE, 1ULL << CAP_SYS_MODULE},
	{GABION_CONTROL_LOAD, 1ULL << CAP_SYS_BOOT},
	{GABION_CONTROL_BPF, 0},
	/* taskstats asks for the third, acct(2) for the last. */
	{GABION_CONTROL_PERF,
	 1ULL << CAP_PERFMON | 1ULL << CAP_SYS_ADMIN | 1ULL << CAP_NET_ADMIN | 1ULL << CAP_SYS_PACCT},
	/* Permission events on whole mounts. */
	{GABION_CONTROL_WATCH, 1ULL << CAP_SYS_ADMIN},
	{GABION_CONTROL_HARDWARE, 0},
	{GABION_CONTROL_ADMIN, 1ULL << CAP_MAC_ADMIN},
};

static bool has(__le64 set, unsigned int number)
{
	return le64_to_cpu(set) >> number & 1;
}

/* A device node of its own making is the device, whatever its name. */
static bool makes_devices(const struct gabion_view *view, uint32_t domain)
{
	const uint32_t need = GABION_FILE_CREATE | GABION_FILE_MKNOD;
	uint32_t label, all;

	if (!has(view->domains[domain].capabilities, CAP_MKNOD))
		return false;
	for (label = 0; label < view->classes[GABION_CLASS_FILE].nlabels; label++) {
		all = gabion_effective(view, GABION_CLASS_FILE, domain, label);
		if ((all & need) == need && (all & (GABION_FILE_READ | GABION_FILE_WRITE)))
			return true;
	}
	return false;
}

bool gabion_flow_power(const struct gabion_view *view, uint32_t domain, uint32_t *klass,
		       uint32_t *number, unsigned int *next)
{
	const struct gabion_policy_domain *d = &view->domains[domain];
	const unsigned int n = sizeof(powers) / sizeof(powers[0]);

	while (*next < n) {
		unsigned int i = (*next)++;

		if (!has(d->controls, powers[i].control) ||
		    (powers[i].capabilities &&
		     !(le64_to_cpu(d->capabilities) & powers[i].capabilities)))
			continue;
		*klass = GABION_CLASS_CONTROL;
		*number = powers[i].control;
		return true;
	}
	if (*next > n || !makes_devices(view, domain))
		return false;
	++*next;
	*klass = GABION_CLASS_CAPABILITY;
	*number = CAP_MKNOD;
	return true;
}

bool gabion_flow_sends_netlink(const struct gabion_policy_domain *d, uint32_t protocol)
{
	return protocol == NETLINK_USERSOCK || has(d->capabilities, CAP_NET_ADMIN);
}

/* May @domain do one of @wanted at an endpoint of the kind @mark? */
static bool has_endpoint(const struct gabion_flow *flow, uint32_t domain, uint8_t mark,
			 uint32_t wanted)
{
	uint32_t label;

	for (label = 0; label < flow->view->classes[GABION_CLASS_NET].nlabels; label++)
		if ((flow->net[label] & mark) &&
		    (gabion_effective(flow->view, GABION_CLASS_NET, domain, label) & wanted))
			return true;
	return false;
}

/* Addresses, routes, neighbours; filters that change where packets go; IPsec: also by a socket's options. */
static bool steers_packets(const struct gabion_policy_domain *d)
{
	const uint32_t settings = 1U << NETLINK_ROUTE | 1U << NETLINK_NETFILTER | 1U << NETLINK_XFRM;

	return le32_to_cpu(d->netlink) & settings;
}

/*
 * A raw socket that is bound nowhere gets a copy of each packet of its protocol that comes to this
 * host (raw_v4_input()), whoever it is for, and no rule on a raw resource is asked.
 */
static bool is_on_the_wire(const struct gabion_policy_domain *d)
{
	if (has(d->capabilities, CAP_NET_ADMIN) &&
	    (has(d->controls, GABION_CONTROL_TUN) || steers_packets(d)))
		return true;
	return has(d->capabilities, CAP_NET_RAW) &&
	       (has(d->families, AF_PACKET) || has(d->families, AF_INET) ||
		has(d->families, AF_INET6));
}

static void find_domain_traits(struct gabion_flow *flow, uint32_t domain)
{
	uint32_t flags = le32_to_cpu(flow->view->domains[domain].flags), klass, number;
	uint8_t *traits = &flow->traits[domain];
	unsigned int next = 0;

	if (flags & GABION_DOMAIN_UNCONFINED) {
		*traits = GABION_FLOW_UNCONFINED;
		return;
	}
	if (flags & GABION_DOMAIN_COMPLAIN)
		*traits |= GABION_FLOW_COMPLAIN;
	if (gabion_flow_power(flow->view, domain, &klass, &number, &next))
		*traits |= GABION_FLOW_POWERFUL;
	if (is_on_the_wire(&flow->view->domains[domain]))
		*traits |= GABION_FLOW_WIRE;
	if (has_endpoint(flow, domain, GABION_FLOW_DATAGRAM, GABION_NET_CONNECT))
		*traits |= GABION_FLOW_SENDS;
}

/* The labels that names get which begin with @protocol. */
static void mark_protocol(struct gabion_flow *flow, uint8_t protocol, uint8_t mark)
{
	const struct gabion_dfa *dfa = &flow->view->classes[GABION_CLASS_NET].dfa;
	uint32_t nstates = dfa->fallback - dfa->base, state, label;
	uint8_t *seen = gabion_xcalloc(nstates, 1);
	VEC(uint32_t) queue = {};
	size_t head;
	unsigned int byte;

	state = gabion_dfa_walk(dfa, dfa->start, &protocol, 1);
	seen[state] = 1;
	vec_push(&queue, state);
	for (head = 0; head < queue.n; head++) {
		label = le32_to_cpu(dfa->accept[queue.v[head]]);
		/* Endpoints that no resource is about are of all protocols. */
		if (label != GABION_LABEL_NONE)
			flow->net[label] |= mark;
		for (byte = 0; byte < 256; byte++) {
			uint8_t b = byte;

			state = gabion_dfa_walk(dfa, queue.v[head], &b, 1);
			if (seen[state])
				continue;
			seen[state] = 1;
			vec_push(&queue, state);
		}
	}
	free(queue.v);
	free(seen);
}

static void find_protocols(struct gabion_flow *flow)
{
	static const uint8_t datagram[] = {
		IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_RAW,
	};
	size_t i;

	if (!flow->view->classes[GABION_CLASS_NET].has_dfa)
		return;
	for (i = 0; i < sizeof(datagram); i++)
		mark_protocol(flow, datagram[i], GABION_FLOW_DATAGRAM);
}

static void find_entered(struct gabion_flow *flow, uint32_t domain)
{
	const struct gabion_class_view *c = &flow->view->classes[GABION_CLASS_FILE];
	uint32_t label, to;

	for (label = 0; c->transition && label < c->nlabels; label++) {
		to = le16_to_cpu(c->transition[(size_t)domain * c->nlabels + label]);
		if (to != GABION_TRANSITION_NONE && to != domain &&
		    (gabion_effective(flow->view, GABION_CLASS_FILE, domain, label) &
		     GABION_FILE_EXECUTE))
			gabion_flow_set_bit(flow->enters,
					    (size_t)domain * flow->view->ndomains + to);
	}
}

/* Is @domain held by rules, and not by the order of levels? Only the host can be. */
static bool is_apart(const struct gabion_view *view, uint32_t domain)
{
	return !(le32_to_cpu(view->domains[domain].flags) & GABION_DOMAIN_UNCONFINED) &&
	       gabion_label_level(view, GABION_CLASS_DOMAIN, domain)->rank ==
		       cpu_to_le32(GABION_RANK_ANY);
}

bool gabion_flow_has_order(const struct gabion_view *view)
{
	cleanup_free uint32_t *levels = gabion_xcalloc(view->ndomains, sizeof(*levels));
	cleanup_free uint8_t *seen = gabion_xcalloc(view->nlevels, 1);
	uint32_t n = 0, i, j;

	for (i = 0; i < view->ndomains; i++) {
		uint32_t level = le32_to_cpu(view->domains[i].level);

		if (!seen[level])
			levels[n++] = level;
		seen[level] = 1;
	}
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			if (!gabion_level_dominates(&view->levels[levels[i]],
						    &view->levels[levels[j]]))
				return true;
	return false;
}

void gabion_flow_find_traits(struct gabion_flow *flow)
{
	const struct gabion_class_view *c = &flow->view->classes[GABION_CLASS_FILE];
	uint32_t nd = flow->view->ndomains, d, label, to;

	flow->traits = gabion_xcalloc(nd, 1);
	flow->net = gabion_xcalloc(flow->view->classes[GABION_CLASS_NET].nlabels + 1, 1);
	flow->enters = gabion_xcalloc((size_t)nd * nd / 8 + 1, 1);
	flow->helper = gabion_xcalloc(nd, 1);
	flow->host_apart = is_apart(flow->view, GABION_FLOW_HOST_DOMAIN) &&
			   gabion_flow_has_order(flow->view);
	find_protocols(flow);
	for (d = 0; d < nd; d++) {
		find_domain_traits(flow, d);
		find_entered(flow, d);
	}
	for (label = 0; c->helpers && label < c->nlabels; label++) {
		to = le16_to_cpu(c->helpers[label]);
		if (to != GABION_TRANSITION_NONE)
			flow->helper[to] = 1;
	}
}
