// SPDX-License-Identifier: GPL-2.0
/*
 * The compiler's own lexer tells the tokens, so that there is no second opinion
 * on what one is; between two of them is only white space and comments.
 */
#include "scan.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "../policy/parse.h"
#include "parser.h"

/* Where we are in the text. */
struct reader {
	struct gabion_format_scan *scan;
	size_t end;	     /* of the item before */
	size_t newlines;     /* since then */
	uint32_t line;	     /* 1-based */
	size_t begin;	     /* offset of that line */
	unsigned int parens; /* open parentheses: a brace in them is of a list of values */
	bool starts;	     /* the next token begins a statement */
};

static size_t offset_of(struct reader *r, const struct gabion_loc *loc)
{
	const char *text = r->scan->text;

	for (; r->line < loc->line; r->line++)
		r->begin = (const char *)memchr(text + r->begin, '\n', r->scan->size - r->begin) +
			   1 - text;
	return r->begin + loc->column - 1;
}

static void add_item(struct reader *r, int token, size_t offset, size_t length)
{
	bool comment = token == GABION_FORMAT_COMMENT;

	vec_push(&r->scan->items, (struct gabion_format_item){
					  .token = token,
					  .offset = offset,
					  .length = length,
					  .newlines = r->newlines,
					  .starts = !comment && r->starts,
				  });
	r->newlines = 0;
	if (!comment)
		r->starts = false;
}

/* Add the comment at @at; where it ends. */
static size_t read_comment(struct reader *r, size_t at, size_t end)
{
	const char *text = r->scan->text, *eol = memchr(text + at, '\n', end - at);
	size_t next = eol ? (size_t)(eol - text) : end, n = next - at;

	while (isspace((unsigned char)text[at + n - 1]))
		n--;
	add_item(r, GABION_FORMAT_COMMENT, at, n);
	return next;
}

/* Comments and line ends from the item before up to @end. */
static void read_gap(struct reader *r, size_t end)
{
	size_t at = r->end;

	while (at < end) {
		if (r->scan->text[at] == '#') {
			at = read_comment(r, at, end);
			continue;
		}
		r->newlines += r->scan->text[at] == '\n';
		at++;
	}
}

static void visit(int token, const struct gabion_loc *loc, void *data)
{
	struct reader *r = data;
	size_t offset;

	/* Where a statement ends: it stands for white space, or for a brace that follows. */
	if (token == NEWLINE) {
		r->starts = true;
		return;
	}
	offset = offset_of(r, loc);
	read_gap(r, offset);
	add_item(r, token, offset, loc->length);
	r->end = offset + loc->length;
	if (token == '{' && !r->parens)
		r->starts = true;
	r->parens += (token == '(') - (token == ')');
}

int gabion_format_scan(struct gabion_format_scan *scan, const char *name, const char *text,
		       size_t size, struct gabion_diagnostics *diags)
{
	struct gabion_arena arena = {};
	struct gabion_sources sources = {};
	struct gabion_parser parser;
	struct gabion_ast ast;
	struct reader reader = {.scan = scan, .line = 1, .starts = true};
	size_t before = diags->nerrors;

	memset(scan, 0, sizeof(*scan));
	scan->text = text;
	scan->size = size;
	gabion_sources_add_text(&sources, name, text, size);
	gabion_parser_init(&parser, &arena, &sources, diags, &ast);
	gabion_parse(&parser, 0);
	if (diags->nerrors == before) {
		gabion_parse_tokens(&parser, 0, visit, &reader);
		read_gap(&reader, size);
	}
	gabion_parser_fini(&parser);
	gabion_sources_free(&sources);
	gabion_arena_free(&arena);
	return diags->nerrors == before ? 0 : -EINVAL;
}

void gabion_format_scan_free(struct gabion_format_scan *scan)
{
	free(scan->items.v);
	scan->items.v = NULL;
}
