// SPDX-License-Identifier: GPL-2.0
/*
 * What a kernel is handed by either protocol: hvm_start_info (Xen's public
 * arch-x86/hvm/start_info.h) or boot_params, both with a memory map.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "../layout.h"
#include "cpu.h"
#include "kernel.h"

#define PVH_MAGIC	 0x336ec578
#define LOADER_UNDEFINED 0xff
#define E820_RAM	 1
#define E820_RESERVED	 2

struct start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp, memmap;
	uint32_t memmap_entries, reserved;
};

struct start_module {
	uint64_t address, size, cmdline, reserved;
};

struct start_memory {
	uint64_t address, size;
	uint32_t type, reserved;
};

/* As in the page that they are written to. */
struct pvh_page {
	struct start_info info;
	struct start_module module;
	struct start_memory map[4];
};
_Static_assert(sizeof(struct start_info) == 56, "Xen's layout");
_Static_assert(sizeof(struct start_memory) == 24, "Xen's layout");
_Static_assert(sizeof(struct pvh_page) <= 4096, "one page");

/* The guest's memory map; how many entries. */
static unsigned int memory_map(const struct gabion_memory *memory, struct boot_e820_entry map[4])
{
	uint64_t low = gabion_memory_low(memory), high = gabion_memory_high(memory);
	unsigned int n = 0;

	map[n++] = (struct boot_e820_entry){ 0, GABION_LOW_RAM_END, E820_RAM };
	map[n++] = (struct boot_e820_entry){ GABION_ACPI_ADDRESS, GABION_ACPI_SIZE, E820_RESERVED };
	if (low > GABION_HIGH_RAM_START)
		map[n++] = (struct boot_e820_entry){ GABION_HIGH_RAM_START,
						     low - GABION_HIGH_RAM_START, E820_RAM };
	if (high)
		map[n++] = (struct boot_e820_entry){ GABION_GAP_END, high, E820_RAM };
	return n;
}

static int write_start_info(const struct gabion_kernel *kernel, uint64_t rsdp,
			    const struct gabion_memory *memory)
{
	struct boot_e820_entry map[4];
	struct pvh_page page = {
		.info = { .magic = PVH_MAGIC,
			  .version = 1,
			  .cmdline = GABION_CMDLINE,
			  .rsdp = rsdp,
			  .memmap = GABION_START_INFO + offsetof(struct pvh_page, map) },
	};
	unsigned int i;

	if (kernel->initrd_size) {
		page.info.nr_modules = 1;
		page.info.modlist = GABION_START_INFO + offsetof(struct pvh_page, module);
		page.module.address = kernel->initrd;
		page.module.size = kernel->initrd_size;
	}
	page.info.memmap_entries = memory_map(memory, map);
	for (i = 0; i < page.info.memmap_entries; i++)
		page.map[i] = (struct start_memory){ map[i].addr, map[i].size, map[i].type, 0 };
	return gabion_memory_write(memory, GABION_START_INFO, &page, sizeof(page));
}

static int write_boot_params(const struct gabion_kernel *kernel, size_t cmdline_size, uint64_t rsdp,
			     const struct gabion_memory *memory)
{
	struct boot_params params = { .hdr = kernel->header, .acpi_rsdp_addr = rsdp };

	params.hdr.type_of_loader = LOADER_UNDEFINED;
	params.hdr.cmd_line_ptr = GABION_CMDLINE;
	params.hdr.cmdline_size = cmdline_size;
	params.hdr.ramdisk_image = kernel->initrd;
	params.hdr.ramdisk_size = kernel->initrd_size;
	/* Lists and callbacks that only a loader could have made. */
	params.hdr.setup_data = 0;
	params.e820_entries = memory_map(memory, params.e820_table);
	return gabion_memory_write(memory, GABION_ZERO_PAGE, &params, sizeof(params));
}

int gabion_kernel_write_params(const struct gabion_kernel *kernel, const char *cmdline,
			       uint64_t rsdp, const struct gabion_memory *memory,
			       struct gabion_error *error)
{
	size_t size = strlen(cmdline);
	int err;

	if (size > kernel->cmdline_max)
		return gabion_error_set(error, -E2BIG,
					"the command line has %zu characters, and this "
					"kernel takes %u: shorten boot_args",
					size, kernel->cmdline_max);
	err = gabion_memory_write(memory, GABION_CMDLINE, cmdline, size + 1);
	if (!err && kernel->protocol == GABION_BOOT_PVH)
		err = write_start_info(kernel, rsdp, memory);
	else if (!err)
		err = write_boot_params(kernel, size, rsdp, memory);
	if (!err)
		err = gabion_cpu_write_tables(memory);
	if (err)
		return gabion_error_set(error, err, "the guest has no memory below 1 MiB");
	return 0;
}
