// SPDX-License-Identifier: GPL-2.0
/* The ACPI tables hold together: every sum is 0, every pointer leads to a table. */
#include "../../agent/tests/test.h"

#include <string.h>

#include "../boot/acpi.h"
#include "../boot/aml.h"
#include "../cpuid.h"
#include "../device/vmgenid.h"
#include "../layout.h"

static uint64_t field(const unsigned char *p, size_t n)
{
	uint64_t value = 0;

	memcpy(&value, p, n);
	return value;
}

static const unsigned char *table(const struct gabion_memory *memory, uint64_t address,
				  const char *signature)
{
	const unsigned char *t = gabion_memory_at(memory, address, 36);
	unsigned char sum = 0;
	uint64_t i, n;

	assert_non_null(t);
	assert_memory_equal(t, signature, 4);
	n = field(t + 4, 4);
	assert_non_null(gabion_memory_at(memory, address, n));
	assert_true(address + n <= GABION_ACPI_ADDRESS + GABION_ACPI_SIZE);
	for (i = 0; i < n; i++)
		sum += t[i];
	assert_int_equal(sum, 0);
	return t;
}

static void the_tables(void **state)
{
	struct gabion_acpi acpi = { GABION_VCPUS_MAX, GABION_VIRTIO_MAX };
	const unsigned char *rsdp, *xsdt, *fadt, *madt, *dsdt;
	struct gabion_memory memory;
	struct gabion_error error;
	unsigned int i, found = 0;
	uint64_t where;

	(void)state;
	gabion_memory_create(&memory, 1 << 20, &error);
	assert_int_equal(gabion_acpi_write(&acpi, &memory, &where, &error), 0);
	rsdp = gabion_memory_at(&memory, where, 36);
	assert_memory_equal(rsdp, "RSD PTR ", 8);
	xsdt = table(&memory, field(rsdp + 24, 8), "XSDT");
	fadt = table(&memory, field(xsdt + 36, 8), "FACP");
	madt = table(&memory, field(xsdt + 44, 8), "APIC");
	dsdt = table(&memory, field(fadt + 140, 8), "DSDT");
	assert_int_equal(field(fadt + 40, 4), field(fadt + 140, 8));
	assert_int_equal(field(madt + 4, 4), 44 + 12 + 8 * GABION_VCPUS_MAX);
	for (i = 0; i + 8 < field(dsdt + 4, 4); i++)
		found += !memcmp(dsdt + i, "LNRO0005", 8);
	assert_int_equal(found, GABION_VIRTIO_MAX);
	gabion_memory_destroy(&memory);
}

/* As Linux's vmgenid.c and evged.c read it. */
static void the_generation_id(void **state)
{
	static const char notify[] = "_EVT\x01\x86VGEN\x0a\x80";
	struct gabion_acpi acpi = { 1, 0 };
	const unsigned char *dsdt, *address;
	unsigned char before[GABION_VMGENID_SIZE];
	struct gabion_memory memory;
	struct gabion_error error;
	uint64_t where, size;

	(void)state;
	gabion_memory_create(&memory, 1 << 20, &error);
	assert_int_equal(gabion_acpi_write(&acpi, &memory, &where, &error), 0);
	dsdt = gabion_memory_at(&memory, where, 36);
	dsdt = table(&memory, field(dsdt + 24, 8), "XSDT");
	dsdt = table(&memory, field(dsdt + 36, 8), "FACP");
	dsdt = table(&memory, field(dsdt + 140, 8), "DSDT");
	size = field(dsdt + 4, 4);
	address = memmem(dsdt, size, "ADDR", 4);
	assert_non_null(memmem(dsdt, size, "VMGENCTR", 9));
	assert_non_null(memmem(dsdt, size, "ACPI0013", 9));
	assert_non_null(memmem(dsdt, size, notify, sizeof(notify) - 1));
	/* A package of two double words. */
	assert_int_equal(address[4], 0x12);
	assert_int_equal(address[8], 2);
	assert_int_equal(address[9], 0x0c);
	assert_int_equal(field(address + 10, 4), GABION_VMGENID_ADDRESS);
	assert_int_equal(field(address + 15, 4), 0);
	assert_int_equal(gabion_vmgenid_renew(&memory, &error), 0);
	memcpy(before, gabion_memory_at(&memory, GABION_VMGENID_ADDRESS, 16), 16);
	assert_int_equal(gabion_vmgenid_renew(&memory, &error), 0);
	assert_memory_not_equal(gabion_memory_at(&memory, GABION_VMGENID_ADDRESS, 16), before, 16);
	/* It is in none of the tables. */
	assert_ptr_equal(table(&memory, (uintptr_t)dsdt - (uintptr_t)memory.base, "DSDT"), dsdt);
	gabion_memory_destroy(&memory);
}

static void too_small_a_memory(void **state)
{
	struct gabion_acpi acpi = { 1, 0 };
	struct gabion_memory memory = { 0 };
	struct gabion_error error;
	uint64_t where;

	(void)state;
	assert_true(gabion_acpi_write(&acpi, &memory, &where, &error) < 0);
}

static void aml_is_bounded(void **state)
{
	static struct gabion_aml aml;
	unsigned int i;

	(void)state;
	for (i = 0; i < 10000; i++)
		gabion_aml_close(&aml, gabion_aml_device(&aml, "AAAA"));
	assert_true(aml.full);
	assert_true(aml.length <= sizeof(aml.bytes));
}

static void an_eisa_id(void **state)
{
	struct gabion_aml aml = { .length = 0 };

	(void)state;
	gabion_aml_eisa(&aml, "_HID", "PNP0501");
	assert_int_equal(aml.length, 10);
	assert_memory_equal(aml.bytes, "\x08_HID\x0c\x41\xd0\x05\x01", 10);
}

static void topology(void **state)
{
	struct kvm_cpuid_entry2 e[] = {
		{ .function = 1, .ebx = 0xff11ff22 }, { .function = 4, .eax = 0x1c004122 },
		{ .function = 0xb, .index = 1 },      { .function = 0x80000008, .ecx = 0xffff },
		{ .function = 0x8000001e },
	};

	(void)state;
	gabion_cpuid_topology(e, 5, 2, 3);
	assert_int_equal(e[0].ebx, 0x0203ff22);
	assert_int_equal(e[0].ecx, 1U << 31 | 1 << 24);
	assert_int_equal(e[1].eax >> 26, 2);
	assert_int_equal(e[2].eax, 2);
	assert_int_equal(e[2].ebx, 3);
	assert_int_equal(e[2].edx, 2);
	assert_int_equal(e[3].ecx, 0x2f02);
	assert_int_equal(e[4].eax, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables),	     cmocka_unit_test(too_small_a_memory),
		cmocka_unit_test(aml_is_bounded),    cmocka_unit_test(an_eisa_id),
		cmocka_unit_test(the_generation_id),

		cmocka_unit_test(topology),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
