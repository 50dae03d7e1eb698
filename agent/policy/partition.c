// SPDX-License-Identifier: GPL-2.0
/*
 * A block whose states differ in their signature is split.  Only
 * states with a successor that changed its block are looked at again, and the
 * largest part of a split keeps its number, so a state changes its block at
 * most log n times (the "smaller half" of Hopcroft 1971).  What is cheap to know of a state's
 * language tells most states apart before that: the lowest and highest label in it, and how soon
 * they come.
 */
#include "partition.h"

#include "hash.h"
#include "signature.h"

struct block {
	uint32_t start; /* its states are elements[start .. start + n) ... */
	uint32_t n;
	uint32_t ndirty; /* ... of which the first ndirty have to be looked at */
};

/* Signature of one dirty state, words sig[first .. first + n). */
struct signature {
	uint64_t hash;
	uint32_t first, n;
	uint32_t state;
	uint32_t group;
};

struct partition {
	const struct gabion_automaton *dfa;
	uint32_t *block_of; /* [nstates] */
	uint32_t *elements; /* [nstates] */
	uint32_t *position; /* [nstates] of the state in elements */
	VEC(struct block) blocks;
	VEC(uint32_t) queue;  /* blocks with dirty states */
	uint32_t *pred_first; /* [nstates + 1] */
	uint32_t *preds;

	gabion_words words; /* scratch: signatures of one block */
	VEC(struct signature) signatures;
	VEC(uint32_t) sizes;   /* scratch: states per group */
	VEC(uint32_t) leaders; /* scratch: first signature of a group */
	VEC(uint32_t) slots;
	VEC(uint32_t) changed;
};

static struct signature sign(struct partition *p, uint32_t state)
{
	struct signature s = { .first = p->words.n, .state = state };

	gabion_signature_append(p->dfa, state, p->block_of, &p->words);
	s.n = p->words.n - s.first;
	s.hash = gabion_hash_words(p->words.v + s.first, s.n);
	return s;
}

static void swap_elements(struct partition *p, uint32_t i, uint32_t j)
{
	uint32_t a = p->elements[i], b = p->elements[j];

	p->elements[i] = b;
	p->elements[j] = a;
	p->position[b] = i;
	p->position[a] = j;
}

static void mark_dirty(struct partition *p, uint32_t state)
{
	struct block *b = &p->blocks.v[p->block_of[state]];
	uint32_t i = p->position[state];

	if (b->n == 1 || i < b->start + b->ndirty)
		return;
	swap_elements(p, i, b->start + b->ndirty);
	if (!b->ndirty++)
		vec_push(&p->queue, p->block_of[state]);
}

/* Predecessors by any byte; those of the dead state are not needed: it never changes. */
static void find_predecessors(struct partition *p)
{
	const struct gabion_automaton *dfa = p->dfa;
	uint32_t *first = gabion_xcalloc((size_t)dfa->nstates + 1, sizeof(*first)), s, i;

	for (i = 0; i < dfa->first[dfa->nstates]; i++)
		first[dfa->edges[i].next]++;
	for (s = 0; s < dfa->nstates; s++)
		first[dfa->fallback[s]]++;
	first[0] = 0;
	for (s = 1; s <= dfa->nstates; s++)
		first[s] += first[s - 1];
	p->preds = gabion_xcalloc(first[dfa->nstates], sizeof(*p->preds));
	for (s = 0; s < dfa->nstates; s++) {
		for (i = dfa->first[s]; i < dfa->first[s + 1]; i++)
			if (dfa->edges[i].next)
				p->preds[--first[dfa->edges[i].next]] = s;
		if (dfa->fallback[s])
			p->preds[--first[dfa->fallback[s]]] = s;
	}
	p->pred_first = first;
}

/* Of a state's language: both 0 if it is empty. */
struct extreme {
	uint32_t label;
	uint32_t distance;
};

/* All states, ascending by label, and where each label begins. Return: how many labels. */
static uint32_t sort_accepting(const struct gabion_automaton *dfa, uint32_t *order,
			       uint32_t **first_of)
{
	uint32_t nlabels = 0, s, label;

	for (s = 0; s < dfa->nstates; s++)
		if (dfa->accept[s] >= nlabels)
			nlabels = dfa->accept[s] + 1;
	*first_of = gabion_xcalloc(nlabels + 1, sizeof(**first_of));
	for (s = 0; s < dfa->nstates; s++)
		(*first_of)[dfa->accept[s]]++;
	for (label = 0; label < nlabels; label++)
		(*first_of)[label + 1] += (*first_of)[label];
	for (s = dfa->nstates; s-- > 0;)
		order[--(*first_of)[dfa->accept[s]]] = s;
	return nlabels;
}

