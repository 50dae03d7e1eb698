// SPDX-License-Identifier: GPL-2.0
/*
 * Minimisation.  States that no loop leads to are as the trie of the patterns has them: a walk
 * from its leaves up knows where all bytes of a state lead, and looks up whether there was one
 * like it (Revuz 1992).  Only the others, and what they lead to, need a partition.
 */
#include "dfa.h"
#include "hash.h"
#include "partition.h"
#include "signature.h"

/*
 * Classes of states that have one language, by signature; class 0 is that of the dead state.  Few
 * lead to one class, and those that do are found together: the first FEW that have it last in
 * their signature are in a list.  The others are hashed, as are those that lead nowhere.
 */
struct classes {
	const struct gabion_automaton *dfa;
	uint32_t *class_of;  /* [nstates] */
	gabion_words words;  /* signatures, one behind the other */
	gabion_words first;  /* where that of a class begins */
	gabion_words accept; /* its label */
	uint32_t *list;      /* [nstates] class + 1: the first of those that lead there; 0: none */
	uint32_t *next;      /* [nstates] class + 1: of the list that the class is in; 0: none */
	uint32_t *slots;     /* class + 1; 0 is free */
	size_t nslots, nhashed;
};

#define FEW 4U

/* States that loops lead to, and all that these lead to. */
struct looped {
	bool *marks; /* [nstates] */
	gabion_words states;
};

static void mark(struct looped *looped, uint32_t state)
{
	looped->marks[state] = true;
	vec_push(&looped->states, state);
}

static inline void mark_new(struct looped *looped, uint32_t state)
{
	if (!looped->marks[state])
		mark(looped, state);
}

/*
 * States are numbered as they were found, so that the way that closes a loop leads to a state that
 * was there before, or to itself.  The dead state is one of them.
 */
static void find_looped(const struct gabion_automaton *dfa, struct looped *looped)
{
	uint32_t s, i, n;

	for (s = 0; s < dfa->nstates; s++) {
		for (i = dfa->first[s]; i < dfa->first[s + 1]; i++)
			if (dfa->edges[i].next <= s)
				mark_new(looped, dfa->edges[i].next);
		if (dfa->fallback[s] <= s)
			mark_new(looped, dfa->fallback[s]);
	}
	for (n = 0; n < looped->states.n; n++) {
		s = looped->states.v[n];
		for (i = dfa->first[s]; i < dfa->first[s + 1]; i++)
			mark_new(looped, dfa->edges[i].next);
		mark_new(looped, dfa->fallback[s]);
	}
}

/* The @n looped states, which lead nowhere else, as an automaton of their own. */
static void copy_looped(const struct gabion_automaton *dfa, const bool *looped, uint32_t n,
			struct gabion_automaton *part)
{
	uint32_t *number = gabion_xcalloc(dfa->nstates, sizeof(*number)), s, i;
	VEC(struct gabion_dfa_edge) edges = {};

	part->first = gabion_xcalloc((size_t)n + 1, sizeof(*part->first));
	part->fallback = gabion_xcalloc(n, sizeof(*part->fallback));
	part->accept = gabion_xcalloc(n, sizeof(*part->accept));
	for (s = 0, n = 0; s < dfa->nstates; s++)
		number[s] = looped[s] ? n++ : 0;
	for (s = 0; s < dfa->nstates; s++) {
		if (!looped[s])
			continue;
		part->fallback[part->nstates] = number[dfa->fallback[s]];
		part->accept[part->nstates] = dfa->accept[s];
		for (i = dfa->first[s]; i < dfa->first[s + 1]; i++)
			vec_push(&edges, (struct gabion_dfa_edge){ number[dfa->edges[i].next],
								   dfa->edges[i].byte });
		part->first[++part->nstates] = edges.n;
	}
	part->edges = edges.v;
	free(number);
}

/* The signature of a class, or of the one that would be next. */
static const uint32_t *signature_of(const struct classes *c, uint32_t klass, size_t *n)
{
	size_t end = klass + 1 < c->first.n ? c->first.v[klass + 1] : c->words.n;

	*n = end - c->first.v[klass];
	return c->words.v + c->first.v[klass];
}

