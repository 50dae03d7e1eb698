/* SPDX-License-Identifier: GPL-2.0 */
/*
 * S = (D, R, P, sigma) with numbers for names: what the syntax tree is resolved
 * to and the image is made of.  One compilation owns one model.
 */
#ifndef GABION_POLICY_MODEL_H
#define GABION_POLICY_MODEL_H

#include "../../core/view.h"
#include "ast.h"
#include "call_rules.h"
#include "comb.h"
#include "dfa.h"
#include "items.h"
#include "nfa.h"
#include "parse.h"
#include "source.h"
#include "strmap.h"

#define GABION_NO_DOMAIN 0xffffffffU
#define GABION_HOST	 0U	/* domain 0 */

/* A point of the lattice; index 0 is the lowest level. */
struct gabion_level {
	const char *name;
	uint32_t rank;
	uint64_t categories;
};

/**
 * struct gabion_resource - a set of objects
 * @program:	made by `enter`; has no level of its own and takes that of the
 *		resources it overlaps
 * @unreachable: file objects without host-absolute name
 * @unsure:	its level is unknown, after a diagnostic
 * @lowest:	no level is written, so that it has the lowest
 * @unlevelled:	`level none`: its objects have the level of the other resources they belong to,
 *		the lowest where there are none
 */
struct gabion_resource {
	const char *name;
	uint32_t klass;
	uint32_t level;
	bool program;
	bool unreachable;
	bool unsure;
	bool lowest;
	bool unlevelled;
	struct gabion_loc loc;
};

/* What a domain may use by number; or, of another such struct, what is taken away from that. */
struct gabion_number_sets {
	uint64_t capabilities, families, controls;
	uint32_t netlink;
};

struct gabion_domain {
	const char *name;
	struct gabion_loc loc;
	const struct gabion_ast_block *block;	/* NULL for a host that is not held */
	uint32_t level;
	uint32_t flags;
	unsigned int lacks;			/* of its rules: GABION_RULES_* */
	struct gabion_number_sets granted, denied;
	uint32_t program;			/* resource made by `enter`, or GABION_NFA_NONE */
	uint32_t helper;			/* likewise by `enter helper` */
	const struct gabion_loc *any_helper;	/* `enter helper` without globs, or NULL */
	size_t first_rule, last_rule;		/* its rules in the model, [first, last) */
};

/**
 * struct gabion_rule - one permission set of one domain on one object
 * @explicit_bits: those of @permissions that the policy's words ask for; the
 *		others are implied and may be masked by the level order
 * @named:	the permissions that the policy's words name, of a rule of whatever kind
 * @knowing:	written with `knowingly`
 * @commands:	@permissions is GABION_FILE_IOCTL, and only these commands of it are meant; NULL:
 *		whatever @permissions says
 * @audit:	grants to be recorded; @quiet: refusals not to be recorded
 * @to:		EXEC: domain that is entered, or GABION_NO_DOMAIN
 * @block:	where it is written, of the domain itself or an abstraction
 */
struct gabion_rule {
	uint16_t kind;
	uint16_t klass;
	uint32_t domain;
	uint32_t object;
	uint32_t permissions;
	uint32_t explicit_bits;
	uint32_t named;
	bool knowing;
	const struct gabion_commands *commands;
	uint32_t audit;
	uint32_t quiet;
	uint32_t to;
	const struct gabion_ast_block *block;
	struct gabion_loc loc;
};

/* Automaton and labels of a class, and where each resource is found again. */
struct gabion_class_model {
	struct gabion_nfa nfa;
	struct gabion_automaton dfa;
	uint32_t states_before;		/* of the dfa, before it was minimised */
	struct gabion_labels labels;
	struct gabion_comb comb;
	uint32_t *label_levels;		/* [nlabels] */
	uint32_t *of_first;		/* [nresources + 1]: labels of a resource */
	uint32_t *of;
};