/*
 * The lowest, or highest, label that each state leads to, and in how many bytes at least: breadth
 * first backwards from the states of one label after another.  A way to it leads through states
 * that have no better one either.
 */
static struct extreme *find_extremes(const struct partition *p, const uint32_t *order,
				     const uint32_t *first_of, uint32_t nlabels, bool highest)
{
	struct extreme *extreme = gabion_xcalloc(p->dfa->nstates, sizeof(*extreme));
	uint32_t *queue = gabion_xcalloc(p->dfa->nstates, sizeof(*queue));
	uint32_t head = 0, n = 0, i, j, s;

	for (i = 1; i < nlabels; i++) {
		uint32_t label = highest ? nlabels - i : i;

		for (j = first_of[label]; j < first_of[label + 1]; j++) {
			if (extreme[order[j]].label)
				continue;
			extreme[order[j]].label = label;
			queue[n++] = order[j];
		}
		for (; head < n; head++) {
			s = queue[head];
			for (j = p->pred_first[s]; j < p->pred_first[s + 1]; j++) {
				struct extreme *before = &extreme[p->preds[j]];

				if (before->label)
					continue;
				*before = (struct extreme){ label, extreme[s].distance + 1 };
				queue[n++] = p->preds[j];
			}
		}
	}
	free(queue);
	return extreme;
}

static uint64_t hash_extremes(uint32_t accept, const struct extreme *lowest,
			      const struct extreme *highest)
{
	uint64_t h = gabion_hash_mix((uint64_t)accept << 32 | lowest->label);

	return gabion_hash_mix(h ^ lowest->distance ^ (uint64_t)highest->distance << 32) ^
	       highest->label * 0x9e3779b97f4a7c15ULL;
}

/* Number states that the same is known of alike, from 1; 0: dead ones. Return: one more. */
static uint32_t number_by_extremes(struct partition *p, const struct extreme *lowest,
				   const struct extreme *highest)
{
	uint32_t n = 1, nslots = 64, s, other;
	uint32_t *slots;
	size_t i;

	while (nslots < p->dfa->nstates * 2)
		nslots *= 2;
	slots = gabion_xcalloc(nslots, sizeof(*slots));
	for (s = 0; s < p->dfa->nstates; s++) {
		uint32_t accept = p->dfa->accept[s];

		if (!lowest[s].label)
			continue;
		i = hash_extremes(accept, &lowest[s], &highest[s]) & (nslots - 1);
		for (; slots[i]; i = (i + 1) & (nslots - 1)) {
			other = slots[i];
			if (p->dfa->accept[other] == accept &&
			    !memcmp(&lowest[other], &lowest[s], sizeof(*lowest)) &&
			    !memcmp(&highest[other], &highest[s], sizeof(*highest)))
				break;
		}
		if (!slots[i]) {
			slots[i] = s;
			p->block_of[s] = n++;
		} else {
			p->block_of[s] = p->block_of[slots[i]];
		}
	}
	free(slots);
	return n;
}

/* Lay the states of each block together; all are dirty. */
static void fill_blocks(struct partition *p, uint32_t n)
{
	uint32_t *fill = gabion_xcalloc(n, sizeof(*fill)), s, b;

	vec_reserve(&p->blocks, n);
	memset(p->blocks.v, 0, n * sizeof(*p->blocks.v));
	p->blocks.n = n;
	for (s = 0; s < p->dfa->nstates; s++)
		p->blocks.v[p->block_of[s]].n++;
	for (b = 1; b < n; b++)
		p->blocks.v[b].start = p->blocks.v[b - 1].start + p->blocks.v[b - 1].n;
	for (s = 0; s < p->dfa->nstates; s++) {
		uint32_t i = p->blocks.v[p->block_of[s]].start + fill[p->block_of[s]]++;

		p->elements[i] = s;
		p->position[s] = i;
	}
	free(fill);
	for (b = 1; b < n; b++) {
		if (p->blocks.v[b].n < 2)
			continue;
		p->blocks.v[b].ndirty = p->blocks.v[b].n;
		vec_push(&p->queue, b);
	}
}

static void partition_by_extremes(struct partition *p)
{
	uint32_t *order = gabion_xcalloc(p->dfa->nstates, sizeof(*order)), *first_of;
	uint32_t nlabels = sort_accepting(p->dfa, order, &first_of);
	struct extreme *lowest = find_extremes(p, order, first_of, nlabels, false);
	struct extreme *highest = find_extremes(p, order, first_of, nlabels, true);

	fill_blocks(p, number_by_extremes(p, lowest, highest));
	free(lowest);
	free(highest);
	free(first_of);
	free(order);
}

