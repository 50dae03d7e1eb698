// SPDX-License-Identifier: GPL-2.0
/*
 * RSDP, XSDT, FADT, MADT and DSDT (ACPI 6.4, chapter 5).  Hardware-reduced: there is
 * no PM timer, no SCI and no 8259 to describe; power off and reset are one port each.
 */
#include "acpi.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../layout.h"
#include "aml.h"

struct header {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6], table[8];
	uint32_t oem_revision;
	char creator[4];
	uint32_t creator_revision;
} __attribute__((packed));

struct address {
	uint8_t space, bits, offset, access;
	uint64_t address;
} __attribute__((packed));

#define SPACE_IO    1
#define ACCESS_BYTE 1

struct fadt {
	struct header header;
	uint32_t facs, dsdt;
	uint8_t reserved0, profile;
	uint8_t fixed[60]; /* what hardware-reduced ACPI ignores */
	uint8_t day_alarm, month_alarm, century;
	uint16_t boot_flags;
	uint8_t reserved1;
	uint32_t flags;
	struct address reset;
	uint8_t reset_value;
	uint16_t arm_boot_flags;
	uint8_t minor;
	uint64_t x_facs, x_dsdt;
	uint8_t x_fixed[96];
	struct address sleep_control, sleep_status;
	uint64_t hypervisor;
} __attribute__((packed));
_Static_assert(offsetof(struct fadt, boot_flags) == 109, "ACPI 6.4, table 5.9");
_Static_assert(offsetof(struct fadt, reset) == 116, "ACPI 6.4, table 5.9");
_Static_assert(offsetof(struct fadt, x_dsdt) == 140, "ACPI 6.4, table 5.9");
_Static_assert(sizeof(struct fadt) == 276, "ACPI 6.4, table 5.9");

/* An 8042 for the keyboard; no VGA, no CMOS clock. */
#define BOOT_FLAGS (1 << 1 | 1 << 2 | 1 << 5)
/* No power and sleep buttons as fixed hardware, a reset register, hardware-reduced. */
#define FADT_FLAGS (1 << 4 | 1 << 5 | 1 << 10 | 1 << 20)

struct madt {
	struct header header;
	uint32_t lapic, flags;
	struct {
		uint8_t type, length, id, reserved;
		uint32_t address, gsi_base;
	} __attribute__((packed)) ioapic;
	struct {
		uint8_t type, length, processor, id;
		uint32_t flags;
	} __attribute__((packed)) cpus[GABION_VCPUS_MAX];
} __attribute__((packed));

struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt, length;
	uint64_t xsdt;
	uint8_t extended_checksum, reserved[3];
} __attribute__((packed));
_Static_assert(sizeof(struct rsdp) == 36, "ACPI 6.4, table 5.3");

struct xsdt {
	struct header header;
	uint64_t tables[2];
} __attribute__((packed));

/* Where the next table goes, and how much room is left there. */
struct writer {
	const struct gabion_memory *memory;
	uint64_t next;
	bool failed;
};

static uint8_t checksum(const void *bytes, size_t n)
{
	const uint8_t *byte = bytes;
	uint8_t sum = 0;

	while (n--)
		sum += *byte++;
	return -sum;
}

static uint64_t write_bytes(struct writer *writer, const void *bytes, size_t n)
{
	uint64_t at = writer->next;

	writer->next += (n + 15) & ~(size_t)15;
	if (writer->next > GABION_VMGENID_ADDRESS ||
	    gabion_memory_write(writer->memory, at, bytes, n))
		writer->failed = true;
	return at;
}

/* @table begins with its header, which is filled in. */
static uint64_t write_table(struct writer *writer, void *table, size_t n, const char *signature,
			    uint8_t revision)
{
	struct header *header = table;

	memcpy(header->signature, signature, 4);
	header->length = n;
	header->revision = revision;
	memcpy(header->oem, "GABION", 6);
	memcpy(header->table, "GABIONVM", 8);
	memcpy(header->creator, "GBN ", 4);
	header->oem_revision = header->creator_revision = 1;
	header->checksum = 0;
	header->checksum = checksum(table, n);
	return write_bytes(writer, table, n);
}

/* The generation ID, and the device whose interrupt says that it is another one. */
static void describe_generation(struct gabion_aml *aml)
{
	static const uint32_t address[] = { GABION_VMGENID_ADDRESS, 0 };
	size_t device = gabion_aml_device(aml, "VGEN");

	/* Linux looks for the first, everybody else for the second. */
	gabion_aml_string(aml, "_HID", "VMGENCTR");
	gabion_aml_string(aml, "_CID", "VM_Gen_Counter");
	gabion_aml_string(aml, "_DDN", "VM_Gen_Counter");
	gabion_aml_package(aml, "ADDR", address, 2);
	gabion_aml_close(aml, device);
	device = gabion_aml_device(aml, "GED_");
	gabion_aml_string(aml, "_HID", "ACPI0013");
	gabion_aml_interrupt_resources(aml, GABION_VMGENID_GSI);
	gabion_aml_notify(aml, "_EVT", "VGEN", 0x80);
	gabion_aml_close(aml, device);
}

