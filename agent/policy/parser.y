%code top {
// SPDX-License-Identifier: GPL-2.0
/*
 * Grammar of gabion-policy(5).  Actions build the tree and nothing else; the
 * mistakes reported here are those that the grammar itself can see.
 */
}

%define api.pure full
%define api.prefix {gabion_yy}
%define api.location.type {struct gabion_loc}
%define parse.error custom
%locations
%param {void *scanner}
%parse-param {struct gabion_parser *p}

%code requires {
#include "parse.h"

/* A list under construction. */
struct gabion_name_list {
	struct gabion_ast_name *first, *last;
};
struct gabion_verb_list {
	struct gabion_ast_verb *first, *last;
};
struct gabion_port_list {
	struct gabion_ast_ports *first, *last;
};
struct gabion_rule_list {
	struct gabion_ast_rule *first, *last;
};

#define YYLLOC_DEFAULT(current, rhs, n)                          \
	do {                                                     \
		if (n)                                           \
			(current) = YYRHSLOC(rhs, 1);            \
		else                                             \
			(current) = YYRHSLOC(rhs, 0);            \
	} while (0)
}

%union {
	const char *text;
	const struct gabion_verb *verb;
	struct gabion_ast_name name;
	struct gabion_name_list names;
	struct gabion_verb_list verbs;
	struct gabion_port_list ports;
	struct gabion_rule_list rules;
	struct gabion_ast_rule *rule;
	struct gabion_ast_resource *resource;
	struct gabion_ast_level level;
	struct { enum gabion_ast_effect effect; bool audit, quiet; } prefix;
	uint32_t klass;
	uint8_t protocol;
	bool yes;
}

%code {
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "glob.h"

int gabion_yylex(YYSTYPE *value, struct gabion_loc *loc, void *scanner);

static void yyerror(struct gabion_loc *loc, void *scanner, struct gabion_parser *p,
		    const char *message)
{
	(void)scanner;
	gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc, NULL, "%s", message);
}

static struct gabion_ast_name make_name(const char *text, const struct gabion_loc *loc, bool path)
{
	return (struct gabion_ast_name){ .text = text, .loc = *loc, .path = path };
}

static struct gabion_name_list add_name(struct gabion_parser *p, struct gabion_name_list list,
					struct gabion_ast_name name)
{
	struct gabion_ast_name *n = gabion_arena_alloc(p->arena, sizeof(*n));

	*n = name;
	if (list.last)
		list.last->next = n;
	else
		list.first = n;
	list.last = n;
	return list;
}

static struct gabion_verb_list add_verb(struct gabion_parser *p, struct gabion_verb_list list,
					const struct gabion_verb *verb, const struct gabion_loc *loc)
{
	struct gabion_ast_verb *v = gabion_arena_alloc(p->arena, sizeof(*v));

	*v = (struct gabion_ast_verb){ .verb = verb, .loc = *loc };
	if (list.last)
		list.last->next = v;
	else
		list.first = v;
	list.last = v;
	return list;
}

static uint32_t parse_port(struct gabion_parser *p, const char *text, const struct gabion_loc *loc)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (n <= 65535)
		return n;
	gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc, "a port is 0 to 65535",
		      "port %s is too large", text);
	return 0;
}

static struct gabion_port_list add_ports(struct gabion_parser *p, struct gabion_port_list list,
					 const char *from, const struct gabion_loc *from_loc,
					 const char *to, const struct gabion_loc *to_loc)
{
	struct gabion_ast_ports *ports = gabion_arena_alloc(p->arena, sizeof(*ports));

	ports->from = parse_port(p, from, from_loc);
	ports->to = to ? parse_port(p, to, to_loc) : ports->from;
	ports->loc = *from_loc;
	if (ports->from > ports->to)
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, from_loc,
			      "write the lower port first", "port range runs backwards");
	if (list.last)
		list.last->next = ports;
	else
		list.first = ports;
	list.last = ports;
	return list;
}

