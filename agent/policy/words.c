// SPDX-License-Identifier: GPL-2.0
#include "words.h"

#include <string.h>

#include "../common/protocol.h"
#include "names.h"

static const struct {
	const char *name;
	int token;
} keywords[] = {
	{"level", LEVEL},
	{"category", CATEGORY},
	{"resource", RESOURCE},
	{"domain", DOMAIN},
	{"abstraction", ABSTRACTION},
	{"include", INCLUDE},
	{"expect", EXPECT},
	{"file", FILE_},
	{"except", EXCEPT},
	{"port", PORT},
	{"unreachable", UNREACHABLE},
	{"enter", ENTER},
	{"use", USE},
	{"capability", CAPABILITY},
	{"socket", SOCKET},
	{"control", CONTROL},
	{"exec", EXEC},
	{"as", AS},
	{"trusted", TRUSTED},
	{"deny", DENY},
	{"allow", ALLOW},
	{"audit", AUDIT},
	{"quiet", QUIET},
	{"mode", MODE},
	{"knowingly", KNOWINGLY},
};

bool gabion_at_statement(const struct gabion_parser *p)
{
	return !p->last || p->last == NEWLINE || p->last == '{';
}

bool gabion_at_rule(const struct gabion_parser *p)
{
	return gabion_at_statement(p) || p->last == ALLOW || p->last == DENY ||
	       p->last == TRUSTED || p->last == AUDIT || p->last == QUIET;
}

bool gabion_goes_on(const struct gabion_parser *p)
{
	return p->last == ',' || p->last == '(' || p->last == '{' || p->last == '|' ||
	       p->last == AND || p->last == OR;
}

int gabion_call_word(struct gabion_parser *p, const char *text, GABION_YYSTYPE *value)
{
	static const struct {
		const char *name;
		int token;
	} words[] = {{"in", IN}, {"not", NOT}, {"and", AND}, {"or", OR}};
	size_t i;

	if (p->last == SYSCALLS && !strcmp(text, "default"))
		return DEFAULT;
	if (p->last == SYSCALLS && !strcmp(text, "strict"))
		return STRICT;
	if (!p->parens && !strcmp(text, "as"))
		return AS;
	for (i = 0; p->parens && i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].name, text))
			return words[i].token;
	value->text = gabion_arena_strndup(p->arena, text, strlen(text));
	return WORD;
}

/*
 * A protocol where one can stand, so that resources may be called `raw`; tcp and udp
 * are words of the language everywhere.
 */
static bool is_protocol(const struct gabion_parser *p, const char *text)
{
	return gabion_protocol_named(text) &&
	       (!strcmp(text, "tcp") || !strcmp(text, "udp") || p->last == WORD ||
		(p->last == VERB && p->expecting));
}

int gabion_word_token(struct gabion_parser *p, const char *text, GABION_YYSTYPE *value)
{
	const struct gabion_verb *verb = gabion_verb_find(text);
	size_t i;

	if (gabion_at_statement(p))
		p->expecting = !strcmp(text, "expect");
	value->verb = verb;
	if (verb)
		return VERB;
	if (is_protocol(p, text)) {
		value->protocol = gabion_protocol_named(text);
		return PROTOCOL;
	}
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (!strcmp(keywords[i].name, text))
			return keywords[i].token;
	if (p->last == AUDIT && !strcmp(text, "required"))
		return REQUIRED;
	value->text = gabion_arena_strndup(p->arena, text, strlen(text));
	return WORD;
}
