/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Building the syntax tree: what the grammar's actions call.
 */
#ifndef GABION_POLICY_TREE_H
#define GABION_POLICY_TREE_H

#include "parse.h"

/* A list under construction. */
struct gabion_name_list {
	struct gabion_ast_name *first, *last;
};
struct gabion_verb_list {
	struct gabion_ast_verb *first, *last;
};
struct gabion_port_list {
	struct gabion_ast_ports *first, *last;
};
struct gabion_rule_list {
	struct gabion_ast_rule *first, *last;
};
struct gabion_call_list {
	struct gabion_ast_call *first, *last;
};
struct gabion_range_list {
	struct gabion_ast_range *first, *last;
};

/* What stands before a rule. */
struct gabion_prefix {
	enum gabion_ast_effect effect;
	bool audit, quiet, knowing;
};

/* What an expectation asks; @object.text is NULL after a diagnostic. */
struct gabion_question {
	struct gabion_ast_name verb, object;
};

/* Append @node to one of the lists above. */
#define gabion_list_add(list, node)                  \
	do {                                         \
		if ((list)->last)                    \
			(list)->last->next = (node); \
		else                                 \
			(list)->first = (node);      \
		(list)->last = (node);               \
	} while (0)

/* Report an error at @loc; @mend is constant or in the arena, or NULL. */
#define gabion_tree_error(p, loc, mend, ...)                                              \
	gabion_report((p)->diags, (p)->sources, GABION_SEVERITY_ERROR, loc, mend, __VA_ARGS__)

/* A name, or with @path a glob, as written at @loc. */
struct gabion_ast_name gabion_tree_name(const char *text, const struct gabion_loc *loc, bool path);
/* Lists of one. */
struct gabion_name_list gabion_tree_names(struct gabion_parser *p, struct gabion_ast_name name);
struct gabion_verb_list gabion_tree_verbs(struct gabion_parser *p, const struct gabion_verb *verb,
					  const struct gabion_loc *loc);
/* Each returns the list with one more at its end. */
struct gabion_name_list gabion_tree_add_name(struct gabion_parser *p, struct gabion_name_list list,
					     struct gabion_ast_name name);
struct gabion_port_list gabion_tree_add_ports(struct gabion_parser *p, struct gabion_port_list list,
					      const char *from, const struct gabion_loc *from_loc,
					      const char *to, const struct gabion_loc *to_loc);
/* Both lists as one. */
struct gabion_verb_list gabion_tree_join_verbs(struct gabion_verb_list a,
					       struct gabion_verb_list b);
/* For the action to fill in. */
struct gabion_ast_rule *gabion_tree_rule(struct gabion_parser *p, enum gabion_ast_kind kind,
					 const struct gabion_loc *loc,
					 struct gabion_ast_name *objects);
struct gabion_ast_rule *gabion_tree_prefixed(struct gabion_parser *p, enum gabion_ast_kind kind,
					     const struct gabion_loc *loc,
					     struct gabion_prefix prefix,
					     struct gabion_ast_name *objects);
/* `enter helper`; a diagnostic for another word. @globs: NULL for none. */
struct gabion_ast_rule *gabion_tree_enter_helper(struct gabion_parser *p,
						 const struct gabion_loc *loc,
						 const struct gabion_ast_name *word,
						 struct gabion_ast_name *globs);
/* `audit required @how`; a diagnostic for another prefix than `audit`. */
struct gabion_ast_rule *gabion_tree_required(struct gabion_parser *p, const struct gabion_loc *loc,
					     struct gabion_prefix prefix,
					     struct gabion_ast_name how);
struct gabion_ast_resource *gabion_tree_resource(struct gabion_parser *p, uint32_t klass);
struct gabion_ast_resource *gabion_tree_net(struct gabion_parser *p,
					    const struct gabion_protocol *protocol,
					    struct gabion_ast_ports *ports);
/* Report a permission in a resource. */
void gabion_tree_misplaced_verb(struct gabion_parser *p, const struct gabion_verb *verb,
				const struct gabion_loc *loc);

/* What is asked; the path that a glob stands for, NULL after a diagnostic; an endpoint. */
struct gabion_question gabion_tree_question(const char *verb, const struct gabion_loc *verb_loc,
					    const char *object,
					    const struct gabion_loc *object_loc);
/* The same of one command: @verb(@commands) @object. */
struct gabion_question gabion_tree_command_question(struct gabion_parser *p,
						    const struct gabion_verb *verb,
						    const struct gabion_loc *verb_loc,
						    struct gabion_ast_range *commands,
						    const char *object,
						    const struct gabion_loc *object_loc);
/* Restrict @verb to @commands; a diagnostic for one that has none. */
void gabion_tree_command_verb(struct gabion_parser *p, struct gabion_ast_verb *verb,
			      struct gabion_ast_range *commands);
