/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parser makes of policy text: names still names, places kept for
 * diagnostics.  Everything lives in the arena of the compilation.
 */
#ifndef GABION_POLICY_AST_H
#define GABION_POLICY_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/protocol.h"
#include "names.h"

/* Place of a token; @file is an index of struct gabion_sources. */
struct gabion_loc {
	uint32_t file;
	uint32_t line;
	uint32_t column;
	uint32_t length;
};

/* A word, path or address as written, in a list. */
struct gabion_ast_name {
	const char *text;
	struct gabion_loc loc;
	bool path;	/* a glob, not the name of something */
	struct gabion_ast_name *next;
};

struct gabion_ast_names {
	struct gabion_ast_name *first, **last;
};

struct gabion_ast_ports {
	uint32_t from, to;
	struct gabion_loc loc;
	struct gabion_ast_ports *next;
};

/* level NAME[:CATEGORY,...]; @name.text is NULL where none is written. */
struct gabion_ast_level {
	struct gabion_ast_name name;
	struct gabion_ast_name *categories;
};

/**
 * struct gabion_ast_resource - resource NAME ...
 * @name:	its name; for an unnamed one the glob
 * @klass:	GABION_CLASS_FILE or _NET
 * @globs:	file: what belongs to it
 * @except:	file: what does not although @globs match
 * @unreachable: file: objects without host-absolute name
 * @protocol:	net
 * @address:	net: as written, text NULL for any
 * @ports:	net: NULL for any
 */
struct gabion_ast_resource {
	struct gabion_ast_name name;
	uint32_t klass;
	struct gabion_ast_name *globs;
	struct gabion_ast_name *except;
	bool unreachable;
	const struct gabion_protocol *protocol;
	struct gabion_ast_name address;
	struct gabion_ast_ports *ports;
	struct gabion_ast_level level;
	struct gabion_ast_resource *next;
};

/* A number: constants or numbers joined by `|`, the last one first. */
struct gabion_ast_term {
	const char *text;
	bool negative;	/* a '-' stands before it */
	struct gabion_loc loc;
	struct gabion_ast_term *next;
};

/* LOW or LOW..HIGH; @high is NULL for one value. */
struct gabion_ast_range {
	struct gabion_ast_term *low, *high;
	struct gabion_ast_range *next;
};

/**
 * struct gabion_ast_verb - a permission
 * @commands:	what stands in parentheses behind `ioctl`, NULL: all of them
 * @resolved:	what they mean; made when first asked for (rules.c)
 */
struct gabion_ast_verb {
	const struct gabion_verb *verb;
	struct gabion_ast_range *commands;
	const struct gabion_commands *resolved;
	struct gabion_loc loc;
	struct gabion_ast_verb *next;
};

enum gabion_ast_condition_kind {
	GABION_AST_AND,
	GABION_AST_OR,
	GABION_AST_NOT,		/* of @left */
	GABION_AST_IN,		/* == is a set of one value */
	GABION_AST_BELOW,	/* < */
	GABION_AST_AT_MOST,	/* <= */
	GABION_AST_ABOVE,	/* > */
	GABION_AST_AT_LEAST,	/* >= */
};

/**
 * struct gabion_ast_condition - what a rule asks of a syscall's arguments
 * @left:	AND, OR, NOT
 * @right:	AND, OR
 * @parameter:	the others: its name, or arg0 to arg5
 * @mask:	bits that are looked at, NULL: all
 * @ranges:	what it is compared with; more than one only with IN
 * @depth:	of the tree; nothing above GABION_CONDITION_DEPTH gets further than the parser
 */
struct gabion_ast_condition {
	enum gabion_ast_condition_kind kind;
	struct gabion_ast_condition *left, *right;
	struct gabion_ast_name parameter;
	struct gabion_ast_term *mask;
	struct gabion_ast_range *ranges;
	uint32_t depth;
};

#define GABION_CONDITION_DEPTH 500U

/**
 * struct gabion_ast_call - an item of `syscalls`: [-][ABI:]NAME|NUMBER[(CONDITION)] or [-]@SET
 * @abi:	text NULL where none is written
 * @item:	what it means; made when first asked for (items.c)
 */
struct gabion_ast_call {
	struct gabion_ast_name name;
	struct gabion_ast_name abi;
	bool number, set, negated;
	struct gabion_ast_condition *condition;
	struct gabion_item *item;
	struct gabion_ast_call *next;
};

/* as ACTION [DATA]; @name.text is NULL where none is written, @data likewise. */
struct gabion_ast_action {
	struct gabion_ast_name name;
	struct gabion_ast_name data;
};

