// SPDX-License-Identifier: GPL-2.0
#include "tree.h"

#include <stdlib.h>

#include "glob.h"

struct gabion_ast_name gabion_tree_name(const char *text, const struct gabion_loc *loc, bool path)
{
	return (struct gabion_ast_name){ .text = text, .loc = *loc, .path = path };
}

struct gabion_name_list gabion_tree_add_name(struct gabion_parser *p, struct gabion_name_list list,
					     struct gabion_ast_name name)
{
	struct gabion_ast_name *n = gabion_arena_alloc(p->arena, sizeof(*n));

	*n = name;
	gabion_list_add(&list, n);
	return list;
}

struct gabion_name_list gabion_tree_names(struct gabion_parser *p, struct gabion_ast_name name)
{
	return gabion_tree_add_name(p, (struct gabion_name_list){}, name);
}

struct gabion_verb_list gabion_tree_verbs(struct gabion_parser *p, const struct gabion_verb *verb,
					  const struct gabion_loc *loc)
{
	struct gabion_ast_verb *v = gabion_arena_alloc(p->arena, sizeof(*v));

	*v = (struct gabion_ast_verb){ .verb = verb, .loc = *loc };
	return (struct gabion_verb_list){ v, v };
}

struct gabion_verb_list gabion_tree_join_verbs(struct gabion_verb_list a,
					       struct gabion_verb_list b)
{
	a.last->next = b.first;
	a.last = b.last;
	return a;
}

static uint32_t parse_port(struct gabion_parser *p, const char *text, const struct gabion_loc *loc)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (n <= 65535)
		return n;
	gabion_tree_error(p, loc, "a port is 0 to 65535", "port %s is too large", text);
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
	if (ports->from > ports->to) {
		gabion_tree_error(p, from_loc, "write the lower port first",
				  "port range runs backwards");
		/* The rest of the compilation goes on, and takes ranges to be right. */
		ports->to = ports->from;
	}
	gabion_list_add(&list, ports);
	return list;
}

struct gabion_ast_rule *gabion_tree_rule(struct gabion_parser *p, enum gabion_ast_kind kind,
					 const struct gabion_loc *loc,
					 struct gabion_ast_name *objects)
{
	struct gabion_ast_rule *rule = gabion_arena_alloc(p->arena, sizeof(*rule));

	rule->kind = kind;
	rule->loc = *loc;
	rule->objects = objects;
	return rule;
}

struct gabion_ast_rule *gabion_tree_prefixed(struct gabion_parser *p, enum gabion_ast_kind kind,
					     const struct gabion_loc *loc,
					     struct gabion_prefix prefix,
					     struct gabion_ast_name *objects)
{
	struct gabion_ast_rule *rule = gabion_tree_rule(p, kind, loc, objects);

	rule->effect = prefix.effect;
	rule->audit = prefix.audit;
	rule->quiet = prefix.quiet;
	rule->knowing = prefix.knowing;
	return rule;
}

struct gabion_ast_rule *gabion_tree_enter_helper(struct gabion_parser *p,
						 const struct gabion_loc *loc,
						 const struct gabion_ast_name *word,
						 struct gabion_ast_name *globs)
{
	struct gabion_ast_rule *rule = gabion_tree_rule(p, GABION_AST_ENTER, loc, globs);

	if (strcmp(word->text, "helper"))
		gabion_tree_error(p, &word->loc,
				  "write a path, or `enter helper` for what the kernel executes",
				  "a domain is entered by executing files: \"%s\" is not a path",
				  word->text);
	rule->helper = true;
	return rule;
}

struct gabion_ast_rule *gabion_tree_required(struct gabion_parser *p, const struct gabion_loc *loc,
					     struct gabion_prefix prefix,
					     struct gabion_ast_name how)
{
	if (prefix.effect != GABION_AST_ALLOW || prefix.quiet || prefix.knowing)
		gabion_tree_error(p, loc, "write `audit required wait` or `audit required refuse`",
				  "`audit required` is about the whole domain: no other word stands "
				  "before it");
	return gabion_tree_rule(p, GABION_AST_REQUIRED, loc, gabion_tree_names(p, how).first);
}

struct gabion_ast_resource *gabion_tree_resource(struct gabion_parser *p, uint32_t klass)
{
	struct gabion_ast_resource *r = gabion_arena_alloc(p->arena, sizeof(*r));

	r->klass = klass;
	return r;
}

struct gabion_ast_resource *gabion_tree_net(struct gabion_parser *p,
					    const struct gabion_protocol *protocol,
					    struct gabion_ast_ports *ports)
{
	struct gabion_ast_resource *r = gabion_tree_resource(p, GABION_CLASS_NET);

	r->protocol = protocol;
	r->ports = ports;
	return r;
}

void gabion_tree_misplaced_verb(struct gabion_parser *p, const struct gabion_verb *verb,
				const struct gabion_loc *loc)
{
	gabion_tree_error(p, loc,
			  gabion_arena_printf(p->arena,
					      "drop it here, and say `%s NAME` in the domain",
					      verb->name),
			  "a resource says where, not what is done there: `%s`", verb->name);
}

