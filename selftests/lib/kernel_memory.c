// SPDX-License-Identifier: GPL-2.0
/* See kernel_memory.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kernel_memory.h"

#define VMALLOC_AREAS	16
#define PERCPU_KIB	512

/*
 * Half a second between two rounds: RCU callbacks, and the work items that some of
 * them queue. The last pages of each slab go back, so that objects in use are what
 * is counted.
 */
static int settle(void)
{
	return system("for i in 1 2 3; do sync; echo 3 > /proc/sys/vm/drop_caches; "
		      "for f in /sys/kernel/slab/*/shrink; do echo 1 > $f; done; "
		      "sleep 0.5; done 2> /dev/null");
}

static int look_at_caches(struct kernel_memory *memory)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	char line[512];

	if (!file)
		return -1;
	memory->ncaches = 0;
	while (fgets(line, sizeof(line), file) && memory->ncaches < KERNEL_CACHES_MAX)
		memory->ncaches += sscanf(line, "%31s %ld", memory->caches[memory->ncaches].name,
					  &memory->caches[memory->ncaches].objects) == 2;
	fclose(file);
	return memory->ncaches ? 0 : -1;
}

/* Lines of @path. Return: -1 if it cannot be read. */
static long count(const char *path)
{
	FILE *file = fopen(path, "r");
	long n = 0;
	int c;

	if (!file)
		return -1;
	while ((c = getc(file)) != EOF)
		n += c == '\n';
	fclose(file);
	return n;
}

/* KiB of a line in /proc/meminfo. */
static long meminfo(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = -1;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			kib = atol(line + strlen(name) + 1);
	if (file)
		fclose(file);
	return kib;
}

int kernel_memory_look(struct kernel_memory *memory)
{
	if (settle() || look_at_caches(memory))
		return -1;
	memory->vmalloc = count("/proc/vmallocinfo");
	memory->vmalloc_kib = meminfo("VmallocUsed");
	memory->percpu_kib = meminfo("Percpu");
	memory->kprobes = count("/sys/kernel/debug/kprobes/list");
	memory->traced = count("/sys/kernel/tracing/enabled_functions");
	memory->modules = count("/proc/modules");
	return memory->vmalloc < 0 || memory->vmalloc_kib < 0 || memory->percpu_kib < 0 ||
	       memory->kprobes < 0 || memory->traced < 0 || memory->modules < 0 ? -1 : 0;
}

static unsigned int compare(const char *what, long before, long after, long bound)
{
	bool grown = after - before > bound;

	if (after != before)
		printf("# %s: %ld, then %ld%s\n", what, before, after, grown ? ": TOO MUCH" : "");
	return grown;
}

unsigned int kernel_memory_grown(const struct kernel_memory *before,
				 const struct kernel_memory *after, long objects)
{
	unsigned int grown = 0, i, j;
	char what[64];

	for (i = 0; i < after->ncaches; i++) {
		long had = 0;

		for (j = 0; j < before->ncaches; j++)
			if (!strcmp(before->caches[j].name, after->caches[i].name))
				had = before->caches[j].objects;
		snprintf(what, sizeof(what), "objects in %s", after->caches[i].name);
		if (labs(after->caches[i].objects - had) > objects / 4)
			grown += compare(what, had, after->caches[i].objects, objects);
	}
	grown += compare("vmalloc areas", before->vmalloc, after->vmalloc, VMALLOC_AREAS);
	grown += compare("KiB of vmalloc areas", before->vmalloc_kib, after->vmalloc_kib,
			 VMALLOC_AREAS * 32);
	grown += compare("KiB of per-CPU memory", before->percpu_kib, after->percpu_kib, PERCPU_KIB);
	grown += compare("kprobes", before->kprobes, after->kprobes, 0);
	grown += compare("functions patched by ftrace", before->traced, after->traced, 0);
	grown += compare("modules", before->modules, after->modules, 0);
	fflush(stdout);
	return grown;
}
