/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ways past the giving up of capabilities: in a user namespace of its own a process
 * has all of them, whatever its bounding set was and in spite of no_new_privs.
 */
#ifndef GABION_SECCOMP_USERNS_H
#define GABION_SECCOMP_USERNS_H

#include "../../core/syscall.h"

/*
 * Calls that @filter may let pass and that make a user namespace: "clone, unshare, i386
 * clone"; empty: none. malloc'ed; NULL: no memory. A condition that cannot be taken apart
 * counts as met.
 */
char *gabion_userns_calls(const struct gabion_view *view,
			  const struct gabion_policy_filter *filter);

#endif /* GABION_SECCOMP_USERNS_H */