/* Has @klass signature and label of the last class? */
static bool is_last(const struct classes *c, uint32_t klass)
{
	uint32_t last = c->first.n - 1;
	const uint32_t *a, *b;
	size_t na, nb;

	if (c->accept.v[klass] != c->accept.v[last])
		return false;
	a = signature_of(c, klass, &na);
	b = signature_of(c, last, &nb);
	return na == nb && !memcmp(a, b, na * sizeof(*a));
}

static size_t hash(const struct classes *c, uint32_t klass)
{
	const uint32_t *words;
	size_t n;

	words = signature_of(c, klass, &n);
	return gabion_hash_words(words, n) + c->accept.v[klass];
}

static void grow_slots(struct classes *c)
{
	uint32_t *old = c->slots;
	size_t nold = c->nslots, i, slot;

	c->nslots = nold ? nold * 2 : 1024;
	c->slots = gabion_xcalloc(c->nslots, sizeof(*c->slots));
	for (i = 0; i < nold; i++) {
		if (!old[i])
			continue;
		for (slot = hash(c, old[i] - 1) & (c->nslots - 1); c->slots[slot];
		     slot = (slot + 1) & (c->nslots - 1))
			;
		c->slots[slot] = old[i];
	}
	free(old);
}

/* The class that is like the last among those that are hashed; or the last, which is then. */
static uint32_t find_hashed(struct classes *c)
{
	uint32_t last = c->first.n - 1;
	size_t i;

	if (c->nhashed * 2 >= c->nslots)
		grow_slots(c);
	for (i = hash(c, last) & (c->nslots - 1); c->slots[i]; i = (i + 1) & (c->nslots - 1))
		if (is_last(c, c->slots[i] - 1))
			return c->slots[i] - 1;
	c->nhashed++;
	c->slots[i] = last + 1;
	return last;
}

/* The class that is like the last; or the last, which can be found from now on. */
static uint32_t find_like_last(struct classes *c)
{
	uint32_t last = c->first.n - 1, n = 0, *list, klass;
	size_t nwords;
	const uint32_t *words = signature_of(c, last, &nwords);

	if (nwords == 1)
		return find_hashed(c);
	list = &c->list[words[nwords - 1]];
	for (klass = *list; klass; klass = c->next[klass - 1], n++)
		if (is_last(c, klass - 1))
			return klass - 1;
	if (n == FEW)
		return find_hashed(c);
	c->next[last] = *list;
	*list = last + 1;
	return last;
}

/* Class of the signature of @state, new if need be. */
static uint32_t intern(struct classes *c, uint32_t state)
{
	uint32_t last = c->first.n, klass;

	vec_push(&c->first, c->words.n);
	vec_push(&c->accept, c->dfa->accept[state]);
	gabion_signature_append(c->dfa, state, c->class_of, &c->words);
	klass = find_like_last(c);
	if (klass != last) {
		c->words.n = c->first.v[last];
		c->first.n = c->accept.n = last;
	}
	return klass;
}

/* The classes of the looped states, by a partition of them alone. Return: how many. */
static uint32_t partition_looped(struct classes *c, const bool *looped, uint32_t n)
{
	uint32_t *block_of = gabion_xcalloc(n, sizeof(*block_of)), nblocks, s, i;
	struct gabion_automaton part = {};

	copy_looped(c->dfa, looped, n, &part);
	nblocks = gabion_partition(&part, block_of);
	gabion_automaton_free(&part);
	for (s = 0, i = 0; s < c->dfa->nstates; s++)
		if (looped[s])
			c->class_of[s] = block_of[i++];
	free(block_of);
	return nblocks;
}

