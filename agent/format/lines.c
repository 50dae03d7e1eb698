// SPDX-License-Identifier: GPL-2.0
/*
 * Line ends stay where they are within a statement; a statement begins a line,
 * but for the only one of a block that is written on one line.
 */
#include "lines.h"

#include "../policy/parse.h"
#include "parser.h"

struct layout {
	struct gabion_format_lines *out;
	const struct gabion_format_item *items;
	size_t n;
	const char *text;

	unsigned int depth; /* open blocks */
	unsigned int parens;
	unsigned int rules;    /* depth of the block of rules that we are in, 0: in none */
	unsigned int one_line; /* likewise of a block on one line */
	bool fresh;	       /* the last line opens a block */
	int before;	       /* token before this one, 0 at the beginning */
	int first;	       /* of the statement */
	size_t header;	       /* line of the statement's beginning */
	enum gabion_format_column column;
	bool second; /* the second column has begun */
};

static struct gabion_format_line *last_line(const struct layout *l)
{
	return l->out->list.n ? &l->out->list.v[l->out->list.n - 1] : NULL;
}

static void add_line(struct layout *l, bool deeper, bool blank)
{
	struct gabion_format_line line = {
		.depth = l->depth,
		.deeper = deeper,
		.blank = blank && l->out->list.n && !l->fresh,
		.from = l->out->text.n,
		.middle = l->out->text.n,
		.end = l->out->text.n,
	};

	vec_push(&l->out->list, line);
	l->fresh = false;
}

static void add_bytes(struct layout *l, const char *bytes, size_t n)
{
	while (n--)
		vec_push(&l->out->text, *bytes++);
}

/* Signs that nothing separates from what stands on both sides of them. */
static bool is_joint(int token)
{
	return token == ':' || token == '|' || token == TO;
}

static bool is_name(int token)
{
	return token == WORD || token == VERB || token == NUMBER;
}

/* Does a space stand between @a and @b? */
static bool are_apart(const struct layout *l, int a, int b)
{
	if (is_joint(a) || is_joint(b) || a == '@' || b == ',' || a == '(' || b == ')')
		return false;
	if (l->parens && (a == '{' || b == '}'))
		return false;
	/* A range of ports; other signs of that kind belong to what follows. */
	if (b == '-')
		return a != NUMBER;
	if (b == '(')
		return !is_name(a);
	return a != '-';
}

static void put(struct layout *l, const struct gabion_format_item *item, bool apart)
{
	struct gabion_format_line *line = last_line(l);

	if (apart)
		add_bytes(l, " ", 1);
	add_bytes(l, l->text + item->offset, item->length);
	line->end = l->out->text.n;
	if (!l->second)
		line->middle = line->end;
}

/* Is @token one of the words that a rule begins with before it names its objects? */
static bool is_head(const struct layout *l, int token)
{
	if (l->parens)
		return true;
	switch (l->before) {
	case ALLOW:
	case DENY:
	case TRUSTED:
	case AUDIT:
	case QUIET:
	case KNOWINGLY:
		return true;
	case VERB:
	case ')':
		return token == ',' || token == '(';
	case ',':
		return token == VERB;
	case ENTER:
		return token == WORD;
	}
	return false;
}

static enum gabion_format_column column_of(const struct layout *l, int token)
{
	if (token == RESOURCE)
		return GABION_FORMAT_LEVEL;
	return l->rules && !l->one_line && token != IF ? GABION_FORMAT_RULE : GABION_FORMAT_PLAIN;
}

/* Does the second column begin with @token? */
static bool begins_second(const struct layout *l, int token)
{
	if (l->second || l->column == GABION_FORMAT_PLAIN)
		return false;
	if (l->column == GABION_FORMAT_LEVEL)
		return token == LEVEL;
	return !is_head(l, token);
}

