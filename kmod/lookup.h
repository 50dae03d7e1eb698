/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which questions about a walk along a name anybody has an interest in. The kernel
 * asks inode_permission() for every directory of every name; under a policy by which
 * all domains may search everywhere, which is every policy without levels and
 * without `deny search`, the trampoline leaves it after three instructions; but not where the
 * kernel asks about writing, or access(2) is called.
 */
#ifndef GABION_LOOKUP_H
#define GABION_LOOKUP_H

#include <linux/types.h>

/* MAY_* bits of inode_permission()'s mask that are asked about; trampoline.S reads it. */
extern u32 gabion_lookup_mask;

/*
 * Does the policy in force restrict a domain's search? To be said before such a policy is
 * in force, and taken back after. Under gabion_domain_rwsem for writing.
 */
void gabion_lookup_restrict(bool restricted);

#endif /* GABION_LOOKUP_H */
