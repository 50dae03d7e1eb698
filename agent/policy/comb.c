// SPDX-License-Identifier: GPL-2.0
#include "comb.h"

#include <assert.h>

#include "byteset.h"

/* Places tried for one row before it is put after all others. */
#define TRIES 64U

struct row_edge {
	uint32_t next;
	uint8_t klass;
};

/* A state's transitions by byte class. */
struct rows {
	uint32_t *first; /* [nstates + 1] */
	VEC(struct row_edge) edges;
};

/*
 * Two bytes are of one class if no state tells them apart.  Start from one
 * class and split by every state: the bytes of a class that lead to one place
 * leave it, unless all of the class lead there.
 */
static void find_classes(struct gabion_comb *comb, const struct gabion_automaton *dfa)
{
	uint32_t size[256] = { 256 }, s, i, j, k;

	memset(comb->classmap, 0, sizeof(comb->classmap));
	comb->nclasses = 1;
	for (s = 0; s < dfa->nstates && comb->nclasses < 256; s++) {
		uint32_t from = dfa->first[s], n = dfa->first[s + 1] - from;
		struct gabion_byteset done = {};

		for (i = 0; i < n; i++) {
			const struct gabion_dfa_edge *e = &dfa->edges[from + i];
			uint8_t klass = comb->classmap[e->byte], members[256];

			if (size[klass] == 1 || gabion_byteset_has(&done, e->byte))
				continue;
			for (j = i, k = 0; j < n; j++) {
				const struct gabion_dfa_edge *f = &dfa->edges[from + j];

				if (f->next != e->next || comb->classmap[f->byte] != klass)
					continue;
				gabion_byteset_add(&done, f->byte);
				members[k++] = f->byte;
			}
			if (k == size[klass])
				continue;
			for (j = 0; j < k; j++)
				comb->classmap[members[j]] = comb->nclasses;
			size[klass] -= k;
			size[comb->nclasses++] = k;
		}
	}
}

/* Number the classes by their lowest byte. */
static void sort_classes(struct gabion_comb *comb)
{
	int number[256], n = 0, b;

	memset(number, 0xff, sizeof(number));
	for (b = 0; b < 256; b++) {
		if (number[comb->classmap[b]] < 0)
			number[comb->classmap[b]] = n++;
		comb->classmap[b] = number[comb->classmap[b]];
	}
}

/* The most frequent next state counted in classes; @n classes have an edge in @row. */
static uint32_t row_fallback(const struct row_edge *row, uint32_t n, uint32_t fallback,
			     uint32_t nothers)
{
	uint32_t best = nothers, i, j, count;

	for (i = 0; i < n && n - i > best; i++) {
		for (j = i, count = 0; j < n; j++)
			count += row[j].next == row[i].next;
		if (count > best) {
			best = count;
			fallback = row[i].next;
		}
	}
	return fallback;
}

/* Ascending by class; rows are short, and nearly in order. */
static void sort_row(struct row_edge *row, uint32_t n)
{
	uint32_t i, j;

	for (i = 1; i < n; i++) {
		struct row_edge edge = row[i];

		for (j = i; j && row[j - 1].klass > edge.klass; j--)
			row[j] = row[j - 1];
		row[j] = edge;
	}
}

/* One row, and its fallback. */
static void make_row(const struct gabion_comb *comb, const struct gabion_automaton *dfa, uint32_t s,
		     struct rows *rows, uint32_t *fallback)
{
	struct gabion_byteset seen = {};
	struct row_edge row[256];
	uint32_t n = 0, i, j;

	for (i = dfa->first[s]; i < dfa->first[s + 1]; i++) {
		uint8_t klass = comb->classmap[dfa->edges[i].byte];

		if (gabion_byteset_has(&seen, klass))
			continue;
		gabion_byteset_add(&seen, klass);
		row[n++] = (struct row_edge){ dfa->edges[i].next, klass };
	}
	*fallback = row_fallback(row, n, dfa->fallback[s], comb->nclasses - n);
	if (*fallback != dfa->fallback[s]) {
		for (j = 0; j < comb->nclasses; j++)
			if (!gabion_byteset_has(&seen, j))
				row[n++] = (struct row_edge){ dfa->fallback[s], j };
	}
	sort_row(row, n);
	for (i = 0; i < n; i++)
		if (row[i].next != *fallback)
			vec_push(&rows->edges, row[i]);
}

