// SPDX-License-Identifier: GPL-2.0
#include "cpu.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "../layout.h"

/* As the boot protocol numbers them: __BOOT_CS, __BOOT_DS, and a TSS, which VMX wants. */
enum { GDT_CODE = 2, GDT_DATA = 3, GDT_TSS = 4, GDT_ENTRIES = 6 };

#define TYPE_CODE  0xb /* execute, read, accessed */
#define TYPE_DATA  0x3 /* read, write, accessed */
#define TYPE_TSS   0xb /* busy */
#define CR0_PE	   (1ULL << 0)
#define CR0_ET	   (1ULL << 4)
#define CR0_PG	   (1ULL << 31)
#define CR4_PAE	   (1ULL << 5)
#define EFER_LME   (1ULL << 8)
#define EFER_LMA   (1ULL << 10)
#define PAGE_TABLE 0x03 /* present, writable */
#define PAGE_LARGE 0x83 /* and 2 MiB at once */

static struct kvm_segment segment(unsigned int index, unsigned int type, bool code64)
{
	struct kvm_segment segment = {
		.selector = index * 8,
		.type = type,
		.present = 1,
		.limit = index == GDT_TSS ? 0x67 : 0xffffffff,
	};

	if (index != GDT_TSS) {
		segment.s = 1;
		segment.g = 1;
		segment.l = code64;
		segment.db = !code64;
	}
	return segment;
}

/* The same as the processor reads it from the table; base 0. */
static uint64_t descriptor(const struct kvm_segment *s)
{
	uint64_t limit = s->g ? s->limit >> 12 : s->limit;

	return (limit & 0xffff) | (limit >> 16 & 0xf) << 48 | (uint64_t)s->type << 40 |
	       (uint64_t)s->s << 44 | (uint64_t)s->present << 47 | (uint64_t)s->l << 53 |
	       (uint64_t)s->db << 54 | (uint64_t)s->g << 55;
}

int gabion_cpu_write_tables(const struct gabion_memory *memory)
{
	struct kvm_segment code = segment(GDT_CODE, TYPE_CODE, true);
	struct kvm_segment data = segment(GDT_DATA, TYPE_DATA, false);
	struct kvm_segment tss = segment(GDT_TSS, TYPE_TSS, false);
	uint64_t gdt[GDT_ENTRIES] = {
		[GDT_CODE] = descriptor(&code),
		[GDT_DATA] = descriptor(&data),
		[GDT_TSS] = descriptor(&tss),
	};
	uint64_t *tables = gabion_memory_at(memory, GABION_PAGE_TABLES, 6 * 4096);
	uint64_t i;

	if (!tables)
		return -EFAULT;
	memset(tables, 0, 6 * 4096);
	tables[0] = (GABION_PAGE_TABLES + 4096) | PAGE_TABLE;
	for (i = 0; i < 4; i++)
		tables[512 + i] = (GABION_PAGE_TABLES + (2 + i) * 4096) | PAGE_TABLE;
	for (i = 0; i < 4 * 512; i++)
		tables[1024 + i] = i << 21 | PAGE_LARGE;
	return gabion_memory_write(memory, GABION_GDT_ADDRESS, gdt, sizeof(gdt));
}

void gabion_cpu_boot_registers(const struct gabion_kernel *kernel, struct kvm_regs *regs,
			       struct kvm_sregs *sregs)
{
	bool linux64 = kernel->protocol == GABION_BOOT_LINUX64;

	memset(regs, 0, sizeof(*regs));
	regs->rflags = 2;
	regs->rip = kernel->entry;
	regs->rsp = GABION_BOOT_STACK;
	if (linux64)
		regs->rsi = GABION_ZERO_PAGE;
	else
		regs->rbx = GABION_START_INFO;

	sregs->cs = segment(GDT_CODE, TYPE_CODE, linux64);
	sregs->ds = segment(GDT_DATA, TYPE_DATA, false);
	sregs->es = sregs->fs = sregs->gs = sregs->ss = sregs->ds;
	sregs->tr = segment(GDT_TSS, TYPE_TSS, false);
	sregs->gdt.base = GABION_GDT_ADDRESS;
	sregs->gdt.limit = GDT_ENTRIES * 8 - 1;
	/* None: an exception before the kernel has its own ends the guest. */
	sregs->idt.base = 0;
	sregs->idt.limit = 0;
	sregs->cr0 = CR0_PE | CR0_ET;
	if (linux64) {
		sregs->cr0 |= CR0_PG;
		sregs->cr3 = GABION_PAGE_TABLES;
		sregs->cr4 = CR4_PAE;
		sregs->efer = EFER_LME | EFER_LMA;
	}
}
