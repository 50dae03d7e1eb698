/* SPDX-License-Identifier: GPL-2.0 */
/* Conditions on a syscall's arguments: from the syntax tree to tests. */
#ifndef GABION_POLICY_CONDITION_H
#define GABION_POLICY_CONDITION_H

#include "ast.h"
#include "syscall_constants.h"
#include "syscall_params.h"
#include "test_store.h"

struct gabion_model;

struct gabion_value_range {
	struct gabion_value low, high;
};

/**
 * struct gabion_condition - with numbers for names
 * @kind:	as in the syntax tree
 * @left:	AND, OR, NOT
 * @right:	AND, OR
 * @argument:	the others: 0 to 5
 * @bits:	of it that the kernel looks at; 0: argN, all that the ABI has
 * @masked:	@mask is written
 * @ranges:	[@nranges]; one value each with <, <=, > and >=
 */
struct gabion_condition {
	enum gabion_ast_condition_kind kind;
	struct gabion_condition *left, *right;
	uint8_t argument;
	uint8_t bits;
	bool masked;
	struct gabion_value mask;
	struct gabion_value_range *ranges;
	size_t nranges;
};

/*
 * Resolve @ast about the call named @call (NULL: one without a name).  In the
 * arena of @m; NULL after a diagnostic.
 */
struct gabion_condition *gabion_condition_resolve(struct gabion_model *m, const char *call,
						  const struct gabion_ast_condition *ast);

/* Outcome of @condition on a call of @number in @abi: leads to one of the two given. */
uint32_t gabion_condition_compile(const struct gabion_condition *condition,
				  struct gabion_test_store *store, uint32_t abi, uint32_t number,
				  uint32_t on_true, uint32_t on_false);

#endif /* GABION_POLICY_CONDITION_H */
