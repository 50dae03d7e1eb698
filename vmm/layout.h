/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where things are in the guest's physical address space.  RAM lies below
 * GABION_GAP_START and, what does not fit there, from GABION_GAP_END on; between
 * them are devices and the interrupt controllers.
 */
#ifndef GABION_VMM_LAYOUT_H
#define GABION_VMM_LAYOUT_H

#define GABION_GAP_START 0xc0000000ULL
#define GABION_GAP_END	 0x100000000ULL

/* Made for the boot processor, free for the kernel's use once it has its own. */
#define GABION_GDT_ADDRESS     0x500ULL
#define GABION_START_INFO      0x6000ULL /* PVH: struct hvm_start_info */
#define GABION_ZERO_PAGE       0x7000ULL /* bzImage: struct boot_params */
#define GABION_BOOT_STACK      0x8ff0ULL
#define GABION_PAGE_TABLES     0x9000ULL /* six pages: PML4, PDPT, four PDs */
#define GABION_CMDLINE	       0x20000ULL
#define GABION_CMDLINE_MAX     2048	  /* with its NUL; COMMAND_LINE_SIZE of x86 */
#define GABION_LOW_RAM_END     0x9fc00ULL /* of the first megabyte, as on a PC */
#define GABION_ACPI_ADDRESS    0xe0000ULL /* where a kernel looks for the RSDP, too */
#define GABION_ACPI_SIZE       0x20000ULL
#define GABION_VMGENID_ADDRESS 0xff000ULL /* the last page of these: nothing else is in it */
#define GABION_HIGH_RAM_START  0x100000ULL

/* In the gap. The last two are KVM's and what every x86 kernel expects. */
#define GABION_BOOT_TIMER     0xd0000000ULL
#define GABION_VIRTIO_BASE    0xd0001000ULL
#define GABION_VIRTIO_SIZE    0x1000ULL
#define GABION_IOAPIC_ADDRESS 0xfec00000U
#define GABION_LAPIC_ADDRESS  0xfee00000U
#define GABION_TSS_ADDRESS    0xfffbd000UL /* three pages for KVM on Intel */

/* Interrupt lines of the IOAPIC, and how many devices they are enough for. */
#define GABION_I8042_GSI   1
#define GABION_VMGENID_GSI 3
#define GABION_SERIAL_GSI  4
#define GABION_VIRTIO_GSI  5
#define GABION_VIRTIO_MAX  19

/* Ports. */
#define GABION_SERIAL_PORT 0x3f8
#define GABION_I8042_PORT  0x60
#define GABION_POWER_PORT  0x600 /* sleep control, then sleep status */

#define GABION_VCPUS_MAX 32

#endif /* GABION_VMM_LAYOUT_H */
