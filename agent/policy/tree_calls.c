// SPDX-License-Identifier: GPL-2.0
/* The syntax tree of `syscalls`. */
#include "tree.h"

struct gabion_call_list gabion_tree_add_call(struct gabion_parser *p, struct gabion_call_list list,
					     struct gabion_ast_call call)
{
	struct gabion_ast_call *c = gabion_arena_alloc(p->arena, sizeof(*c));

	*c = call;
	if (list.last)
		list.last->next = c;
	else
		list.first = c;
	list.last = c;
	return list;
}

struct gabion_ast_rule *gabion_tree_calls(struct gabion_parser *p, enum gabion_ast_kind kind,
					  const struct gabion_loc *loc,
					  enum gabion_ast_effect effect, bool audit, bool quiet)
{
	struct gabion_ast_rule *rule = gabion_tree_rule(p, kind, loc);

	rule->quiet = quiet;
	if (effect == GABION_AST_DENY)
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc,
			      "write `syscalls -NAME`, or `syscalls NAME as errno NUMBER`",
			      "syscalls are not denied with `deny`");
	if (effect == GABION_AST_TRUSTED)
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc, "drop it",
			      "`trusted` does not apply to syscalls: they have no level");
	if (audit)
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc,
			      "write `syscalls NAME as log`", "`audit` does not apply to syscalls");
	return rule;
}

struct gabion_ast_condition *gabion_tree_condition(struct gabion_parser *p,
						   enum gabion_ast_condition_kind kind,
						   struct gabion_ast_condition *left,
						   struct gabion_ast_condition *right)
{
	struct gabion_ast_condition *c = gabion_arena_alloc(p->arena, sizeof(*c));

	c->kind = kind;
	c->left = left;
	c->right = right;
	c->depth = 1 + (left ? left->depth : 0);
	if (right && right->depth >= c->depth)
		c->depth = right->depth + 1;
	/* Whatever looks at it goes down recursively. */
	if (c->depth == GABION_CONDITION_DEPTH + 1)
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, NULL,
			      "use `in { }` for many values, or several items",
			      "a condition has more than %u parts", GABION_CONDITION_DEPTH);
	return c;
}

struct gabion_ast_condition *gabion_tree_compare(struct gabion_parser *p,
						 struct gabion_ast_condition *test,
						 enum gabion_ast_condition_kind kind,
						 struct gabion_ast_term *value)
{
	test->kind = kind;
	test->ranges = gabion_tree_range(p, value, NULL).first;
	return test;
}

struct gabion_ast_term *gabion_tree_add_term(struct gabion_parser *p, struct gabion_ast_term *list,
					     const char *text, const struct gabion_loc *loc,
					     bool negative)
{
	struct gabion_ast_term *t = gabion_arena_alloc(p->arena, sizeof(*t));

	*t = (struct gabion_ast_term){text, negative, *loc, list};
	return t;
}

struct gabion_range_list gabion_tree_range(struct gabion_parser *p, struct gabion_ast_term *low,
					   struct gabion_ast_term *high)
{
	struct gabion_ast_range *r = gabion_arena_alloc(p->arena, sizeof(*r));

	*r = (struct gabion_ast_range){low, high, NULL};
	return (struct gabion_range_list){r, r};
}

struct gabion_range_list gabion_tree_join_ranges(struct gabion_range_list a,
						 struct gabion_range_list b)
{
	a.last->next = b.first;
	a.last = b.last;
	return a;
}
