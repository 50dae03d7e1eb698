// SPDX-License-Identifier: GPL-2.0
#include "product.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "../../core/decide.h"
#include "endpoint.h"
#include "names.h"
#include "pair_index.h"
#include "path_place.h"
#include "witness.h"

/* The third component of the product is what names can be: of files a place, of the network how
 * many bytes were read.
 */
struct node {
	uint32_t state[2];
	uint32_t parent;
	uint8_t place;
	uint8_t byte;
};

/* One of each sort that an automaton can tell apart. */
struct bytes {
	uint8_t v[256];
	unsigned int n;
};

struct walk {
	const struct gabion_dfa *dfa[2]; /* NULL: the policy has nothing of the class */
	bool files;
	struct gabion_pair_index known;
	VEC(struct node) nodes;
	struct gabion_pair_index labels;
	struct gabion_name_pairs *pairs;
	struct bytes bytes, protocol, port;
};

static uint32_t next_place(const struct walk *w, uint32_t place, uint8_t byte)
{
	const uint32_t reserved = offsetof(struct gabion_net_key, reserved);

	if (w->files)
		return gabion_place_next(place, byte);
	return place > reserved || (place == reserved && byte) ? GABION_PLACE_NONE : place + 1;
}

static bool is_name(const struct walk *w, uint32_t place)
{
	return w->files ? gabion_place_is_name(place)
			: place == sizeof(struct gabion_net_key);
}

static char *spell(const struct walk *w, uint32_t node, size_t *length)
{
	uint32_t at;
	size_t n = 0;
	char *name;

	for (at = node; at; at = w->nodes.v[at].parent)
		n++;
	name = gabion_xcalloc(n + 1, 1);
	*length = n;
	for (at = node; at; at = w->nodes.v[at].parent)
		name[--n] = w->nodes.v[at].byte;
	return name;
}

static void add_pair(struct gabion_name_pairs *pairs, struct gabion_name_pair pair)
{
	vec_push(pairs, pair);
}

static uint32_t accepted(const struct gabion_dfa *dfa, uint32_t state)
{
	return dfa ? le32_to_cpu(dfa->accept[state]) : GABION_LABEL_NONE;
}

/* The walk is breadth first, so the first name of a pair is a shortest. */
static void visit(struct walk *w, struct node node)
{
	uint64_t key = (uint64_t)node.state[0] << 37 | (uint64_t)node.state[1] << 5 | node.place;
	struct gabion_name_pair pair;
	uint32_t number;
	bool fresh;

	gabion_pair_index_add(&w->known, key, &fresh);
	if (!fresh)
		return;
	vec_push(&w->nodes, node);
	if (!is_name(w, node.place))
		return;
	pair.label[0] = accepted(w->dfa[0], node.state[0]);
	pair.label[1] = accepted(w->dfa[1], node.state[1]);
	/* Pairs are numbered as they are added. */
	number = gabion_pair_index_add(&w->labels, (uint64_t)pair.label[0] << 32 | pair.label[1],
				       &fresh);
	pair.root_only = w->files && node.place == GABION_PLACE_ROOT;
	if (!fresh) {
		w->pairs->v[number].root_only &= pair.root_only;
		return;
	}
	pair.name = spell(w, w->nodes.n - 1, &pair.length);
	add_pair(w->pairs, pair);
}

/* Sort of @byte: what both automata and the form of names make of it. */
static uint32_t sort_of(const struct walk *w, uint8_t byte)
{
	uint32_t form = !byte ? 0 : byte == '/' ? 1 : byte == '.' ? 2 : 3;

	return form << 16 | (w->dfa[0] ? w->dfa[0]->classmap[byte] << 8 : 0) |
	       (w->dfa[1] ? w->dfa[1]->classmap[byte] : 0);
}

/* Of each sort the byte that comes first, from order[from] on and then from the beginning. */
static void choose_bytes(const struct walk *w, const uint8_t *order, unsigned int from,
			 struct bytes *bytes)
{
	bool *seen = gabion_xcalloc(4 << 16, sizeof(*seen));
	unsigned int i;

