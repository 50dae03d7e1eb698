// SPDX-License-Identifier: GPL-2.0
#include "dfa.h"

#include <errno.h>
#include "hash.h"

uint32_t gabion_automaton_next(const struct gabion_automaton *dfa, uint32_t state,
			       unsigned int byte)
{
	uint32_t i;

	for (i = dfa->first[state]; i < dfa->first[state + 1]; i++)
		if (dfa->edges[i].byte == byte)
			return dfa->edges[i].next;
	return dfa->fallback[state];
}

void gabion_automaton_free(struct gabion_automaton *dfa)
{
	free(dfa->fallback);
	free(dfa->first);
	free(dfa->edges);
	free(dfa->accept);
	memset(dfa, 0, sizeof(*dfa));
}

typedef VEC(uint32_t) node_set;

/* An NFA transition that is not on a single byte. */
struct wide {
	uint32_t set;
	uint32_t target;
};

/* An NFA transition on one byte, chained with the others on this byte. */
struct single {
	uint32_t byte;
	uint32_t target;
	uint32_t next; /* index + 1 */
};

/* The nodes of @state, which has several: members[from .. where the next begins). */
struct set {
	uint32_t from;
	uint32_t state;
};

/*
 * A state is a set of NFA nodes, closed under transitions that read nothing.  Most have one: then
 * their origin is its number, else IS_SET and that of the set.
 */
struct builder {
	struct gabion_nfa *nfa;
	struct gabion_labels *labels;

	VEC(uint32_t) origins;
	VEC(struct set) sets;
	node_set members; /* of all sets */
	uint32_t *slots;  /* set + 1; 0 is free */
	size_t nslots;

	/* Of states that are expanded; and the labels of all. */
	VEC(uint32_t) fallback;
	VEC(uint32_t) first;
	VEC(uint32_t) accept;
	VEC(struct gabion_dfa_edge) edges;

	/* Scratch of one state's expansion. */
	VEC(struct wide) wides;
	VEC(struct single) singles;
	uint32_t heads[256]; /* first of a byte in singles, + 1; zero between states */
	node_set target;
	node_set included, excluded;
};

#define IS_SET 0x80000000U

static void add_closed(const struct gabion_nfa *nfa, node_set *set, uint32_t node)
{
	const struct gabion_nfa_node *n = &nfa->nodes.v[node];

	vec_push(set, node);
	if (n->star != GABION_NFA_NONE)
		add_closed(nfa, set, n->star);
	if (n->double_star != GABION_NFA_NONE)
		add_closed(nfa, set, n->double_star);
}