/* Matrices [ndomains][nlabels]; NULL while all zero. */
struct gabion_tables {
	uint32_t nlabels;
	uint32_t *allow, *trusted, *deny, *audit, *quiet;
	uint16_t *transition;
	uint16_t *helpers;	/* [nlabels] */
};

/* Commands @first to @last, granted to @domain on files of @label. */
struct gabion_ioctl {
	uint32_t domain, label;
	uint32_t first, last;
};

/* As in the image: what @domain may have of RLIMIT_* @resource at most. */
struct gabion_limit {
	uint32_t domain, resource;
	uint64_t most;
};

/* A set of syscalls and, once it was asked for, what is in it. */
struct gabion_named_set {
	const struct gabion_ast_set *ast;
	enum {
		GABION_SET_NEW,
		GABION_SET_BEING_SPREAD,
		GABION_SET_SPREAD,
	} state;
	struct gabion_call_set calls;
};

/* A filter's part for one ABI: as in the image; tests are named as in the model's store. */
struct gabion_filter_calls {
	uint32_t first, count, otherwise;
};

struct gabion_filter {
	uint32_t domain;
	struct gabion_filter_calls abi[GABION_ABI_END];
};

/**
 * struct gabion_filters - all filters of the policy
 * @calls:	outcomes by number; equal tables are one
 * @tables:	hash of the tables: index of @list times GABION_ABI_END, plus ABI, plus 1
 */
struct gabion_filters {
	VEC(struct gabion_filter) list;
	VEC(uint32_t) calls;
	struct gabion_test_store tests;
	uint32_t *tables;
	size_t ntables;
};

struct gabion_model {
	struct gabion_arena arena;
	struct gabion_sources sources;
	struct gabion_diagnostics *diags;	/* the caller's */
	struct gabion_call_rules *call_rules;	/* likewise */
	struct gabion_parser parser;
	struct gabion_ast ast;
	struct gabion_strmap missing;	/* names of abstractions and sets without a file */

	VEC(struct gabion_level) levels;
	VEC(struct gabion_resource) resources;
	VEC(struct gabion_domain) domains;
	VEC(struct gabion_rule) rules;
	struct gabion_strmap level_ranks, category_bits;
	struct gabion_strmap resource_names, domain_names, abstraction_names, variable_names;
	VEC(const struct gabion_ast_variable *) variables;
	VEC(const struct gabion_ast_block *) abstractions;
	struct gabion_strmap call_set_names;
	VEC(struct gabion_named_set) call_sets;
	struct gabion_filters filters;
	uint32_t nranks;
	uint32_t any_level;

	struct gabion_sets sets;
	struct gabion_class_model classes[GABION_CLASS_TABLES_END];	/* file, net */
	struct gabion_tables tables[GABION_CLASS_TABLES_END];
	VEC(struct gabion_ioctl) ioctls;	/* as in the image */
	VEC(struct gabion_limit) limits;	/* likewise */
};

/* Report with a place; mend may be NULL. */
#define model_error(m, loc, mend, ...) \
	gabion_report((m)->diags, &(m)->sources, GABION_SEVERITY_ERROR, loc, mend, __VA_ARGS__)
#define model_warning(m, loc, mend, ...) \
	gabion_report((m)->diags, &(m)->sources, GABION_SEVERITY_WARNING, loc, mend, __VA_ARGS__)
#define model_note(m, loc, ...) \
	gabion_report((m)->diags, &(m)->sources, GABION_SEVERITY_NOTE, loc, NULL, __VA_ARGS__)

/* "did you mean `x`?" in the arena, or @otherwise. */
const char *gabion_model_suggest(struct gabion_model *m, const struct gabion_strmap *names,
				 const char *name, const char *otherwise);

/*
 * levels.c: the lattice; and a level as written to its index, the lowest where none is.  One that is
 * not known is `any`, which breaks no order, after a diagnostic.
 */
void gabion_model_levels(struct gabion_model *m);
uint32_t gabion_model_level(struct gabion_model *m, const struct gabion_ast_level *level,
			    bool any_allowed);

