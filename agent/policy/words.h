/* SPDX-License-Identifier: GPL-2.0 */
/* Which words are words of the language: that depends on what stands before them. */
#ifndef GABION_POLICY_WORDS_H
#define GABION_POLICY_WORDS_H

#include "parse.h"
#include "parser.h"

/* Is the next token the first of a statement? */
bool gabion_at_statement(const struct gabion_parser *p);

/* The same, or behind the words that may stand before a rule. */
bool gabion_at_rule(const struct gabion_parser *p);

/* Does a list of syscalls or commands, or a condition, go on in the next line? */
bool gabion_goes_on(const struct gabion_parser *p);

/* Token that the word @text is in a list of syscalls, and its @value, in @p's arena if it has one.
 */
int gabion_call_word(struct gabion_parser *p, const char *text, GABION_YYSTYPE *value);

/* The same anywhere else. */
int gabion_word_token(struct gabion_parser *p, const char *text, GABION_YYSTYPE *value);

#endif /* GABION_POLICY_WORDS_H */
