// SPDX-License-Identifier: GPL-2.0
/* Guest memory: an address is RAM or it is an error, whatever the numbers are. */
#include "../../agent/tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../bus.h"
#include "../layout.h"
#include "../memory.h"

static struct gabion_memory open_memory(uint64_t size)
{
	struct gabion_memory memory = { 0 };
	struct gabion_error error;

	assert_int_equal(gabion_memory_create(&memory, size, &error), 0);
	return memory;
}

static void ram_below_the_gap(void **state)
{
	struct gabion_memory m = open_memory(2 << 20);

	(void)state;
	assert_ptr_equal(gabion_memory_at(&m, 0, 1), m.base);
	assert_ptr_equal(gabion_memory_at(&m, 0, 2 << 20), m.base);
	assert_ptr_equal(gabion_memory_at(&m, (2 << 20) - 1, 1), m.base + (2 << 20) - 1);
	assert_null(gabion_memory_at(&m, (2 << 20) - 1, 2));
	assert_null(gabion_memory_at(&m, 2 << 20, 1));
	assert_null(gabion_memory_at(&m, 0, (2 << 20) + 1));
	assert_null(gabion_memory_at(&m, GABION_GAP_END, 1));
	gabion_memory_destroy(&m);
}

/* The size of our address space. */
static unsigned long mapped_bytes(void)
{
	FILE *statm = fopen("/proc/self/statm", "r");
	unsigned long pages;

	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%lu", &pages), 1);
	fclose(statm);
	return pages * 4096;
}

/* KVM can map huge pages into the guest; and nothing but the memory is mapped for that. */
static void ram_lies_where_huge_pages_do(void **state)
{
	static const unsigned long mib[] = { 1, 2, 63, 64 };
	/* Reading it may map something the first time. */
	unsigned long before = mapped_bytes();
	struct gabion_memory m;
	size_t i;

	(void)state;
	before = mapped_bytes();
	for (i = 0; i < sizeof(mib) / sizeof(mib[0]); i++) {
		m = open_memory(mib[i] << 20);
		assert_int_equal((uintptr_t)m.base % (2 << 20), 0);
		m.base[0] = m.base[m.size - 1] = 1;
		assert_int_equal(mapped_bytes() - before, m.size);
		gabion_memory_destroy(&m);
		assert_int_equal(mapped_bytes(), before);
	}
}

static void nothing_and_wrapping_are_refused(void **state)
{
	struct gabion_memory m = open_memory(2 << 20);

	(void)state;
	assert_null(gabion_memory_at(&m, 0, 0));
	assert_null(gabion_memory_at(&m, 1, UINT64_MAX));
	assert_null(gabion_memory_at(&m, UINT64_MAX, 1));
	assert_null(gabion_memory_at(&m, UINT64_MAX, UINT64_MAX));
	assert_null(gabion_memory_at(&m, UINT64_MAX - 4095, 8192));
	gabion_memory_destroy(&m);
}

static void the_gap(void **state)
{
	/* 4 GiB of address space; only what is touched is there. */
	struct gabion_memory m = open_memory(4ULL << 30);
	uint64_t high = (4ULL << 30) - GABION_GAP_START;

	(void)state;
	assert_int_equal(gabion_memory_low(&m), GABION_GAP_START);
	assert_int_equal(gabion_memory_high(&m), high);
	assert_non_null(gabion_memory_at(&m, GABION_GAP_START - 1, 1));
	assert_null(gabion_memory_at(&m, GABION_GAP_START, 1));
	/* Neighbours in our memory, but not in the guest's. */
	assert_null(gabion_memory_at(&m, GABION_GAP_START - 1, 2));
	assert_null(gabion_memory_at(&m, GABION_GAP_END - 1, 2));
	assert_ptr_equal(gabion_memory_at(&m, GABION_GAP_END, high), m.base + GABION_GAP_START);
	assert_null(gabion_memory_at(&m, GABION_GAP_END, high + 1));
	assert_null(gabion_memory_at(&m, GABION_GAP_END + high, 1));
	gabion_memory_destroy(&m);
}

static void writing(void **state)
{
	struct gabion_memory m = open_memory(1 << 20);

	(void)state;
	assert_int_equal(gabion_memory_write(&m, 100, "abc", 3), 0);
	assert_memory_equal(m.base + 100, "abc", 3);
	assert_int_equal(gabion_memory_write(&m, (1 << 20) - 2, "abc", 3), -EFAULT);
	assert_int_equal(m.base[(1 << 20) - 2], 0);
	gabion_memory_destroy(&m);
}

