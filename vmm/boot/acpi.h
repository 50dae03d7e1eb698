/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ACPI tables: how a kernel finds its processors, its interrupt controllers, and the
 * virtio devices, which are not on any bus that it could ask.
 */
#ifndef GABION_VMM_BOOT_ACPI_H
#define GABION_VMM_BOOT_ACPI_H

#include "../memory.h"

/**
 * struct gabion_acpi - what the tables are to tell
 * @vcpus:	processors, with APIC ids from 0
 * @virtio:	virtio-mmio devices, the nth at GABION_VIRTIO_BASE + n * GABION_VIRTIO_SIZE with
 *		interrupt GABION_VIRTIO_GSI + n
 */
struct gabion_acpi {
	unsigned int vcpus;
	unsigned int virtio;
};

/*
 * Write the tables at GABION_ACPI_ADDRESS, below GABION_VMGENID_ADDRESS, and say where the
 * RSDP is.
 */
int gabion_acpi_write(const struct gabion_acpi *acpi, const struct gabion_memory *memory,
		      uint64_t *rsdp, struct gabion_error *error);

#endif /* GABION_VMM_BOOT_ACPI_H */