/* Those come first; if most are looped all are taken for it, as a copy would be large. */
static void classify_looped(struct classes *c, bool *looped, uint32_t n)
{
	uint32_t *state_of, nblocks, s;

	if (n > c->dfa->nstates / 2) {
		memset(looped, true, c->dfa->nstates * sizeof(*looped));
		nblocks = gabion_partition(c->dfa, c->class_of);
	} else {
		nblocks = partition_looped(c, looped, n);
	}
	state_of = gabion_xcalloc(nblocks, sizeof(*state_of));
	for (s = 0; s < c->dfa->nstates; s++)
		if (looped[s])
			state_of[c->class_of[s]] = s;
	/* No two are alike, or the numbers of all that follow would be others. */
	for (s = 0; s < nblocks; s++)
		if (intern(c, state_of[s]) != s)
			abort();
	free(state_of);
}

/* The classes numbered breadth first from the start. */
struct numbering {
	uint32_t *number; /* [classes]; 0: none yet, but the dead one has it */
	uint32_t *order;  /* [classes] */
	uint32_t n;
};

static uint32_t number_of(struct numbering *numbering, uint32_t klass)
{
	if (klass && !numbering->number[klass]) {
		numbering->number[klass] = numbering->n;
		numbering->order[numbering->n++] = klass;
	}
	return numbering->number[klass];
}

/* Automaton whose states are the classes. */
static void build_quotient(struct classes *c, uint32_t start, struct gabion_automaton *out)
{
	size_t n = c->first.n, i, end;
	struct numbering numbering = {
		.number = gabion_xcalloc(n, sizeof(uint32_t)),
		.order = gabion_xcalloc(n, sizeof(uint32_t)),
		.n = 1,
	};
	struct gabion_dfa_edge *edge;
	uint32_t s, klass;

	vec_push(&c->first, c->words.n);
	out->first = gabion_xcalloc(n + 1, sizeof(*out->first));
	out->accept = gabion_xcalloc(n, sizeof(*out->accept));
	out->fallback = gabion_xcalloc(n, sizeof(*out->fallback));
	out->edges = edge = gabion_xcalloc((c->words.n - n) / 2, sizeof(*out->edges));
	out->start = number_of(&numbering, start);
	for (s = 0; s < numbering.n; s++) {
		klass = numbering.order[s];
		i = c->first.v[klass];
		end = c->first.v[klass + 1];
		out->first[s] = edge - out->edges;
		out->accept[s] = c->accept.v[klass];
		out->fallback[s] = number_of(&numbering, c->words.v[i]);
		for (i++; i < end; i += 2)
			*edge++ = (struct gabion_dfa_edge){
				number_of(&numbering, c->words.v[i + 1]),
				c->words.v[i],
			};
	}
	out->first[s] = edge - out->edges;
	out->nstates = s;
	free(numbering.number);
	free(numbering.order);
}

void gabion_dfa_minimise(struct gabion_automaton *dfa)
{
	struct classes c = { .dfa = dfa };
	struct looped looped = { .marks = gabion_xcalloc(dfa->nstates, sizeof(bool)) };
	uint32_t start, s;

	/* Most states are a class, and have one edge. */
	vec_reserve(&c.words, 3 * (size_t)dfa->nstates);
	vec_reserve(&c.first, dfa->nstates + 1);
	vec_reserve(&c.accept, dfa->nstates);
	c.list = gabion_xcalloc(dfa->nstates, sizeof(*c.list));
	c.next = gabion_xcalloc(dfa->nstates, sizeof(*c.next));
	c.class_of = gabion_xcalloc(dfa->nstates, sizeof(*c.class_of));
	find_looped(dfa, &looped);
	classify_looped(&c, looped.marks, looped.states.n);
	for (s = dfa->nstates; s-- > 0;)
		if (!looped.marks[s])
			c.class_of[s] = intern(&c, s);
	start = c.class_of[dfa->start];
	free(looped.marks);
	free(looped.states.v);
	free(c.slots);
	free(c.list);
	free(c.next);
	free(c.class_of);
	gabion_automaton_free(dfa);
	build_quotient(&c, start, dfa);
	free(c.words.v);
	free(c.first.v);
	free(c.accept.v);
}
