// SPDX-License-Identifier: GPL-2.0
/* Mappings of one page, which nobody touches, and the heap. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "ops.h"

#define PAGE	4096

static int fd;
static void *page;
static long heap_end;

static void map_and_unmap(int flags)
{
	void *mapped = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, flags,
			    flags & MAP_ANONYMOUS ? -1 : fd, 0);

	must(mapped != MAP_FAILED, "mmap");
	must(!munmap(mapped, PAGE), "munmap");
}

static void map_anonymous(void)
{
	map_and_unmap(MAP_PRIVATE | MAP_ANONYMOUS);
}

static void open_file(void)
{
	fd = open(FILE_3, O_RDWR);
	must(fd >= 0, "open");
}

static void map_private(void)
{
	map_and_unmap(MAP_PRIVATE);
}

static void map_shared(void)
{
	map_and_unmap(MAP_SHARED);
}

static void map_page(void)
{
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(page != MAP_FAILED, "mmap");
}

static void protect_and_back(void)
{
	must(!mprotect(page, PAGE, PROT_READ), "mprotect");
	must(!mprotect(page, PAGE, PROT_READ | PROT_WRITE), "mprotect back");
}

static void find_heap(void)
{
	heap_end = syscall(SYS_brk, 0);
}

/* The call answers with the end as it is. */
static void grow_and_shrink(void)
{
	must(syscall(SYS_brk, heap_end + PAGE) == heap_end + PAGE, "brk");
	must(syscall(SYS_brk, heap_end) == heap_end, "brk back");
}

const struct operation memory_operations[] = {
	{ "mmap-anonymous", .run = map_anonymous },
	{ "mmap-private", .prepare = open_file, .run = map_private },
	{ "mmap-shared", .prepare = open_file, .run = map_shared },
	{ "mprotect", .prepare = map_page, .run = protect_and_back },
	{ "brk", .prepare = find_heap, .run = grow_and_shrink },
	{}
};
