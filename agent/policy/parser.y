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
#include "tree.h"

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
	struct gabion_prefix prefix;
	struct gabion_question question;
	struct gabion_call_list calls;
	struct gabion_ast_call call;
	struct gabion_ast_action action;
	struct gabion_ast_condition *condition;
	struct gabion_ast_term *terms;
	struct gabion_range_list ranges;
	uint32_t klass;
	const struct gabion_protocol *protocol;
	bool yes;
	enum gabion_order order;
}

%code {
#include <stdlib.h>
#include <string.h>

#include "doubt.h"
#include "syntax_error.h"

int gabion_yylex(YYSTYPE *value, struct gabion_loc *loc, void *scanner);

static void yyerror(struct gabion_loc *loc, void *scanner, struct gabion_parser *p,
		    const char *message)
{
	(void)scanner;
	gabion_tree_error(p, loc, NULL, "%s", message);
}
}

%token NEWLINE		"end of line"
%token <text> WORD	"name"
%token <text> PATH	"path"
%token <text> STRING	"quoted string"
%token <text> NUMBER	"number"
%token <text> ADDRESS	"address"
%token <text> QUESTION	"syscall, perhaps with arguments"
%token <text> VARIABLE	"variable"
%token EQUAL		"=="
%token UNEQUAL		"!="
%token AT_MOST		"<="
%token AT_LEAST		">="
%token TO		".."
%token <verb> VERB	"permission"
%token LEVEL		"level"
%token CATEGORY		"category"
%token RESOURCE		"resource"
%token DOMAIN		"domain"
%token ABSTRACTION	"abstraction"
%token INCLUDE		"include"
%token EXPECT		"expect"
%token FILE_		"file"
%token <protocol> PROTOCOL	"protocol"
%token PORT		"port"
%token UNREACHABLE	"unreachable"
%token EXCEPT		"except"
%token ENTER		"enter"
%token USE		"use"
%token CAPABILITY	"capability"
%token SOCKET		"socket"
%token CONTROL		"control"
%token NETLINK		"netlink"
%token LIMIT		"limit"
%token EXEC		"exec"
%token AS		"as"
%token TRUSTED		"trusted"
%token DENY		"deny"
%token ALLOW		"allow"
%token AUDIT		"audit"
%token REQUIRED		"required"
%token QUIET		"quiet"
%token KNOWINGLY	"knowingly"
%token MODE		"mode"
%token SET		"set"
%token IF		"if"
%token ELSE		"else"
%token ABI		"abi"
%token SYSCALLS		"syscalls"
%token SYSCALL		"syscall"
%token DEFAULT		"default"
%token STRICT		"strict"
%token IN		"in"
%token NOT		"not"
%token AND		"and"
%token OR		"or"

%type <name> name word object glob netlink limited
%type <names> order names words objects globs except netlinks limits
%type <verbs> verbs verb
%type <ports> ports ports_opt
%type <rules> rules
%type <rule> rule
%type <resource> resource
%type <level> level level_opt
%type <prefix> prefix
%type <klass> numbers
%type <yes> verdict block facts facts_and facts_not fact
%type <order> compared
%type <name> value_text
%type <names> value_texts
%type <calls> calls
%type <call> call target called
%type <action> action
%type <question> question
%type <condition> condition conditions disjunction conjunction primary test tested
%type <terms> value mask command
%type <ranges> ranges range commands command_range

%%

file:
	statements
;

statements:
	%empty
|	statements statement NEWLINE	{ p->broken = false; }
|	statements error NEWLINE	{
		gabion_doubt_lines(p, &@2, p->line - 1);
		p->broken = false;
		yyerrok;
	}
|	statements error lost rules '}' NEWLINE {
		gabion_doubt_lines(p, &@2, @2.line);
		p->broken = false;
		yyerrok;
	}
;

/* Both branches are read; one that is not taken leaves nothing in the tree. */
then:
	facts '{'			{ gabion_tree_branch_begin(p, $1); }
;

otherwise:
	'}' ELSE '{'			{ gabion_tree_branch_else(p); }
;

