/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the processors say of themselves: what KVM can give, with our topology.
 */
#ifndef GABION_VMM_CPUID_H
#define GABION_VMM_CPUID_H

#include <linux/kvm.h>
#include <stddef.h>

/*
 * Make the @n entries, as KVM_GET_SUPPORTED_CPUID wrote them, those of vCPU @id of
 * @count: cores of one package, a thread each.
 */
void gabion_cpuid_topology(struct kvm_cpuid_entry2 *entries, size_t n, unsigned int id,
			   unsigned int count);

#endif /* GABION_VMM_CPUID_H */
