/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text to syntax tree.  Shared by lexer.l and parser.y; callers need only
 * gabion_parse().
 */
#ifndef GABION_POLICY_PARSE_H
#define GABION_POLICY_PARSE_H

#include "ast.h"
#include "source.h"
#include "strmap.h"

/* An `include "FILE"` that is still to be read. */
struct gabion_include {
	const char *path;
	struct gabion_loc loc;
};

/* Parser and lexer state; one for the whole compilation, file after file. */
struct gabion_parser {
	struct gabion_arena *arena;
	struct gabion_sources *sources;
	struct gabion_diagnostics *diags;
	struct gabion_ast *ast;
	VEC(struct gabion_include) includes;

	/* Ends of the lists of @ast. */
	struct gabion_ast_name **categories_end;
	struct gabion_ast_resource **resources_end;
	struct gabion_ast_block **blocks_end;
	struct gabion_ast_expect **expects_end;
	struct gabion_ast_set **sets_end;
	struct gabion_ast_variable **variables_end;

	const struct gabion_facts *facts;	/* NULL: no condition holds, whatever the host is */
	struct gabion_branch *branch;		/* of conditions that are being read, the innermost */
	bool skipping;				/* in one that is not taken */

	/* What was not read: doubt.c. */
	struct gabion_strmap doubtful;
	bool lost;		/* a whole file */

	/* The file being read. */
	uint32_t file;
	uint32_t line, column;	/* of the next byte */
	int last;		/* last token, 0 at the beginning */
	bool expecting;		/* the statement is an expectation */
	uint32_t wrong_line;	/* of the last mistake of syntax: others in it follow from it */
	bool broken;		/* there is a mistake of syntax in the statement, or block */
	unsigned int depth;	/* open braces of a path, a condition or a skipped statement */
	unsigned int parens;	/* open parentheses of a condition */
	struct gabion_loc path_loc;
	VEC(char) path;
};

void gabion_parser_init(struct gabion_parser *parser, struct gabion_arena *arena,
			struct gabion_sources *sources, struct gabion_diagnostics *diags,
			struct gabion_ast *ast);
void gabion_parser_fini(struct gabion_parser *parser);

/* Parse file number @file of the sources; what is wrong goes to the diagnostics. */
void gabion_parse(struct gabion_parser *parser, uint32_t file);

/*
 * Call @visit for each token of file number @file, whatever the grammar says to them: a number
 * of parser.h, and its place.
 */
void gabion_parse_tokens(struct gabion_parser *parser, uint32_t file,
			 void (*visit)(int token, const struct gabion_loc *loc, void *data),
			 void *data);

/* The text at @loc as written, in the arena. */
const char *gabion_parser_slice(struct gabion_parser *parser, const struct gabion_loc *loc);

#endif /* GABION_POLICY_PARSE_H */
