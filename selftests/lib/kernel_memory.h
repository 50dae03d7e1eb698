/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel holds, to be compared with what it held earlier. */
#ifndef GABION_SELFTESTS_KERNEL_MEMORY_H
#define GABION_SELFTESTS_KERNEL_MEMORY_H

#include <stdbool.h>

#define KERNEL_CACHES_MAX 512

/**
 * struct kernel_memory - a look at it
 * @caches:	slab caches: name and objects in use
 * @vmalloc:	areas
 * @vmalloc_kib: in them
 * @percpu_kib:	per-CPU memory, whole chunks
 * @kprobes:	registered
 * @traced:	functions that ftrace has patched
 * @modules:	loaded
 */
struct kernel_memory {
	struct {
		char name[32];
		long objects;
	} caches[KERNEL_CACHES_MAX];
	unsigned int ncaches;
	long vmalloc;
	long vmalloc_kib;
	long percpu_kib;
	long kprobes;
	long traced;
	long modules;
};

/*
 * Look, after caches were dropped and what waits for a grace period was freed. The
 * caller keeps the machine quiet. Return: 0, or -1 when something could not be read.
 */
int kernel_memory_look(struct kernel_memory *memory);

/**
 * kernel_memory_grown - what grew from @before to @after beyond bounds; each is printed
 * @objects:	by which one slab cache may have grown
 *
 * Vmalloc areas may be 16 more (stacks of kernel threads come and go), per-CPU memory
 * 512 KiB (a chunk), the rest not at all.
 * Return: how many did.
 */
unsigned int kernel_memory_grown(const struct kernel_memory *before,
				 const struct kernel_memory *after, long objects);

#endif /* GABION_SELFTESTS_KERNEL_MEMORY_H */
