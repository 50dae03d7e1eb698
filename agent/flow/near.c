// SPDX-License-Identifier: GPL-2.0
/*
 * Which nodes a step may lie between: a superset that is cheap to have, from the matrices, so that
 * a search asks gabion_flow_step() of few pairs only. Between two nodes that are not near each
 * other there is no step of the classes that the graph was made for.
 */
#include "../../core/decide.h"
#include "../policy/mem.h"
#include "graph.h"

static void near_init(struct gabion_flow_near *near, uint32_t rows, uint32_t columns)
{
	*near = (struct gabion_flow_near){
		.rows = rows,
		.columns = columns,
		.words = (columns + 63) / 64,
		.bits = gabion_xcalloc((size_t)rows * ((columns + 63) / 64) + 1,
				       sizeof(*near->bits)),
	};
}

static void set(struct gabion_flow_near *near, uint32_t row, uint32_t column)
{
	near->bits[(size_t)row * near->words + column / 64] |= 1ULL << column % 64;
}

static void set_row(struct gabion_flow_near *near, uint32_t row)
{
	uint32_t column;

	for (column = 0; column < near->columns; column++)
		set(near, row, column);
}

uint32_t gabion_flow_next_near(const struct gabion_flow_near *near, uint32_t row, uint32_t column)
{
	const uint64_t *words = near->bits + (size_t)row * near->words;
	uint32_t w = column / 64;
	uint64_t bits;

	if (column >= near->columns)
		return near->columns;
	bits = words[w] & ~0ULL << column % 64;
	while (!bits) {
		if (++w == near->words)
			return near->columns;
		bits = words[w];
	}
	return w * 64 + __builtin_ctzll(bits);
}

/* Turn the rows around: row[first[column]] to row[first[column + 1]], ascending. */
static void transpose(struct gabion_flow_near *near)
{
	size_t n = 0;
	uint32_t row, column;

	near->first = gabion_xcalloc((size_t)near->columns + 2, sizeof(*near->first));
	for (row = 0; row < near->rows; row++)
		for (column = 0; (column = gabion_flow_next_near(near, row, column)) <
				 near->columns;
		     column++, n++)
			near->first[column + 2]++;
	near->row = gabion_xcalloc(n + 1, sizeof(*near->row));
	for (column = 0; column < near->columns; column++)
		near->first[column + 2] += near->first[column + 1];
	for (row = 0; row < near->rows; row++)
		for (column = 0; (column = gabion_flow_next_near(near, row, column)) <
				 near->columns;
		     column++)
			near->row[near->first[column + 1]++] = row;
}

/* What is more than every domain may without a rule: that tells little, unless it is trusted. */
static void find_granted(const struct gabion_flow *flow, uint32_t klass, uint32_t implied,
			 struct gabion_flow_near *near)
{
	const struct gabion_class_view *c = &flow->view->classes[klass];
	uint32_t d, label;

	for (d = 0; d < near->rows; d++)
		for (label = 0; label < near->columns; label++)
			if ((gabion_matrix(c, c->allow, d, label) & ~implied) ||
			    gabion_matrix(c, c->trusted, d, label))
				set(near, d, label);
}

/* A power of the domain, or a mode, that makes steps between it and everything. */
static bool is_wide(const struct gabion_flow *flow, uint32_t domain, uint32_t classes,
		    uint8_t powers)
{
	uint8_t traits = flow->traits[domain];

	if (classes & GABION_FLOW_BIT(HINT))
		return true;
	return ((traits & (GABION_FLOW_UNCONFINED | GABION_FLOW_COMPLAIN)) &&
		(classes & (GABION_FLOW_BIT(MODE) | GABION_FLOW_BIT(HOST)))) ||
	       ((traits & powers) && (classes & (GABION_FLOW_BIT(POWER) | GABION_FLOW_BIT(HOST))));
}

static void find_files(struct gabion_flow *flow, uint32_t classes)
{
	const struct gabion_view *view = flow->view;
	uint32_t i;

	near_init(&flow->near_files, view->ndomains, view->classes[GABION_CLASS_FILE].nlabels);
	find_granted(flow, GABION_CLASS_FILE, GABION_FILE_IMPLIED, &flow->near_files);
	for (i = 0; i < view->nioctls; i++)
		set(&flow->near_files, le32_to_cpu(view->ioctls[i].domain),
		    le32_to_cpu(view->ioctls[i].label));
	for (i = 0; i < view->ndomains; i++)
		if (is_wide(flow, i, classes, GABION_FLOW_POWERFUL))
			set_row(&flow->near_files, i);
	transpose(&flow->near_files);
}

static void find_endpoints(struct gabion_flow *flow, uint32_t classes)
{
	const struct gabion_view *view = flow->view;
	const struct gabion_class_view *c = &view->classes[GABION_CLASS_NET];
	uint32_t d;
	size_t i;

	near_init(&flow->near_net, view->ndomains, c->nlabels);
	find_granted(flow, GABION_CLASS_NET, GABION_NET_IMPLIED, &flow->near_net);
	for (i = 0; i < flow->spans.n; i++)
		for (d = 0; d < view->ndomains; d++)
			if (gabion_matrix(c, c->allow, d, flow->spans.v[i].wildcard) &
			    GABION_NET_BIND)
				set(&flow->near_net, d, flow->spans.v[i].label);
	for (d = 0; d < view->ndomains; d++)
		if (is_wide(flow, d, classes, GABION_FLOW_POWERFUL | GABION_FLOW_WIRE))
			set_row(&flow->near_net, d);
	transpose(&flow->near_net);
}

/* Both ways, as either of the two may be the one that acts. */
static void find_domains(struct gabion_flow *flow, uint32_t classes)
{
	const struct gabion_class_view *c = &flow->view->classes[GABION_CLASS_DOMAIN];
	uint32_t n = flow->view->ndomains, a, b;

	near_init(&flow->near_domains, n, n);
	for (a = 0; a < n; a++) {
		bool wide = is_wide(flow, a, classes, GABION_FLOW_POWERFUL) ||
			    (flow->helper[a] && (classes & (GABION_FLOW_BIT(UNMEDIATED) |
							    GABION_FLOW_BIT(HOST))));

		for (b = 0; b < n; b++) {
			if (!wide && !gabion_matrix(c, c->allow, a, b) &&
			    !gabion_flow_bit(flow->enters, (size_t)a * n + b))
				continue;
			set(&flow->near_domains, a, b);
			set(&flow->near_domains, b, a);
		}
	}
}

static void find_moves(struct gabion_flow *flow)
{
	uint32_t m, label;

	near_init(&flow->near_moves, flow->nmovers,
		  flow->view->classes[GABION_CLASS_FILE].nlabels);
	for (m = 0; m < flow->nmovers; m++)
		for (label = 0; label < flow->near_moves.columns; label++)
			if (flow->movers[m].labels[label])
				set(&flow->near_moves, m, label);
	transpose(&flow->near_moves);
}

void gabion_flow_find_near(struct gabion_flow *flow, uint32_t classes)
{
	find_files(flow, classes);
	find_endpoints(flow, classes);
	find_domains(flow, classes);
	find_moves(flow);
}

void gabion_flow_near_free(struct gabion_flow_near *near)
{
	free(near->bits);
	free(near->first);
	free(near->row);
}
