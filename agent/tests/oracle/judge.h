/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a policy means, said as plainly as possible from its tree: every rule is
 * looked at for every question, every glob is tried. Slow, and with nothing in
 * common with the compiler or the kernel's code.
 */
#ifndef GABION_TESTS_ORACLE_JUDGE_H
#define GABION_TESTS_ORACLE_JUDGE_H

#include "tree.h"

/* Answer @request; the lines are those of the last oracle_print(). */
void oracle_judge(const struct oracle_policy *policy, const struct oracle_request *request,
		  struct oracle_verdict *verdict);

/* Is the object of @request one of resource @resource? */
bool oracle_resource_has(const struct oracle_policy *policy, size_t resource,
			 const struct oracle_request *request);

/* Does a glob of `enter` (@kind ORACLE_ENTER) or `enter helper` of @block match @path? */
bool oracle_block_enters(const struct oracle_policy *policy, size_t block,
			 enum oracle_rule_kind kind, const char *path);

/* Call @visit for each rule that @block has, by itself or by what it uses, each once. */
void oracle_each_rule(const struct oracle_policy *policy, size_t block,
		      void (*visit)(void *arg, const struct oracle_rule *rule), void *arg);

/* Is @request's object that of @object, of @rule, which is a rule of @block? */
bool oracle_object_is(const struct oracle_policy *policy, size_t block,
		      const struct oracle_rule *rule, const struct oracle_object *object,
		      const struct oracle_request *request);

/*
 * A rule without exception that the order of levels forbids to a domain which it would restrict.
 * Return: is there one; it and the domain are in *rule and *block.
 */
bool oracle_order_violated(const struct oracle_policy *policy, size_t *block,
			   const struct oracle_rule **rule);

#endif /* GABION_TESTS_ORACLE_JUDGE_H */
