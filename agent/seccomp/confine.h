/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Giving up what a domain does not grant, as far as a process can by itself.
 */
#ifndef GABION_SECCOMP_CONFINE_H
#define GABION_SECCOMP_CONFINE_H

#include "program.h"

/*
 * Keep of the calling thread's capabilities those of @granted (1 << CAP_*), over execve(2)
 * too: permitted, effective, inheritable and ambient. no_new_privs, which is set first, keeps
 * files from granting more at execve(2), and the bounding set, which is reduced to @granted
 * where the caller may (CAP_SETPCAP), does so once more.
 *
 * Neither holds in a user namespace that the thread makes later: it begins with all
 * capabilities in it, and a full bounding set. Only the syscall filter can keep a thread from
 * that: userns.h.
 */
int gabion_confine_capabilities(u64 granted, struct gabion_error *error);

/* Put @program in force, for ever. Needs no_new_privs, which the former sets. */
int gabion_confine_syscalls(const struct gabion_program *program, struct gabion_error *error);

#endif /* GABION_SECCOMP_CONFINE_H */
