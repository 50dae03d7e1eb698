// SPDX-License-Identifier: GPL-2.0
/* Nodes of the flow graph. */
#include <string.h>

#include "../../core/ioctl.h"
#include "../policy/mem.h"
#include "../policy/query_ioctl.h"
#include "graph.h"

struct gabion_flow *gabion_flow_new(const struct gabion_view *view, uint32_t classes)
{
	struct gabion_flow *flow = gabion_xcalloc(1, sizeof(*flow));
	uint32_t count[GABION_FLOW_KINDS], kind;

	flow->view = view;
	gabion_flow_find_traits(flow);
	gabion_flow_find_spans(flow);
	gabion_flow_find_movers(flow);
	if (classes & GABION_FLOW_BIT(HINT))
		gabion_flow_find_names(flow);
	gabion_flow_find_near(flow, classes);
	count[GABION_FLOW_DOMAIN] = view->ndomains;
	count[GABION_FLOW_FILE] = view->classes[GABION_CLASS_FILE].nlabels;
	count[GABION_FLOW_SOCKET] = count[GABION_FLOW_FILE];
	count[GABION_FLOW_NET] = view->classes[GABION_CLASS_NET].nlabels;
	count[GABION_FLOW_MOVE] = flow->nmovers;
	count[GABION_FLOW_BACK] = flow->nmovers;
	count[GABION_FLOW_KERNEL] = GABION_FLOW_SHARED_END;
	for (kind = 0; kind < GABION_FLOW_KINDS; kind++)
		flow->first[kind + 1] = flow->first[kind] + count[kind];
	return flow;
}

void gabion_flow_free(struct gabion_flow *flow)
{
	size_t i;

	if (!flow)
		return;
	for (i = 0; i < flow->nmovers; i++)
		free(flow->movers[i].labels);
	free(flow->movers);
	free(flow->traits);
	free(flow->net);
	free(flow->spans.v);
	free(flow->enters);
	free(flow->helper);
	free(flow->names);
	gabion_flow_near_free(&flow->near_files);
	gabion_flow_near_free(&flow->near_net);
	gabion_flow_near_free(&flow->near_domains);
	gabion_flow_near_free(&flow->near_moves);
	free(flow);
}

const struct gabion_view *gabion_flow_view(const struct gabion_flow *flow)
{
	return flow->view;
}

uint32_t gabion_flow_nodes(const struct gabion_flow *flow)
{
	return flow->first[GABION_FLOW_KINDS];
}

uint32_t gabion_flow_node(const struct gabion_flow *flow, enum gabion_flow_kind kind,
			  uint32_t index)
{
	return flow->first[kind] + index;
}

enum gabion_flow_kind gabion_flow_kind(const struct gabion_flow *flow, uint32_t node,
				       uint32_t *index)
{
	uint32_t kind = 0;

	while (node >= flow->first[kind + 1])
		kind++;
	*index = node - flow->first[kind];
	if (kind == GABION_FLOW_MOVE || kind == GABION_FLOW_BACK)
		*index = flow->movers[*index].domain;
	return kind;
}

uint32_t gabion_flow_shared_number(uint32_t shared, uint32_t *klass)
{
	if (shared >= GABION_FLOW_FAMILY) {
		*klass = GABION_CLASS_FAMILY;
		return shared - GABION_FLOW_FAMILY;
	}
	if (shared >= GABION_FLOW_NETLINK) {
		*klass = GABION_CLASS_NETLINK;
		return shared - GABION_FLOW_NETLINK;
	}
	*klass = GABION_CLASS_CONTROL;
	return shared == GABION_FLOW_KEYS ? GABION_CONTROL_KEYS : GABION_CONTROL_BINDER;
}

bool gabion_flow_is_apart(const struct gabion_flow *flow, uint32_t domain)
{
	return flow->host_apart && domain == GABION_FLOW_HOST_DOMAIN;
}

const struct gabion_policy_level *gabion_flow_level(const struct gabion_flow *flow, uint32_t node)
{
	static const uint32_t classes[] = {
		[GABION_FLOW_DOMAIN] = GABION_CLASS_DOMAIN,
		[GABION_FLOW_FILE] = GABION_CLASS_FILE,
		[GABION_FLOW_SOCKET] = GABION_CLASS_FILE,
		[GABION_FLOW_NET] = GABION_CLASS_NET,
	};
	uint32_t index, kind = gabion_flow_kind(flow, node, &index);

	return kind <= GABION_FLOW_NET ? gabion_label_level(flow->view, classes[kind], index)
				       : NULL;
}

const struct gabion_flow_mover *gabion_flow_mover(const struct gabion_flow *flow, uint32_t domain)
{
	size_t low = 0, high = flow->nmovers;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (flow->movers[middle].domain == domain)
			return &flow->movers[middle];
		if (flow->movers[middle].domain < domain)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool gabion_flow_has_commands(const struct gabion_view *view, uint32_t domain, uint32_t label)
{
	uint32_t first = gabion_query_first_commands(view, domain, label);

	return first < view->nioctls &&
	       gabion_ioctl_listed_for(view, domain, label,
				       le32_to_cpu(view->ioctls[first].first));
}