static struct gabion_ast_rule *make_rule(struct gabion_parser *p, enum gabion_ast_kind kind,
					 const struct gabion_loc *loc)
{
	struct gabion_ast_rule *rule = gabion_arena_alloc(p->arena, sizeof(*rule));

	rule->kind = kind;
	rule->loc = *loc;
	return rule;
}

static struct gabion_ast_resource *make_resource(struct gabion_parser *p, uint32_t klass)
{
	struct gabion_ast_resource *r = gabion_arena_alloc(p->arena, sizeof(*r));

	r->klass = klass;
	return r;
}

static void end_block(struct gabion_parser *p, bool abstraction, const struct gabion_ast_name *name,
		      struct gabion_ast_rule *rules)
{
	struct gabion_ast_block *block;

	if (!name->text)
		return;
	block = gabion_arena_alloc(p->arena, sizeof(*block));
	*block = (struct gabion_ast_block){ *name, abstraction, rules, NULL };
	*p->blocks_end = block;
	p->blocks_end = &block->next;
}

static void add_expect(struct gabion_parser *p, struct gabion_ast_name domain, bool allow,
		       struct gabion_ast_name verb, const struct gabion_loc *loc,
		       const struct gabion_loc *object_loc, const char *object)
{
	struct gabion_ast_expect *e = gabion_arena_alloc(p->arena, sizeof(*e));

	*e = (struct gabion_ast_expect){
		.domain = domain,
		.allow = allow,
		.verb = verb,
		.object = make_name(object, object_loc, object[0] == '/'),
		.loc = *loc,
	};
	*p->expects_end = e;
	p->expects_end = &e->next;
}

static void set_levels(struct gabion_parser *p, const struct gabion_loc *loc,
		       struct gabion_ast_name *levels)
{
	if (p->ast->levels) {
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc,
			      "keep one of them, with all levels in it",
			      "the levels are ordered twice");
		gabion_report(p->diags, p->sources, GABION_SEVERITY_NOTE, &p->ast->levels_loc, NULL,
			      "ordered here first");
		return;
	}
	p->ast->levels = levels;
	p->ast->levels_loc = *loc;
}
}

%token NEWLINE		"end of line"
%token <text> WORD	"name"
%token <text> PATH	"path"
%token <text> STRING	"quoted string"
%token <text> NUMBER	"number"
%token <text> ADDRESS	"address"
%token <verb> VERB	"permission"
%token LEVEL		"level"
%token CATEGORY		"category"
%token RESOURCE		"resource"
%token DOMAIN		"domain"
%token ABSTRACTION	"abstraction"
%token INCLUDE		"include"
%token EXPECT		"expect"
%token FILE_		"file"
%token TCP		"tcp"
%token UDP		"udp"
%token PORT		"port"
%token UNREACHABLE	"unreachable"
%token EXCEPT		"except"
%token ENTER		"enter"
%token USE		"use"
%token CAPABILITY	"capability"
%token SOCKET		"socket"
%token CONTROL		"control"
%token EXEC		"exec"
%token AS		"as"
%token TRUSTED		"trusted"
%token DENY		"deny"
%token ALLOW		"allow"
%token AUDIT		"audit"
%token QUIET		"quiet"
%token MODE		"mode"

%type <name> name word object glob as
%type <names> order names words objects globs except
%type <verbs> verbs
%type <ports> ports ports_opt
%type <rules> rules
%type <rule> rule
%type <resource> resource
%type <level> level level_opt
%type <prefix> prefix
%type <klass> numbers
%type <protocol> protocol
%type <yes> verdict block

%%

file:
	%empty
|	file statement NEWLINE
|	file error NEWLINE		{ yyerrok; }
;

statement:
	LEVEL order			{ set_levels(p, &@1, $2.first); }
|	CATEGORY words			{
		*p->categories_end = $2.first;
		p->categories_end = &$2.last->next;
	}
|	RESOURCE name resource level_opt {
		$3->name = $2;
		$3->level = $4;
		*p->resources_end = $3;
		p->resources_end = &$3->next;
	}
