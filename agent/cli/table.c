// SPDX-License-Identifier: GPL-2.0
#include "table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"

/* Takes over @cell, which may be NULL for no memory. */
static int add(struct gabion_table *table, char *cell)
{
	size_t capacity;
	char **cells;

	if (cell && table->ncells == table->capacity) {
		capacity = table->capacity ? 2 * table->capacity : 64;
		cells = realloc(table->cells, capacity * sizeof(*cells));
		if (!cells) {
			free(cell);
			return -ENOMEM;
		}
		table->cells = cells;
		table->capacity = capacity;
	}
	if (!cell)
		return -ENOMEM;
	table->cells[table->ncells++] = cell;
	return 0;
}

int gabion_table_text(struct gabion_table *table, const char *text)
{
	return add(table, gabion_text_escape(text ? text : "-"));
}

int gabion_table_number(struct gabion_table *table, uint64_t number)
{
	char *cell;

	return add(table, asprintf(&cell, "%" PRIu64, number) < 0 ? NULL : cell);
}

/* Characters, not bytes; wide ones are not worth a table of our own. */
static int width(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

void gabion_table_print(const struct gabion_table *table)
{
	int widths[GABION_TABLE_COLUMNS_MAX] = { 0 }, pad;
	unsigned int column;
	size_t i;

	for (i = 0; i < table->ncells; i++)
		if (width(table->cells[i]) > widths[i % table->ncolumns])
			widths[i % table->ncolumns] = width(table->cells[i]);
	for (i = 0; i < table->ncells; i++) {
		column = (unsigned int)(i % table->ncolumns);
		pad = widths[column] - width(table->cells[i]);
		if (table->right & (1U << column))
			printf("%*s%s", pad, "", table->cells[i]);
		else if (column + 1 < table->ncolumns)
			printf("%s%*s", table->cells[i], pad, "");
		else
			fputs(table->cells[i], stdout);
		fputs(column + 1 < table->ncolumns ? "  " : "\n", stdout);
	}
}

void gabion_table_free(struct gabion_table *table)
{
	size_t i;

	for (i = 0; i < table->ncells; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct gabion_table){ 0 };
}
