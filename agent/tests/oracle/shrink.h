/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_TESTS_ORACLE_SHRINK_H
#define GABION_TESTS_ORACLE_SHRINK_H

#include "tree.h"

/*
 * Take out of @policy and @request whatever can go while @differs, which is asked
 * again and again, still holds: statements, resources, objects, levels, parts of
 * globs, bytes of the name. It holds for what is left, from which nothing can go.
 */
void oracle_shrink(struct oracle_policy *policy, struct oracle_request *request,
		   bool (*differs)(void *arg), void *arg);

#endif /* GABION_TESTS_ORACLE_SHRINK_H */