|	block name open rules '}'	{ end_block(p, $1, &$2, $4.first); }
|	block error open rules '}'
|	INCLUDE STRING			{
		vec_push(&p->includes, (struct gabion_include){ $2, @2 });
	}
|	EXPECT name verdict VERB glob	{
		char *path = gabion_glob_literal($5.text);

		if (path)
			add_expect(p, $2, $3, make_name($4->name, &@4, false), &@1, &@5,
				   gabion_arena_strndup(p->arena, path, strlen(path)));
		else
			gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, &@5,
				      "write one path; \\* is an asterisk itself",
				      "an expectation is about one object, not a glob");
		free(path);
	}
|	EXPECT name verdict VERB UNREACHABLE {
		add_expect(p, $2, $3, make_name($4->name, &@4, false), &@1, &@5, "unreachable");
	}
|	EXPECT name verdict VERB protocol ADDRESS PORT NUMBER {
		add_expect(p, $2, $3, make_name($4->name, &@4, false), &@1, &@5,
			   gabion_arena_printf(p->arena, "%s %s port %s",
					       $5 == IPPROTO_TCP ? "tcp" : "udp", $6, $8));
	}
|	EXPECT name verdict VERB word	{
		add_expect(p, $2, $3, make_name($4->name, &@4, false), &@1, &@5, $5.text);
	}
|	EXPECT name verdict VERB DOMAIN name {
		add_expect(p, $2, $3, make_name($4->name, &@4, false), &@1, &@6,
			   gabion_arena_printf(p->arena, "domain %s", $6.text));
	}
|	EXPECT name verdict numbers word {
		add_expect(p, $2, $3, make_name(gabion_parser_slice(p, &@4), &@4, false), &@1, &@5,
			   $5.text);
	}
;

order:
	words
|	order '<' word			{ $$ = add_name(p, $1, $3); }
;

block:
	DOMAIN				{ $$ = false; }
|	ABSTRACTION			{ $$ = true; }
;

open:
	'{'
|	NEWLINE '{'
;

verdict:
	ALLOW				{ $$ = true; }
|	DENY				{ $$ = false; }
;

resource:
	FILE_ globs except		{
		$$ = make_resource(p, GABION_CLASS_FILE);
		$$->globs = $2.first;
		$$->except = $3.first;
	}
|	FILE_ UNREACHABLE		{
		$$ = make_resource(p, GABION_CLASS_FILE);
		$$->unreachable = true;
	}
|	protocol ports_opt		{
		$$ = make_resource(p, GABION_CLASS_NET);
		$$->protocol = $1;
		$$->ports = $2.first;
	}
|	protocol ADDRESS ports_opt	{
		$$ = make_resource(p, GABION_CLASS_NET);
		$$->protocol = $1;
		$$->address = make_name($2, &@2, false);
		$$->ports = $3.first;
	}
|	protocol VERB ports_opt		{
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, &@2,
			      gabion_arena_printf(p->arena, "drop it here, and say `%s NAME` in the domain",
						  $2->name),
			      "a resource says where, not what is done there: `%s`", $2->name);
		$$ = make_resource(p, GABION_CLASS_NET);
		$$->protocol = $1;
		$$->ports = $3.first;
	}
;

protocol:
	TCP				{ $$ = IPPROTO_TCP; }
|	UDP				{ $$ = IPPROTO_UDP; }
;

except:
	%empty				{ $$ = (struct gabion_name_list){}; }
|	EXCEPT globs			{ $$ = $2; }
;

ports_opt:
	%empty				{ $$ = (struct gabion_port_list){}; }
|	PORT ports			{ $$ = $2; }
;

ports:
	NUMBER				{ $$ = add_ports(p, (struct gabion_port_list){}, $1, &@1, NULL, NULL); }
|	NUMBER '-' NUMBER		{ $$ = add_ports(p, (struct gabion_port_list){}, $1, &@1, $3, &@3); }
|	ports ',' NUMBER		{ $$ = add_ports(p, $1, $3, &@3, NULL, NULL); }
|	ports ',' NUMBER '-' NUMBER	{ $$ = add_ports(p, $1, $3, &@3, $5, &@5); }
;

