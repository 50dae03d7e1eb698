/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of the boot processor at the kernel's first instruction.
 */
#ifndef GABION_VMM_BOOT_CPU_H
#define GABION_VMM_BOOT_CPU_H

#include <linux/kvm.h>

#include "kernel.h"

/* Write descriptor tables, and page tables that map the first 4 GiB to themselves. 0 or -EFAULT. */
int gabion_cpu_write_tables(const struct gabion_memory *memory);

/* Registers for @kernel. Of @sregs only what the protocol asks for is changed. */
void gabion_cpu_boot_registers(const struct gabion_kernel *kernel, struct kvm_regs *regs,
			       struct kvm_sregs *sregs);

#endif /* GABION_VMM_BOOT_CPU_H */
