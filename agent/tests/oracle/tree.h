/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy as a tree: what the generator makes, the printer writes out as text and
 * the reference decides from. Nothing here knows the compiler.
 *
 * What is `gone` is neither printed nor looked at: shrinking a policy is setting
 * such flags. Numbers index the arrays of struct oracle_policy.
 */
#ifndef GABION_TESTS_ORACLE_TREE_H
#define GABION_TESTS_ORACLE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum oracle_class {
	ORACLE_FILE,
	ORACLE_NET,
	ORACLE_DOMAIN,
	ORACLE_TABLES, /* classes below this have permissions */
	ORACLE_CAPABILITY = ORACLE_TABLES,
	ORACLE_SOCKET,
	ORACLE_CONTROL,
	ORACLE_NETLINK,
	ORACLE_LIMIT,
	ORACLE_CLASSES,
};

#define ORACLE_PIECES	  14
#define ORACLE_PARTS	  3 /* alternatives of a brace, ranges of a bracket */
#define ORACLE_GLOBS	  160
#define ORACLE_RESOURCES  9
#define ORACLE_DOMAINS	  5 /* the host is the first */
#define ORACLE_BLOCKS	  8 /* domains, then abstractions */
#define ORACLE_RULES	  9 /* of a block */
#define ORACLE_OBJECTS	  3 /* of a rule */
#define ORACLE_VERBS	  3
#define ORACLE_RANKS	  4
#define ORACLE_CATEGORIES 3
#define ORACLE_PATH	  96

enum oracle_piece_kind {
	ORACLE_BYTE,
	ORACLE_STAR,  /* * */
	ORACLE_STARS, /* ** */
	ORACLE_QUESTION,
	ORACLE_BRACKET,
	ORACLE_BRACE,
};

struct oracle_range {
	bool gone;
	uint8_t from, to;
};

/**
 * struct oracle_piece - part of a glob
 * @byte:	BYTE
 * @negated:	BRACKET
 * @ranges:	BRACKET
 * @parts:	BRACE: globs
 * @n:		BRACKET, BRACE: how many of them
 */
struct oracle_piece {
	enum oracle_piece_kind kind;
	bool gone;
	bool negated;
	uint8_t byte;
	uint8_t n;
	struct oracle_range ranges[ORACLE_PARTS];
	uint8_t parts[ORACLE_PARTS];
};

/* @line: where its text begins in the printed policy. */
struct oracle_glob {
	bool gone;
	uint32_t line;
	size_t n;
	struct oracle_piece pieces[ORACLE_PIECES];
};

/* A level as written; the lowest where none is. @none: a resource has none of its own. */
struct oracle_level {
	bool written;
	bool any;
	bool none;
	uint8_t rank;
	bool categories[ORACLE_CATEGORIES];
};

struct oracle_ports {
	bool gone;
	uint16_t from, to;
};

/**
 * struct oracle_resource - resource NAME ...
 * @globs:	FILE, @nglobs of them; none: `unreachable`
 * @except:	FILE, @nexcept of them
 * @protocol:	NET, index of oracle_protocols
 * @addressed:	NET: an address is written, and @prefix bits of it count, from the left of 128
 * @v4:		NET: it is written as an IPv4 address, with @prefix - 96
 */
struct oracle_resource {
	bool gone;
	enum oracle_class klass;
	uint8_t globs[ORACLE_PARTS], except[ORACLE_PARTS];
	uint8_t nglobs, nexcept;
	uint8_t protocol;
	bool addressed, v4;
	uint8_t address[16];
	uint8_t prefix;
	struct oracle_ports ports[ORACLE_PARTS];
	uint8_t nports;
	struct oracle_level level;
};

enum oracle_rule_kind {
	ORACLE_ACCESS,
	ORACLE_NUMBERS, /* capability, socket, control, netlink, limit */
	ORACLE_EXEC,
	ORACLE_USE,
	ORACLE_ENTER,
	ORACLE_HELPER, /* enter helper; without objects: all others */
};

enum oracle_effect {
	ORACLE_ALLOW,
	ORACLE_DENY,
	ORACLE_TRUSTED,
};

