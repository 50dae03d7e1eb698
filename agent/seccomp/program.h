/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A domain's syscall filter as a program for seccomp(2): what the module does,
 * without the module.
 */
#ifndef GABION_SECCOMP_PROGRAM_H
#define GABION_SECCOMP_PROGRAM_H

#include <linux/filter.h>

#include "../../core/syscall.h"
#include "../common/error.h"

/**
 * struct gabion_program - classic BPF over struct seccomp_data
 * @insns:	owned
 * @n:		at most BPF_MAXINSNS
 */
struct gabion_program {
	struct sock_filter *insns;
	size_t n;
};

void gabion_program_free(struct gabion_program *program);
#define cleanup_program __attribute__((cleanup(gabion_program_free)))

/**
 * gabion_program_build - translate @filter, with libseccomp
 * @program:	empty; to be freed whatever the result
 * @binary_tree: search calls by halving instead of one after the other
 *
 * The program gives each (ABI, number, arguments) the action and data that
 * gabion_filter_judge() gives it.  Recording (LOG apart, and QUIET) is the
 * module's alone.
 *
 * Return: 0; -E2BIG: a call's conditions are too many, or the program is longer
 * than the kernel takes; -EOPNOTSUPP: not an x86-64 program; -ENOMEM; -EIO.
 */
int gabion_program_build(struct gabion_program *program, const struct gabion_view *view,
			 const struct gabion_policy_filter *filter, bool binary_tree,
			 struct gabion_error *error);

#endif /* GABION_SECCOMP_PROGRAM_H */
