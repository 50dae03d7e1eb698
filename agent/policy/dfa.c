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

/* A state is a set of NFA nodes, closed under transitions that read nothing. */
struct builder {
	const struct gabion_nfa *nfa;
	struct gabion_labels *labels;

	node_set members;    /* of all states */
	VEC(size_t) offsets; /* state s: members offsets[s] .. offsets[s + 1] */
	uint32_t *single;    /* [nodes] state of a set with one node, 0 if none yet */
	uint32_t *slots;     /* hash of the larger sets; 0 is free */
	size_t nslots, nlarge;

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

static uint32_t add_state(struct builder *b, const uint32_t *nodes, size_t n)
{
	size_t i;

	vec_reserve(&b->members, n);
	for (i = 0; i < n; i++)
		b->members.v[b->members.n++] = nodes[i];
	vec_push(&b->offsets, b->members.n);
	vec_push(&b->accept, label_of(b, nodes, n));
	vec_push(&b->fallback, 0);
	vec_push(&b->first, 0);
	return b->accept.n - 1;
}

static bool same_set(const struct builder *b, uint32_t state, const node_set *set)
{
	size_t n = b->offsets.v[state + 1] - b->offsets.v[state];

	return n == set->n &&
	       !memcmp(b->members.v + b->offsets.v[state], set->v, n * sizeof(*set->v));
}

static void grow_slots(struct builder *b)
{
	uint32_t *old = b->slots;
	size_t nold = b->nslots, i, j;

	b->nslots = nold ? nold * 2 : 1024;
	b->slots = gabion_xcalloc(b->nslots, sizeof(*b->slots));
	for (i = 0; i < nold; i++) {
		size_t from;

		if (!old[i])
			continue;
		from = b->offsets.v[old[i]];
		j = gabion_hash_words(b->members.v + from, b->offsets.v[old[i] + 1] - from);
		for (j &= b->nslots - 1; b->slots[j]; j = (j + 1) & (b->nslots - 1))
			;
		b->slots[j] = old[i];
	}
	free(old);
}

static uint32_t state_of_node(struct builder *b, uint32_t node)
{
	if (!b->single[node])
		b->single[node] = add_state(b, &node, 1);
	return b->single[node];
}

/* State of the set b->target, new if need be. */
static uint32_t state_of(struct builder *b)
{
	node_set *set = &b->target;
	size_t i;

	sort_unique(set);
	if (!set->n)
		return 0;
	if (set->n == 1)
		return state_of_node(b, set->v[0]);
	if (b->nlarge * 2 >= b->nslots)
		grow_slots(b);
	i = gabion_hash_words(set->v, set->n) & (b->nslots - 1);
	for (; b->slots[i]; i = (i + 1) & (b->nslots - 1))
		if (same_set(b, b->slots[i], set))
			return b->slots[i];
	b->nlarge++;
	return b->slots[i] = add_state(b, set->v, set->n);
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
	const struct gabion_nfa_node *nodes = b->nfa->nodes.v;
	const uint32_t *members = b->members.v + b->offsets.v[state];
	size_t first = b->edges.n, i;
	uint32_t child;

	if (b->offsets.v[state + 1] - b->offsets.v[state] != 1 || nodes[*members].loop)
		return false;
	for (child = nodes[*members].children; child != GABION_NFA_NONE;
	     child = nodes[child].sibling) {
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
	b->first.v[state] = first;
	b->fallback.v[state] = 0;
	for (i = first; i < b->edges.n; i++)
		b->edges.v[i].next = state_on(b, b->edges.v[i].next);
	return true;
}

static void expand(struct builder *b, uint32_t state)
{
	struct gabion_byteset apart = {}, set;
	uint32_t fallback = 0;
	bool have_fallback = false;
	unsigned int byte;
	size_t i;

	b->wides.n = 0;
	b->singles.n = 0;
	for (i = b->offsets.v[state]; i < b->offsets.v[state + 1]; i++)
		collect(b, b->members.v[i], &apart);
	for (i = 0; i < b->wides.n; i++) {
		unsigned int w;

		set = b->nfa->sets->sets.v[b->wides.v[i].set];
		if (is_mostly_full(&set))
			gabion_byteset_complement(&set);
		for (w = 0; w < 4; w++)
			apart.bits[w] |= set.bits[w];
	}
	b->first.v[state] = b->edges.n;
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
	b->fallback.v[state] = fallback;
	for (i = 0; i < b->singles.n; i++)
		b->heads[b->singles.v[i].byte] = 0;
}

/*
 * Who makes the automaton explode: loops are what multiplies states, so count
 * in the latest states whose loops are alive together.
 */
static uint32_t find_culprit(const struct builder *b)
{
	size_t from = b->members.n > (1U << 20) ? b->members.n - (1U << 20) : 0, i;
	uint32_t best = GABION_NFA_NONE, owner;
	uint32_t *count;
	size_t nowners = 0;

	for (i = 1; i < b->nfa->nodes.n; i++)
		if (b->nfa->nodes.v[i].owner >= nowners)
			nowners = b->nfa->nodes.v[i].owner + 1;
	count = gabion_xcalloc(nowners, sizeof(*count));
	for (i = from; i < b->members.n; i++) {
		owner = b->nfa->nodes.v[b->members.v[i]].owner;
		if (owner == GABION_NFA_NONE)
			continue;
		count[owner]++;
		if (best == GABION_NFA_NONE || count[owner] > count[best])
			best = owner;
	}
	free(count);
	return best;
}

int gabion_dfa_construct(struct gabion_automaton *dfa, const struct gabion_nfa *nfa,
			 struct gabion_labels *labels, uint32_t *culprit)
{
	struct builder b = { .nfa = nfa, .labels = labels };
	uint32_t start, s;
	int err = 0;

	memset(dfa, 0, sizeof(*dfa));
	b.single = gabion_xcalloc(nfa->nodes.n, sizeof(*b.single));
	vec_push(&b.offsets, 0);
	add_state(&b, NULL, 0);
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
	free(b.members.v);
	free(b.offsets.v);
	free(b.single);
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
