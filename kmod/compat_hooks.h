/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of compat.h that assembly needs too: which hooks and which
 * expressions for the current task the kernel in hand has.
 */
#ifndef GABION_COMPAT_HOOKS_H
#define GABION_COMPAT_HOOKS_H

#include <linux/version.h>

/* security_file_truncate() split off security_path_truncate() in 6.2. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define GABION_HAVE_FILE_TRUNCATE
#define GABION_HOOKS_BY_KERNEL(X)		\
	X(file_truncate, CONFINED)
#else
#define GABION_HOOKS_BY_KERNEL(X)
#endif

/*
 * The per-CPU pointer to the current task: current_task up to 6.1 and again
 * later, the first member of pcpu_hot between.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#define GABION_ASM_CURRENT	PER_CPU_VAR(pcpu_hot)
#else
#define GABION_ASM_CURRENT	PER_CPU_VAR(current_task)
#endif

#endif /* GABION_COMPAT_HOOKS_H */
