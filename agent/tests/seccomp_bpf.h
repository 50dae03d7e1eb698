/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Classic BPF as seccomp(2) runs it: a strict interpreter, for tests.
 */
#ifndef GABION_TESTS_SECCOMP_BPF_H
#define GABION_TESTS_SECCOMP_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the kernel's checks (bpf_check_classic, seccomp_check_filter) would object to, or
 * NULL. Only instructions that libseccomp generates are taken.
 */
const char *seccomp_bpf_check(const struct sock_filter *insns, size_t n);

/* Run a checked program. */
uint32_t seccomp_bpf_run(const struct sock_filter *insns, const struct seccomp_data *data);

#endif /* GABION_TESTS_SECCOMP_BPF_H */