static void make_rows(struct gabion_comb *comb, const struct gabion_automaton *dfa,
		      struct rows *rows)
{
	uint32_t s;

	rows->first = gabion_xcalloc((size_t)dfa->nstates + 1, sizeof(*rows->first));
	vec_reserve(&rows->edges, dfa->first[dfa->nstates]);
	for (s = 0; s < dfa->nstates; s++) {
		const struct gabion_dfa_edge *edge = &dfa->edges[dfa->first[s]];

		rows->first[s] = rows->edges.n;
		if (dfa->first[s + 1] - dfa->first[s] != 1) {
			make_row(comb, dfa, s, rows, &comb->fallback[s]);
			continue;
		}
		/* Most are like this. */
		comb->fallback[s] = dfa->fallback[s];
		vec_push(&rows->edges, (struct row_edge){ edge->next, comb->classmap[edge->byte] });
	}
	rows->first[s] = rows->edges.n;
}

/* Of a search for a place of several cells: where it is, and how many places it may still try. */
struct trial {
	uint32_t low; /* that of the packer when it began */
	uint32_t at;
	uint32_t left;
};

/* Cells in use, and where the search for free ones begins. */
struct packer {
	struct gabion_comb *comb;
	VEC(struct gabion_comb_cell) cells; /* free ones at the end, too */
	VEC(uint64_t) used; /* one bit for each cell */
	uint32_t end;	    /* all from here on are free */
	uint32_t low;	    /* rows of several cells are tried from here */
	/* [classes][classes] Rows of these two found no place before: nor will others. */
	struct trial *pairs;
};

static inline uint32_t next_free(const struct packer *p, uint32_t i)
{
	size_t w = i >> 6;
	uint64_t free_bits;

	if (w >= p->used.n)
		return i;
	free_bits = ~p->used.v[w] & (~0ULL << (i & 63));
	while (!free_bits) {
		if (++w == p->used.n)
			return w << 6;
		free_bits = ~p->used.v[w];
	}
	return (w << 6) + __builtin_ctzll(free_bits);
}

/* 64 bits of p->used, the first of them that of cell @i; two words of it are there. */
static uint64_t used_from(const struct packer *p, uint32_t i)
{
	const uint64_t *w = p->used.v + (i >> 6);
	uint32_t shift = i & 63;

	return w[0] >> shift | w[1] << 1 << (63 - shift);
}

/* Cells up to @i. */
static void extend(struct packer *p, uint32_t i)
{
	uint32_t n;

	while (p->used.n <= i >> 6) {
		vec_push(&p->used, 0);
		vec_reserve(&p->cells, 64);
		for (n = 0; n < 64; n++)
			p->cells.v[p->cells.n++] =
				(struct gabion_comb_cell){ GABION_COMB_FREE, 0 };
	}
}

static void put(struct packer *p, uint32_t i, uint32_t state, uint32_t next)
{
	if (i >= p->end) {
		extend(p, i);
		p->end = i + 1;
	}
	assert(p->cells.v[i].check == GABION_COMB_FREE);
	p->cells.v[i] = (struct gabion_comb_cell){ state, next };
	p->used.v[i >> 6] |= 1ULL << (i & 63);
}

/* Of @places the first @most. */
static uint64_t first_places(uint64_t places, uint32_t most)
{
	uint64_t left = places;

	while (left && most--)
		left &= left - 1;
	return places & ~left;
}

/*
 * The first place from @s on, 64 at a time; those from @end on are free. Return: false if no more
 * may be tried.
 */
static bool search_on(const struct packer *p, struct trial *s, const struct row_edge *row,
		      uint32_t n, uint32_t end, uint32_t *place)
{
	uint64_t places = ~0ULL << (s->at & 63), fits;
	uint32_t i;

	for (s->at &= ~63U; s->at < end; s->at += 64, places = ~0ULL) {
		uint64_t unused = places & ~p->used.v[s->at >> 6];
		uint32_t ntried = __builtin_popcountll(unused);

		if (!unused)
			continue;
		if (ntried > s->left) {
			unused = first_places(unused, s->left);
			ntried = s->left;
		}
		for (i = 1, fits = unused; i < n && fits; i++)
			fits &= ~used_from(p, s->at + row[i].klass - row[0].klass);
		if (fits) {
			*place = s->at + __builtin_ctzll(fits);
			return true;
		}
		s->left -= ntried;
		if (!s->left)
			return false;
	}
	*place = s->at;
	return true;
}

