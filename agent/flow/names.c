// SPDX-License-Identifier: GPL-2.0
/*
 * What follows from names alone: which files a domain may give names of other labels, those
 * below directories included; and in which directories it makes names.
 */
#include <string.h>

#include "../../core/decide.h"
#include "../policy/mem.h"
#include "graph.h"

/* Names that begin with those of some states, found by a search over the automaton. */
struct walk {
	const struct gabion_dfa *dfa;
	uint8_t *seen; /* [2 * states]: 2 * state + '/' was the last byte */
	VEC(uint32_t) queue;
	uint8_t bytes[256]; /* one of each sort that the automaton tells apart, but NUL and '/' */
	unsigned int nbytes;
};

static uint32_t nstates(const struct gabion_dfa *dfa)
{
	return dfa->fallback - dfa->base;
}

static void walk_init(struct walk *w, const struct gabion_dfa *dfa)
{
	bool seen[256] = {};
	unsigned int byte;

	*w = (struct walk){.dfa = dfa, .seen = gabion_xcalloc(2 * (size_t)nstates(dfa), 1)};
	for (byte = 1; byte < 256; byte++) {
		if (byte == '/' || seen[dfa->classmap[byte]])
			continue;
		seen[dfa->classmap[byte]] = true;
		w->bytes[w->nbytes++] = byte;
	}
}

static void walk_free(struct walk *w)
{
	free(w->seen);
	free(w->queue.v);
}

static void walk_to(struct walk *w, uint32_t state, uint8_t byte)
{
	uint32_t node = 2 * gabion_dfa_walk(w->dfa, state, &byte, 1) + (byte == '/');

	if (w->seen[node])
		return;
	w->seen[node] = 1;
	vec_push(&w->queue, node);
}

/* On from all that was reached; through further '/' or not. No name has "//" or ends in '/'. */
static void walk_on(struct walk *w, bool deep)
{
	unsigned int i;
	size_t head;

	for (head = 0; head < w->queue.n; head++) {
		uint32_t node = w->queue.v[head];

		for (i = 0; i < w->nbytes; i++)
			walk_to(w, node / 2, w->bytes[i]);
		if (deep && !(node & 1))
			walk_to(w, node / 2, '/');
	}
}

/* All names that there can be, but "/". */
static void walk_all(struct walk *w, const struct gabion_dfa *dfa)
{
	walk_init(w, dfa);
	walk_to(w, dfa->start, '/');
	walk_on(w, true);
}

static bool is_name(const struct walk *all, uint32_t state)
{
	return all->seen[2 * (size_t)state];
}

/* Mark in @labels what lies below names whose label has @bit, with @mark. */
static void mark_below(const struct walk *all, uint8_t *labels, uint8_t bit, uint8_t mark)
{
	const struct gabion_dfa *dfa = all->dfa;
	struct walk w;
	uint32_t state;
	size_t i;

	walk_init(&w, dfa);
	for (state = 0; state < nstates(dfa); state++)
		if (is_name(all, state) && (labels[le32_to_cpu(dfa->accept[state])] & bit))
			walk_to(&w, state, '/');
	walk_on(&w, true);
	for (i = 0; i < w.queue.n; i++)
		if (!(w.queue.v[i] & 1))
			labels[le32_to_cpu(dfa->accept[w.queue.v[i] / 2])] |= mark;
	walk_free(&w);
}

static uint8_t mover_bits(const struct gabion_view *view, uint32_t domain, uint32_t label)
{
	const struct gabion_class_view *c = &view->classes[GABION_CLASS_FILE];
	uint32_t all = gabion_effective(view, GABION_CLASS_FILE, domain, label);
	bool trusted = gabion_matrix(c, c->trusted, domain, label) & GABION_FILE_RELABEL;
	uint8_t bits = 0;

	if (all & GABION_FILE_CREATE)
		bits |= GABION_FLOW_TO;
	if (!(all & GABION_FILE_RELABEL))
		return bits;
	if (all & (GABION_FILE_DELETE | GABION_FILE_LINK))
		bits |= trusted ? GABION_FLOW_FROM_TRUSTED : GABION_FLOW_FROM;
	if (all & GABION_FILE_LINK)
		bits |= trusted ? GABION_FLOW_LINK_TRUSTED : GABION_FLOW_LINK;
	return bits;
}