/* Number the distinct signatures; returns how many. */
static uint32_t group_signatures(struct partition *p)
{
	size_t nslots = 4, i, slot;

	while (nslots < p->signatures.n * 2)
		nslots *= 2;
	p->slots.n = 0;
	vec_reserve(&p->slots, nslots);
	memset(p->slots.v, 0, nslots * sizeof(*p->slots.v));
	p->sizes.n = 0;
	p->leaders.n = 0;
	for (i = 0; i < p->signatures.n; i++) {
		struct signature *s = &p->signatures.v[i];

		for (slot = s->hash & (nslots - 1); p->slots.v[slot];
		     slot = (slot + 1) & (nslots - 1)) {
			const struct signature *t =
				&p->signatures.v[p->leaders.v[p->slots.v[slot] - 1]];

			if (t->hash == s->hash && t->n == s->n &&
			    !memcmp(p->words.v + t->first, p->words.v + s->first,
				    s->n * sizeof(*p->words.v)))
				break;
		}
		if (!p->slots.v[slot]) {
			vec_push(&p->leaders, (uint32_t)i);
			vec_push(&p->sizes, 0);
			p->slots.v[slot] = p->sizes.n;
		}
		s->group = p->slots.v[slot] - 1;
		p->sizes.v[s->group]++;
	}
	return p->sizes.n;
}

/*
 * Cut block @b into its groups.  Group 0 lies last, beside the states that were
 * not dirty, which belong to it if there are any.
 */
static void split(struct partition *p, uint32_t b, uint32_t nclean)
{
	uint32_t start = p->blocks.v[b].start, ndirty = p->signatures.n, largest = 0, g, at, i;
	uint32_t ngroups = p->sizes.n, *fill = gabion_xcalloc(ngroups, sizeof(*fill));

	if (nclean) {
		/* The representative of the clean states is counted among them. */
		ndirty--;
		p->sizes.v[0] += nclean - 1;
	}
	for (g = 1; g < ngroups; g++)
		if (p->sizes.v[g] > p->sizes.v[largest])
			largest = g;
	for (at = start, g = ngroups; g-- > 0; at += p->sizes.v[g])
		fill[g] = at;
	p->changed.n = 0;
	for (g = 0; g < ngroups; g++) {
		struct block part = { fill[g], p->sizes.v[g], 0 };

		if (g == largest) {
			p->blocks.v[b] = part;
			continue;
		}
		vec_push(&p->blocks, part);
		p->leaders.v[g] = p->blocks.n - 1;
	}
	p->leaders.v[largest] = b;
	for (i = 0; i < ndirty; i++) {
		const struct signature *s = &p->signatures.v[i + !!nclean];
		uint32_t to = fill[s->group]++;

		p->elements[to] = s->state;
		p->position[s->state] = to;
	}
	for (g = 0; g < ngroups; g++) {
		const struct block *part = &p->blocks.v[p->leaders.v[g]];

		for (i = part->start; g != largest && i < part->start + part->n; i++) {
			p->block_of[p->elements[i]] = p->leaders.v[g];
			vec_push(&p->changed, p->elements[i]);
		}
	}
	free(fill);
}

static void refine(struct partition *p, uint32_t b)
{
	struct block *block = &p->blocks.v[b];
	uint32_t nclean = block->n - block->ndirty, i, j;

	p->words.n = 0;
	p->signatures.n = 0;
	if (nclean)
		vec_push(&p->signatures, sign(p, p->elements[block->start + block->ndirty]));
	for (i = 0; i < block->ndirty; i++)
		vec_push(&p->signatures, sign(p, p->elements[block->start + i]));
	block->ndirty = 0;
	if (block->n < 2 || group_signatures(p) < 2)
		return;
	split(p, b, nclean);
	for (i = 0; i < p->changed.n; i++) {
		uint32_t s = p->changed.v[i];

		for (j = p->pred_first[s]; j < p->pred_first[s + 1]; j++)
			mark_dirty(p, p->preds[j]);
	}
}

uint32_t gabion_partition(const struct gabion_automaton *dfa, uint32_t *block_of)
{
	struct partition p = { .dfa = dfa, .block_of = block_of };

	memset(block_of, 0, dfa->nstates * sizeof(*block_of));
	p.elements = gabion_xcalloc(dfa->nstates, sizeof(*p.elements));
	p.position = gabion_xcalloc(dfa->nstates, sizeof(*p.position));
	find_predecessors(&p);
	partition_by_extremes(&p);
	while (p.queue.n)
		refine(&p, p.queue.v[--p.queue.n]);
	free(p.elements);
	free(p.position);
	free(p.blocks.v);
	free(p.queue.v);
	free(p.pred_first);
	free(p.preds);
	free(p.words.v);
	free(p.signatures.v);
	free(p.sizes.v);
	free(p.leaders.v);
	free(p.slots.v);
	free(p.changed.v);
	return p.blocks.n;
}