	for (i = 0; i < 256; i++) {
		uint8_t byte = order[(from + i) % 256];
		uint32_t sort = sort_of(w, byte);

		if (!seen[sort])
			bytes->v[bytes->n++] = byte;
		seen[sort] = true;
	}
	free(seen);
}

/* Bytes that are easy to read; TCP first; a port that is none only where no other will do. */
static void choose(struct walk *w)
{
	uint8_t order[256];

	gabion_witness_order(order, w->files);
	choose_bytes(w, order, 0, &w->bytes);
	choose_bytes(w, order, IPPROTO_TCP, &w->protocol);
	choose_bytes(w, order, 1, &w->port);
}

static const struct bytes *bytes_at(const struct walk *w, uint32_t place)
{
	if (!w->files && place == offsetof(struct gabion_net_key, protocol))
		return &w->protocol;
	if (!w->files && place == offsetof(struct gabion_net_key, port) + 1)
		return &w->port;
	return &w->bytes;
}

static void expand(struct walk *w, uint32_t from)
{
	const struct bytes *bytes = bytes_at(w, w->nodes.v[from].place);
	unsigned int i, k;

	for (i = 0; i < bytes->n; i++) {
		struct node node = w->nodes.v[from];
		uint8_t byte = bytes->v[i];
		uint32_t place = next_place(w, node.place, byte);

		if (place == GABION_PLACE_NONE)
			continue;
		for (k = 0; k < 2; k++)
			if (w->dfa[k])
				node.state[k] = gabion_dfa_walk(w->dfa[k], node.state[k], &byte, 1);
		node.parent = from;
		node.place = place;
		node.byte = byte;
		visit(w, node);
	}
}

static int compare_names(const void *a, const void *b)
{
	const struct gabion_name_pair *x = a, *y = b;
	size_t n;
	int order;

	if (!x->name || !y->name)
		return !x->name - !y->name;
	n = x->length < y->length ? x->length : y->length;
	order = memcmp(x->name, y->name, n);
	return order ? order : (x->length > y->length) - (x->length < y->length);
}

int gabion_product_pairs(const struct gabion_view *const views[2], uint32_t klass,
			 struct gabion_name_pairs *pairs, struct gabion_error *error)
{
	struct walk w = {.files = klass == GABION_CLASS_FILE, .pairs = pairs};
	struct node root = {};
	uint32_t i;
	int err = 0;

	*pairs = (struct gabion_name_pairs){0};
	for (i = 0; i < 2; i++) {
		const struct gabion_class_view *c = &views[i]->classes[klass];

		w.dfa[i] = c->has_dfa ? &c->dfa : NULL;
		root.state[i] = c->has_dfa ? c->dfa.start : 0;
	}
	choose(&w);
	visit(&w, root);
	for (i = 0; !err && i < w.nodes.n; i++) {
		expand(&w, i);
		if (w.nodes.n > GABION_PRODUCT_STATES_MAX)
			err = gabion_error_set(error, -EFBIG,
					       "the two policies together have more than %u "
					       "states of names of class %s: compare smaller ones",
					       GABION_PRODUCT_STATES_MAX, gabion_class_name(klass));
	}
	gabion_pair_index_free(&w.known);
	gabion_pair_index_free(&w.labels);
	free(w.nodes.v);
	if (w.files)
		add_pair(pairs, (struct gabion_name_pair){
					{GABION_LABEL_UNREACHABLE, GABION_LABEL_UNREACHABLE},
					false,
					NULL,
					0});
	if (err)
		gabion_name_pairs_free(pairs);
	else
		qsort(pairs->v, pairs->n, sizeof(*pairs->v), compare_names);
	return err;
}

void gabion_name_pairs_free(struct gabion_name_pairs *pairs)
{
	size_t i;

	for (i = 0; i < pairs->n; i++)
		free(pairs->v[i].name);
	free(pairs->v);
	*pairs = (struct gabion_name_pairs){0};
}

char *gabion_name_pair_format(const struct gabion_name_pair *pair, uint32_t klass)
{
	struct gabion_net_key key;

	if (!pair->name)
		return gabion_xstrdup("unreachable");
	if (klass == GABION_CLASS_FILE)
		return gabion_xstrdup(pair->name);
	memcpy(&key, pair->name, sizeof(key));
	return gabion_net_key_format(&key);
}
