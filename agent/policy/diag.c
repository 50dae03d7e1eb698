// SPDX-License-Identifier: GPL-2.0
#include "diag.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "mem.h"

static void item_free(struct gabion_diagnostic *d)
{
	free(d->file);
	free(d->source);
	free(d->message);
	free(d->mend);
}

void gabion_diagnostics_free(struct gabion_diagnostics *diags)
{
	size_t i;

	for (i = 0; i < diags->n; i++)
		item_free(&diags->items[i]);
	free(diags->items);
	free(diags->slots);
	memset(diags, 0, sizeof(*diags));
}

static bool same(const struct gabion_diagnostic *a, const struct gabion_diagnostic *b)
{
	return a->severity == b->severity && a->line == b->line && a->column == b->column &&
	       !a->file == !b->file && (!a->file || !strcmp(a->file, b->file)) &&
	       !strcmp(a->message, b->message);
}

static size_t find_slot(const struct gabion_diagnostics *diags, const struct gabion_diagnostic *d)
{
	uint32_t place[3] = { d->severity, d->line, d->column };
	size_t i = gabion_hash_words(place, 3);

	for (i &= diags->nslots - 1; diags->slots[i]; i = (i + 1) & (diags->nslots - 1))
		if (same(&diags->items[diags->slots[i] - 1], d))
			break;
	return i;
}

static void grow_slots(struct gabion_diagnostics *diags)
{
	size_t i;

	free(diags->slots);
	diags->nslots = diags->nslots ? diags->nslots * 2 : 64;
	diags->slots = gabion_xcalloc(diags->nslots, sizeof(*diags->slots));
	for (i = 0; i < diags->n; i++)
		if (diags->items[i].severity != GABION_SEVERITY_NOTE)
			diags->slots[find_slot(diags, &diags->items[i])] = i + 1;
}

bool gabion_diagnostics_add(struct gabion_diagnostics *diags, struct gabion_diagnostic item)
{
	if (item.severity != GABION_SEVERITY_NOTE) {
		size_t slot;

		if (diags->n * 2 >= diags->nslots)
			grow_slots(diags);
		slot = find_slot(diags, &item);
		if (diags->slots[slot]) {
			item_free(&item);
			return false;
		}
		diags->slots[slot] = diags->n + 1;
	}
	if (diags->n == diags->room)
		diags->items = gabion_vec_grow(diags->items, &diags->room, diags->n + 1,
					       sizeof(*diags->items));
	diags->items[diags->n++] = item;
	diags->nerrors += item.severity == GABION_SEVERITY_ERROR;
	diags->nwarnings += item.severity == GABION_SEVERITY_WARNING;
	return true;
}

/* A message and the notes that belong to it. */
struct group {
	const struct gabion_diagnostic *first;
	size_t n;
};

static int compare_numbers(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_groups(const void *x, const void *y)
{
	const struct gabion_diagnostic *a = ((const struct group *)x)->first;
	const struct gabion_diagnostic *b = ((const struct group *)y)->first;
	int order;

	if (!a->file || !b->file)
		order = !a->file - !b->file;
	else
		order = strcmp(a->file, b->file);
	if (!order)
		order = compare_numbers(a->line, b->line);
	if (!order)
		order = compare_numbers(a->column, b->column);
	/* As they were found. */
	return order ? order : compare_numbers((size_t)a, (size_t)b);
}

void gabion_diagnostics_sort(struct gabion_diagnostics *diags)
{
	struct gabion_diagnostic *items;
	VEC(struct group) groups = {};
	size_t i, n = 0;

	for (i = 0; i < diags->n; i++) {
		if (groups.n && diags->items[i].severity == GABION_SEVERITY_NOTE)
			groups.v[groups.n - 1].n++;
		else
			vec_push(&groups, (struct group){ &diags->items[i], 1 });
	}
	if (groups.n < 2) {
		free(groups.v);
		return;
	}
	qsort(groups.v, groups.n, sizeof(*groups.v), compare_groups);
	items = gabion_xcalloc(diags->n, sizeof(*items));
	for (i = 0; i < groups.n; i++) {
		memcpy(items + n, groups.v[i].first, groups.v[i].n * sizeof(*items));
		n += groups.v[i].n;
	}
	free(groups.v);
	free(diags->items);
	diags->items = items;
	diags->room = n;
	/* The hash names items by their old numbers. */
	free(diags->slots);
	diags->slots = NULL;
	diags->nslots = 0;
}

/* The caret stands below its character whatever the width of a tab is. */
static void print_caret(const struct gabion_diagnostic *d, FILE *out)
{
	size_t width = strlen(d->source), i;

	fputs("      | ", out);
	for (i = 0; i + 1 < d->column && i < width; i++) {
		/* A continuation byte of UTF-8 takes no column of its own. */
		if ((d->source[i] & 0xc0) == 0x80)
			continue;
		fputc(d->source[i] == '\t' ? '\t' : ' ', out);
	}
	fputc('^', out);
	for (i = 1; i < d->length && d->column - 1 + i < width; i++)
		if ((d->source[d->column - 1 + i] & 0xc0) != 0x80)
			fputc('~', out);
	fputc('\n', out);
}

static void print_all(const struct gabion_diagnostics *diags, FILE *out)
{
	static const char *const severity[] = { "error", "warning", "note" };
	size_t i;

	for (i = 0; i < diags->n; i++) {
		const struct gabion_diagnostic *d = &diags->items[i];

		if (d->file && d->line)
			fprintf(out, "%s:%u:%u: ", d->file, d->line, d->column);
		else if (d->file)
			fprintf(out, "%s: ", d->file);
		fprintf(out, "%s: %s\n", severity[d->severity], d->message);
		if (d->source) {
			fprintf(out, "%5u | %s\n", d->line, d->source);
			print_caret(d, out);
		}
		if (d->mend)
			fprintf(out, "      = %s\n", d->mend);
	}
}

/* In one piece: stderr has no buffer, and there may be thousands. */
void gabion_diagnostics_print(const struct gabion_diagnostics *diags, FILE *out)
{
	char *text = NULL;
	size_t size = 0;
	FILE *piece = diags->n ? open_memstream(&text, &size) : NULL;

	if (!piece) {
		print_all(diags, out);
		return;
	}
	print_all(diags, piece);
	fclose(piece);
	fwrite(text, 1, size, out);
	free(text);
}
