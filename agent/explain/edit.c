// SPDX-License-Identifier: GPL-2.0
#include "edit.h"

#include <errno.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/file.h"

static void free_edit(struct gabion_edit *e)
{
	free(e->file);
	free(e->domain);
	free(e->old);
	free(e->text);
}

void gabion_edits_free(struct gabion_edits *edits)
{
	size_t i;

	for (i = 0; i < edits->n; i++)
		free_edit(&edits->v[i]);
	free(edits->v);
	*edits = (struct gabion_edits){0};
}

static char *copy(const char *text)
{
	return text ? gabion_xstrdup(text) : NULL;
}

void gabion_edits_add(struct gabion_edits *edits, const struct gabion_edits *more)
{
	size_t i;

	for (i = 0; i < more->n; i++) {
		struct gabion_edit e = more->v[i];

		e.file = copy(e.file);
		e.domain = copy(e.domain);
		e.old = copy(e.old);
		e.text = copy(e.text);
		vec_push(edits, e);
	}
}

/* All of @file as a string, malloc'ed; NULL and @error. */
static char *read_text(const char *file, size_t *size, struct gabion_error *error)
{
	void *data;
	char *text;

	if (gabion_file_read(file, GABION_SOURCE_SIZE_MAX, &data, size, error))
		return NULL;
	text = gabion_xcalloc(*size + 1, 1);
	if (*size)
		memcpy(text, data, *size);
	free(data);
	return text;
}

/* Offset of a place, or the size of @text where it has none such. */
static size_t offset_of(const char *text, size_t size, uint32_t line, uint32_t column)
{
	const char *p = text, *end = text + size;

	for (; line > 1 && p < end; line--) {
		p = memchr(p, '\n', end - p);
		p = p ? p + 1 : end;
	}
	return (size_t)(end - p) >= column ? (size_t)(p - text) + column - 1 : size;
}

static int moved(const char *file, struct gabion_error *error)
{
	return gabion_error_set(error, -ESTALE, "%s: changed while it was looked at; try again",
				file);
}

static void skip_comment(const char *text, size_t *at)
{
	while (text[*at] && text[*at] != '\n')
		++*at;
}

int gabion_edit_in_block(struct gabion_edits *edits, const struct gabion_place *place,
			 const char *text, struct gabion_error *error)
{
	size_t size, at;
	cleanup_free char *source = read_text(place->file, &size, error);

	if (!source)
		return error->code;
	for (at = offset_of(source, size, place->line, place->column);
	     at < size && source[at] != '{'; at++)
		if (source[at] == '#')
			skip_comment(source, &at);
	if (at >= size)
		return moved(place->file, error);
	vec_push(edits, (struct gabion_edit){
				.file = gabion_xstrdup(place->file),
				.line = place->line,
				.domain = gabion_xstrdup(place->domain),
				.text = gabion_xstrdup(text),
				.offset = at + 1,
				.line_of_its_own = true,
			});
	return 0;
}

int gabion_edit_at_end(struct gabion_edits *edits, const char *file, const char *text,
		       struct gabion_error *error)
{
	size_t size, i;
	cleanup_free char *source = read_text(file, &size, error);
	uint32_t line = 1;

	if (!source)
		return error->code;
	for (i = 0; i < size; i++)
		line += source[i] == '\n';
	vec_push(edits, (struct gabion_edit){
				.file = gabion_xstrdup(file),
				.line = line,
				.text = gabion_xstrdup(text),
				.offset = size,
				.line_of_its_own = true,
			});
	return 0;
}

/*
 * Behind the statement that begins at @at: before its newline, which does not end it after a comma,
 * a comment, or the brace of its block. Braces of a glob come in pairs.
 */
static size_t statement_end(const char *text, size_t at)
{
	size_t end = at;
	int depth = 0;
	char last = 0;

	for (; text[at]; at++) {
		if (text[at] == '#' && (!last || at == end || strchr(" \t\n,", text[at - 1]))) {
			skip_comment(text, &at);
			if (!text[at])
				break;
		}
		if (text[at] == '\n' && last != ',')
			break;
		if (text[at] == '}' && !depth--)
			break;
		if (text[at] == '{')
			depth++;
		if (text[at] == '"')
			while (text[at + 1] && text[++at] != '"')
				at += text[at] == '\\' && text[at + 1];
		if (text[at] == '\\' && text[at + 1])
			at++;
		if (!strchr(" \t\r\n", text[at])) {
			last = text[at];
			end = at + 1;
		}
	}
	return end;
}

