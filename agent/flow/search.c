// SPDX-License-Identifier: GPL-2.0
/* Breadth-first searches of the flow graph: reach, shortest chains, the proof. */
#include <string.h>

#include "../../core/level.h"
#include "../policy/mem.h"
#include "graph.h"

/**
 * struct search - a search under way
 * @before:	[nodes]: node it was reached from, itself for a source, GABION_FLOW_NOWHERE: not yet
 * @queue:	nodes reached, in order
 */
struct search {
	const struct gabion_flow *flow;
	uint32_t classes;
	bool backward;
	uint32_t *before;
	VEC(uint32_t) queue;
};

static void search_init(struct search *s, const struct gabion_flow *flow, uint32_t classes,
			bool backward)
{
	uint32_t n = gabion_flow_nodes(flow);

	*s = (struct search){
		.flow = flow,
		.classes = classes,
		.backward = backward,
		.before = gabion_xcalloc(n, sizeof(*s->before)),
	};
	memset(s->before, 0xff, n * sizeof(*s->before));
	vec_reserve(&s->queue, n);
}

static void search_free(struct search *s)
{
	free(s->before);
	free(s->queue.v);
}

static void reached(struct search *s, uint32_t node, uint32_t from)
{
	if (s->before[node] != GABION_FLOW_NOWHERE)
		return;
	s->before[node] = from;
	vec_push(&s->queue, node);
}

static void try(struct search *s, uint32_t node, uint32_t to)
{
	struct gabion_flow_step step;

	if (s->before[to] == GABION_FLOW_NOWHERE &&
	    (s->backward ? gabion_flow_step(s->flow, to, node, s->classes, &step)
			 : gabion_flow_step(s->flow, node, to, s->classes, &step)))
		reached(s, to, node);
}

static void try_all(struct search *s, uint32_t node, enum gabion_flow_kind kind)
{
	uint32_t to;

	for (to = s->flow->first[kind]; to < s->flow->first[kind + 1]; to++)
		try(s, node, to);
}

/* Nodes of @kind that are near @row of @near: its columns; or near @column: its rows. */
static void try_row(struct search *s, uint32_t node, enum gabion_flow_kind kind,
		    const struct gabion_flow_near *near, uint32_t row)
{
	uint32_t to;

	for (to = 0; (to = gabion_flow_next_near(near, row, to)) < near->columns; to++)
		try(s, node, s->flow->first[kind] + to);
}

static void try_column(struct search *s, uint32_t node, enum gabion_flow_kind kind,
		       const struct gabion_flow_near *near, uint32_t column)
{
	size_t i;

	for (i = near->first[column]; i < near->first[column + 1]; i++)
		try(s, node, s->flow->first[kind] + near->row[i]);
}

/* All nodes next to @node. Between objects there are only moves. */
static void expand(struct search *s, uint32_t node)
{
	const struct gabion_flow *flow = s->flow;
	uint32_t index;
	enum gabion_flow_kind kind = gabion_flow_kind(flow, node, &index);

	switch (kind) {
	case GABION_FLOW_DOMAIN:
		try_row(s, node, GABION_FLOW_DOMAIN, &flow->near_domains, index);
		try_row(s, node, GABION_FLOW_FILE, &flow->near_files, index);
		try_row(s, node, GABION_FLOW_SOCKET, &flow->near_files, index);
		try_row(s, node, GABION_FLOW_NET, &flow->near_net, index);
		try_all(s, node, GABION_FLOW_KERNEL);
		break;
	case GABION_FLOW_FILE:
		try_column(s, node, GABION_FLOW_DOMAIN, &flow->near_files, index);
		try_column(s, node, GABION_FLOW_MOVE, &flow->near_moves, index);
		try_column(s, node, GABION_FLOW_BACK, &flow->near_moves, index);
		break;
	case GABION_FLOW_SOCKET:
		try_column(s, node, GABION_FLOW_DOMAIN, &flow->near_files, index);
		break;
	case GABION_FLOW_NET:
		try_column(s, node, GABION_FLOW_DOMAIN, &flow->near_net, index);
		break;
	case GABION_FLOW_MOVE:
	case GABION_FLOW_BACK:
		try_row(s, node, GABION_FLOW_FILE, &flow->near_moves, node - flow->first[kind]);
		break;
	default:
		try_all(s, node, GABION_FLOW_DOMAIN);
		break;
	}
}

uint32_t *gabion_flow_reach(const struct gabion_flow *flow, uint32_t node, uint32_t classes,
			    bool backward)
{
	struct search s;
	uint32_t *before;
	size_t head;

	search_init(&s, flow, classes, backward);
	reached(&s, node, node);
	for (head = 0; head < s.queue.n; head++)
		expand(&s, s.queue.v[head]);
	before = s.before;
	s.before = NULL;
	search_free(&s);
	return before;
}

/* The steps that led to @node, in order. */
static struct gabion_flow_chain trace(const struct search *s, uint32_t node)
{
	struct gabion_flow_chain chain = {};
	uint32_t at;
	size_t n = 0;