enum gabion_ast_kind {
	GABION_AST_ENTER,
	GABION_AST_LEVEL,
	GABION_AST_USE,
	GABION_AST_ACCESS,	/* verbs and objects */
	GABION_AST_NUMBERS,	/* capability, socket, control, netlink */
	GABION_AST_LIMIT,
	GABION_AST_EXEC,
	GABION_AST_MODE,
	GABION_AST_REQUIRED,	/* audit required */
	GABION_AST_ABI,
	GABION_AST_SYSCALLS,
	GABION_AST_DEFAULT,	/* syscalls default */
	GABION_AST_STRICT,	/* syscalls strict */
};

/* Where `exec` leads. */
enum gabion_ast_way {
	GABION_AST_STAY,	/* to the same domain, if no other rule says something else */
	GABION_AST_AS,
	GABION_AST_INHERIT,	/* to the same domain */
	GABION_AST_UNCONFINED,
};

enum gabion_ast_effect {
	GABION_AST_ALLOW,
	GABION_AST_DENY,
	GABION_AST_TRUSTED,
};

/**
 * struct gabion_ast_rule - a statement of a domain or abstraction
 * @kind:	enum gabion_ast_kind
 * @effect:	ACCESS, NUMBERS: enum gabion_ast_effect
 * @audit:	ACCESS: grants are recorded
 * @quiet:	ACCESS, SYSCALLS, DEFAULT: refusals are not
 * @knowing:	ACCESS: what it grants is meant to be as much as it is: no warning
 * @klass:	NUMBERS: GABION_CLASS_CAPABILITY, _FAMILY, _CONTROL or _NETLINK; ACCESS:
 *		GABION_CLASS_DOMAIN if the objects are domains, else 0
 * @verbs:	ACCESS
 * @helper:	ENTER: by what the kernel executes
 * @objects:	ENTER (with @helper perhaps none), USE, ACCESS, NUMBERS, ABI, EXEC (one), MODE (one),
 *		REQUIRED (one); LIMIT: names and numbers by turns
 * @way:	EXEC: enum gabion_ast_way
 * @as:		EXEC: domain, where @way is GABION_AST_AS
 * @level:	LEVEL
 * @calls:	SYSCALLS
 * @action:	SYSCALLS, DEFAULT
 * @loc:	first word of the statement
 * @block:	the one that it stands in; NULL in a set
 */
struct gabion_ast_rule {
	enum gabion_ast_kind kind;
	enum gabion_ast_effect effect;
	struct gabion_ast_rule *next;	/* beside the kind: rules are looked through for some kinds */
	bool audit, quiet, knowing;
	bool helper;
	uint32_t klass;
	struct gabion_ast_verb *verbs;
	struct gabion_ast_name *objects;
	const struct gabion_ast_block *block;
	struct gabion_ast_call *calls;
	struct gabion_loc loc;
	enum gabion_ast_way way;
	struct gabion_ast_name as;
	struct gabion_ast_level level;
	struct gabion_ast_action action;
};

/**
 * struct gabion_ast_block - domain NAME { } or abstraction NAME { }
 * @broken:	some of it could not be read: what it lacks is no mistake
 */
struct gabion_ast_block {
	struct gabion_ast_name name;
	bool abstraction;
	bool broken;
	struct gabion_ast_rule *rules;
	struct gabion_ast_block *next;
};

/* set NAME { } */
struct gabion_ast_set {
	struct gabion_ast_name name;
	struct gabion_ast_rule *rules;
	struct gabion_ast_set *next;
};

/* expect DOMAIN allow|deny VERB OBJECT [as DOMAIN]; @as.text is NULL where none is written */
struct gabion_ast_expect {
	struct gabion_ast_name domain;
	bool allow;
	struct gabion_ast_name verb;
	struct gabion_ast_name object;
	struct gabion_ast_name as;
	struct gabion_loc loc;
	struct gabion_ast_expect *next;
};

/* @{NAME} = VALUE, ... */
struct gabion_ast_variable {
	struct gabion_ast_name name;
	struct gabion_ast_name *values;
	struct gabion_ast_variable *next;
};

/* All files together, each list in order of appearance. */
struct gabion_ast {
	struct gabion_ast_name *levels;		/* lowest first */
	struct gabion_loc levels_loc;
	struct gabion_ast_name *categories;
	struct gabion_ast_resource *resources;
	struct gabion_ast_block *blocks;
	struct gabion_ast_expect *expects;
	struct gabion_ast_set *sets;
	struct gabion_ast_variable *variables;
};

#endif /* GABION_POLICY_AST_H */
