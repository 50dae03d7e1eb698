// SPDX-License-Identifier: GPL-2.0
#include "tree.h"

struct gabion_ast_name gabion_tree_name(const char *text, const struct gabion_loc *loc, bool path)
{
	return (struct gabion_ast_name){ .text = text, .loc = *loc, .path = path };
}

struct gabion_name_list gabion_tree_add_name(struct gabion_parser *p, struct gabion_name_list list,
					     struct gabion_ast_name name)
{
	struct gabion_ast_name *n = gabion_arena_alloc(p->arena, sizeof(*n));

	*n = name;
	if (list.last)
		list.last->next = n;
	else
		list.first = n;
	list.last = n;
	return list;
}

struct gabion_verb_list gabion_tree_add_verb(struct gabion_parser *p, struct gabion_verb_list list,
					     const struct gabion_verb *verb,
					     const struct gabion_loc *loc)
{
	struct gabion_ast_verb *v = gabion_arena_alloc(p->arena, sizeof(*v));

	*v = (struct gabion_ast_verb){ .verb = verb, .loc = *loc };
	if (list.last)
		list.last->next = v;
	else
		list.first = v;
	list.last = v;
	return list;
}

static uint32_t parse_port(struct gabion_parser *p, const char *text, const struct gabion_loc *loc)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (n <= 65535)
		return n;
	gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc, "a port is 0 to 65535",
		      "port %s is too large", text);
	return 0;
}

struct gabion_port_list gabion_tree_add_ports(struct gabion_parser *p, struct gabion_port_list list,
					      const char *from, const struct gabion_loc *from_loc,
					      const char *to, const struct gabion_loc *to_loc)
{
	struct gabion_ast_ports *ports = gabion_arena_alloc(p->arena, sizeof(*ports));

	ports->from = parse_port(p, from, from_loc);
	ports->to = to ? parse_port(p, to, to_loc) : ports->from;
	ports->loc = *from_loc;
	if (ports->from > ports->to)
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, from_loc,
			      "write the lower port first", "port range runs backwards");
	if (list.last)
		list.last->next = ports;
	else
		list.first = ports;
	list.last = ports;
	return list;
}

struct gabion_ast_rule *gabion_tree_rule(struct gabion_parser *p, enum gabion_ast_kind kind,
					 const struct gabion_loc *loc)
{
	struct gabion_ast_rule *rule = gabion_arena_alloc(p->arena, sizeof(*rule));

	rule->kind = kind;
	rule->loc = *loc;
	return rule;
}

struct gabion_ast_resource *gabion_tree_resource(struct gabion_parser *p, uint32_t klass)
{
	struct gabion_ast_resource *r = gabion_arena_alloc(p->arena, sizeof(*r));

	r->klass = klass;
	return r;
}

void gabion_tree_block(struct gabion_parser *p, bool abstraction,
		       const struct gabion_ast_name *name, struct gabion_ast_rule *rules)
{
	struct gabion_ast_block *block;

	if (!name->text)
		return;
	block = gabion_arena_alloc(p->arena, sizeof(*block));
	*block = (struct gabion_ast_block){ *name, abstraction, rules, NULL };
	*p->blocks_end = block;
	p->blocks_end = &block->next;
}

void gabion_tree_expect(struct gabion_parser *p, struct gabion_ast_name domain, bool allow,
			struct gabion_ast_name verb, const struct gabion_loc *loc,
			const struct gabion_loc *object_loc, const char *object)
{
	struct gabion_ast_expect *e = gabion_arena_alloc(p->arena, sizeof(*e));

	*e = (struct gabion_ast_expect){
		.domain = domain,
		.allow = allow,
		.verb = verb,
		.object = gabion_tree_name(object, object_loc, object[0] == '/'),
		.loc = *loc,
	};
	*p->expects_end = e;
	p->expects_end = &e->next;
}

void gabion_tree_levels(struct gabion_parser *p, const struct gabion_loc *loc,
			struct gabion_ast_name *levels)
{
	if (p->ast->levels) {
		gabion_report(p->diags, p->sources, GABION_SEVERITY_ERROR, loc,
			      "keep one of them, with all levels in it",
			      "the levels are ordered twice");
		gabion_report(p->diags, p->sources, GABION_SEVERITY_NOTE, &p->ast->levels_loc, NULL,
			      "ordered here first");
		return;
	}
	p->ast->levels = levels;
	p->ast->levels_loc = *loc;
}

void gabion_tree_set(struct gabion_parser *p, const struct gabion_ast_name *name,
		     struct gabion_ast_rule *rules)
{
	struct gabion_ast_set *set = gabion_arena_alloc(p->arena, sizeof(*set));

	*set = (struct gabion_ast_set){ *name, rules, NULL };
	*p->sets_end = set;
	p->sets_end = &set->next;
}