static int compare_words(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Most sets are small and nearly in order; qsort() is for the others. */
static void sort(node_set *set)
{
	size_t i, j;

	if (set->n > 64) {
		qsort(set->v, set->n, sizeof(*set->v), compare_words);
		return;
	}
	for (i = 1; i < set->n; i++) {
		uint32_t word = set->v[i];

		for (j = i; j && set->v[j - 1] > word; j--)
			set->v[j] = set->v[j - 1];
		set->v[j] = word;
	}
}

static void sort_unique(node_set *set)
{
	size_t i, n = 0;

	sort(set);
	for (i = 0; i < set->n; i++)
		if (!n || set->v[n - 1] != set->v[i])
			set->v[n++] = set->v[i];
	set->n = n;
}

static uint32_t label_of(struct builder *b, const uint32_t *nodes, size_t n)
{
	size_t i, j, k = 0;

	b->included.n = 0;
	b->excluded.n = 0;
	for (i = 0; i < n; i++) {
		uint32_t a = b->nfa->nodes.v[nodes[i]].accepts;

		for (; a != GABION_NFA_NONE; a = b->nfa->accepts.v[a].next) {
			node_set *set = b->nfa->accepts.v[a].except ? &b->excluded : &b->included;

			vec_push(set, b->nfa->accepts.v[a].resource);
		}
	}
	if (!b->included.n)
		return 0;
	sort_unique(&b->included);
	sort_unique(&b->excluded);
	for (i = 0, j = 0; i < b->included.n; i++) {
		while (j < b->excluded.n && b->excluded.v[j] < b->included.v[i])
			j++;
		if (j == b->excluded.n || b->excluded.v[j] != b->included.v[i])
			b->included.v[k++] = b->included.v[i];
	}
	return gabion_labels_intern(b->labels, b->included.v, k);
}

static uint32_t add_state(struct builder *b, uint32_t origin, uint32_t label)
{
	vec_push(&b->origins, origin);
	vec_push(&b->accept, label);
	return b->accept.n - 1;
}

static uint32_t set_size(const struct builder *b, uint32_t set)
{
	size_t end = set + 1 < b->sets.n ? b->sets.v[set + 1].from : b->members.n;

	return end - b->sets.v[set].from;
}

/* Nodes of the state, one or more. */
static const uint32_t *members_of(const struct builder *b, uint32_t state, uint32_t *n)
{
	const uint32_t *origin = &b->origins.v[state];
	uint32_t set = *origin & ~IS_SET;

	*n = 1;
	if (set == *origin)
		return origin;
	*n = set_size(b, set);
	return b->members.v + b->sets.v[set].from;
}

static bool is_set(const struct builder *b, uint32_t set, const node_set *nodes)
{
	return set_size(b, set) == nodes->n &&
	       !memcmp(b->members.v + b->sets.v[set].from, nodes->v,
		       nodes->n * sizeof(*nodes->v));
}

static void grow_slots(struct builder *b)
{
	size_t i, slot;

	free(b->slots);
	b->nslots = b->nslots ? b->nslots * 2 : 1024;
	b->slots = gabion_xcalloc(b->nslots, sizeof(*b->slots));
	for (i = 0; i < b->sets.n; i++) {
		slot = gabion_hash_words(b->members.v + b->sets.v[i].from, set_size(b, i));
		for (slot &= b->nslots - 1; b->slots[slot]; slot = (slot + 1) & (b->nslots - 1))
			;
		b->slots[slot] = i + 1;
	}
}

static uint32_t state_of_node(struct builder *b, uint32_t node)
{
	struct gabion_nfa_node *n = &b->nfa->nodes.v[node];

	if (!n->state)
		n->state = add_state(b, node,
				     n->accepts == GABION_NFA_NONE ? 0 : label_of(b, &node, 1));
	return n->state;
}

/* State of the set b->target, new if need be. */
static uint32_t state_of(struct builder *b)
{
	node_set *set = &b->target;
	uint32_t state;
	size_t i;

	sort_unique(set);
	if (!set->n)
		return 0;
	if (set->n == 1)
		return state_of_node(b, set->v[0]);
	if (b->sets.n * 2 >= b->nslots)
		grow_slots(b);
	i = gabion_hash_words(set->v, set->n) & (b->nslots - 1);
	for (; b->slots[i]; i = (i + 1) & (b->nslots - 1))
		if (is_set(b, b->slots[i] - 1, set))
			return b->sets.v[b->slots[i] - 1].state;
	state = add_state(b, IS_SET | b->sets.n, label_of(b, set->v, set->n));
	vec_push(&b->sets, (struct set){ b->members.n, state });
	vec_reserve(&b->members, set->n);
	memcpy(b->members.v + b->members.n, set->v, set->n * sizeof(*set->v));
	b->members.n += set->n;
	b->slots[i] = b->sets.n;
	return state;
}

/* State of @node and what is reached from it without a byte. */
static uint32_t state_on(struct builder *b, uint32_t node)
{
	const struct gabion_nfa_node *n = &b->nfa->nodes.v[node];

	if (n->star == GABION_NFA_NONE && n->double_star == GABION_NFA_NONE)
		return state_of_node(b, node);
	b->target.n = 0;
	add_closed(b->nfa, &b->target, node);
	return state_of(b);
}

/* More members than others: then its complement is what the state has to look at. */
static bool is_mostly_full(const struct gabion_byteset *set)
{
	return gabion_byteset_count(set) > 128;
}

/* Collect the transitions of @node; the bytes that they tell apart go to @apart. */
static void collect(struct builder *b, uint32_t node, struct gabion_byteset *apart)
{
	const struct gabion_nfa_node *nodes = b->nfa->nodes.v;
	uint32_t child;

	if (nodes[node].loop)
		vec_push(&b->wides, (struct wide){ nodes[node].set, node });
	for (child = nodes[node].children; child != GABION_NFA_NONE;
	     child = nodes[child].sibling) {
		uint32_t set = nodes[child].set;

		if (set >= 256) {
			vec_push(&b->wides, (struct wide){ set, child });
			continue;
		}
		vec_push(&b->singles, (struct single){ set, child, b->heads[set] });
		b->heads[set] = b->singles.n;
		gabion_byteset_add(apart, set);
	}
}

static uint32_t target_on(struct builder *b, unsigned int byte)
{
	const struct gabion_nfa *nfa = b->nfa;
	uint32_t s;
	size_t i;

	b->target.n = 0;
	for (i = 0; i < b->wides.n; i++)
		if (gabion_byteset_has(&nfa->sets->sets.v[b->wides.v[i].set], byte))
			add_closed(nfa, &b->target, b->wides.v[i].target);
	for (s = b->heads[byte]; s; s = b->singles.v[s - 1].next)
		add_closed(nfa, &b->target, b->singles.v[s - 1].target);
	return state_of(b);
}

/*
 * Most states are one node that reads single bytes: then each leads to its child, and all others
 * nowhere.  Return: false if @state is another one.
 */
static bool expand_plain(struct builder *b, uint32_t state)
{
	const struct gabion_nfa_node *nodes = b->nfa->nodes.v, *node = &nodes[b->origins.v[state]];
	size_t first = b->edges.n, i;
	uint32_t child;

	if (b->origins.v[state] & IS_SET || node->loop)
		return false;
	for (child = node->children; child != GABION_NFA_NONE; child = nodes[child].sibling) {
		if (nodes[child].set >= 256 || b->edges.n - first == 255) {
			b->edges.n = first;
			return false;
		}
		/* In the order of their bytes; first to the child, then to its state. */
		vec_reserve(&b->edges, 1);
		for (i = b->edges.n++; i > first && b->edges.v[i - 1].byte > nodes[child].set; i--)
			b->edges.v[i] = b->edges.v[i - 1];
		b->edges.v[i] = (struct gabion_dfa_edge){ child, nodes[child].set };
	}
	vec_push(&b->first, first);
	vec_push(&b->fallback, 0);
	for (i = first; i < b->edges.n; i++)
		b->edges.v[i].next = state_on(b, b->edges.v[i].next);
	return true;
}

static void expand(struct builder *b, uint32_t state)
{
	struct gabion_byteset apart = {}, set;
	uint32_t fallback = 0, n;
	const uint32_t *members = members_of(b, state, &n);
	bool have_fallback = false;
	unsigned int byte;
	size_t i;

	b->wides.n = 0;
	b->singles.n = 0;
	for (i = 0; i < n; i++)
		collect(b, members[i], &apart);
	for (i = 0; i < b->wides.n; i++) {
		unsigned int w;

		set = b->nfa->sets->sets.v[b->wides.v[i].set];
		if (is_mostly_full(&set))
			gabion_byteset_complement(&set);
		for (w = 0; w < 4; w++)
			apart.bits[w] |= set.bits[w];
	}
	vec_push(&b->first, b->edges.n);
	/* Every byte that is not told apart leads where the first of them leads. */
	for (byte = 0; byte < 256 && gabion_byteset_has(&apart, byte); byte++)
		;
	if (byte < 256) {
		fallback = b->wides.n ? target_on(b, byte) : 0;
		have_fallback = true;
	}
	for (byte = 0; (byte = gabion_byteset_next(&apart, byte)) < 256; byte++) {
		uint32_t next = target_on(b, byte);

		if (!have_fallback) {
			fallback = next;
			have_fallback = true;
		}
		if (next != fallback)
			vec_push(&b->edges, (struct gabion_dfa_edge){ next, byte });
	}
	vec_push(&b->fallback, fallback);
	for (i = 0; i < b->singles.n; i++)
		b->heads[b->singles.v[i].byte] = 0;
}

/*
 * Who makes the automaton explode: loops are what multiplies states, so count
 * in the latest states whose loops are alive together.
 */
static uint32_t find_culprit(const struct builder *b)
{
	uint32_t from = b->accept.n, best = GABION_NFA_NONE, owner, n = 0;
	uint32_t *count;
	const uint32_t *members;
	size_t nowners = 0, total, i;

	for (i = 1; i < b->nfa->nodes.n; i++)
		if (b->nfa->owners.v[i] >= nowners)
			nowners = b->nfa->owners.v[i] + 1;
	count = gabion_xcalloc(nowners, sizeof(*count));
	for (total = 0; from > 1 && total < 1U << 20; total += n)
		members_of(b, --from, &n);
	for (; from < b->accept.n; from++) {
		members = members_of(b, from, &n);
		for (i = 0; i < n; i++) {
			owner = b->nfa->owners.v[members[i]];
			if (owner == GABION_NFA_NONE)
				continue;
			count[owner]++;
			if (best == GABION_NFA_NONE || count[owner] > count[best])
				best = owner;
		}
	}
	free(count);
	return best;
}

int gabion_dfa_construct(struct gabion_automaton *dfa, struct gabion_nfa *nfa,
			 struct gabion_labels *labels, uint32_t *culprit)
{
	struct builder b = { .nfa = nfa, .labels = labels };
	uint32_t start, s, about;
	int err = 0;

	memset(dfa, 0, sizeof(*dfa));
	for (s = 0; s < nfa->nodes.n; s++)
		nfa->nodes.v[s].state = 0;
	/* There are about as many states as nodes. */
	about = nfa->nodes.n < GABION_DFA_STATES_MAX ? nfa->nodes.n : GABION_DFA_STATES_MAX;
	vec_reserve(&b.origins, about);
	vec_reserve(&b.accept, about);
	vec_reserve(&b.first, about);
	vec_reserve(&b.fallback, about);
	vec_reserve(&b.edges, about);
	/* The dead one leads to itself. */
	add_state(&b, 0, 0);
	vec_push(&b.first, 0);
	vec_push(&b.fallback, 0);
	start = state_on(&b, 0);
	for (s = 1; s < b.accept.n; s++) {
		if (b.accept.n > GABION_DFA_STATES_MAX || b.members.n > GABION_DFA_MEMBERS_MAX ||
		    b.edges.n > GABION_DFA_EDGES_MAX) {
			*culprit = find_culprit(&b);
			err = -EFBIG;
			break;
		}
		if (!expand_plain(&b, s))
			expand(&b, s);
	}
	vec_push(&b.first, b.edges.n);
	free(b.origins.v);
	free(b.sets.v);
	free(b.members.v);
	free(b.slots);
	free(b.wides.v);
	free(b.singles.v);
	free(b.target.v);
	free(b.included.v);
	free(b.excluded.v);
	*dfa = (struct gabion_automaton){
		.nstates = b.accept.n,
		.start = start,
		.fallback = b.fallback.v,
		.first = b.first.v,
		.edges = b.edges.v,
		.accept = b.accept.v,
	};
	if (err)
		gabion_automaton_free(dfa);
	return err;
}
