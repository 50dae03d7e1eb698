// SPDX-License-Identifier: GPL-2.0
/* What is given back of loaded objects: nothing that somebody wrote. */
#include "../../agent/tests/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../footprint.h"

#define PAGE 4096

/* KiB resident of files' own pages that are mapped to be read, or executed, only. */
static unsigned long resident(void)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	unsigned long sum = 0, inode = 0, n;
	char line[512], flags[5] = "";

	assert_non_null(smaps);
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%*x-%*x %4s %*x %*s %lu", flags, &n) == 2)
			inode = n;
		else if (!inode || flags[1] != '-')
			continue;
		else if (sscanf(line, "Rss: %lu", &n) == 1)
			sum += n;
		else if (sscanf(line, "Anonymous: %lu", &n) == 1)
			sum -= n;
	}
	fclose(smaps);
	return sum;
}

static void memory_comes_back(void **state)
{
	static const char words[] = "and what is constant is what it was";
	const char *volatile constant = words;
	unsigned long before = resident(), after;

	(void)state;
	gabion_footprint_shrink();
	after = resident();
	print_message("%lu KiB, and then %lu\n", before, after);
	assert_true(after < before / 2);
	assert_string_equal(constant, "and what is constant is what it was");
}

/*
 * An object of one segment, a file's page that was written to after it was mapped: what
 * is there once it was looked at, 'f' for the file's byte and 'w' for the one written.
 */
static char left_of(ElfW(Word) flags, ElfW(Sxword) tag, ElfW(Xword) value)
{
	ElfW(Dyn) dynamic[] = { { .d_tag = tag, .d_un.d_val = value }, { .d_tag = DT_NULL } };
	FILE *file = tmpfile();
	char page[PAGE], *at, found;

	assert_non_null(file);
	memset(page, 'f', sizeof(page));
	assert_int_equal(fwrite(page, 1, PAGE, file), PAGE);
	assert_int_equal(fflush(file), 0);
	at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(file), 0);
	assert_ptr_not_equal(at, MAP_FAILED);
	at[100] = 'w';

	/* Both are told of as if the object began at the page. */
	ElfW(Phdr) headers[] = {
		{ .p_type = PT_LOAD, .p_flags = flags, .p_vaddr = 64, .p_memsz = 100 },
		{ .p_type = PT_DYNAMIC, .p_vaddr = (uintptr_t)dynamic - (uintptr_t)at },
	};
	struct dl_phdr_info object = {
		.dlpi_addr = (uintptr_t)at,
		.dlpi_phdr = headers,
		.dlpi_phnum = 2,
	};

	assert_int_equal(gabion_footprint_shrink_object(&object, sizeof(object), NULL), 0);
	found = at[100];
	munmap(at, PAGE);
	fclose(file);
	return found;
}

static void what_is_written_stays(void **state)
{
	(void)state;
	assert_int_equal(left_of(PF_R, DT_DEBUG, 0), 'f');
	assert_int_equal(left_of(PF_R | PF_X, DT_FLAGS, DF_BIND_NOW), 'f');
	assert_int_equal(left_of(PF_R | PF_W, DT_DEBUG, 0), 'w');
	assert_int_equal(left_of(PF_R | PF_X, DT_TEXTREL, 0), 'w');
	assert_int_equal(left_of(PF_R | PF_X, DT_FLAGS, DF_TEXTREL | DF_BIND_NOW), 'w');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_comes_back),
		cmocka_unit_test(what_is_written_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