level_opt:
	%empty				{ $$ = (struct gabion_ast_level){}; }
|	LEVEL level			{ $$ = $2; }
;

level:
	word				{ $$ = (struct gabion_ast_level){ .name = $1 }; }
|	word ':' words			{ $$ = (struct gabion_ast_level){ $1, $3.first }; }
;

rules:
	%empty				{ $$ = (struct gabion_rule_list){}; }
|	rules rule NEWLINE		{
		$$ = $1;
		if ($$.last)
			$$.last->next = $2;
		else
			$$.first = $2;
		$$.last = $2;
	}
|	rules error NEWLINE		{ $$ = $1; yyerrok; }
;

rule:
	ENTER globs			{
		$$ = make_rule(p, GABION_AST_ENTER, &@1);
		$$->objects = $2.first;
	}
|	LEVEL level			{
		$$ = make_rule(p, GABION_AST_LEVEL, &@1);
		$$->level = $2;
	}
|	USE names			{
		$$ = make_rule(p, GABION_AST_USE, &@1);
		$$->objects = $2.first;
	}
|	prefix verbs objects		{
		$$ = make_rule(p, GABION_AST_ACCESS, &$2.first->loc);
		$$->effect = $1.effect;
		$$->audit = $1.audit;
		$$->quiet = $1.quiet;
		$$->verbs = $2.first;
		$$->objects = $3.first;
	}
|	prefix verbs DOMAIN names	{
		$$ = make_rule(p, GABION_AST_ACCESS, &$2.first->loc);
		$$->effect = $1.effect;
		$$->audit = $1.audit;
		$$->quiet = $1.quiet;
		$$->klass = GABION_CLASS_DOMAIN;
		$$->verbs = $2.first;
		$$->objects = $4.first;
	}
|	prefix numbers words		{
		$$ = make_rule(p, GABION_AST_NUMBERS, &@2);
		$$->effect = $1.effect;
		$$->audit = $1.audit;
		$$->quiet = $1.quiet;
		$$->klass = $2;
		$$->objects = $3.first;
	}
|	EXEC object as			{
		$$ = make_rule(p, GABION_AST_EXEC, &@1);
		$$->objects = add_name(p, (struct gabion_name_list){}, $2).first;
		$$->as = $3;
	}
|	MODE word			{
		$$ = make_rule(p, GABION_AST_MODE, &@1);
		$$->objects = add_name(p, (struct gabion_name_list){}, $2).first;
	}
;

prefix:
	%empty				{ memset(&$$, 0, sizeof($$)); }
|	prefix TRUSTED			{ $$ = $1; $$.effect = GABION_AST_TRUSTED; }
|	prefix DENY			{ $$ = $1; $$.effect = GABION_AST_DENY; }
|	prefix AUDIT			{ $$ = $1; $$.audit = true; }
|	prefix QUIET			{ $$ = $1; $$.quiet = true; }
|	prefix ALLOW			{ $$ = $1; $$.effect = GABION_AST_ALLOW; }
;

numbers:
	CAPABILITY			{ $$ = GABION_CLASS_CAPABILITY; }
|	SOCKET				{ $$ = GABION_CLASS_FAMILY; }
|	CONTROL				{ $$ = GABION_CLASS_CONTROL; }
;

as:
	%empty				{ $$ = (struct gabion_ast_name){}; }
|	AS name				{ $$ = $2; }
;

verbs:
	VERB				{ $$ = add_verb(p, (struct gabion_verb_list){}, $1, &@1); }
|	verbs ',' VERB			{ $$ = add_verb(p, $1, $3, &@3); }
;

objects:
	object				{ $$ = add_name(p, (struct gabion_name_list){}, $1); }
|	objects ',' object		{ $$ = add_name(p, $1, $3); }
;

object:
	name
|	glob
;

globs:
	glob				{ $$ = add_name(p, (struct gabion_name_list){}, $1); }
