/* SPDX-License-Identifier: GPL-2.0 */
/* One domain's filter, from the items that hold for it. */
#ifndef GABION_POLICY_FILTER_TABLE_H
#define GABION_POLICY_FILTER_TABLE_H

#include "model.h"

/**
 * struct gabion_filter_item - an item in its place among those of a domain
 * @own:	it stands in the domain's own block
 * @outcome:	what happens, also where the item is negated
 * @counts:	there is a call for which it decides something
 * @cut_by:	an item of a greater action that holds for one of its calls whatever the arguments
 * @same_as:	likewise one of the same action
 */
struct gabion_filter_item {
	const struct gabion_item *item;
	bool own;
	uint32_t outcome;
	bool counts;
	const struct gabion_item *cut_by, *same_as;
};

/**
 * struct gabion_filter_spec - what a domain says of its syscalls
 * @domain:	its number
 * @abis:	bit set of the ABIs it may use
 * @fallback:	outcome of named calls that no item names
 * @otherwise:	outcome of calls without a name, and of recent ones that no item names
 * @fallback_rule: `syscalls default`, or NULL
 * @strict:	`syscalls strict`, or NULL
 * @items:	greatest action first; of the same, as written
 */
struct gabion_filter_spec {
	uint32_t domain;
	uint32_t abis;
	uint32_t fallback;
	uint32_t otherwise;
	const struct gabion_ast_rule *fallback_rule;
	const struct gabion_ast_rule *strict;
	VEC(struct gabion_filter_item) items;
};

/* Outcomes of all numbers of @abi to @table [GABION_CALLS_MAX]. */
void gabion_filter_fill(struct gabion_model *m, struct gabion_filter_spec *spec, uint32_t abi,
			uint32_t *table);

/* Where call @number is let run: the item, else the default, else the domain. */
const struct gabion_loc *gabion_filter_grant(const struct gabion_model *m,
					     const struct gabion_filter_spec *spec, uint32_t abi,
					     uint32_t number);

/* filter_uring.c: report where io_uring can do in @abi what @table refuses. */
void gabion_filter_check_uring(struct gabion_model *m, const struct gabion_filter_spec *spec,
			       uint32_t abi, const uint32_t *table);

#endif /* GABION_POLICY_FILTER_TABLE_H */
