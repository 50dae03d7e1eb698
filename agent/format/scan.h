/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy text as tokens and comments, each with its place: nothing is lost but
 * white space.
 */
#ifndef GABION_FORMAT_SCAN_H
#define GABION_FORMAT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "../policy/diag.h"
#include "../policy/mem.h"

/* Beside the lexer's tokens, which are characters or begin at 256. */
#define GABION_FORMAT_COMMENT 0

/**
 * struct gabion_format_item - a token or a comment
 * @token:	of the lexer (parser.h), or GABION_FORMAT_COMMENT
 * @offset:	of its first byte in the text
 * @length:	bytes; of a comment without white space at its end
 * @newlines:	line ends between it and the item before
 * @starts:	first token of a statement, or the brace that closes a block
 */
struct gabion_format_item {
	int token;
	size_t offset, length;
	size_t newlines;
	bool starts;
};

/* @text is borrowed. */
struct gabion_format_scan {
	const char *text;
	size_t size;
	VEC(struct gabion_format_item) items;
};

/**
 * gabion_format_scan - take policy text apart
 * @scan:	filled in; release with gabion_format_scan_free() whatever the result
 * @name:	of the text in messages
 * @diags:	what is wrong with the syntax is added
 *
 * Files that the text includes or uses are not read.
 *
 * Return: 0, or -EINVAL: the syntax is wrong.
 */
int gabion_format_scan(struct gabion_format_scan *scan, const char *name, const char *text,
		       size_t size, struct gabion_diagnostics *diags);

void gabion_format_scan_free(struct gabion_format_scan *scan);

#endif /* GABION_FORMAT_SCAN_H */