const char *gabion_tree_literal(struct gabion_parser *p, const char *glob,
				const struct gabion_loc *loc);
const char *gabion_tree_endpoint(struct gabion_parser *p, const struct gabion_protocol *protocol,
				 const char *address,				 const char *port);

/* `exec @object @how`, which is `inherit` or `unconfined`; a diagnostic for another word. */
struct gabion_ast_rule *gabion_tree_exec(struct gabion_parser *p, const struct gabion_loc *loc,
					 struct gabion_ast_name object,
					 const struct gabion_ast_name *how);

/*
 * tree_if.c: what is added to the tree from here on counts only if @taken, what follows
 * gabion_tree_branch_else() only if not, until gabion_tree_branch_end(). They lie in each other.
 */
void gabion_tree_branch_begin(struct gabion_parser *p, bool taken);
void gabion_tree_branch_else(struct gabion_parser *p);
void gabion_tree_branch_end(struct gabion_parser *p);
/* Both lists as one. */
struct gabion_rule_list gabion_tree_join_rules(struct gabion_rule_list a,
					       struct gabion_rule_list b);

/* Facts, and whether they hold; false after a diagnostic. */
enum gabion_order {
	GABION_ORDER_EQUAL,
	GABION_ORDER_UNEQUAL,
	GABION_ORDER_BELOW,
	GABION_ORDER_AT_MOST,
	GABION_ORDER_ABOVE,
	GABION_ORDER_AT_LEAST,
};

bool gabion_tree_fact_version(struct gabion_parser *p, const struct gabion_ast_name *fact,
			      enum gabion_order order, const char *version);
bool gabion_tree_fact_path(struct gabion_parser *p, const struct gabion_ast_name *fact,
			   const struct gabion_ast_name *path);
bool gabion_tree_fact_name(struct gabion_parser *p, const struct gabion_ast_name *fact,
			   const char *name);

/* Statements, added to the tree of @p. */
void gabion_tree_variable(struct gabion_parser *p, const char *name, const struct gabion_loc *loc,
			  struct gabion_ast_name *values);
void gabion_tree_block(struct gabion_parser *p, bool abstraction,
		       const struct gabion_ast_name *name, struct gabion_ast_rule *rules);
/* @as: the domain that is to be entered, NULL: the question is not about that. */
void gabion_tree_expect(struct gabion_parser *p, const struct gabion_loc *loc,
			const struct gabion_ast_name *domain, bool allow,
			const struct gabion_question *question, const struct gabion_ast_name *as);
void gabion_tree_levels(struct gabion_parser *p, const struct gabion_loc *loc,
			struct gabion_ast_name *levels);

void gabion_tree_set(struct gabion_parser *p, const struct gabion_ast_name *name,
		     struct gabion_ast_rule *rules);

/* tree_calls.c: syscalls and their conditions. */
struct gabion_ast_call gabion_tree_call(const char *name, const struct gabion_loc *loc,
					bool number);
struct gabion_ast_call gabion_tree_call_set(const char *name, const struct gabion_loc *loc);
/* @data may be NULL. */
struct gabion_ast_action gabion_tree_action(const char *name, const struct gabion_loc *loc,
					    const char *data, const struct gabion_loc *data_loc);
struct gabion_call_list gabion_tree_call_list(struct gabion_parser *p, struct gabion_ast_call call);
/* The list with one more at its end. */
struct gabion_call_list gabion_tree_add_call(struct gabion_parser *p, struct gabion_call_list list,
					     struct gabion_ast_call call);
/* A rule of @kind that says which of the words before it have no place there. */
struct gabion_ast_rule *gabion_tree_calls(struct gabion_parser *p, enum gabion_ast_kind kind,
					  const struct gabion_loc *loc,
					  struct gabion_prefix prefix);
struct gabion_ast_condition *gabion_tree_condition(struct gabion_parser *p,
						   enum gabion_ast_condition_kind kind,
						   struct gabion_ast_condition *left,
						   struct gabion_ast_condition *right);
/* @test with its operator and what it is compared with. */
struct gabion_ast_condition *gabion_tree_compare(struct gabion_parser *p,
						 struct gabion_ast_condition *test,
						 enum gabion_ast_condition_kind kind,
						 struct gabion_ast_term *value);
/* @list (NULL: none yet) with one more term in front. */
struct gabion_ast_term *gabion_tree_add_term(struct gabion_parser *p, struct gabion_ast_term *list,
					     const char *text, const struct gabion_loc *loc,
					     bool negative);
struct gabion_range_list gabion_tree_range(struct gabion_parser *p, struct gabion_ast_term *low,
					   struct gabion_ast_term *high);
struct gabion_range_list gabion_tree_join_ranges(struct gabion_range_list a,
						 struct gabion_range_list b);

#endif /* GABION_POLICY_TREE_H */