void gabion_tree_block(struct gabion_parser *p, bool abstraction,
		       const struct gabion_ast_name *name, struct gabion_ast_rule *rules)
{
	struct gabion_ast_block *block;

	if (!name->text)
		return;
	block = gabion_arena_alloc(p->arena, sizeof(*block));
	*block = (struct gabion_ast_block){
		.name = *name,
		.abstraction = abstraction,
		.broken = p->broken,
		.rules = rules,
	};
	for (; rules; rules = rules->next)
		rules->block = block;
	*p->blocks_end = block;
	p->blocks_end = &block->next;
}

struct gabion_question gabion_tree_question(const char *verb, const struct gabion_loc *verb_loc,
					    const char *object, const struct gabion_loc *object_loc)
{
	return (struct gabion_question){
		.verb = gabion_tree_name(verb, verb_loc, false),
		.object = gabion_tree_name(object, object_loc, object && object[0] == '/'),
	};
}

static bool takes_commands(struct gabion_parser *p, const struct gabion_verb *verb,
			   const struct gabion_loc *loc)
{
	if (verb->klass[GABION_CLASS_FILE].asked == GABION_FILE_IOCTL)
		return true;
	gabion_tree_error(p, loc, "drop the parentheses", "`%s` has no commands: only `ioctl` has",
			  verb->name);
	return false;
}

void gabion_tree_command_verb(struct gabion_parser *p, struct gabion_ast_verb *verb,
			      struct gabion_ast_range *commands)
{
	if (takes_commands(p, verb->verb, &verb->loc))
		verb->commands = commands;
}

struct gabion_question gabion_tree_command_question(struct gabion_parser *p,
						    const struct gabion_verb *verb,
						    const struct gabion_loc *verb_loc,
						    struct gabion_ast_range *commands,
						    const char *object,
						    const struct gabion_loc *object_loc)
{
	const struct gabion_ast_term *command = commands->low;

	if (!takes_commands(p, verb, verb_loc))
		object = NULL;
	if (commands->next || commands->high) {
		gabion_tree_error(p, &command->loc, "ask about each in an expectation of its own",
				  "an expectation is about one command");
		object = NULL;
	}
	if (object)
		object = gabion_arena_printf(p->arena, "%s %s", command->text, object);
	return gabion_tree_question(verb->name, verb_loc, object, object_loc);
}

const char *gabion_tree_literal(struct gabion_parser *p, const char *glob,
				const struct gabion_loc *loc)
{
	char *path = gabion_glob_literal(glob);
	const char *literal = NULL;

	if (path)
		literal = gabion_arena_strndup(p->arena, path, strlen(path));
	else
		gabion_tree_error(p, loc, "write one path; \\* is an asterisk itself",
				  "an expectation is about one object, not a glob");
	free(path);
	return literal;
}

const char *gabion_tree_endpoint(struct gabion_parser *p, const struct gabion_protocol *protocol,
				 const char *address, const char *port)
{
	return gabion_arena_printf(p->arena, port ? "%s %s port %s" : "%s %s", protocol->name,
				   address, port);
}

void gabion_tree_expect(struct gabion_parser *p, const struct gabion_loc *loc,
			const struct gabion_ast_name *domain, bool allow,
			const struct gabion_question *question, const struct gabion_ast_name *as)
{
	struct gabion_ast_expect *e;

	if (!question->object.text)
		return;
	if (as && (!allow || strcmp(question->verb.text, "execute"))) {
		gabion_tree_error(p, &as->loc, "write: expect DOMAIN allow execute PATH as DOMAIN",
				  "`as` says which domain an execution enters");
		return;
	}
	e = gabion_arena_alloc(p->arena, sizeof(*e));
	*e = (struct gabion_ast_expect){
		.domain = *domain,
		.allow = allow,
		.verb = question->verb,
		.object = question->object,
		.as = as ? *as : (struct gabion_ast_name){},
		.loc = *loc,
	};
	*p->expects_end = e;
	p->expects_end = &e->next;
}

void gabion_tree_variable(struct gabion_parser *p, const char *name, const struct gabion_loc *loc,
			  struct gabion_ast_name *values)
{
	struct gabion_ast_variable *v = gabion_arena_alloc(p->arena, sizeof(*v));

	*v = (struct gabion_ast_variable){ .name = gabion_tree_name(name, loc, false),
					   .values = values };
	*p->variables_end = v;
	p->variables_end = &v->next;
}

struct gabion_ast_rule *gabion_tree_exec(struct gabion_parser *p, const struct gabion_loc *loc,
					 struct gabion_ast_name object,
					 const struct gabion_ast_name *how)
{
	struct gabion_ast_rule *rule =
		gabion_tree_rule(p, GABION_AST_EXEC, loc, gabion_tree_names(p, object).first);

	if (!strcmp(how->text, "inherit"))
		rule->way = GABION_AST_INHERIT;
	else if (!strcmp(how->text, "unconfined"))
		rule->way = GABION_AST_UNCONFINED;
	else
		gabion_tree_error(p, &how->loc,
				  gabion_arena_printf(p->arena, "write `as %s`, `inherit` or "
						      "`unconfined`", how->text),
				  "\"%s\" does not say where an execution leads", how->text);
	return rule;
}

void gabion_tree_levels(struct gabion_parser *p, const struct gabion_loc *loc,
			struct gabion_ast_name *levels)
{
	if (p->ast->levels && !p->skipping) {
		gabion_tree_error(p, loc, "keep one of them, with all levels in it",
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
