/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that libseccomp generates, as the parts of one filter.
 *
 * libseccomp cannot be given a filter of ours as it is:
 *
 *  - it takes numbers for the native ABI's, translates them by name, and has no
 *    rule for a number without a name in another ABI (-EFAULT);
 *  - to a rule for an i386 socket or IPC call it adds one for socketcall(2) or
 *    ipc(2) of its own accord;
 *  - it compares only the lower halves of x32 arguments;
 *  - SCMP_ACT_TRAP has no data, and an errno of 4095 is refused;
 *  - contexts that are merged must have the same default action.
 *
 * So every part is a context of the native ABI, which gets numbers as they are
 * and compares all 64 bits (of i386 the upper half is zero), and whose actions
 * are place-holders: SCMP_ACT_TRACE(code), replaced in the program by what the
 * code stands for.  Parts are joined by program.c.
 */
#ifndef GABION_SECCOMP_GENERATE_H
#define GABION_SECCOMP_GENERATE_H

#include <linux/filter.h>

#include "rules.h"

#define GABION_CODES_MAX 0x10000U

struct gabion_part;

/*
 * A part for @abi: calls without a rule get @code. NULL: libseccomp has no
 * memory for it.
 */
struct gabion_part *gabion_part_new(u32 abi, u32 code, bool binary_tree);
void gabion_part_free(struct gabion_part *part);

/* Give @number the @code if the arguments are as @rule says, NULL: whatever they are. 0, -errno. */
int gabion_part_add(struct gabion_part *part, u32 number, const struct gabion_seccomp_rule *rule,
		    u32 code);

/*
 * The program, malloc'ed. It returns SECCOMP_RET_TRACE | code and may be put anywhere: it
 * looks at nothing but struct seccomp_data. 0 or -errno.
 */
int gabion_part_generate(struct gabion_part *part, struct sock_filter **insns, size_t *n);

#endif /* GABION_SECCOMP_GENERATE_H */
