// SPDX-License-Identifier: GPL-2.0
#include "cpuid.h"

/* Leaf 1: the first two in ecx, the last in edx. */
#define TSC_DEADLINE (1U << 24)
#define HYPERVISOR   (1U << 31)
#define HTT	     (1U << 28)

/* Bits of an APIC id that number the cores of a package. */
static unsigned int core_bits(unsigned int count)
{
	return count > 1 ? 32 - __builtin_clz(count - 1) : 0;
}

static void set_extended_topology(struct kvm_cpuid_entry2 *e, unsigned int id, unsigned int count)
{
	e->edx = id;
	switch (e->index) {
	case 0: /* threads of a core */
		e->eax = 0;
		e->ebx = 1;
		e->ecx = 1 << 8;
		break;
	case 1: /* cores of a package */
		e->eax = core_bits(count);
		e->ebx = count;
		e->ecx = 2 << 8 | 1;
		break;
	default:
		e->eax = e->ebx = 0;
		e->ecx = e->index;
	}
}

void gabion_cpuid_topology(struct kvm_cpuid_entry2 *entries, size_t n, unsigned int id,
			   unsigned int count)
{
	struct kvm_cpuid_entry2 *e;

	for (e = entries; e < entries + n; e++) {
		switch (e->function) {
		case 1:
			e->ebx = (e->ebx & 0x0000ffff) | id << 24 | count << 16;
			/* KVM has it, and leaves it to us to say so: the guest measures no timer. */
			e->ecx |= HYPERVISOR | TSC_DEADLINE;
			e->edx = count > 1 ? e->edx | HTT : e->edx & ~HTT;
			break;
		case 4:
			if (!(e->eax & 0x1f))
				break;
			/* Cores of the package; the first two levels of cache are a core's own. */
			e->eax = (e->eax & 0x3fff) | (count - 1) << 26;
			if ((e->eax >> 5 & 7) >= 3)
				e->eax |= (count - 1) << 14;
			break;
		case 0xb:
			set_extended_topology(e, id, count);
			break;
		case 0x1f:
			/* None: leaf 0xb says all. */
			e->eax = e->ebx = e->ecx = e->edx = 0;
			break;
		case 0x80000008:
			e->ecx = (e->ecx & ~0xf0ffU) | core_bits(count) << 12 | (count - 1);
			break;
		case 0x8000001e:
			e->eax = id;
			e->ebx = id; /* core, of one thread */
			e->ecx = 0;  /* node 0, of one */
			break;
		}
	}
}
