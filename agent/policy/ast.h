/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parser makes of policy text: names still names, places kept for
 * diagnostics.  Everything lives in the arena of the compilation.
 */
#ifndef GABION_POLICY_AST_H
#define GABION_POLICY_AST_H

#include <stdbool.h>
#include <stdint.h>

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
 * @protocol:	net: IPPROTO_*
 * @address:	net: as written, text NULL for any
 * @ports:	net: NULL for any
 */
struct gabion_ast_resource {
	struct gabion_ast_name name;
	uint32_t klass;
	struct gabion_ast_name *globs;
	struct gabion_ast_name *except;
	bool unreachable;
	uint8_t protocol;
	struct gabion_ast_name address;
	struct gabion_ast_ports *ports;
	struct gabion_ast_level level;
	struct gabion_ast_resource *next;
};

struct gabion_ast_verb {
	const struct gabion_verb *verb;
	struct gabion_loc loc;
	struct gabion_ast_verb *next;
};

enum gabion_ast_kind {
	GABION_AST_ENTER,
	GABION_AST_LEVEL,
	GABION_AST_USE,
	GABION_AST_ACCESS,	/* verbs and objects */
	GABION_AST_NUMBERS,	/* capability, socket, control */
	GABION_AST_EXEC,
	GABION_AST_MODE,
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
 * @quiet:	ACCESS: refusals are not
 * @klass:	NUMBERS: GABION_CLASS_CAPABILITY, _FAMILY or _CONTROL; ACCESS:
 *		GABION_CLASS_DOMAIN if the objects are domains, else 0
 * @verbs:	ACCESS
 * @objects:	ENTER, USE, ACCESS, NUMBERS, EXEC (one), MODE (one)
 * @as:		EXEC: domain, text NULL if none
 * @level:	LEVEL
 * @loc:	first word of the statement
 */
struct gabion_ast_rule {
	enum gabion_ast_kind kind;
	enum gabion_ast_effect effect;
	bool audit, quiet;
	uint32_t klass;
	struct gabion_ast_verb *verbs;
	struct gabion_ast_name *objects;
	struct gabion_ast_name as;
	struct gabion_ast_level level;
	struct gabion_loc loc;
	struct gabion_ast_rule *next;
};

/* domain NAME { } or abstraction NAME { } */
struct gabion_ast_block {
	struct gabion_ast_name name;
	bool abstraction;
	struct gabion_ast_rule *rules;
	struct gabion_ast_block *next;
};

/* expect DOMAIN allow|deny VERB OBJECT */
struct gabion_ast_expect {
	struct gabion_ast_name domain;
	bool allow;
	struct gabion_ast_name verb;
	struct gabion_ast_name object;
	struct gabion_loc loc;
	struct gabion_ast_expect *next;
};

/* All files together, each list in order of appearance. */
struct gabion_ast {
	struct gabion_ast_name *levels;		/* lowest first */
	struct gabion_loc levels_loc;
	struct gabion_ast_name *categories;
	struct gabion_ast_resource *resources;
	struct gabion_ast_block *blocks;
	struct gabion_ast_expect *expects;
};

#endif /* GABION_POLICY_AST_H */