statement:
	LEVEL order			{ gabion_tree_levels(p, &@1, $2.first); }
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
|	block name open rules '}'	{ gabion_tree_block(p, $1, &$2, $4.first); }
|	block error lost rules '}'	{ gabion_doubt_lines(p, &@2, @2.line); }
|	SET word open rules '}'		{ gabion_tree_set(p, &$2, $4.first); }
|	SET error lost rules '}'	{ gabion_doubt_lines(p, &@2, @2.line); }
|	INCLUDE STRING			{
		vec_push(&p->includes, (struct gabion_include){ $2, @2 });
	}
|	IF then statements '}'		{ gabion_tree_branch_end(p); }
|	IF then statements otherwise statements '}' { gabion_tree_branch_end(p); }
|	VARIABLE '=' value_texts		{ gabion_tree_variable(p, $1, &@1, $3.first); }
|	EXPECT name verdict question	{ gabion_tree_expect(p, &@1, &$2, $3, &$4, NULL); }
|	EXPECT name verdict question AS name {
		gabion_tree_expect(p, &@1, &$2, $3, &$4, &$6);
	}
;

question:
	VERB glob			{
		$$ = gabion_tree_question($1->name, &@1, gabion_tree_literal(p, $2.text, &@2), &@2);
	}
|	VERB UNREACHABLE		{
		$$ = gabion_tree_question($1->name, &@1, "unreachable", &@2);
	}
|	VERB '(' commands ')' glob	{
		$$ = gabion_tree_command_question(p, $1, &@1, $3.first,
						  gabion_tree_literal(p, $5.text, &@5), &@5);
	}
|	VERB '(' commands ')' UNREACHABLE {
		$$ = gabion_tree_command_question(p, $1, &@1, $3.first, "unreachable", &@5);
	}
|	VERB PROTOCOL ADDRESS		{
		$$ = gabion_tree_question($1->name, &@1, gabion_tree_endpoint(p, $2, $3, NULL), &@2);
	}
|	VERB PROTOCOL ADDRESS PORT NUMBER {
		$$ = gabion_tree_question($1->name, &@1, gabion_tree_endpoint(p, $2, $3, $5), &@2);
	}
|	VERB word			{ $$ = gabion_tree_question($1->name, &@1, $2.text, &@2); }
|	VERB DOMAIN name		{
		$$ = gabion_tree_question($1->name, &@1,
					  gabion_arena_printf(p->arena, "domain %s", $3.text), &@3);
	}
|	SYSCALL QUESTION		{ $$ = gabion_tree_question("syscall", &@1, $2, &@2); }
|	SYSCALLS calls			{
		gabion_tree_error(p, &@1, "write `syscall`",
				  "an expectation is about one syscall, not a list");
		$$ = gabion_tree_question("syscall", &@1, NULL, &@2);
	}
|	numbers word			{
		$$ = gabion_tree_question(gabion_parser_slice(p, &@1), &@1, $2.text, &@2);
	}
|	NETLINK netlink			{
		$$ = gabion_tree_question("netlink", &@1, $2.text, &@2);
	}
|	LIMIT limited NUMBER		{
		$$ = gabion_tree_question("limit", &@1,
					  gabion_arena_printf(p->arena, "%s %s", $2.text, $3), &@2);
	}
;

order:
	words
|	order '<' word			{ $$ = gabion_tree_add_name(p, $1, $3); }
;

block:
	DOMAIN				{ $$ = false; }
|	ABSTRACTION			{ $$ = true; }
;

/* Begins a block whose beginning is wrong; what stands in it is looked at all the same. */
lost:
	open				{ yyerrok; }
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
		$$ = gabion_tree_resource(p, GABION_CLASS_FILE);
		$$->globs = $2.first;
		$$->except = $3.first;
	}
|	FILE_ UNREACHABLE		{
		$$ = gabion_tree_resource(p, GABION_CLASS_FILE);
		$$->unreachable = true;
	}
|	PROTOCOL ports_opt		{ $$ = gabion_tree_net(p, $1, $2.first); }
|	PROTOCOL ADDRESS ports_opt	{
		$$ = gabion_tree_net(p, $1, $3.first);
		$$->address = gabion_tree_name($2, &@2, false);
	}
