/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where in the sources it stands what happens to a syscall: the items of each domain's
 * `syscalls`, kept for people.  The image has outcomes only.
 */
#ifndef GABION_POLICY_CALL_RULES_H
#define GABION_POLICY_CALL_RULES_H

#include "items.h"
#include "mem.h"
#include "pair_index.h"

struct gabion_filter_spec;
struct gabion_model;

/**
 * struct gabion_call_item - an item as written
 * @file:	owned; @line and @column are 1-based
 * @text:	owned; "@basic", "-clone(...)"
 * @conditional: it has a condition on arguments
 */
struct gabion_call_item {
	char *file;
	uint32_t line, column;
	char *text;
	bool conditional;
	struct gabion_call_set calls;
};

/* Item @item holds for @domain, with that @outcome, in the ABIs that the domain has: a bit set. */
struct gabion_call_rule {
	uint32_t domain;
	uint32_t abis;
	uint32_t item;
	uint32_t outcome;
};

/* Zero-initialise to begin. Rules: of each domain those that are tried first come first. */
struct gabion_call_rules {
	VEC(struct gabion_call_item) items;
	VEC(struct gabion_call_rule) rules;
	struct gabion_pair_index known; /* items by their place in memory, while compiling */
};

/* Keep the items of @spec, in the order in which they are tried. */
void gabion_call_rules_add(struct gabion_call_rules *rules, const struct gabion_model *m,
			   const struct gabion_filter_spec *spec);

/*
 * The next rule from *@at on that says something of @number of @abi, called by @domain; NULL: none
 * is left. *@at goes behind it, or to the end behind one that decides whatever the arguments.
 */
const struct gabion_call_rule *gabion_call_rules_next(const struct gabion_call_rules *rules,
						      uint32_t domain, uint32_t abi,
						      uint32_t number, size_t *at);

void gabion_call_rules_free(struct gabion_call_rules *rules);

#endif /* GABION_POLICY_CALL_RULES_H */
