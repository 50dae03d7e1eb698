// SPDX-License-Identifier: GPL-2.0
#include "witness.h"

#include <string.h>

#include "byteset.h"
#include "path_place.h"

void gabion_witness_order(uint8_t *order, bool paths)
{
	static const char first[] =
		"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ._-/";
	bool done[256] = {};
	unsigned int n = 0, b;

	for (b = 0; paths && first[b]; b++) {
		done[(uint8_t)first[b]] = true;
		order[n++] = first[b];
	}
	for (b = 0; b < 256; b++)
		if (paths && !done[b] && b > ' ' && b < 127)
			done[order[n++] = b] = true;
	for (b = 0; b < 256; b++)
		if (!done[b])
			order[n++] = b;
}

/**
 * struct search - a walk under way
 * @seen:	[nstates] a bit for each place that was reached with the state
 * @order:	bytes, those to be tried first at the front; @rank: where each stands
 */
struct search {
	struct gabion_witness *w;
	const struct gabion_automaton *dfa;
	bool paths;
	uint8_t *seen;
	uint8_t order[256], rank[256];
};

/* Has @state been reached at every place that bytes lead to, but for the first byte of a name? */
static bool is_exhausted(const struct search *s, uint32_t state)
{
	uint32_t places = s->paths ? 1U << GABION_PLACE_SLASH | 1U << GABION_PLACE_DOT |
					     1U << GABION_PLACE_DOTS | 1U << GABION_PLACE_COMPONENT
				   : 1U;

	return (s->seen[state] & places) == places;
}

static void visit(struct search *s, uint32_t from, uint32_t state, uint8_t byte)
{
	uint32_t place = s->paths ? gabion_place_next(s->w->nodes.v[from].place, byte) : 0;
	uint32_t label = s->dfa->accept[state];

	if (place == GABION_PLACE_NONE || s->seen[state] >> place & 1)
		return;
	s->seen[state] |= 1U << place;
	vec_push(&s->w->nodes, (struct gabion_witness_node){ from, state, byte, place });
	if (s->paths && !gabion_place_is_name(place))
		return;
	if (!s->w->found[label])
		s->w->found[label] = s->w->nodes.n;
	s->w->not_root[label] |= place != GABION_PLACE_ROOT;
}

/*
 * Add to @tried, ranks of the bytes with an edge, those without that names tell apart: '/', '.' and
 * the first of the others, as they lead where it does.
 */
static void add_others(const struct search *s, struct gabion_byteset *tried)
{
	uint32_t r;

	for (r = 0; r < 256; r++)
		if (!gabion_byteset_has(tried, r) && !(s->paths && strchr("/.", s->order[r])))
			break;
	if (r < 256)
		gabion_byteset_add(tried, r);
	if (s->paths) {
		gabion_byteset_add(tried, s->rank['/']);
		gabion_byteset_add(tried, s->rank['.']);
	}
}

/* In the order of the bytes; those without an edge only if that leads to something new. */
static void expand(struct search *s, uint32_t from)
{
	const struct gabion_automaton *dfa = s->dfa;
	uint32_t state = s->w->nodes.v[from].state, next[256], i = dfa->first[state], r;
	bool others = !from || !is_exhausted(s, dfa->fallback[state]);
	struct gabion_byteset edges = {}, tried;

	if (!others && dfa->first[state + 1] - i == 1) {
		visit(s, from, dfa->edges[i].next, dfa->edges[i].byte);
		return;
	}
	for (; i < dfa->first[state + 1]; i++) {
		r = s->rank[dfa->edges[i].byte];
		gabion_byteset_add(&edges, r);
		next[r] = dfa->edges[i].next;
	}
	tried = edges;
	if (others)
		add_others(s, &tried);
	for (r = 0; (r = gabion_byteset_next(&tried, r)) < 256; r++)
		visit(s, from, gabion_byteset_has(&edges, r) ? next[r] : dfa->fallback[state],
		      s->order[r]);
}

void gabion_witness_init(struct gabion_witness *w, const struct gabion_automaton *dfa,
			 uint32_t nlabels, bool paths)
{
	struct search s = { .w = w, .dfa = dfa, .paths = paths };
	uint32_t i;

	*w = (struct gabion_witness){};
	gabion_witness_order(s.order, paths);
	for (i = 0; i < 256; i++)
		s.rank[s.order[i]] = i;
	s.seen = gabion_xcalloc(dfa->nstates, 1);
	w->found = gabion_xcalloc(nlabels, sizeof(*w->found));
	w->not_root = gabion_xcalloc(nlabels, sizeof(*w->not_root));
	/* Most states are reached once. */
	vec_reserve(&w->nodes, dfa->nstates);
	s.seen[dfa->start] |= 1U << GABION_PLACE_BEGIN;
	vec_push(&w->nodes, (struct gabion_witness_node){ .state = dfa->start });
	for (i = 0; i < w->nodes.n; i++)
		expand(&s, i);
	free(s.seen);
}

void gabion_witness_free(struct gabion_witness *w)
{
	free(w->nodes.v);
	free(w->found);
	free(w->not_root);
	*w = (struct gabion_witness){};
}

char *gabion_witness_name(const struct gabion_witness *w, uint32_t label, size_t *length)
{
	uint32_t node = w->found[label], at;
	size_t n = 0;
	char *name;

	if (!node)
		return NULL;
	for (at = node - 1; at; at = w->nodes.v[at].parent)
		n++;
	name = gabion_xcalloc(n + 1, 1);
	*length = n;
	for (at = node - 1; at; at = w->nodes.v[at].parent)
		name[--n] = w->nodes.v[at].byte;
	return name;
}