static void discarding_takes_whole_pages_only(void **state)
{
	struct gabion_memory m = open_memory(1 << 20);

	(void)state;
	memset(m.base, 7, 1 << 20);
	assert_int_equal(gabion_memory_discard(&m, 4096, 8192), 0);
	assert_int_equal(m.base[4095], 7);
	assert_int_equal(m.base[4096], 0);
	assert_int_equal(m.base[12287], 0);
	assert_int_equal(m.base[12288], 7);
	assert_int_equal(gabion_memory_discard(&m, 20480 + 1, 4096), 0);
	assert_int_equal(m.base[20480 + 1], 7);
	assert_int_equal(m.base[24576], 7);
	assert_int_equal(gabion_memory_discard(&m, 20480 + 1, 100), 0);
	assert_int_equal(gabion_memory_discard(&m, 1 << 20, 4096), -EFAULT);
	gabion_memory_destroy(&m);
}

static void sizes(void **state)
{
	struct gabion_memory m = { 0 };
	struct gabion_error error;

	(void)state;
	assert_int_equal(gabion_memory_create(&m, 0, &error), -EINVAL);
	assert_int_equal(gabion_memory_create(&m, 4096, &error), -EINVAL);
	assert_int_equal(gabion_memory_create(&m, UINT64_MAX << 20, &error), -EINVAL);
	gabion_memory_destroy(&m);
}

static bool is_dirty(const struct gabion_memory *m, uint64_t page)
{
	return m->dirty[page / 64] >> page % 64 & 1;
}

static void what_changes_is_noted(void **state)
{
	struct gabion_memory m = open_memory(2 << 20);
	struct gabion_error error;
	uint64_t page;

	(void)state;
	gabion_memory_touch(&m, 0, 1);
	assert_int_equal(gabion_memory_track(&m, false, &error), 0);
	gabion_memory_touch(&m, 4096 * 3 + 4095, 2);
	gabion_memory_write(&m, 4096 * 100, "x", 1);
	gabion_memory_discard(&m, 4096 * 200 - 1, 4096 + 2);
	/* What is not memory is of no interest. */
	gabion_memory_touch(&m, 2 << 20, 1);
	gabion_memory_touch(&m, UINT64_MAX, 2);
	for (page = 0; page < 512; page++)
		assert_int_equal(is_dirty(&m, page),
				 page == 3 || page == 4 || page == 100 || page == 200);
	gabion_memory_destroy(&m);
}

static void a_copy_of_a_file(void **state)
{
	struct gabion_memory m = {0};
	struct gabion_error error;
	FILE *file = tmpfile();
	char byte;

	(void)state;
	assert_int_equal(ftruncate(fileno(file), 1 << 20), 0);
	assert_int_equal(pwrite(fileno(file), "abc", 3, 4096), 3);
	assert_int_equal(gabion_memory_map(&m, fileno(file), 1 << 20, &error), 0);
	assert_memory_equal(gabion_memory_at(&m, 4096, 3), "abc", 3);
	gabion_memory_write(&m, 4096, "x", 1);
	assert_int_equal(pread(fileno(file), &byte, 1, 4096), 1);
	assert_int_equal(byte, 'a');
	/* What is given back is zero, not what the file has. */
	assert_int_equal(gabion_memory_discard(&m, 4096, 4096), 0);
	assert_memory_equal(gabion_memory_at(&m, 4096, 3), "\0\0\0", 3);
	gabion_memory_destroy(&m);
	fclose(file);
}

static void reg_read(void *device, uint64_t offset, void *data, size_t size)
{
	(void)device;
	memset(data, (int)offset, size);
}

static void reg_write(void *device, uint64_t offset, const void *data, size_t size)
{
	(void)data;
	*(uint64_t *)device = offset << 8 | size;
}

static void the_bus(void **state)
{
	static const struct gabion_bus_ops ops = { reg_read, reg_write };
	unsigned char bytes[8], ones[8];
	struct gabion_bus bus = { 0 };
	uint64_t written = 0;

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	gabion_bus_add(&bus, 0x100, 8, &ops, &written);
	gabion_bus_read(&bus, 0x104, bytes, 4);
	assert_int_equal(bytes[3], 4);
	/* Beyond its end, even by a byte, and before its start: nobody. */
	gabion_bus_read(&bus, 0x104, bytes, 8);
	assert_memory_equal(bytes, ones, 8);
	gabion_bus_read(&bus, 0xff, bytes, 2);
	assert_memory_equal(bytes, ones, 2);
	gabion_bus_read(&bus, UINT64_MAX, bytes, 8);
	assert_memory_equal(bytes, ones, 8);
	gabion_bus_write(&bus, 0x105, bytes, 4);
	assert_int_equal(written, 0);
	gabion_bus_write(&bus, 0x106, bytes, 2);
	assert_int_equal(written, 0x602);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ram_below_the_gap),
		cmocka_unit_test(ram_lies_where_huge_pages_do),
		cmocka_unit_test(nothing_and_wrapping_are_refused),
		cmocka_unit_test(the_gap),
		cmocka_unit_test(writing),
		cmocka_unit_test(discarding_takes_whole_pages_only),
		cmocka_unit_test(sizes),
		cmocka_unit_test(what_changes_is_noted),
		cmocka_unit_test(a_copy_of_a_file),
		cmocka_unit_test(the_bus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
