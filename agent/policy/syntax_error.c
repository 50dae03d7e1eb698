// SPDX-License-Identifier: GPL-2.0
#include "syntax_error.h"

#include <ctype.h>
#include <string.h>

#include "doubt.h"
#include "tree.h"

struct mistake {
	enum gabion_syntax_found found;
	const char *text;	/* as written */
	const char *before;	/* the word or number before it on its line, or "" */
	char sign;		/* the character before that, or 0 */
	const struct gabion_syntax_expected *expected;
	size_t n;
};

static bool expects(const struct mistake *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (!strcmp(m->expected[i].name, name))
			return true;
	return false;
}

/* "A, B or C"; a place where too many tokens could stand has a name. */
static const char *list_expected(struct gabion_parser *p, const struct mistake *m)
{
	const char *text = "";
	size_t i;

	if (expects(m, "resource"))
		return "a statement (level, category, resource, domain, abstraction, set, include, "
		       "expect, if, @{NAME} = ...)";
	if (expects(m, "enter"))
		return "a rule (a permission, enter, level, use, capability, socket, netlink, "
		       "control, exec, mode, audit required, abi, syscalls, if) or '}'";
	for (i = 0; i < m->n; i++)
		text = gabion_arena_printf(p->arena, "%s%s%s", text,
					   !i ? "" : i + 1 < m->n ? ", " : " or ",
					   m->expected[i].name);
	return text;
}

static const char *nearest_word(const struct mistake *m)
{
	struct gabion_suggestion s = { .name = m->text };
	const struct gabion_protocol *protocol;
	const struct gabion_verb *verb;
	unsigned int v;
	size_t i;

	for (i = 0; i < m->n; i++) {
		if (!strcmp(m->expected[i].name, "permission"))
			for (v = 0; (verb = gabion_verb_at(v)); v++)
				gabion_suggest_try(&s, verb->name);
		else if (!strcmp(m->expected[i].name, "protocol"))
			for (v = 0; (protocol = gabion_protocol_at(v)); v++)
				gabion_suggest_try(&s, protocol->name);
		else if (m->expected[i].word)
			gabion_suggest_try(&s, m->expected[i].name);
	}
	return s.nearest;
}

static bool is_word_part(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void look_before(struct gabion_parser *p, const struct gabion_loc *loc, struct mistake *m)
{
	struct gabion_loc rest = { loc->file, loc->line, 1, loc->column - 1 };
	const char *text = gabion_parser_slice(p, &rest);
	size_t end = loc->column > 1 ? strlen(text) : 0, from;

	while (end && isspace((unsigned char)text[end - 1]))
		end--;
	for (from = end; from && is_word_part(text[from - 1]); from--)
		;
	m->before = gabion_arena_strndup(p->arena, text + from, end - from);
	while (from && isspace((unsigned char)text[from - 1]))
		from--;
	m->sign = from ? text[from - 1] : 0;
}

/* Inside of a condition. */
static const char *mend_condition(struct gabion_parser *p, const struct mistake *m)
{
	bool value = isdigit((unsigned char)m->text[0]) || m->found == GABION_SYNTAX_NAME;

	if (!strcmp(m->text, "(") && expects(m, "number") && expects(m, "'-'"))
		return "drop the parentheses: `|` binds most";
	if (!expects(m, "==") || !*m->before)
		return NULL;
	if (m->sign == '&' || m->sign == '|')
		return "write `P & MASK != 0`, or `P & MASK == V`";
	if (value)
		return gabion_arena_printf(p->arena, "write `%s == %s`", m->before, m->text);
	return gabion_arena_printf(p->arena, "write `%s == V`, or `%s in {V, ...}`", m->before,
				   m->before);
}

/* A statement where a rule is expected. */
static bool is_lost_statement(const struct mistake *m)
{
	static const char *const statements[] = { "domain", "abstraction", "resource", "category",
						  "set", "include", "expect" };
	size_t i;

	for (i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (expects(m, "enter") && !strcmp(m->text, statements[i]))
			return true;
	return false;
}

static const char *mend(struct gabion_parser *p, const struct mistake *m)
{
	const char *nearest, *condition = mend_condition(p, m);

	if (condition)
		return condition;
	if (!strcmp(m->text, ",") && !strcmp(m->before, "default"))
		return "write `syscalls default as ...` as a statement of its own";
	if (!strcmp(m->text, ",") && !strcmp(m->before, "helper"))
		return "write `enter helper` as a statement of its own";
	if (!strcmp(m->text, ",") && !strcmp(m->before, "strict"))
		return "write `syscalls strict` as a statement of its own";
	if (m->found == GABION_SYNTAX_NAME) {
		nearest = nearest_word(m);
		return nearest ? gabion_arena_printf(p->arena, "did you mean `%s`?", nearest)
			       : NULL;
	}
	if (!strcmp(m->text, "{") && expects(m, "quoted string"))
		return "put a glob that does not begin with '/' into quotes";
	if (is_lost_statement(m))
		return "close the block before it with '}'";
	if (m->found == GABION_SYNTAX_WORD && expects(m, "name"))
		return gabion_arena_printf(
			p->arena, "`%s` is a word of the language: choose another name", m->text);
	return NULL;
}

void gabion_syntax_error(struct gabion_parser *p, enum gabion_syntax_found found,
			 const struct gabion_loc *loc,
			 const struct gabion_syntax_expected *expected, size_t n)
{
	struct mistake m = {
		.found = found,
		.text = gabion_parser_slice(p, loc),
		.expected = expected,
		.n = n,
	};

	p->broken = true;
	if (loc->line == p->wrong_line)
		return;
	p->wrong_line = loc->line;
	if (is_lost_statement(&m))
		gabion_doubt_lines(p, loc, loc->line);
	look_before(p, loc, &m);
	if (found == GABION_SYNTAX_FILE_END)
		gabion_tree_error(p, loc, "close the last block with '}'",
				  "the file ends inside of a block");
	else if (found == GABION_SYNTAX_LINE_END)
		gabion_tree_error(p, loc, NULL, "the statement ends too early: expected %s",
				  list_expected(p, &m));
	else
		gabion_tree_error(p, loc, mend(p, &m), "unexpected \"%s\": expected %s", m.text,
				  list_expected(p, &m));
}