enum oracle_object_kind {
	ORACLE_RESOURCE,
	ORACLE_GLOB,
	ORACLE_BLOCK, /* a domain, or what is used */
	ORACLE_SELF,
	ORACLE_NUMBER, /* index of the names of the rule's class */
};

/* @broken: the line ends before it. @line: of the printed policy. @most: of a limit. */
struct oracle_object {
	bool gone;
	enum oracle_object_kind kind;
	uint8_t index;
	bool broken;
	uint8_t most;
	uint32_t line;
};

/* @word: index of oracle_words. */
struct oracle_verb {
	bool gone;
	uint8_t word;
};

/**
 * struct oracle_rule - a statement of a block
 * @klass:	NUMBERS: which; ACCESS: that of all objects
 * @domain_word: ACCESS on domains: `domain` stands before them
 * @as:		EXEC: domain that is entered, or 0
 */
struct oracle_rule {
	bool gone;
	enum oracle_rule_kind kind;
	enum oracle_effect effect;
	enum oracle_class klass;
	bool audit, quiet, domain_word;
	struct oracle_verb verbs[ORACLE_VERBS];
	uint8_t nverbs;
	struct oracle_object objects[ORACLE_OBJECTS];
	uint8_t nobjects;
	uint8_t as;
};

enum oracle_required {
	ORACLE_MAY_BE_LOST,
	ORACLE_WAIT,
	ORACLE_REFUSE,
};

enum oracle_mode {
	ORACLE_UNSAID,
	ORACLE_ENFORCE,
	ORACLE_COMPLAIN,
	ORACLE_UNCONFINED,
};

/* domain NAME { } or abstraction NAME { }; @line: of the name. */
struct oracle_block {
	bool gone;
	bool abstraction;
	enum oracle_mode mode;
	enum oracle_required required;	/* changes no answer */
	struct oracle_level level;
	struct oracle_rule rules[ORACLE_RULES];
	uint8_t nrules;
	uint32_t line;
};

/**
 * struct oracle_policy - all of it
 * @seed:	that it was made from
 * @nranks:	0: no `level` statement
 * @last:	resources stand behind the blocks
 * @blocks:	@ndomains domains, the first of which is the host and printed if it is held; then
 *		abstractions
 */
struct oracle_policy {
	uint64_t seed;
	uint8_t nranks, ncategories;
	bool last;
	struct oracle_glob globs[ORACLE_GLOBS];
	uint8_t nglobs;
	struct oracle_resource resources[ORACLE_RESOURCES];
	uint8_t nresources;
	struct oracle_block blocks[ORACLE_BLOCKS];
	uint8_t ndomains, nblocks;
};

/**
 * struct oracle_request - a question
 * @domain:	who
 * @word:	classes with permissions: index of oracle_words; else of the class's names
 * @unreachable, @path: FILE; NUL-terminated
 * @protocol, @address, @port: NET
 * @target:	DOMAIN
 * @amount:	LIMIT: what it would be set to
 */
struct oracle_request {
	enum oracle_class klass;
	uint8_t domain;
	uint8_t word;
	bool unreachable;
	char path[ORACLE_PATH];
	uint8_t protocol;
	uint8_t address[16];
	uint16_t port;
	uint8_t target;
	uint8_t amount;
};

enum oracle_reason {
	ORACLE_ALLOWED,
	ORACLE_NO_RULE,
	ORACLE_DENIED,
	ORACLE_ORDER, /* granted, but the order of levels forbids it */
};

#define ORACLE_LINES 48

/**
 * struct oracle_verdict - an answer
 * @enters:	of `execute` that is allowed: domain that is entered, or -1
 * @helper:	likewise, of the host: what a usermode helper enters instead, or -1
 * @audit:	it is allowed and recorded
 * @quiet:	it is refused and not recorded
 * @lines:	of the rules that decide, ascending, each once
 */
struct oracle_verdict {
	enum oracle_reason reason;
	int enters, helper;
	bool audit, quiet;
	uint32_t lines[ORACLE_LINES];
	uint8_t nlines;
};

#endif /* GABION_TESTS_ORACLE_TREE_H */
