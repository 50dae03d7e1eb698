/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The members of the kernel's structures that the programs look at; where they
 * are the loader finds in the kernel's BTF.
 */
#ifndef GABION_BENCH_BPF_KERNEL_H
#define GABION_BENCH_BPF_KERNEL_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* As the kernel lays them out, not this program. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	unsigned int s_dev;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct path {
	struct dentry *dentry;
};

struct file {
	struct path f_path;
};

struct linux_binprm {
	struct file *file;
};

struct msghdr {
	void *msg_name;
};

struct sockaddr {
	unsigned short sa_family;
};

struct pt_regs {
	unsigned long di, si, dx, r10, r8, r9, ax, orig_ax;
};

struct iattr;
struct mnt_idmap;
struct sock;
struct socket;
struct task_struct;
struct kernel_siginfo;
struct cred;

#pragma clang attribute pop

#define AF_UNIX	1
#define AF_INET	2

/* Who is watched or held: one control group, which children stay in. */
volatile const __u64 cgroup SEC(".rodata.cgroup") = 0;

static __always_inline int concerned(void)
{
	return bpf_get_current_cgroup_id() == cgroup;
}

#endif /* GABION_BENCH_BPF_KERNEL_H */
