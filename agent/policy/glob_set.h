/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that match one of some globs, for others than the compiler: what a glob means is
 * decided by the compiler's own automaton.
 */
#ifndef GABION_POLICY_GLOB_SET_H
#define GABION_POLICY_GLOB_SET_H

#include <stdbool.h>

#include "../common/error.h"

struct gabion_glob_set;

/* Without a glob, so that nothing matches. */
struct gabion_glob_set *gabion_glob_set_new(void);
/* @set may be NULL. */
void gabion_glob_set_free(struct gabion_glob_set *set);

/*
 * Names that match @glob match @set from now on. -EINVAL: it is no glob of the policy
 * language; -EFBIG: too much for one automaton. Of no use after an error but to be freed.
 */
int gabion_glob_set_add(struct gabion_glob_set *set, const char *glob,
			struct gabion_error *error);

bool gabion_glob_set_matches(const struct gabion_glob_set *set, const char *name);

#endif /* GABION_POLICY_GLOB_SET_H */