/*
 * First fit from p->low.  A row that finds none among the first TRIES that
 * are free for its lowest class moves the low mark up: what lies below is too dense for rows, and
 * is filled by the rows of one cell, which come last.
 */
static uint32_t find_place(struct packer *p, const struct row_edge *row, uint32_t n)
{
	uint32_t lowest = row[0].klass, end = p->end > lowest ? p->end : lowest, place;
	struct trial s = { p->low, p->low > lowest ? p->low : lowest, TRIES }, first = s, *pair;

	if (s.at >= end)
		return s.at;
	/* What any of these places may ask for. */
	extend(p, end + 64 + 256);
	pair = n == 2 ? &p->pairs[lowest * p->comb->nclasses + row[1].klass] : &first;
	/* Places that were tried are perhaps no longer free, and then there are more to try. */
	if (pair->left && pair->low == p->low && pair->at > s.at)
		s = *pair;
	if (!search_on(p, &s, row, n, end, &place)) {
		s = first;
		if (!search_on(p, &s, row, n, end, &place)) {
			p->low = next_free(p, p->low + TRIES);
			return end;
		}
	}
	*pair = s;
	return place;
}

static void place_row(struct packer *p, uint32_t state, const struct row_edge *row, uint32_t n)
{
	uint32_t base = find_place(p, row, n) - row[0].klass, i;

	for (i = 0; i < n; i++)
		put(p, base + row[i].klass, state, row[i].next);
	p->comb->base[state] = base;
}

static void place_all(struct packer *p, const struct rows *rows, uint32_t nstates)
{
	uint32_t *order = gabion_xcalloc(nstates, sizeof(*order)), count[258] = {}, s, n, i;
	/* Where the search for one cell of a class goes on: all before is in use. */
	uint32_t cursors[256];

	for (i = 0; i < 256; i++)
		cursors[i] = i;
	/* Counting sort: longest rows first, then by state. */
	for (s = 0; s < nstates; s++)
		count[256 - (rows->first[s + 1] - rows->first[s]) + 1]++;
	for (i = 1; i < 258; i++)
		count[i] += count[i - 1];
	for (s = 0; s < nstates; s++)
		order[count[256 - (rows->first[s + 1] - rows->first[s])]++] = s;
	for (i = 0; i < nstates; i++) {
		const struct row_edge *row;

		s = order[i];
		n = rows->first[s + 1] - rows->first[s];
		if (!n)
			continue;
		row = &rows->edges.v[rows->first[s]];
		if (n > 1) {
			place_row(p, s, row, n);
		} else {
			uint32_t at = next_free(p, cursors[row->klass]);

			cursors[row->klass] = at + 1;
			put(p, at, s, row->next);
			p->comb->base[s] = at - row->klass;
		}
	}
	free(order);
}

void gabion_comb_pack(struct gabion_comb *comb, const struct gabion_automaton *dfa)
{
	struct packer p = { .comb = comb };
	struct rows rows = {};
	uint32_t s, last = 0;

	memset(comb, 0, sizeof(*comb));
	find_classes(comb, dfa);
	sort_classes(comb);
	comb->base = gabion_xcalloc(dfa->nstates, sizeof(*comb->base));
	comb->fallback = gabion_xcalloc(dfa->nstates, sizeof(*comb->fallback));
	make_rows(comb, dfa, &rows);
	vec_reserve(&p.cells, dfa->first[dfa->nstates] + 256);
	p.pairs = gabion_xcalloc(comb->nclasses * comb->nclasses, sizeof(*p.pairs));
	place_all(&p, &rows, dfa->nstates);
	/* Whatever the base, every class must find a cell. */
	for (s = 0; s < dfa->nstates; s++)
		if (comb->base[s] > last)
			last = comb->base[s];
	comb->ncells = last + comb->nclasses > p.end ? last + comb->nclasses : p.end;
	extend(&p, comb->ncells);
	comb->cells = p.cells.v;
	free(p.used.v);
	free(p.pairs);
	free(rows.first);
	free(rows.edges.v);
}

void gabion_comb_free(struct gabion_comb *comb)
{
	free(comb->base);
	free(comb->fallback);
	free(comb->cells);
	memset(comb, 0, sizeof(*comb));
}
