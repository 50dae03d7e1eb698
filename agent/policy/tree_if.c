// SPDX-License-Identifier: GPL-2.0
/*
 * Conditions on the host. Both branches are read, so that mistakes of syntax are
 * found on any host; then the list ends go back to where they were.
 */
#include <string.h>

#include "../common/cleanup.h"
#include "facts.h"
#include "glob.h"
#include "tree.h"

/**
 * struct gabion_branch - a branch that is being read
 * @up:		the one that it lies in
 * @taken:	it counts, if @up does
 * @before:	the parser at its beginning, for the ends of its lists
 * @levels:	of the tree, likewise
 */
struct gabion_branch {
	struct gabion_branch *up;
	bool taken;
	struct gabion_parser before;
	struct gabion_ast_name *levels;
};

void gabion_tree_branch_begin(struct gabion_parser *p, bool taken)
{
	struct gabion_branch *b = gabion_arena_alloc(p->arena, sizeof(*b));

	*b = (struct gabion_branch){p->branch, taken, *p, p->ast->levels};
	p->branch = b;
	p->skipping = b->before.skipping || !taken;
}

/* Forget what the branch that ends here has added, if it does not count. */
static void forget(struct gabion_parser *p)
{
	const struct gabion_parser *before = &p->branch->before;

	if (!p->skipping || before->skipping)
		return;
	p->categories_end = before->categories_end;
	p->resources_end = before->resources_end;
	p->blocks_end = before->blocks_end;
	p->expects_end = before->expects_end;
	p->sets_end = before->sets_end;
	p->variables_end = before->variables_end;
	p->includes.n = before->includes.n;
	*p->categories_end = NULL;
	*p->resources_end = NULL;
	*p->blocks_end = NULL;
	*p->expects_end = NULL;
	*p->sets_end = NULL;
	*p->variables_end = NULL;
	p->ast->levels = p->branch->levels;
}

void gabion_tree_branch_else(struct gabion_parser *p)
{
	struct gabion_branch *b = p->branch;

	gabion_tree_branch_end(p);
	gabion_tree_branch_begin(p, !b->taken);
}

void gabion_tree_branch_end(struct gabion_parser *p)
{
	forget(p);
	p->skipping = p->branch->before.skipping;
	p->branch = p->branch->up;
}

struct gabion_rule_list gabion_tree_join_rules(struct gabion_rule_list a, struct gabion_rule_list b)
{
	if (!a.last)
		return b;
	if (b.first) {
		a.last->next = b.first;
		a.last = b.last;
	}
	return a;
}

/* What a fact is compared with. */
enum form {
	VERSION,
	PATH_FORM,
	NAME_FORM,
};

static const struct {
	const char *name, *use;
	enum form form;
} facts[] = {
	{"kernel", "write `kernel >= 6.6`, or another comparison", VERSION},
	{"exists", "write `exists /PATH`", PATH_FORM},
	{"arch", "write `arch x86_64`, or another name that uname -m gives", NAME_FORM},
	{"module", "write `module NAME`", NAME_FORM},
};

/* Is @fact one, and of that form? A diagnostic if not. */
static bool check(struct gabion_parser *p, const struct gabion_ast_name *fact, enum form form)
{
	struct gabion_suggestion s = {.name = fact->text};
	size_t i;

	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		gabion_suggest_try(&s, facts[i].name);
		if (strcmp(facts[i].name, fact->text))
			continue;
		if (facts[i].form == form)
			return p->facts;
		gabion_tree_error(p, &fact->loc, facts[i].use, "`%s` is not asked like that",
				  fact->text);
		return false;
	}
	gabion_tree_error(p, &fact->loc,
			  s.nearest ? gabion_arena_printf(p->arena, "did you mean `%s`?", s.nearest)
				    : "the facts are kernel, exists, arch and module",
			  "unknown fact \"%s\"", fact->text);
	return false;
}

bool gabion_tree_fact_version(struct gabion_parser *p, const struct gabion_ast_name *fact,
			      enum gabion_order order, const char *version)
{
	int sign;

	if (!check(p, fact, VERSION))
		return false;
	sign = gabion_fact_kernel(p->facts, version);
	switch (order) {
	case GABION_ORDER_EQUAL:
		return !sign;
	case GABION_ORDER_UNEQUAL:
		return sign;
	case GABION_ORDER_BELOW:
		return sign < 0;
	case GABION_ORDER_AT_MOST:
		return sign <= 0;
	case GABION_ORDER_ABOVE:
		return sign > 0;
	case GABION_ORDER_AT_LEAST:
		break;
	}
	return sign >= 0;
}

bool gabion_tree_fact_path(struct gabion_parser *p, const struct gabion_ast_name *fact,
			   const struct gabion_ast_name *path)
{
	cleanup_free char *name = NULL;

	if (!check(p, fact, PATH_FORM))
		return false;
	name = gabion_glob_literal(path->text);
	if (!name || name[0] != '/') {
		gabion_tree_error(p, &path->loc,
				  "write one absolute path; \\* is an asterisk itself",
				  "`exists` is about one file, not a glob");
		return false;
	}
	return gabion_fact_exists(p->facts, name);
}

bool gabion_tree_fact_name(struct gabion_parser *p, const struct gabion_ast_name *fact,
			   const char *name)
{
	if (!check(p, fact, NAME_FORM))
		return false;
	return fact->text[0] == 'a' ? gabion_fact_arch(p->facts, name)
				    : gabion_fact_module(p->facts, name);
}
