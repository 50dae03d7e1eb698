/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Columns for people: as wide as their widest cell.
 */
#ifndef GABION_CLI_TABLE_H
#define GABION_CLI_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define GABION_TABLE_COLUMNS_MAX 9

/**
 * struct gabion_table - cells under construction
 * @ncolumns:	set by the caller, at most GABION_TABLE_COLUMNS_MAX
 * @right:	bit n: column n holds numbers, flush right
 * @cells:	owned strings, row by row
 */
struct gabion_table {
	unsigned int ncolumns;
	unsigned int right;
	char **cells;
	size_t ncells;
	size_t capacity;
};

/* Add the next cell; bytes that a terminal should not see are escaped. 0 or -ENOMEM. */
int gabion_table_text(struct gabion_table *table, const char *text);
int gabion_table_number(struct gabion_table *table, uint64_t number);
/* Print all rows; the last column is not padded. */
void gabion_table_print(const struct gabion_table *table);
void gabion_table_free(struct gabion_table *table);
#define cleanup_table __attribute__((cleanup(gabion_table_free)))

#endif /* GABION_CLI_TABLE_H */
