// SPDX-License-Identifier: GPL-2.0
/*
 * Nearest known name: optimal string alignment distance (Damerau 1964), so
 * that two letters in the wrong order count once.
 */
#include <string.h>

#include "diag.h"
#include "mem.h"

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

static unsigned int distance(const char *a, size_t na, const char *b, size_t nb)
{
	/* Three rows of the table of prefixes. */
	unsigned int *rows = gabion_xcalloc(3 * (nb + 1), sizeof(*rows));
	unsigned int *before = rows, *last = rows + nb + 1, *row = rows + 2 * (nb + 1), result;
	size_t i, j;

	for (j = 0; j <= nb; j++)
		last[j] = j;
	for (i = 1; i <= na; i++) {
		unsigned int *spare = before;

		row[0] = i;
		for (j = 1; j <= nb; j++) {
			row[j] = min3(last[j] + 1, row[j - 1] + 1,
				      last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = last;
		last = row;
		row = spare;
	}
	result = last[nb];
	free(rows);
	return result;
}

void gabion_suggest_try(struct gabion_suggestion *s, const char *candidate)
{
	size_t n = strlen(s->name), nc = strlen(candidate);
	/* A third of the word may be wrong, or one letter of a short one. */
	unsigned int bound = n / 3 > 1 ? n / 3 : 1, d;

	if (n > 256 || nc > n + bound || n > nc + bound)
		return;
	d = distance(s->name, n, candidate, nc);
	/* Nothing in common is not near. */
	if (d > bound || d >= n || (s->nearest && d >= s->distance))
		return;
	s->nearest = candidate;
	s->distance = d;
}
