/* SPDX-License-Identifier: GPL-2.0 */
/* A task's own seccomp filters, as small as they can be. */
#ifndef GABION_SELFTESTS_SECCOMP_H
#define GABION_SELFTESTS_SECCOMP_H

#include <linux/seccomp.h>

/*
 * The calling thread's filter from now on: @number gets @action (SECCOMP_RET_*),
 * everything else is allowed. Sets no_new_privs.
 * Return: as seccomp(2): 0, a descriptor for SECCOMP_FILTER_FLAG_NEW_LISTENER, or -errno.
 */
int seccomp_own(unsigned int number, unsigned int action, unsigned int flags);

#endif /* GABION_SELFTESTS_SECCOMP_H */
