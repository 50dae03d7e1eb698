// SPDX-License-Identifier: GPL-2.0
#include "parse.h"

#include <string.h>

#include "parser.h"
#define YYSTYPE GABION_YYSTYPE
#define YYLTYPE GABION_YYLTYPE
#include "lexer.h"

void gabion_parser_init(struct gabion_parser *parser, struct gabion_arena *arena,
			struct gabion_sources *sources, struct gabion_diagnostics *diags,
			struct gabion_ast *ast)
{
	memset(parser, 0, sizeof(*parser));
	memset(ast, 0, sizeof(*ast));
	parser->arena = arena;
	parser->sources = sources;
	parser->diags = diags;
	parser->ast = ast;
	parser->categories_end = &ast->categories;
	parser->resources_end = &ast->resources;
	parser->blocks_end = &ast->blocks;
	parser->expects_end = &ast->expects;
	parser->sets_end = &ast->sets;
	parser->variables_end = &ast->variables;
}

void gabion_parser_fini(struct gabion_parser *parser)
{
	free(parser->includes.v);
	free(parser->path.v);
	gabion_strmap_free(&parser->doubtful);
}

const char *gabion_parser_slice(struct gabion_parser *parser, const struct gabion_loc *loc)
{
	char *line = gabion_source_line(&parser->sources->files.v[loc->file], loc->line);
	size_t width = line ? strlen(line) : 0, n = loc->length;
	const char *text;

	if (loc->column > width)
		text = "";
	else
		text = gabion_arena_strndup(parser->arena, line + loc->column - 1,
					    n < width - loc->column + 1 ? n
									: width - loc->column + 1);
	free(line);
	return text;
}

/* Scanner of file number @file, at its beginning. */
static yyscan_t open_file(struct gabion_parser *parser, uint32_t file)
{
	yyscan_t scanner;

	parser->file = file;
	parser->line = 1;
	parser->column = 1;
	parser->last = 0;
	parser->broken = false;
	parser->wrong_line = 0;
	parser->branch = NULL;
	parser->skipping = false;
	/* Cannot fail: allocation failures do not return. */
	gabion_yylex_init_extra(parser, &scanner);
	/* A copy: flex writes into the text it reads, and diagnostics quote it meanwhile. */
	gabion_yy_scan_bytes(parser->sources->files.v[file].text,
			     parser->sources->files.v[file].size, scanner);
	return scanner;
}

void gabion_parse(struct gabion_parser *parser, uint32_t file)
{
	yyscan_t scanner = open_file(parser, file);

	gabion_yyparse(scanner, parser);
	gabion_yylex_destroy(scanner);
}

void gabion_parse_tokens(struct gabion_parser *parser, uint32_t file,
			 void (*visit)(int token, const struct gabion_loc *loc, void *data),
			 void *data)
{
	yyscan_t scanner = open_file(parser, file);
	struct gabion_loc loc;
	YYSTYPE value;
	int token;

	while ((token = gabion_yylex(&value, &loc, scanner)))
		visit(token, &loc, data);
	gabion_yylex_destroy(scanner);
}
