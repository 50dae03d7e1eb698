/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libseccomp makes of a context, in memory.
 */
#ifndef GABION_SECCOMP_BPF_H
#define GABION_SECCOMP_BPF_H

#include <linux/filter.h>
#include <seccomp.h>
#include <stddef.h>

/* The program of @ctx, malloc'ed: @n instructions. 0 or -errno. */
int gabion_bpf_export(scmp_filter_ctx ctx, struct sock_filter **insns, size_t *n);

#endif /* GABION_SECCOMP_BPF_H */