|	PROTOCOL VERB ports_opt		{
		$$ = gabion_tree_net(p, $1, $3.first);
		gabion_tree_misplaced_verb(p, $2, &@2);
	}
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
	NUMBER				{
		$$ = gabion_tree_add_ports(p, (struct gabion_port_list){}, $1, &@1, NULL, NULL);
	}
|	NUMBER '-' NUMBER		{
		$$ = gabion_tree_add_ports(p, (struct gabion_port_list){}, $1, &@1, $3, &@3);
	}
|	ports ',' NUMBER		{ $$ = gabion_tree_add_ports(p, $1, $3, &@3, NULL, NULL); }
|	ports ',' NUMBER '-' NUMBER	{ $$ = gabion_tree_add_ports(p, $1, $3, &@3, $5, &@5); }
;

level_opt:
	%empty				{ $$ = (struct gabion_ast_level){}; }
|	LEVEL level			{ $$ = $2; }
;

level:
	word				{ $$ = (struct gabion_ast_level){ .name = $1 }; }
|	word ':' words			{ $$ = (struct gabion_ast_level){ $1, $3.first }; }
;

facts:
	facts_and
|	facts OR facts_and		{ $$ = $1 | $3; }
;

facts_and:
	facts_not
|	facts_and AND facts_not		{ $$ = $1 & $3; }
;

facts_not:
	fact
|	NOT facts_not			{ $$ = !$2; }
|	'(' facts ')'			{ $$ = $2; }
;

fact:
	name compared NUMBER		{ $$ = gabion_tree_fact_version(p, &$1, $2, $3); }
|	name glob			{ $$ = gabion_tree_fact_path(p, &$1, &$2); }
|	name WORD			{ $$ = gabion_tree_fact_name(p, &$1, $2); }
;

compared:
	EQUAL				{ $$ = GABION_ORDER_EQUAL; }
|	UNEQUAL				{ $$ = GABION_ORDER_UNEQUAL; }
|	'<'				{ $$ = GABION_ORDER_BELOW; }
|	AT_MOST				{ $$ = GABION_ORDER_AT_MOST; }
|	'>'				{ $$ = GABION_ORDER_ABOVE; }
|	AT_LEAST			{ $$ = GABION_ORDER_AT_LEAST; }
;

value_texts:
	value_text			{ $$ = gabion_tree_names(p, $1); }
|	value_texts ',' value_text	{ $$ = gabion_tree_add_name(p, $1, $3); }
;

value_text:
	word
|	glob
|	NUMBER				{ $$ = gabion_tree_name($1, &@1, false); }
|	ADDRESS				{ $$ = gabion_tree_name($1, &@1, false); }
;

rules:
	%empty				{ $$ = (struct gabion_rule_list){}; }
|	rules rule NEWLINE		{ $$ = $1; gabion_list_add(&$$, $2); }
|	rules IF facts '{' rules '}' NEWLINE {
		$$ = $3 ? gabion_tree_join_rules($1, $5) : $1;
	}
|	rules IF facts '{' rules '}' ELSE '{' rules '}' NEWLINE {
		$$ = gabion_tree_join_rules($1, $3 ? $5 : $9);
	}
|	rules error NEWLINE		{ $$ = $1; yyerrok; }
;

rule:
	ENTER globs			{
		$$ = gabion_tree_rule(p, GABION_AST_ENTER, &@1, $2.first);
	}
|	ENTER name			{ $$ = gabion_tree_enter_helper(p, &@1, &$2, NULL); }
|	ENTER name globs		{
		$$ = gabion_tree_enter_helper(p, &@1, &$2, $3.first);
	}
|	LEVEL level			{
		$$ = gabion_tree_rule(p, GABION_AST_LEVEL, &@1, NULL);
		$$->level = $2;
	}
|	USE names			{ $$ = gabion_tree_rule(p, GABION_AST_USE, &@1, $2.first); }
|	prefix verbs objects		{
		$$ = gabion_tree_prefixed(p, GABION_AST_ACCESS, &$2.first->loc, $1, $3.first);
		$$->verbs = $2.first;
	}
