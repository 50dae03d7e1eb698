/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of the flow graph is worked out once: everything that takes a look at the whole policy.
 */
#ifndef GABION_FLOW_GRAPH_H
#define GABION_FLOW_GRAPH_H

#include "flow.h"

/* Of a domain. */
#define GABION_FLOW_UNCONFINED (1U << 0) /* mode unconfined */
#define GABION_FLOW_COMPLAIN   (1U << 1) /* mode complain */
#define GABION_FLOW_POWERFUL   (1U << 2) /* a power that amounts to the kernel's */
#define GABION_FLOW_WIRE       (1U << 3) /* packets of its own making, or all that pass */

#define GABION_FLOW_SENDS (1U << 4) /* datagrams, to some endpoint */

/* Of a file label, for one mover. */
#define GABION_FLOW_FROM	 (1U << 0) /* may be given a name of another label */
#define GABION_FLOW_FROM_TRUSTED (1U << 1) /* ... by a trusted rule */
#define GABION_FLOW_LINK	 (1U << 2) /* likewise a second name */
#define GABION_FLOW_LINK_TRUSTED (1U << 3)
#define GABION_FLOW_TO		 (1U << 4) /* may be that name's */
#define GABION_FLOW_TO_BELOW	 (1U << 5) /* ... below a directory that is moved */

/* Of a net label. */
#define GABION_FLOW_DATAGRAM (1U << 0) /* who is bound there gets what is sent there */

/**
 * struct gabion_flow_mover - a domain that may `relabel`
 * @domain:	index
 * @labels:	[file labels] of GABION_FLOW_FROM and so on
 */
struct gabion_flow_mover {
	uint32_t domain;
	uint8_t *labels;
};

/**
 * struct gabion_flow_span - who is bound to a wildcard address is bound to others
 * @label:	net label of an endpoint that datagrams are sent to
 * @wildcard:	another, of no address in particular at the same port
 */
struct gabion_flow_span {
	uint32_t label;
	uint32_t wildcard;
};

/**
 * struct gabion_flow_near - pairs of a row and a column that a step may lie between
 * @bits:	[rows][words], a bit for each column
 * @row:	rows of a column: row[first[column]] to row[first[column + 1]], ascending; NULL: not
 *		needed
 */
struct gabion_flow_near {
	uint32_t rows, columns, words;
	uint64_t *bits;
	size_t *first;
	uint32_t *row;
};

/**
 * struct gabion_flow - the graph
 * @first:	first node of each kind; the last entry is their number
 * @traits:	[domains] of GABION_FLOW_UNCONFINED and so on
 * @host_apart:	rules hold the host, and the order of levels, which there is, does not
 * @movers:	ascending by domain
 * @net:	[net labels] of GABION_FLOW_DATAGRAM and so on
 * @spans:	ascending by label
 * @enters:	bits [domain][domain]: the first may execute something that enters the second
 * @helper:	[domains]: does a usermode helper enter it?
 * @names:	bits [domain][file label]: may change which names there are in directories of the
 * label
 * @near_files:	[domain][file label], of files and sockets; @near_net: [domain][net label]
 * @near_domains: [domain][domain], the same both ways
 * @near_moves:	[mover][file label]
 */
struct gabion_flow {
	const struct gabion_view *view;
	uint32_t first[GABION_FLOW_KINDS + 1];
	uint8_t *traits;
	bool host_apart;
	struct gabion_flow_mover *movers;
	size_t nmovers;
	uint8_t *net;
	struct {
		struct gabion_flow_span *v;
		size_t n, room;
	} spans;
	uint8_t *enters;
	uint8_t *helper;
	uint8_t *names;
	struct gabion_flow_near near_files, near_net, near_domains, near_moves;
};

static inline void gabion_flow_set_bit(uint8_t *bits, size_t i)
{
	bits[i / 8] |= 1U << i % 8;
}

static inline bool gabion_flow_bit(const uint8_t *bits, size_t i)
{
	return bits[i / 8] >> i % 8 & 1;
}

/* The mover that @domain is, or NULL. */
const struct gabion_flow_mover *gabion_flow_mover(const struct gabion_flow *flow, uint32_t domain);

/* May @domain give some ioctl(2) command to files of @label, by a range of commands? */
bool gabion_flow_has_commands(const struct gabion_view *view, uint32_t domain, uint32_t label);

/*
 * May @domain say something to other holders of netlink protocol @protocol, by a message or by a
 * change that they see? netlink_allowed() and the families' own checks want CAP_NET_ADMIN.
 */
bool gabion_flow_sends_netlink(const struct gabion_policy_domain *domain, uint32_t protocol);

/* names.c: fill in @movers, and @names. */
void gabion_flow_find_movers(struct gabion_flow *flow);
void gabion_flow_find_names(struct gabion_flow *flow);

/* near.c: fill in what is near, for steps of @classes; after all others. */
void gabion_flow_find_near(struct gabion_flow *flow, uint32_t classes);
void gabion_flow_near_free(struct gabion_flow_near *near);

/* The first column from @column on that is near @row; the number of columns if there is none. */
uint32_t gabion_flow_next_near(const struct gabion_flow_near *near, uint32_t row, uint32_t column);

/* wildcard.c: fill in @spans. */
void gabion_flow_find_spans(struct gabion_flow *flow);

/* The first span of @label, or NULL; the others follow, up to spans.n. */
const struct gabion_flow_span *gabion_flow_spans(const struct gabion_flow *flow, uint32_t label);

/* Is there a pair of domains of which one may not have what the other knows? */
bool gabion_flow_has_order(const struct gabion_view *view);

/* search.c: is there a domain that may not have what is of @level? */
bool gabion_flow_is_kept(const struct gabion_view *view, uint32_t level);

/* traits.c: fill in @traits, @host_apart, @net, @enters and @helper. */
void gabion_flow_find_traits(struct gabion_flow *flow);

#endif /* GABION_FLOW_GRAPH_H */
