// SPDX-License-Identifier: GPL-2.0
/* The syntax tree of `syscalls`. */
#include "tree.h"

struct gabion_ast_call gabion_tree_call(const char *name, const struct gabion_loc *loc, bool number)
{
	return (struct gabion_ast_call){
		.name = gabion_tree_name(name, loc, false),
		.number = number,
	};
}

struct gabion_ast_call gabion_tree_call_set(const char *name, const struct gabion_loc *loc)
{
	return (struct gabion_ast_call){ .name = gabion_tree_name(name, loc, false), .set = true };
}

struct gabion_ast_action gabion_tree_action(const char *name, const struct gabion_loc *loc,
					    const char *data, const struct gabion_loc *data_loc)
{
	struct gabion_ast_action action = { .name = gabion_tree_name(name, loc, false) };

	if (data)
		action.data = gabion_tree_name(data, data_loc, false);
	return action;
}

struct gabion_call_list gabion_tree_add_call(struct gabion_parser *p, struct gabion_call_list list,
					     struct gabion_ast_call call)
{
	struct gabion_ast_call *c = gabion_arena_alloc(p->arena, sizeof(*c));

	*c = call;
	gabion_list_add(&list, c);
	return list;
}

struct gabion_call_list gabion_tree_call_list(struct gabion_parser *p, struct gabion_ast_call call)
{
	return gabion_tree_add_call(p, (struct gabion_call_list){}, call);
}

struct gabion_ast_rule *gabion_tree_calls(struct gabion_parser *p, enum gabion_ast_kind kind,
					  const struct gabion_loc *loc,
					  struct gabion_prefix prefix)
{
	struct gabion_ast_rule *rule = gabion_tree_rule(p, kind, loc, NULL);

	rule->quiet = prefix.quiet;
	if (prefix.effect == GABION_AST_DENY)
		gabion_tree_error(p, loc,
				  "write `syscalls -NAME`, or `syscalls NAME as errno NUMBER`",
				  "syscalls are not denied with `deny`");
	if (prefix.effect == GABION_AST_TRUSTED)
		gabion_tree_error(p, loc, "drop it",
				  "`trusted` does not apply to syscalls: they have no level");
	if (prefix.knowing)
		gabion_tree_error(p, loc, "drop `knowingly`",
				  "`knowingly` does not apply to syscalls");
	if (prefix.audit)
		gabion_tree_error(p, loc, "write `syscalls NAME as log`",
				  "`audit` does not apply to syscalls");
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
		gabion_tree_error(p, NULL, "use `in { }` for many values, or several items",
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