|	prefix verbs DOMAIN names	{
		$$ = gabion_tree_prefixed(p, GABION_AST_ACCESS, &$2.first->loc, $1, $4.first);
		$$->klass = GABION_CLASS_DOMAIN;
		$$->verbs = $2.first;
	}
|	prefix numbers words		{
		$$ = gabion_tree_prefixed(p, GABION_AST_NUMBERS, &@2, $1, $3.first);
		$$->klass = $2;
	}
|	prefix NETLINK netlinks		{
		$$ = gabion_tree_prefixed(p, GABION_AST_NUMBERS, &@2, $1, $3.first);
		$$->klass = GABION_CLASS_NETLINK;
	}
|	prefix LIMIT limits		{
		$$ = gabion_tree_prefixed(p, GABION_AST_LIMIT, &@2, $1, $3.first);
	}
|	EXEC object			{
		$$ = gabion_tree_rule(p, GABION_AST_EXEC, &@1, gabion_tree_names(p, $2).first);
	}
|	EXEC object AS name		{
		$$ = gabion_tree_rule(p, GABION_AST_EXEC, &@1, gabion_tree_names(p, $2).first);
		$$->way = GABION_AST_AS;
		$$->as = $4;
	}
|	EXEC object name		{ $$ = gabion_tree_exec(p, &@1, $2, &$3); }
|	MODE word			{
		$$ = gabion_tree_rule(p, GABION_AST_MODE, &@1, gabion_tree_names(p, $2).first);
	}
|	prefix REQUIRED word		{ $$ = gabion_tree_required(p, &@2, $1, $3); }
|	ABI words			{ $$ = gabion_tree_rule(p, GABION_AST_ABI, &@1, $2.first); }
|	prefix SYSCALLS calls action	{
		$$ = gabion_tree_calls(p, GABION_AST_SYSCALLS, &@2, $1);
		$$->calls = $3.first;
		$$->action = $4;
	}
|	prefix SYSCALLS DEFAULT action	{
		$$ = gabion_tree_calls(p, GABION_AST_DEFAULT, &@2, $1);
		$$->action = $4;
	}
|	prefix SYSCALLS STRICT		{ $$ = gabion_tree_calls(p, GABION_AST_STRICT, &@2, $1); }
;

calls:
	call				{ $$ = gabion_tree_call_list(p, $1); }
|	calls ',' call			{ $$ = gabion_tree_add_call(p, $1, $3); }
;

call:
	target
|	'-' target			{ $$ = $2; $$.negated = true; }
;

target:
	called condition		{ $$ = $1; $$.condition = $2; }
|	'@' WORD			{ $$ = gabion_tree_call_set($2, &@2); }
|	'@' WORD '(' conditions ')'	{
		gabion_tree_error(p, &@3, "name the call that the condition is about",
				  "a set has no condition: its calls have different parameters");
		$$ = gabion_tree_call_set($2, &@2);
	}
;

called:
	WORD				{ $$ = gabion_tree_call($1, &@1, false); }
|	NUMBER				{ $$ = gabion_tree_call($1, &@1, true); }
|	WORD ':' WORD			{
		$$ = gabion_tree_call($3, &@3, false);
		$$.abi = gabion_tree_name($1, &@1, false);
	}
|	WORD ':' NUMBER			{
		$$ = gabion_tree_call($3, &@3, true);
		$$.abi = gabion_tree_name($1, &@1, false);
	}
;

action:
	%empty				{ $$ = (struct gabion_ast_action){}; }
|	AS WORD				{ $$ = gabion_tree_action($2, &@2, NULL, NULL); }
|	AS WORD WORD			{ $$ = gabion_tree_action($2, &@2, $3, &@3); }
|	AS WORD NUMBER			{ $$ = gabion_tree_action($2, &@2, $3, &@3); }
;

condition:
	%empty				{ $$ = NULL; }
|	'(' conditions ')'		{ $$ = $2; }
;

/* A comma binds least: a or b, c is (a or b) and c. */
conditions:
	disjunction
|	conditions ',' disjunction	{ $$ = gabion_tree_condition(p, GABION_AST_AND, $1, $3); }
;

disjunction:
	conjunction