static void find_mover(struct gabion_flow *flow, const struct walk *all, uint32_t domain)
{
	uint32_t n = flow->view->classes[GABION_CLASS_FILE].nlabels, label;
	uint8_t *labels = gabion_xcalloc(n, 1), any = 0;

	for (label = 0; label < n; label++)
		any |= labels[label] = mover_bits(flow->view, domain, label);
	if (!(any & (GABION_FLOW_FROM | GABION_FLOW_FROM_TRUSTED)) || !(any & GABION_FLOW_TO)) {
		free(labels);
		return;
	}
	/* A directory takes along what is below it; only its own label is asked for `relabel`. */
	mark_below(all, labels, GABION_FLOW_FROM_TRUSTED, GABION_FLOW_FROM_TRUSTED);
	mark_below(all, labels, GABION_FLOW_FROM, GABION_FLOW_FROM);
	mark_below(all, labels, GABION_FLOW_TO, GABION_FLOW_TO_BELOW);
	flow->movers = gabion_xrealloc(flow->movers, flow->nmovers + 1, sizeof(*flow->movers));
	flow->movers[flow->nmovers++] =
		(struct gabion_flow_mover){.domain = domain, .labels = labels};
}

void gabion_flow_find_movers(struct gabion_flow *flow)
{
	const struct gabion_class_view *c = &flow->view->classes[GABION_CLASS_FILE];
	struct walk all;
	uint32_t d;

	if (!c->has_dfa)
		return;
	walk_all(&all, &c->dfa);
	for (d = 0; d < flow->view->ndomains; d++)
		if (!(flow->traits[d] & GABION_FLOW_UNCONFINED))
			find_mover(flow, &all, d);
	walk_free(&all);
}

/* A directory: what is one component below it is what follows @below, the state behind its '/'. */
struct directory {
	uint32_t below;
	uint32_t label;
};

static int compare_directories(const void *a, const void *b)
{
	const struct directory *x = a, *y = b;

	if (x->below != y->below)
		return x->below < y->below ? -1 : 1;
	return (x->label > y->label) - (x->label < y->label);
}

/* Mark in @makers who makes or takes away names of one component that follow @below. */
static void find_makers(const struct gabion_flow *flow, uint32_t below, uint8_t *makers)
{
	const uint32_t wanted = GABION_FILE_CREATE | GABION_FILE_DELETE;
	const struct gabion_view *view = flow->view;
	const struct gabion_class_view *c = &view->classes[GABION_CLASS_FILE];
	uint8_t *labels = gabion_xcalloc(c->nlabels, 1);
	uint32_t label, d;
	struct walk w;
	size_t i;

	walk_init(&w, &c->dfa);
	for (i = 0; i < w.nbytes; i++)
		walk_to(&w, below, w.bytes[i]);
	walk_on(&w, false);
	for (i = 0; i < w.queue.n; i++)
		labels[le32_to_cpu(c->dfa.accept[w.queue.v[i] / 2])] = 1;
	walk_free(&w);
	memset(makers, 0, view->ndomains);
	for (label = 0; label < c->nlabels; label++)
		for (d = 0; labels[label] && d < view->ndomains; d++)
			if (gabion_effective(view, GABION_CLASS_FILE, d, label) & wanted)
				makers[d] = 1;
	free(labels);
}

void gabion_flow_find_names(struct gabion_flow *flow)
{
	const struct gabion_class_view *c = &flow->view->classes[GABION_CLASS_FILE];
	uint32_t nd = flow->view->ndomains, state, d;
	VEC(struct directory) list = {};
	const uint8_t slash = '/';
	struct walk all;
	uint8_t *makers;
	size_t i;

	flow->names = gabion_xcalloc((size_t)nd * c->nlabels / 8 + 1, 1);
	if (!c->has_dfa)
		return;
	walk_all(&all, &c->dfa);
	for (state = 0; state < nstates(&c->dfa); state++)
		if (is_name(&all, state))
			vec_push(&list,
				 (struct directory){gabion_dfa_walk(&c->dfa, state, &slash, 1),
						    le32_to_cpu(c->dfa.accept[state])});
	walk_free(&all);
	/* "/" is the one directory whose name ends so. */
	state = gabion_dfa_walk(&c->dfa, c->dfa.start, &slash, 1);
	vec_push(&list, (struct directory){state, le32_to_cpu(c->dfa.accept[state])});
	qsort(list.v, list.n, sizeof(*list.v), compare_directories);
	makers = gabion_xcalloc(nd, 1);
	for (i = 0; i < list.n; i++) {
		if (i && !compare_directories(&list.v[i - 1], &list.v[i]))
			continue;
		if (!i || list.v[i - 1].below != list.v[i].below)
			find_makers(flow, list.v[i].below, makers);
		for (d = 0; d < nd; d++)
			if (makers[d])
				gabion_flow_set_bit(flow->names,
						    (size_t)d * c->nlabels + list.v[i].label);
	}
	free(makers);
	free(list.v);
}
