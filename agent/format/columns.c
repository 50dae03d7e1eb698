// SPDX-License-Identifier: GPL-2.0
/*
 * A column begins at a fixed place, so that one more rule does not move the
 * others; only what is too long for it moves its own paragraph.
 */
#include "columns.h"

#define TAB 8U

/* Where the second column begins, and how far to the right a first one may push it. */
static const struct {
	size_t from, most;
} columns[GABION_FORMAT_COLUMNS] = {
	[GABION_FORMAT_RULE] = {3 * TAB, 7 * TAB},
	[GABION_FORMAT_LEVEL] = {8 * TAB, 11 * TAB},
};

/* A comment behind a longer line does not move those of others. */
#define COMMENT_MOST (12 * TAB)

/* Blocks that lie in each other are not many; what lies deeper shares the last place. */
#define DEPTHS 16U

struct writer {
	const struct gabion_format_lines *lines;
	const char *text; /* that comments are of */
	VEC(char) out;
	size_t places[GABION_FORMAT_COLUMNS][DEPTHS]; /* of second columns in this paragraph */
	size_t width;				      /* of the line being written */
	size_t comments; /* where comments of the lines that follow each other begin */
};

static size_t next_stop(size_t width)
{
	return (width / TAB + 1) * TAB;
}

/* Columns that @n bytes take; a continuation byte of UTF-8 takes none. */
static size_t width_of(const char *bytes, size_t n)
{
	size_t width = 0;

	while (n--)
		width += (*bytes++ & 0xc0) != 0x80;
	return width;
}

static size_t indent_of(const struct gabion_format_line *line)
{
	return (line->depth + line->deeper) * TAB;
}

static size_t first_width(const struct writer *w, const struct gabion_format_line *line)
{
	return indent_of(line) + width_of(w->lines->text.v + line->from, line->middle - line->from);
}

static size_t *place_of(struct writer *w, const struct gabion_format_line *line)
{
	return &w->places[line->column][line->depth < DEPTHS ? line->depth : DEPTHS - 1];
}

static void push_place(size_t *place, size_t width, size_t most)
{
	if (width < most && next_stop(width) > *place)
		*place = next_stop(width);
}

/* Where each second column of the paragraph begins that line @i is the first of. */
static void set_places(struct writer *w, size_t i)
{
	const struct gabion_format_line *line = &w->lines->list.v[i];
	unsigned int column, depth;

	for (column = 0; column < GABION_FORMAT_COLUMNS; column++)
		for (depth = 0; depth < DEPTHS; depth++)
			w->places[column][depth] = depth * TAB + columns[column].from;
	do {
		if (line->column && line->middle != line->end)
			push_place(place_of(w, line), first_width(w, line),
				   line->depth * TAB + columns[line->column].most);
		line++;
	} while (++i < w->lines->list.n && !line->blank);
}

static void add(struct writer *w, const char *bytes, size_t n)
{
	w->width += width_of(bytes, n);
	while (n--)
		vec_push(&w->out, *bytes++);
}

/* Tabs, at least one, up to column @place. */
static void pad(struct writer *w, size_t place)
{
	do {
		vec_push(&w->out, '\t');
		w->width = next_stop(w->width);
	} while (w->width < place);
}

static size_t full_width(struct writer *w, const struct gabion_format_line *line)
{
	size_t width = first_width(w, line);

	if (line->middle == line->end)
		return width;
	width = next_stop(width);
	return (width > *place_of(w, line) ? width : *place_of(w, line)) +
	       width_of(w->lines->text.v + line->middle, line->end - line->middle);
}

static bool has_both(const struct gabion_format_line *line)
{
	return line->comment && line->from != line->end;
}

/* Where the comments begin of the lines that follow line @i and have one each, too. */
static void set_comments(struct writer *w, size_t i)
{
	const struct gabion_format_line *line = &w->lines->list.v[i];

	w->comments = 0;
	do {
		push_place(&w->comments, full_width(w, line), COMMENT_MOST);
		line++;
	} while (++i < w->lines->list.n && has_both(line) && !line->blank);
}

static void write_line(struct writer *w, const struct gabion_format_line *line)
{
	const char *text = w->lines->text.v;

	w->width = 0;
	/* Also before what goes on in the second column. */
	if (line->from == line->middle && line->middle != line->end)
		pad(w, *place_of(w, line));
	else if (indent_of(line))
		pad(w, indent_of(line));
	if (line->from != line->middle) {
		add(w, text + line->from, line->middle - line->from);
		if (line->middle != line->end)
			pad(w, *place_of(w, line));
	}
	if (line->middle != line->end)
		add(w, text + line->middle, line->end - line->middle);
	if (has_both(line))
		pad(w, w->comments);
	if (line->comment)
		add(w, w->text + line->comment->offset, line->comment->length);
	vec_push(&w->out, '\n');
}

char *gabion_format_write(const struct gabion_format_lines *lines,
			  const struct gabion_format_scan *scan, size_t *size)
{
	struct writer w = {.lines = lines, .text = scan->text};
	const struct gabion_format_line *line;
	size_t i;

	for (i = 0; i < lines->list.n; i++) {
		line = &lines->list.v[i];
		if (line->blank)
			vec_push(&w.out, '\n');
		if (!i || line->blank)
			set_places(&w, i);
		if (has_both(line) && (!i || line->blank || !has_both(line - 1)))
			set_comments(&w, i);
		write_line(&w, line);
	}
	vec_push(&w.out, '\0');
	*size = w.out.n - 1;
	return w.out.v;
}