|	disjunction OR conjunction	{ $$ = gabion_tree_condition(p, GABION_AST_OR, $1, $3); }
;

conjunction:
	primary
|	conjunction AND primary		{ $$ = gabion_tree_condition(p, GABION_AST_AND, $1, $3); }
;

primary:
	test
|	NOT primary			{ $$ = gabion_tree_condition(p, GABION_AST_NOT, $2, NULL); }
|	'(' conditions ')'		{ $$ = $2; }
;

test:
	tested EQUAL value		{ $$ = gabion_tree_compare(p, $1, GABION_AST_IN, $3); }
|	tested UNEQUAL value		{
		$$ = gabion_tree_condition(p, GABION_AST_NOT,
					   gabion_tree_compare(p, $1, GABION_AST_IN, $3), NULL);
	}
|	tested '<' value		{ $$ = gabion_tree_compare(p, $1, GABION_AST_BELOW, $3); }
|	tested AT_MOST value		{ $$ = gabion_tree_compare(p, $1, GABION_AST_AT_MOST, $3); }
|	tested '>' value		{ $$ = gabion_tree_compare(p, $1, GABION_AST_ABOVE, $3); }
|	tested AT_LEAST value		{
		$$ = gabion_tree_compare(p, $1, GABION_AST_AT_LEAST, $3);
	}
|	tested IN '{' ranges '}'	{ $$ = $1; $$->ranges = $4.first; }
|	tested NOT IN '{' ranges '}'	{
		$1->ranges = $5.first;
		$$ = gabion_tree_condition(p, GABION_AST_NOT, $1, NULL);
	}
;

tested:
	WORD mask			{
		$$ = gabion_tree_condition(p, GABION_AST_IN, NULL, NULL);
		$$->parameter = gabion_tree_name($1, &@1, false);
		$$->mask = $2;
	}
;

mask:
	%empty				{ $$ = NULL; }
|	'&' value			{ $$ = $2; }
;

value:
	WORD				{ $$ = gabion_tree_add_term(p, NULL, $1, &@1, false); }
|	NUMBER				{ $$ = gabion_tree_add_term(p, NULL, $1, &@1, false); }
|	'-' NUMBER			{ $$ = gabion_tree_add_term(p, NULL, $2, &@1, true); }
|	value '|' WORD			{ $$ = gabion_tree_add_term(p, $1, $3, &@3, false); }
|	value '|' NUMBER		{ $$ = gabion_tree_add_term(p, $1, $3, &@3, false); }
;

ranges:
	range
|	ranges ',' range		{ $$ = gabion_tree_join_ranges($1, $3); }
;

range:
	value				{ $$ = gabion_tree_range(p, $1, NULL); }
|	value TO value			{ $$ = gabion_tree_range(p, $1, $3); }
;

prefix:
	%empty				{ $$ = (struct gabion_prefix){}; }
|	prefix TRUSTED			{ $$ = $1; $$.effect = GABION_AST_TRUSTED; }
|	prefix DENY			{ $$ = $1; $$.effect = GABION_AST_DENY; }
|	prefix AUDIT			{ $$ = $1; $$.audit = true; }
|	prefix QUIET			{ $$ = $1; $$.quiet = true; }
|	prefix KNOWINGLY		{ $$ = $1; $$.knowing = true; }
|	prefix ALLOW			{ $$ = $1; $$.effect = GABION_AST_ALLOW; }
;

numbers:
	CAPABILITY			{ $$ = GABION_CLASS_CAPABILITY; }
|	SOCKET				{ $$ = GABION_CLASS_FAMILY; }
|	CONTROL				{ $$ = GABION_CLASS_CONTROL; }
;

verbs:
	verb
|	verbs ',' verb			{ $$ = gabion_tree_join_verbs($1, $3); }
;

verb:
	VERB				{ $$ = gabion_tree_verbs(p, $1, &@1); }
|	VERB '(' commands ')'		{
		$$ = gabion_tree_verbs(p, $1, &@1);
		gabion_tree_command_verb(p, $$.first, $3.first);
	}
;

commands:
	command_range
|	commands ',' command_range	{ $$ = gabion_tree_join_ranges($1, $3); }
;

