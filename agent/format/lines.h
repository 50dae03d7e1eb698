/* SPDX-License-Identifier: GPL-2.0 */
/* Which tokens and comments share a line, and what stands between them. */
#ifndef GABION_FORMAT_LINES_H
#define GABION_FORMAT_LINES_H

#include "scan.h"

/* What the second column of a line is. */
enum gabion_format_column {
	GABION_FORMAT_PLAIN, /* there is none */
	GABION_FORMAT_RULE,  /* objects of a rule */
	GABION_FORMAT_LEVEL, /* level of a resource */
	GABION_FORMAT_COLUMNS,
};

/**
 * struct gabion_format_line - a line without its indentation
 * @column:	enum gabion_format_column, of the whole statement
 * @depth:	open blocks, a tab each
 * @deeper:	one tab more: the statement began in a line before
 * @blank:	an empty line stands before it
 * @from:	bytes [@from, @middle) of the lines' text are the first column; an empty one means
 *		that the second goes on from the line before
 * @end:	[@middle, @end) are the second
 * @comment:	at the end of the line, or all of it; NULL: none
 */
struct gabion_format_line {
	enum gabion_format_column column;
	unsigned int depth;
	bool deeper, blank;
	size_t from, middle, end;
	const struct gabion_format_item *comment;
};

struct gabion_format_lines {
	VEC(char) text;
	VEC(struct gabion_format_line) list;
};

/* Lines of @scan, which must live as long. Release with gabion_format_lines_free(). */
void gabion_format_lines(struct gabion_format_lines *lines, const struct gabion_format_scan *scan);

void gabion_format_lines_free(struct gabion_format_lines *lines);

#endif /* GABION_FORMAT_LINES_H */
