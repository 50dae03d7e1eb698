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

/* Classes of states that have one language, by signature; class 0 is that of the dead state. */
struct classes {
	const struct gabion_automaton *dfa;
	uint32_t *class_of;   /* [nstates] */
	gabion_words words;   /* signatures, one behind the other */
	VEC(uint32_t) first;  /* where that of a class begins */
	VEC(uint32_t) accept; /* its label */
	VEC(uint32_t) hashes; /* of both */
	uint32_t *slots;      /* class + 1; 0 is free */
	size_t nslots;
};

/* States that loops lead to, and all that these lead to. */
struct looped {
	bool *marks; /* [nstates] */
	gabion_words states;
};

static void mark(struct looped *looped, uint32_t state)
{
	if (looped->marks[state])
		return;
	looped->marks[state] = true;
	vec_push(&looped->states, state);
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
				mark(looped, dfa->edges[i].next);
		if (dfa->fallback[s] <= s)
			mark(looped, dfa->fallback[s]);
	}
	for (n = 0; n < looped->states.n; n++) {
		s = looped->states.v[n];
		for (i = dfa->first[s]; i < dfa->first[s + 1]; i++)
			mark(looped, dfa->edges[i].next);
		mark(looped, dfa->fallback[s]);
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

/* Are signature and label of @klass those of the class that would be next? */
static bool is_same(const struct classes *c, uint32_t klass, uint32_t accept, size_t start)
{
	size_t n = c->words.n - start;
	size_t end = klass + 1 < c->first.n ? c->first.v[klass + 1] : start;

	return c->accept.v[klass] == accept && end - c->first.v[klass] == n &&
	       !memcmp(c->words.v + c->first.v[klass], c->words.v + start,
		       n * sizeof(*c->words.v));
}

/* Class of the signature of @state, new if need be. */
static uint32_t intern(struct classes *c, uint32_t state)
{
	uint32_t accept = c->dfa->accept[state], hash;
	size_t start = c->words.n, i;

	gabion_signature_append(c->dfa, state, c->class_of, &c->words);
	hash = gabion_hash_words(c->words.v + start, c->words.n - start) + accept;
	for (i = hash & (c->nslots - 1); c->slots[i]; i = (i + 1) & (c->nslots - 1)) {
		uint32_t other = c->slots[i] - 1;

		if (c->hashes.v[other] != hash || !is_same(c, other, accept, start))
			continue;
		c->words.n = start;
		return other;
	}
	vec_push(&c->first, start);
	vec_push(&c->accept, accept);
	vec_push(&c->hashes, hash);
	return (c->slots[i] = c->first.n) - 1;
}

/* Of the looped states by a partition of them; their classes come first. */
static void classify_looped(struct classes *c, const bool *looped, uint32_t n)
{
	uint32_t *block_of = gabion_xcalloc(n, sizeof(*block_of)), *state_of, nblocks, s, i;
	struct gabion_automaton part = {};

	copy_looped(c->dfa, looped, n, &part);
	nblocks = gabion_partition(&part, block_of);
	gabion_automaton_free(&part);
	state_of = gabion_xcalloc(nblocks, sizeof(*state_of));
	for (s = 0, i = 0; s < c->dfa->nstates; s++) {
		if (!looped[s])
			continue;
		c->class_of[s] = block_of[i];
		state_of[block_of[i++]] = s;
	}
	for (i = 0; i < nblocks; i++)
		intern(c, state_of[i]);
	free(block_of);
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
	struct classes c = { .dfa = dfa, .nslots = 64 };
	struct looped looped = { .marks = gabion_xcalloc(dfa->nstates, sizeof(bool)) };
	uint32_t start, s;

	while (c.nslots < dfa->nstates * (size_t)2)
		c.nslots *= 2;
	c.slots = gabion_xcalloc(c.nslots, sizeof(*c.slots));
	/* Most states are a class, and have one edge. */
	vec_reserve(&c.words, 3 * (size_t)dfa->nstates);
	vec_reserve(&c.first, dfa->nstates + 1);
	vec_reserve(&c.accept, dfa->nstates);
	vec_reserve(&c.hashes, dfa->nstates);
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
	free(c.hashes.v);
	free(c.class_of);
	gabion_automaton_free(dfa);
	build_quotient(&c, start, dfa);
	free(c.words.v);
	free(c.first.v);
	free(c.accept.v);
}