|	globs ',' glob			{ $$ = add_name(p, $1, $3); }
;

glob:
	PATH				{ $$ = make_name($1, &@1, true); }
|	STRING				{
		$$ = make_name($1, &@1, true);
		/* What follows is about the text between the quotes. */
		$$.loc.column++;
		if ($$.loc.length > 2)
			$$.loc.length -= 2;
	}
;

names:
	name				{ $$ = add_name(p, (struct gabion_name_list){}, $1); }
|	names ',' name			{ $$ = add_name(p, $1, $3); }
;

name:
	WORD				{ $$ = make_name($1, &@1, false); }
;

words:
	word				{ $$ = add_name(p, (struct gabion_name_list){}, $1); }
|	words ',' word			{ $$ = add_name(p, $1, $3); }
;

/* A name of a list that also has names like our permissions: capability chown. */
word:
	name
|	VERB				{ $$ = make_name($1->name, &@1, false); }
;

%%

/* What a place in the grammar is called when too many tokens could stand there to list them. */
static const char *describe_place(const yysymbol_kind_t *expected, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (expected[i] == YYSYMBOL_RESOURCE)
			return "a statement (level, category, resource, domain, abstraction, include, expect)";
		if (expected[i] == YYSYMBOL_ENTER)
			return "a rule (a permission, enter, level, use, capability, socket, control, exec, mode) or '}'";
	}
	return NULL;
}

/* "A, B or C" */
static const char *list_expected(struct gabion_parser *p, const yysymbol_kind_t *expected, int n)
{
	const char *place = describe_place(expected, n), *text = "";
	int i;

	if (place)
		return place;
	for (i = 0; i < n; i++)
		text = gabion_arena_printf(p->arena, "%s%s%s", text,
					   !i ? "" : i + 1 < n ? ", " : " or ",
					   yysymbol_name(expected[i]));
	return text;
}

static const char *nearest_word(const char *text, const yysymbol_kind_t *expected, int n)
{
	struct gabion_suggestion s = { .name = text };
	const struct gabion_verb *verb;
	int i;
	unsigned int v;

	for (i = 0; i < n; i++) {
		if (expected[i] == YYSYMBOL_VERB)
			for (v = 0; (verb = gabion_verb_at(v)); v++)
				gabion_suggest_try(&s, verb->name);
		else if (expected[i] > YYSYMBOL_VERB)
			gabion_suggest_try(&s, yysymbol_name(expected[i]));
	}
	return s.nearest;
}

static bool expects(const yysymbol_kind_t *expected, int n, yysymbol_kind_t symbol)
{
	while (n--)
		if (expected[n] == symbol)
			return true;
	return false;
}

static int yyreport_syntax_error(const yypcontext_t *context, void *scanner,
				 struct gabion_parser *p)
{
	yysymbol_kind_t expected[YYNTOKENS], token = yypcontext_token(context);
	const struct gabion_loc *loc = yypcontext_location(context);
	int n = yypcontext_expected_tokens(context, expected, YYNTOKENS);
	const char *text, *nearest, *mend = NULL;

	(void)scanner;
	if (n < 0)
		return n;
	text = gabion_parser_slice(p, loc);
	if (token == YYSYMBOL_WORD) {
		nearest = nearest_word(text, expected, n);
		if (nearest)
			mend = gabion_arena_printf(p->arena, "did you mean `%s`?", nearest);
	} else if (token >= YYSYMBOL_VERB && expects(expected, n, YYSYMBOL_WORD)) {
		mend = gabion_arena_printf(p->arena,
					   "`%s` is a word of the language: choose another name", text);
	}
	if (token == YYSYMBOL_NEWLINE)
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc, mend,
			      "the statement ends too early: expected %s",
			      list_expected(p, expected, n));
	else if (token == YYSYMBOL_YYEOF)
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc,
			      "close the last block with '}'", "the file ends inside of a block");
	else
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc, mend,
			      "unexpected \"%s\": expected %s", text, list_expected(p, expected, n));
	return 0;
}
