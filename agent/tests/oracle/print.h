/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_TESTS_ORACLE_PRINT_H
#define GABION_TESTS_ORACLE_PRINT_H

#include "tree.h"

#define ORACLE_NAME 32

/* The policy as text, malloc'ed; leaves in @policy on which line each object stands. */
char *oracle_print(struct oracle_policy *policy);

/* The request as `gabion query` takes it: "VERB" and "OBJECT". */
struct oracle_question {
	char verb[ORACLE_NAME];
	char object[ORACLE_PATH + 64];
};

void oracle_question(const struct oracle_policy *policy, const struct oracle_request *request,
		     struct oracle_question *question);

/* Names of domains, abstractions and resources. */
void oracle_block_name(const struct oracle_policy *policy, size_t block, char name[ORACLE_NAME]);
void oracle_resource_name(const struct oracle_policy *policy, size_t resource,
			  char name[ORACLE_NAME]);

#endif /* GABION_TESTS_ORACLE_PRINT_H */
