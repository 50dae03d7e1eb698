// SPDX-License-Identifier: GPL-2.0
#include "witness.h"

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

struct search {
	struct gabion_witness *w;
	const struct gabion_automaton *dfa;
	VEC(uint32_t) queue;
	bool paths;
};

/* A node is a state and whether '/' was read last: 2 * state + slash. */
static void visit(struct search *s, uint32_t from, uint32_t state, uint8_t byte)
{
	bool slash = s->paths && byte == '/';
	uint32_t node = 2 * state + slash, label = s->dfa->accept[state];

	if (!state || s->w->parent[node] != GABION_NFA_NONE)
		return;
	s->w->parent[node] = from;
	s->w->byte[node] = byte;
	/* "/" itself is the one name that ends so. */
	if (!s->w->found[label] && (!slash || s->w->parent[from] == from))
		s->w->found[label] = node + 1;
	vec_push(&s->queue, node);
}

void gabion_witness_init(struct gabion_witness *w, const struct gabion_automaton *dfa,
			 uint32_t nlabels, bool paths)
{
	struct search s = { .w = w, .dfa = dfa, .paths = paths };
	uint32_t root = 2 * dfa->start, next[256], i;
	uint8_t order[256];
	size_t head;

	gabion_witness_order(order, paths);
	w->parent = gabion_xcalloc(2 * (size_t)dfa->nstates, sizeof(*w->parent));
	w->byte = gabion_xcalloc(2 * (size_t)dfa->nstates, 1);
	w->found = gabion_xcalloc(nlabels, sizeof(*w->found));
	memset(w->parent, 0xff, 2 * (size_t)dfa->nstates * sizeof(*w->parent));
	w->parent[root] = root;
	vec_push(&s.queue, root);
	for (head = 0; head < s.queue.n; head++) {
		uint32_t node = s.queue.v[head], state = node / 2;

		for (i = 0; i < 256; i++)
			next[i] = dfa->fallback[state];
		for (i = dfa->first[state]; i < dfa->first[state + 1]; i++)
			next[dfa->edges[i].byte] = dfa->edges[i].next;
		for (i = 0; i < 256; i++) {
			if (paths && (!order[i] || (order[i] == '/' && node % 2)))
				continue;
			visit(&s, node, next[order[i]], order[i]);
		}
	}
	free(s.queue.v);
}

void gabion_witness_free(struct gabion_witness *w)
{
	free(w->parent);
	free(w->byte);
	free(w->found);
	memset(w, 0, sizeof(*w));
}

char *gabion_witness_name(const struct gabion_witness *w, uint32_t label, size_t *length)
{
	uint32_t node = w->found[label], at;
	size_t n = 0;
	char *name;

	if (!node)
		return NULL;
	for (at = node - 1; w->parent[at] != at; at = w->parent[at])
		n++;
	name = gabion_xcalloc(n + 1, 1);
	*length = n;
	for (at = node - 1; w->parent[at] != at; at = w->parent[at])
		name[--n] = w->byte[at];
	return name;
}
