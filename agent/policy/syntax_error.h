/* SPDX-License-Identifier: GPL-2.0 */
/* What is said of text that does not fit the grammar. */
#ifndef GABION_POLICY_SYNTAX_ERROR_H
#define GABION_POLICY_SYNTAX_ERROR_H

#include "parse.h"

/* What stands where something else was expected. */
enum gabion_syntax_found {
	GABION_SYNTAX_NAME,
	GABION_SYNTAX_WORD,	/* a word of the language */
	GABION_SYNTAX_LINE_END,
	GABION_SYNTAX_FILE_END,
	GABION_SYNTAX_OTHER,
};

/* A token that could stand there: as messages call it; is it a word of the language? */
struct gabion_syntax_expected {
	const char *name;
	bool word;
};

/* Report @found at @loc in place of one of @expected [@n]. */
void gabion_syntax_error(struct gabion_parser *p, enum gabion_syntax_found found,
			 const struct gabion_loc *loc,
			 const struct gabion_syntax_expected *expected, size_t n);

#endif /* GABION_POLICY_SYNTAX_ERROR_H */