static uint64_t write_dsdt(struct writer *writer, const struct gabion_acpi *acpi)
{
	static const struct gabion_aml_ports serial = { GABION_SERIAL_PORT, 8 };
	static const struct gabion_aml_ports keyboard[] = {
		{ GABION_I8042_PORT, 1 },
		{ GABION_I8042_PORT + 4, 1 },
	};
	static const uint32_t s5[] = { 5, 5, 0, 0 };
	struct gabion_aml aml = { .length = sizeof(struct header) };
	size_t scope = gabion_aml_scope(&aml, "\\_SB_"), device;
	unsigned int i;
	char name[8];

	device = gabion_aml_device(&aml, "COM1");
	gabion_aml_eisa(&aml, "_HID", "PNP0501");
	gabion_aml_integer(&aml, "_UID", 0);
	gabion_aml_port_resources(&aml, &serial, 1, GABION_SERIAL_GSI);
	gabion_aml_close(&aml, device);
	device = gabion_aml_device(&aml, "KBD_");
	gabion_aml_eisa(&aml, "_HID", "PNP0303");
	gabion_aml_port_resources(&aml, keyboard, 2, GABION_I8042_GSI);
	gabion_aml_close(&aml, device);
	describe_generation(&aml);
	for (i = 0; i < acpi->virtio; i++) {
		snprintf(name, sizeof(name), "VR%02X", i & 0xff);
		device = gabion_aml_device(&aml, name);
		gabion_aml_string(&aml, "_HID", "LNRO0005");
		gabion_aml_integer(&aml, "_UID", i);
		gabion_aml_integer(&aml, "_CCA", 1);
		gabion_aml_memory_resources(&aml, GABION_VIRTIO_BASE + i * GABION_VIRTIO_SIZE,
					    GABION_VIRTIO_SIZE, GABION_VIRTIO_GSI + i);
		gabion_aml_close(&aml, device);
	}
	gabion_aml_close(&aml, scope);
	gabion_aml_package(&aml, "_S5_", s5, sizeof(s5) / sizeof(s5[0]));
	if (aml.full)
		writer->failed = true;
	return write_table(writer, aml.bytes, aml.length, "DSDT", 2);
}

static uint64_t write_fadt(struct writer *writer, uint64_t dsdt)
{
	struct fadt fadt = {
		.dsdt = dsdt,
		.boot_flags = BOOT_FLAGS,
		.flags = FADT_FLAGS,
		.reset = { SPACE_IO, 8, 0, ACCESS_BYTE, GABION_I8042_PORT + 4 },
		.reset_value = 0xfe,
		.minor = 4,
		.x_dsdt = dsdt,
		.sleep_control = { SPACE_IO, 8, 0, ACCESS_BYTE, GABION_POWER_PORT },
		.sleep_status = { SPACE_IO, 8, 0, ACCESS_BYTE, GABION_POWER_PORT + 1 },
		.hypervisor = 0x4e4f49424147, /* "GABION" */
	};

	return write_table(writer, &fadt, sizeof(fadt), "FACP", 6);
}

static uint64_t write_madt(struct writer *writer, const struct gabion_acpi *acpi)
{
	struct madt madt = {
		.lapic = GABION_LAPIC_ADDRESS,
		.ioapic = { 1, 12, 0, 0, GABION_IOAPIC_ADDRESS, 0 },
	};
	unsigned int i;

	for (i = 0; i < acpi->vcpus; i++) {
		madt.cpus[i].length = 8;
		madt.cpus[i].processor = madt.cpus[i].id = i;
		madt.cpus[i].flags = 1;
	}
	return write_table(writer, &madt,
			   offsetof(struct madt, cpus) + acpi->vcpus * sizeof(madt.cpus[0]), "APIC",
			   5);
}

int gabion_acpi_write(const struct gabion_acpi *acpi, const struct gabion_memory *memory,
		      uint64_t *where, struct gabion_error *error)
{
	/* The RSDP first, where it is looked for by those who are not told. */
	struct writer writer = { memory, GABION_ACPI_ADDRESS + 48, false };
	struct rsdp rsdp = {
		.signature = "RSD PTR ", .oem = "GABION", .revision = 2, .length = sizeof(rsdp)
	};
	struct xsdt xsdt = { 0 };

	xsdt.tables[0] = write_fadt(&writer, write_dsdt(&writer, acpi));
	xsdt.tables[1] = write_madt(&writer, acpi);
	rsdp.xsdt = write_table(&writer, &xsdt, sizeof(xsdt), "XSDT", 1);
	rsdp.checksum = checksum(&rsdp, 20);
	rsdp.extended_checksum = checksum(&rsdp, sizeof(rsdp));
	if (writer.failed || gabion_memory_write(memory, GABION_ACPI_ADDRESS, &rsdp, sizeof(rsdp)))
		return gabion_error_set(error, -ENOSPC, "the ACPI tables do not fit");
	*where = GABION_ACPI_ADDRESS;
	return 0;
}