command_range:
	command				{ $$ = gabion_tree_range(p, $1, NULL); }
|	command TO command		{ $$ = gabion_tree_range(p, $1, $3); }
;

command:
	WORD				{ $$ = gabion_tree_add_term(p, NULL, $1, &@1, false); }
|	NUMBER				{ $$ = gabion_tree_add_term(p, NULL, $1, &@1, false); }
;

/* Names and numbers by turns. */
limits:
	limited NUMBER			{
		$$ = gabion_tree_add_name(p, gabion_tree_names(p, $1),
					  gabion_tree_name($2, &@2, false));
	}
|	limits ',' limited NUMBER	{
		$$ = gabion_tree_add_name(p, gabion_tree_add_name(p, $1, $3),
					  gabion_tree_name($4, &@4, false));
	}
;

/* Of the words of the language only this one is a limit, too. */
limited:
	word
|	AS				{ $$ = gabion_tree_name("as", &@1, false); }
;

netlinks:
	netlink				{ $$ = gabion_tree_names(p, $1); }
|	netlinks ',' netlink		{ $$ = gabion_tree_add_name(p, $1, $3); }
;

/* Of the words of the language only this one is a protocol, too. */
netlink:
	word
|	NUMBER				{ $$ = gabion_tree_name($1, &@1, false); }
|	AUDIT				{ $$ = gabion_tree_name("audit", &@1, false); }
;

objects:
	object				{ $$ = gabion_tree_names(p, $1); }
|	objects ',' object		{ $$ = gabion_tree_add_name(p, $1, $3); }
;

object:
	name
|	glob
;

globs:
	glob				{ $$ = gabion_tree_names(p, $1); }
|	globs ',' glob			{ $$ = gabion_tree_add_name(p, $1, $3); }
;

glob:
	PATH				{ $$ = gabion_tree_name($1, &@1, true); }
|	STRING				{
		$$ = gabion_tree_name($1, &@1, true);
		/* What follows is about the text between the quotes. */
		$$.loc.column++;
		if ($$.loc.length > 2)
			$$.loc.length -= 2;
	}
;

names:
	name				{ $$ = gabion_tree_names(p, $1); }
|	names ',' name			{ $$ = gabion_tree_add_name(p, $1, $3); }
;

name:
	WORD				{ $$ = gabion_tree_name($1, &@1, false); }
;

words:
	word				{ $$ = gabion_tree_names(p, $1); }
|	words ',' word			{ $$ = gabion_tree_add_name(p, $1, $3); }
;

/* A name of a list that also has names like our permissions: capability chown. */
word:
	name
|	VERB				{ $$ = gabion_tree_name($1->name, &@1, false); }
;

%%

/* Words of the language, declared from VERB to OR. */
static bool is_word(yysymbol_kind_t symbol)
{
	return symbol >= YYSYMBOL_VERB && symbol <= YYSYMBOL_OR;
}

static enum gabion_syntax_found kind_of(yysymbol_kind_t symbol)
{
	switch (symbol) {
	case YYSYMBOL_WORD:
		return GABION_SYNTAX_NAME;
	case YYSYMBOL_NEWLINE:
		return GABION_SYNTAX_LINE_END;
	case YYSYMBOL_YYEOF:
		return GABION_SYNTAX_FILE_END;
	default:
		return is_word(symbol) ? GABION_SYNTAX_WORD : GABION_SYNTAX_OTHER;
	}
}

/* What bison keeps to parser.c, for syntax_error.c. */
static int yyreport_syntax_error(const yypcontext_t *context, void *scanner,
				 struct gabion_parser *p)
{
	yysymbol_kind_t expected[YYNTOKENS];
	struct gabion_syntax_expected list[YYNTOKENS];
	int n = yypcontext_expected_tokens(context, expected, YYNTOKENS), i;

	(void)scanner;
	if (n < 0)
		return n;
	for (i = 0; i < n; i++)
		list[i] = (struct gabion_syntax_expected){ yysymbol_name(expected[i]),
							   is_word(expected[i]) };
	gabion_syntax_error(p, kind_of(yypcontext_token(context)), yypcontext_location(context),
			    list, n);
	return 0;
}