/* resources.c: named resources; the resource of an inline glob; that of `enter`. */
void gabion_model_resources(struct gabion_model *m);
uint32_t gabion_model_glob_resource(struct gabion_model *m, const struct gabion_ast_name *glob);
uint32_t gabion_model_program(struct gabion_model *m, const char *name,
			      const struct gabion_ast_name *globs);

/*
 * use.c: read @name's file from a folder of that name beside the file it stands
 * in, or in a policy directory; it is an error, and false, if there is none.  Read
 * abstractions that are used; call @visit for each rule that @block has, and say what may be
 * lacking of them after a diagnostic.  Was it said already that there is no file for a name?
 */
#define GABION_RULES_BROKEN	1U	/* rules that could not be read */
#define GABION_RULES_MISSING	2U	/* whole abstractions, with the resources of their files */
bool gabion_model_load_named(struct gabion_model *m, const struct gabion_ast_name *name,
			     const char *folder, const char *what);
bool gabion_model_is_missing(const struct gabion_model *m, const char *folder, const char *name);
void gabion_model_load_abstractions(struct gabion_model *m);
unsigned int gabion_model_each_rule(struct gabion_model *m, const struct gabion_ast_block *block,
				    void (*visit)(struct gabion_model *m,
						  const struct gabion_ast_rule *rule,
						  void *arg),
				    void *arg);

/* domains.c: domains and what they say of themselves.  rules.c: what they may do. */
void gabion_model_domains(struct gabion_model *m);
void gabion_model_add_rule(struct gabion_model *m, uint32_t domain,
			   const struct gabion_ast_rule *rule);

/*
 * call_sets.c: read sets of syscalls that are used; what is in one, false after a
 * diagnostic.
 */
void gabion_model_load_call_sets(struct gabion_model *m);
bool gabion_model_call_set(struct gabion_model *m, const struct gabion_ast_name *name,
			   struct gabion_call_set *calls);

/* filters.c: what each domain may call.  filter_table.c: one filter from its items. */
void gabion_model_filters(struct gabion_model *m);
void gabion_filters_free(struct gabion_filters *filters);

/* automata.c: automata, labels and their levels.  False if there are none, after a diagnostic. */
bool gabion_model_automata(struct gabion_model *m);

/* order.c: rules that the level order forbids. */
void gabion_model_check_order(struct gabion_model *m);

/* tables.c: the matrices.  False if they would be too large, after a diagnostic. */
bool gabion_model_tables(struct gabion_model *m);
/* Row of @domain in a matrix of @tables that is made when it is first asked for. */
uint32_t *gabion_tables_row(const struct gabion_model *m, const struct gabion_tables *tables,
			    uint32_t **matrix, uint32_t domain);

/* limits.c: resource limits of @domain, which is the last that has any. */
void gabion_model_add_limits(struct gabion_model *m, uint32_t domain,
			     const struct gabion_ast_rule *rule);

/*
 * ioctls.c: single commands of ioctl(2), after the matrices.  False if they would
 * be too many, after a diagnostic.
 */
bool gabion_model_ioctls(struct gabion_model *m);

/*
 * administer.c: it is an error if nobody could administer the host that the policy in @view
 * holds, unless the policy says so.
 */
void gabion_model_check_administration(struct gabion_model *m, const struct gabion_view *view);

/* transition.c: which domain an execution enters. */
void gabion_model_transitions(struct gabion_model *m);

/*
 * warn.c: what is not wrong and yet hardly meant; when all of the above is done and the image is
 * there.
 */
void gabion_model_warn(struct gabion_model *m, const struct gabion_view *view);

/* emit.c: the image, malloc'ed; NULL after a diagnostic. */
void *gabion_model_emit(struct gabion_model *m, size_t *size);

void gabion_model_free(struct gabion_model *m);

#endif /* GABION_POLICY_MODEL_H */
