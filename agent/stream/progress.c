// SPDX-License-Identifier: GPL-2.0
#include "progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Index of the first range that ends at or after @sequence. */
static size_t find(const struct gabion_progress *p, uint64_t sequence)
{
	size_t low = 0, high = p->nranges, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (p->ranges[middle].last < sequence)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool gabion_progress_has(const struct gabion_progress *p, uint64_t sequence)
{
	size_t i = find(p, sequence);

	return i < p->nranges && p->ranges[i].first <= sequence;
}

static int make_room(struct gabion_progress *p)
{
	size_t capacity = p->capacity ? 2 * p->capacity : 16;
	struct gabion_range *ranges;

	if (p->nranges < p->capacity)
		return 0;
	ranges = realloc(p->ranges, capacity * sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	p->ranges = ranges;
	p->capacity = capacity;
	return 0;
}

int gabion_progress_add(struct gabion_progress *p, uint64_t first, uint64_t last)
{
	size_t from = first ? find(p, first - 1) : 0, to;

	/* Ranges from..to - 1 overlap the new one or touch it: all become one. */
	for (to = from; to < p->nranges; to++) {
		if (last != UINT64_MAX && p->ranges[to].first > last + 1)
			break;
		if (p->ranges[to].first < first)
			first = p->ranges[to].first;
		if (p->ranges[to].last > last)
			last = p->ranges[to].last;
	}
	if (to == from && make_room(p))
		return -ENOMEM;
	memmove(&p->ranges[from + 1], &p->ranges[to], (p->nranges - to) * sizeof(*p->ranges));
	p->ranges[from] = (struct gabion_range){ first, last };
	p->nranges = p->nranges - (to - from) + 1;
	return 0;
}

void gabion_progress_forget(struct gabion_progress *p, uint64_t sequence)
{
	size_t n = find(p, sequence);

	if (n < p->nranges && p->ranges[n].last == sequence)
		n++;
	p->nranges -= n;
	if (n)
		memmove(p->ranges, p->ranges + n, p->nranges * sizeof(*p->ranges));
	if (p->nranges && p->ranges[0].first <= sequence)
		p->ranges[0].first = sequence + 1;
}

static struct gabion_loss *find_loss(const struct gabion_progress *p,
				     const struct gabion_loss *loss)
{
	size_t i;

	for (i = 0; i < p->nlosses; i++)
		if (gabion_loss_same(&p->losses[i], loss))
			return &p->losses[i];
	return NULL;
}

uint64_t gabion_progress_lost(const struct gabion_progress *p, const struct gabion_loss *loss)
{
	const struct gabion_loss *told = find_loss(p, loss);

	return told ? told->count : 0;
}

int gabion_progress_set_lost(struct gabion_progress *p, const struct gabion_loss *loss)
{
	struct gabion_loss *told = find_loss(p, loss), *losses;

	if (!told) {
		losses = realloc(p->losses, (p->nlosses + 1) * sizeof(*losses));
		if (!losses)
			return -ENOMEM;
		p->losses = losses;
		told = &losses[p->nlosses++];
	}
	*told = *loss;
	return 0;
}

void gabion_progress_free(struct gabion_progress *p)
{
	free(p->ranges);
	free(p->losses);
	*p = (struct gabion_progress){ 0 };
}