/* Is the block that begins with item @at written on one line, with no comment in it? */
static bool is_one_line(const struct layout *l, size_t at)
{
	unsigned int depth = 1;

	for (at++; at < l->n; at++) {
		if (l->items[at].newlines || l->items[at].token == GABION_FORMAT_COMMENT)
			return false;
		depth += (l->items[at].token == '{') - (l->items[at].token == '}');
		if (!depth)
			return true;
	}
	return false;
}

/* Does the statement, or what opens a block, go on behind the comments at @at? */
static bool is_inside(const struct layout *l, size_t at)
{
	while (at < l->n && l->items[at].token == GABION_FORMAT_COMMENT)
		at++;
	return at < l->n && (!l->items[at].starts || l->items[at].token == '{');
}

static void comment(struct layout *l, size_t at)
{
	const struct gabion_format_item *item = &l->items[at];
	struct gabion_format_line *line = last_line(l);

	if (!line || item->newlines || line->comment) {
		bool inside = is_inside(l, at);

		add_line(l, inside, !inside && item->newlines > 1);
		line = last_line(l);
	}
	line->comment = item;
}

static void open_block(struct layout *l, size_t at)
{
	struct gabion_format_line *header = &l->out->list.v[l->header];
	bool last = header == last_line(l);

	/* The brace may stand below; nothing was written since but comments. */
	add_bytes(l, " {", 2);
	header->middle = header->end = l->out->text.n;
	l->depth++;
	/* Lines of a set of syscalls have one column. */
	if (!l->rules && (l->first == DOMAIN || l->first == ABSTRACTION))
		l->rules = l->depth;
	if (!l->one_line && last && is_one_line(l, at))
		l->one_line = l->depth;
	l->fresh = last;
}

static void close_block(struct layout *l, const struct gabion_format_item *item)
{
	l->second = false;
	l->depth--;
	if (!l->one_line)
		add_line(l, false, false);
	put(l, item, l->one_line);
	if (l->depth < l->one_line)
		l->one_line = 0;
	if (l->depth < l->rules)
		l->rules = 0;
	/* `else` may follow. */
	l->first = IF;
	l->column = GABION_FORMAT_PLAIN;
	l->header = l->out->list.n - 1;
}

static void begin_statement(struct layout *l, const struct gabion_format_item *item)
{
	l->first = item->token;
	l->second = false;
	l->column = column_of(l, item->token);
	if (!l->one_line)
		add_line(l, false, item->newlines > 1);
	put(l, item, l->one_line);
	last_line(l)->column = l->column;
	l->header = l->out->list.n - 1;
}

static void continue_statement(struct layout *l, const struct gabion_format_item *item)
{
	bool apart = are_apart(l, l->before, item->token), second = begins_second(l, item->token);

	if (item->newlines) {
		/* Objects go on below the first of them. */
		l->second = l->second && l->column == GABION_FORMAT_RULE;
		add_line(l, !l->second, false);
		last_line(l)->column = l->column;
		apart = false;
	}
	if (second) {
		l->second = true;
		apart = false;
	}
	put(l, item, apart);
}

void gabion_format_lines(struct gabion_format_lines *lines, const struct gabion_format_scan *scan)
{
	struct layout l = {
		.out = lines,
		.items = scan->items.v,
		.n = scan->items.n,
		.text = scan->text,
	};
	size_t i;

	for (i = 0; i < l.n; i++) {
		const struct gabion_format_item *item = &l.items[i];

		if (item->token == GABION_FORMAT_COMMENT) {
			comment(&l, i);
			continue;
		}
		if (item->token == '{' && !l.parens)
			open_block(&l, i);
		else if (item->token == '}' && !l.parens)
			close_block(&l, item);
		else if (item->starts)
			begin_statement(&l, item);
		else
			continue_statement(&l, item);
		l.parens += (item->token == '(') - (item->token == ')');
		l.before = item->token;
	}
}

void gabion_format_lines_free(struct gabion_format_lines *lines)
{
	free(lines->text.v);
	free(lines->list.v);
}