	for (at = node; s->before[at] != at; at = s->before[at])
		chain.n++;
	chain.steps = gabion_xcalloc(chain.n + 1, sizeof(*chain.steps));
	for (at = node; s->before[at] != at; at = s->before[at])
		gabion_flow_step(s->flow, s->before[at], at, s->classes,
				 &chain.steps[chain.n - ++n]);
	return chain;
}

bool gabion_flow_chain(const struct gabion_flow *flow, uint32_t from, uint32_t to, uint32_t classes,
		       struct gabion_flow_chain *chain)
{
	struct search s;
	size_t head;
	bool found;

	search_init(&s, flow, classes, false);
	reached(&s, from, from);
	for (head = 0; head < s.queue.n && s.before[to] == GABION_FLOW_NOWHERE; head++)
		expand(&s, s.queue.v[head]);
	found = from != to && s.before[to] != GABION_FLOW_NOWHERE;
	if (found)
		*chain = trace(&s, to);
	search_free(&s);
	return found;
}

void gabion_flow_chain_free(struct gabion_flow_chain *chain)
{
	free(chain->steps);
	*chain = (struct gabion_flow_chain){};
}

static const struct gabion_policy_level *level_at(const struct gabion_flow *flow, uint32_t level)
{
	return &flow->view->levels[level];
}

/* On from what was reached: who gets something of @level and may not? Each of them once: @told. */
static void follow(struct search *s, uint32_t level, uint8_t *told,
		   struct gabion_flow_violations *out)
{
	const struct gabion_policy_level *own = level_at(s->flow, level);
	uint32_t index;
	size_t head;

	for (head = 0; head < s->queue.n; head++) {
		uint32_t node = s->queue.v[head];

		if (gabion_flow_kind(s->flow, node, &index) != GABION_FLOW_DOMAIN ||
		    gabion_level_dominates(gabion_flow_level(s->flow, node), own)) {
			expand(s, node);
		} else if (!told[index]) {
			told[index] = 1;
			vec_push(out, trace(s, node));
		}
	}
}

static void start(struct search *s, enum gabion_flow_kind kind, uint32_t index)
{
	uint32_t node = gabion_flow_node(s->flow, kind, index);

	reached(s, node, node);
}

/*
 * From all domains of @level at once; then from what files of that level held before any domain
 * wrote it, which comes to those who move the files.
 */
static void violations_of(const struct gabion_flow *flow, uint32_t classes, uint32_t level,
			  struct gabion_flow_violations *out)
{
	const struct gabion_view *view = flow->view;
	const struct gabion_class_view *files = &view->classes[GABION_CLASS_FILE];
	uint8_t *told = gabion_xcalloc(view->ndomains, 1);
	struct search s;
	uint32_t i;

	search_init(&s, flow, classes, false);
	for (i = 0; i < view->ndomains; i++)
		if (le32_to_cpu(view->domains[i].level) == level)
			start(&s, GABION_FLOW_DOMAIN, i);
	follow(&s, level, told, out);
	search_free(&s);
	search_init(&s, flow, classes, false);
	for (i = 0; i < files->nlabels; i++)
		if (i != GABION_LABEL_UNREACHABLE && le32_to_cpu(files->labels[i].level) == level)
			start(&s, GABION_FLOW_FILE, i);
	follow(&s, level, told, out);
	search_free(&s);
	free(told);
}

bool gabion_flow_is_kept(const struct gabion_view *view, uint32_t level)
{
	uint32_t d;

	/* What is outside of the order is dominated by everything. */
	if (view->levels[level].rank == cpu_to_le32(GABION_RANK_ANY))
		return false;
	for (d = 0; d < view->ndomains; d++)
		if (!gabion_level_dominates(&view->levels[le32_to_cpu(view->domains[d].level)],
					    &view->levels[level]))
			return true;
	return false;
}

void gabion_flow_violations(const struct gabion_flow *flow, uint32_t classes,
			    struct gabion_flow_violations *out)
{
	const struct gabion_view *view = flow->view;
	const struct gabion_class_view *files = &view->classes[GABION_CLASS_FILE];
	uint8_t *done = gabion_xcalloc(view->nlevels, 1);
	uint32_t i, level;

	*out = (struct gabion_flow_violations){};
	for (i = 0; i < view->ndomains + files->nlabels; i++) {
		level = le32_to_cpu(i < view->ndomains
					    ? view->domains[i].level
					    : files->labels[i - view->ndomains].level);
		if (!done[level] && gabion_flow_is_kept(view, level))
			violations_of(flow, classes, level, out);
		done[level] = 1;
	}
	free(done);
}

void gabion_flow_violations_free(struct gabion_flow_violations *violations)
{
	size_t i;

	for (i = 0; i < violations->n; i++)
		gabion_flow_chain_free(&violations->v[i]);
	free(violations->v);
	*violations = (struct gabion_flow_violations){};
}