static void place_of(const char *text, size_t at, uint32_t *line, uint32_t *column)
{
	size_t i;

	*line = *column = 1;
	for (i = 0; i < at; i++) {
		*column = text[i] == '\n' ? 1 : *column + 1;
		*line += text[i] == '\n';
	}
}

int gabion_statement_find(struct gabion_statement *s, const char *file, uint32_t line,
			  uint32_t column, const char *word, struct gabion_error *error)
{
	size_t size, at, end, n = strlen(word);
	cleanup_free char *source = read_text(file, &size, error);

	if (!source)
		return error->code;
	for (at = offset_of(source, size, line, column); at > 0; at--)
		if (!strncmp(source + at, word, n) && strchr(" \t\n{", source[at - 1]) &&
		    strchr(" \t", source[at + n]))
			break;
	if (!at)
		return moved(file, error);
	end = statement_end(source, at);
	s->text = gabion_xstrndup(source + at, end - at);
	place_of(source, at, &s->line, &s->column);
	place_of(source, end, &s->end_line, &s->end_column);
	return 0;
}

int gabion_edit_words(struct gabion_edits *edits, const char *file, uint32_t line, uint32_t column,
		      const char *old, const char *text, struct gabion_error *error)
{
	size_t size, at;
	cleanup_free char *source = read_text(file, &size, error);

	if (!source)
		return error->code;
	at = offset_of(source, size, line, column);
	if (!*old || strncmp(source + at, old, strlen(old)))
		return moved(file, error);
	vec_push(edits, (struct gabion_edit){
				.file = gabion_xstrdup(file),
				.line = line,
				.old = gabion_xstrdup(old),
				.text = gabion_xstrdup(text),
				.offset = at,
			});
	return 0;
}

/* One edit in the text of its file, of which nothing before it was changed. */
static int apply_one(struct gabion_source_change *file, const struct gabion_edit *e,
		     struct gabion_error *error)
{
	size_t removed = e->old ? strlen(e->old) : 0;
	const char *around = e->line_of_its_own ? "\n" : "";
	char *text;

	if (e->offset + removed > file->size)
		return moved(e->file, error);
	text = gabion_xasprintf("%.*s%s%s%s%s", (int)e->offset, file->text, around, e->text, around,
				file->text + e->offset + removed);
	free((char *)file->text);
	file->text = text;
	file->size = strlen(text);
	return 0;
}

static struct gabion_source_change *file_of(struct gabion_edited *out, const char *name,
					    struct gabion_error *error)
{
	struct gabion_source_change file = {.name = name};
	size_t i;

	for (i = 0; i < out->n; i++)
		if (!strcmp(out->v[i].name, name))
			return &out->v[i];
	file.text = read_text(name, &file.size, error);
	if (!file.text)
		return NULL;
	file.name = gabion_xstrdup(name);
	vec_push(out, file);
	return &out->v[out->n - 1];
}

static int by_offset(const void *a, const void *b)
{
	const struct gabion_edit *const *x = a, *const *y = b;

	return (*x)->offset < (*y)->offset ? 1 : (*x)->offset > (*y)->offset ? -1 : 0;
}

/* From the end of each file to its beginning: what is left to do keeps its place. */
int gabion_edits_apply(const struct gabion_edits *edits, struct gabion_edited *out,
		       struct gabion_error *error)
{
	VEC(const struct gabion_edit *) sorted = {};
	int err = 0;
	size_t i;

	for (i = 0; i < edits->n; i++)
		vec_push(&sorted, &edits->v[i]);
	if (sorted.n)
		qsort(sorted.v, sorted.n, sizeof(*sorted.v), by_offset);
	for (i = 0; !err && i < sorted.n; i++) {
		struct gabion_source_change *file = file_of(out, sorted.v[i]->file, error);

		err = file ? apply_one(file, sorted.v[i], error)
			   : error->code;
	}
	free(sorted.v);
	return err;
}

void gabion_edited_free(struct gabion_edited *edited)
{
	size_t i;

	for (i = 0; i < edited->n; i++) {
		free((char *)edited->v[i].name);
		free((char *)edited->v[i].text);
	}
	free(edited->v);
	*edited = (struct gabion_edited){0};
}
