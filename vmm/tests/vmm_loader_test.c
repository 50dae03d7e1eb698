// SPDX-License-Identifier: GPL-2.0
/* Kernels and initrds: whole, cut at every length, and with every byte of their headers altered. */
#include "../../agent/tests/test.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../boot/cpu.h"
#include "../layout.h"

#define MEMORY	   (64 << 20)
#define INITRD_MAX 0x7fffffff

struct file {
	int fd;
	char path[32];
};

static struct file make_file(const void *bytes, size_t n)
{
	struct file file = { .fd = memfd_create("kernel", MFD_CLOEXEC) };

	assert_true(file.fd >= 0);
	assert_int_equal(write(file.fd, bytes, n), n);
	snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.fd);
	return file;
}

struct elf {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[3];
	struct {
		Elf64_Nhdr head;
		char name[4];
		uint32_t other;
		Elf64_Nhdr pvh;
		char xen[4];
		uint32_t entry, high;
	} notes;
	char text[64];
};

static struct elf good_elf(void)
{
	struct elf elf = {
		.eh = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
			.e_machine = EM_X86_64,
			.e_phoff = offsetof(struct elf, ph),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 3 },
		.ph = { { .p_type = PT_LOAD,
			  .p_offset = offsetof(struct elf, text),
			  .p_filesz = 64,
			  .p_memsz = 0x10000,
			  .p_paddr = 0x1000000 },
			{ .p_type = PT_NOTE,
			  .p_offset = offsetof(struct elf, notes),
			  .p_filesz = sizeof(elf.notes) },
			{ .p_type = PT_LOAD,
			  .p_offset = offsetof(struct elf, text),
			  .p_filesz = 64,
			  .p_memsz = 64,
			  .p_paddr = 0x1800000 } },
		.notes = { .head = { 4, 4, 1 },
			   .name = "GNU",
			   .pvh = { 4, 8, 18 },
			   .xen = "Xen",
			   .entry = 0x1000010 },
	};

	memset(elf.text, 0x90, sizeof(elf.text));
	return elf;
}

static int load(struct gabion_kernel *kernel, const void *bytes, size_t n,
		struct gabion_error *error)
{
	struct gabion_memory memory;
	struct file file = make_file(bytes, n);
	int err;

	error->text[0] = 0;
	assert_int_equal(gabion_memory_create(&memory, MEMORY, error), 0);
	err = gabion_kernel_load(kernel, file.path, &memory, error);
	if (!err) {
		/* What it says of itself must be so. */
		assert_non_null(gabion_memory_at(&memory, kernel->entry, 1));
		assert_true(kernel->entry >= GABION_HIGH_RAM_START);
		assert_true(kernel->end > kernel->entry && kernel->end <= MEMORY);
	} else {
		assert_true(error->text[0]);
	}
	gabion_memory_destroy(&memory);
	close(file.fd);
	return err;
}

static void an_elf(void **state)
{
	struct elf elf = good_elf();
	struct gabion_kernel kernel;
	struct gabion_error error;

	(void)state;
	assert_int_equal(load(&kernel, &elf, sizeof(elf), &error), 0);
	assert_int_equal(kernel.protocol, GABION_BOOT_PVH);
	assert_int_equal(kernel.entry, 0x1000010);
	assert_int_equal(kernel.end, 0x1800040);
}

static void an_elf_cut_short(void **state)
{
	struct elf elf = good_elf();
	struct gabion_kernel kernel;
	struct gabion_error error;
	size_t n;

	(void)state;
	for (n = 0; n < offsetof(struct elf, text) + sizeof(elf.text); n++)
		assert_true(load(&kernel, &elf, n, &error) < 0);
	assert_non_null(strstr(error.text, "cut short"));
}

static void an_elf_altered(void **state)
{
	struct gabion_kernel kernel;
	struct gabion_error error;
	struct elf elf;
	size_t i;
	int bit;

	(void)state;
	/* Loads or does not: load() and the sanitizers look at how. */
	for (i = 0; i < sizeof(elf) - sizeof(elf.text); i++) {
		for (bit = 0; bit < 8; bit += 1) {
			elf = good_elf();
			((unsigned char *)&elf)[i] ^= 1 << bit;
			load(&kernel, &elf, sizeof(elf), &error);
		}
		elf = good_elf();
		memset((unsigned char *)&elf + i, 0xff, 8);
		load(&kernel, &elf, sizeof(elf), &error);
	}
}

static void elfs_that_are_refused(void **state)
{
	struct gabion_kernel kernel;
	struct gabion_error error;
	struct elf elf = good_elf();

	(void)state;
	elf.ph[0].p_paddr = 0x9000; /* where our tables are */
	assert_int_equal(load(&kernel, &elf, sizeof(elf), &error), -ENOSPC);
	elf = good_elf();
	elf.ph[0].p_memsz = MEMORY; /* bss that is not there */
	assert_int_equal(load(&kernel, &elf, sizeof(elf), &error), -ENOSPC);
	elf = good_elf();
	elf.ph[0].p_paddr = -64ULL;
	assert_int_equal(load(&kernel, &elf, sizeof(elf), &error), -ENOSPC);
	elf = good_elf();
	elf.ph[0].p_filesz = 0x10001;
	assert_int_equal(load(&kernel, &elf, sizeof(elf), &error), -ENOEXEC);
	elf = good_elf();
	elf.notes.pvh.n_type = 17;
	assert_int_equal(load(&kernel, &elf, sizeof(elf), &error), -ENOEXEC);
	assert_non_null(strstr(error.text, "CONFIG_PVH"));
	elf = good_elf();
	elf.notes.entry = 0x7000;
	assert_int_equal(load(&kernel, &elf, sizeof(elf), &error), -ENOEXEC);
}

struct bzimage {
	unsigned char sectors[2 * 512];
	unsigned char kernel[1024];
};

static struct bzimage good_bzimage(void)
{
	struct setup_header header = {
		.setup_sects = 1,
		.boot_flag = 0xaa55,
		.header = 0x53726448,
		.version = 0x20f,
		.xloadflags = XLF_KERNEL_64,
		.syssize = 1024 / 16,
		.init_size = 4 << 20,
		.pref_address = 0x1000000,
		.cmdline_size = 2047,
		.initrd_addr_max = INITRD_MAX,
	};
	struct bzimage image = { 0 };

	memcpy(image.sectors + 0x1f1, &header, sizeof(header));
	memset(image.kernel, 0x90, sizeof(image.kernel));
	return image;
}

static void a_bzimage(void **state)
{
	struct bzimage image = good_bzimage();
	struct gabion_kernel kernel;
	struct gabion_error error;

	(void)state;
	assert_int_equal(load(&kernel, &image, sizeof(image), &error), 0);
	assert_int_equal(kernel.protocol, GABION_BOOT_LINUX64);
	assert_int_equal(kernel.entry, 0x1000200);
	assert_int_equal(kernel.end, 0x1400000);
	assert_int_equal(kernel.cmdline_max, 2047);
}

static void a_bzimage_cut_short(void **state)
{
	struct bzimage image = good_bzimage();
	struct gabion_kernel kernel;
	struct gabion_error error;
	size_t n;

	(void)state;
	/* The last 15 bytes may be missing: syssize is rounded up. */
	for (n = 0; n < sizeof(image) - 15; n += n < 512 ? 7 : 1)
		assert_true(load(&kernel, &image, n, &error) < 0);
}

static void a_bzimage_altered(void **state)
{
	struct gabion_kernel kernel;
	struct gabion_error error;
	struct bzimage image;
	size_t i;
	int bit;

	(void)state;
	for (i = 0x1f1; i < 0x1f1 + sizeof(struct setup_header); i++) {
		for (bit = 0; bit < 8; bit++) {
			image = good_bzimage();
			image.sectors[i] ^= 1 << bit;
			load(&kernel, &image, sizeof(image), &error);
		}
		image = good_bzimage();
		memset(image.sectors + i, 0xff, 8);
		load(&kernel, &image, sizeof(image), &error);
	}
}

static void neither(void **state)
{
	struct gabion_kernel kernel;
	struct gabion_error error;
	char bytes[4096];

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(load(&kernel, bytes, sizeof(bytes), &error), -ENOEXEC);
	assert_non_null(strstr(error.text, "neither"));
	assert_int_equal(gabion_kernel_load(&kernel, "/", NULL, &error), -EINVAL);
	assert_int_equal(gabion_kernel_load(&kernel, "/nonexistent", NULL, &error), -ENOENT);
}

static void an_initrd(void **state)
{
	struct gabion_kernel kernel = { .end = 0x1400000, .initrd_max = INITRD_MAX };
	struct file file = make_file("initrd!", 7), empty = make_file("", 0);
	struct gabion_memory memory;
	struct gabion_error error;

	(void)state;
	gabion_memory_create(&memory, MEMORY, &error);
	assert_int_equal(gabion_kernel_load_initrd(&kernel, file.path, &memory, &error), 0);
	assert_int_equal(kernel.initrd, MEMORY - 4096);
	assert_int_equal(kernel.initrd_size, 7);
	assert_memory_equal(memory.base + kernel.initrd, "initrd!", 7);
	/* As high as the kernel can reach. */
	kernel.initrd_max = 0x1ffffff;
	assert_int_equal(gabion_kernel_load_initrd(&kernel, file.path, &memory, &error), 0);
	assert_int_equal(kernel.initrd, 0x1fff000);
	kernel.end = 0x1ffff01;
	assert_int_equal(gabion_kernel_load_initrd(&kernel, file.path, &memory, &error), -ENOSPC);
	assert_int_equal(gabion_kernel_load_initrd(&kernel, empty.path, &memory, &error), -EINVAL);
	gabion_memory_destroy(&memory);
	close(file.fd);
	close(empty.fd);
}

static void an_initrd_larger_than_memory(void **state)
{
	struct gabion_kernel kernel = { .initrd_max = INITRD_MAX };
	struct file file = make_file("", 0);
	struct gabion_memory memory;
	struct gabion_error error;

	(void)state;
	gabion_memory_create(&memory, MEMORY, &error);
	kernel.end = 0x100000;
	assert_int_equal(ftruncate(file.fd, MEMORY + 1), 0);
	assert_int_equal(gabion_kernel_load_initrd(&kernel, file.path, &memory, &error), -ENOSPC);
	gabion_memory_destroy(&memory);
	close(file.fd);
}

static void the_parameters(void **state)
{
	struct gabion_kernel kernel = { .cmdline_max = 10, .initrd = 0x2000000, .initrd_size = 5 };
	struct gabion_memory memory;
	const struct boot_params *params;
	struct gabion_error error;
	uint64_t start_info[7];

	(void)state;
	gabion_memory_create(&memory, MEMORY, &error);
	assert_int_equal(
		gabion_kernel_write_params(&kernel, "01234567890", 0xe0000, &memory, &error),
		-E2BIG);
	kernel.protocol = GABION_BOOT_LINUX64;
	assert_int_equal(
		gabion_kernel_write_params(&kernel, "0123456789", 0xe0000, &memory, &error), 0);
	assert_string_equal((char *)memory.base + GABION_CMDLINE, "0123456789");
	params = gabion_memory_at(&memory, GABION_ZERO_PAGE, sizeof(*params));
	assert_int_equal(params->hdr.cmd_line_ptr, GABION_CMDLINE);
	assert_int_equal(params->hdr.ramdisk_image, 0x2000000);
	assert_int_equal(params->hdr.ramdisk_size, 5);
	assert_int_equal(params->acpi_rsdp_addr, 0xe0000);
	assert_int_equal(params->e820_entries, 3);
	assert_int_equal(params->e820_table[2].addr + params->e820_table[2].size, MEMORY);
	kernel.protocol = GABION_BOOT_PVH;
	assert_int_equal(gabion_kernel_write_params(&kernel, "", 0xe0000, &memory, &error), 0);
	memcpy(start_info, memory.base + GABION_START_INFO, sizeof(start_info));
	assert_int_equal(start_info[0], 0x1336ec578);
	assert_int_equal(start_info[4], 0xe0000);
	assert_int_equal(start_info[6], 3);
	gabion_memory_destroy(&memory);
}

static void the_registers(void **state)
{
	struct gabion_kernel kernel = { .protocol = GABION_BOOT_PVH, .entry = 0x1000000 };
	struct kvm_sregs sregs = { 0 };
	struct kvm_regs regs;

	(void)state;
	gabion_cpu_boot_registers(&kernel, &regs, &sregs);
	assert_int_equal(regs.rbx, GABION_START_INFO);
	assert_int_equal(sregs.cr0, 0x11);
	assert_int_equal(sregs.efer, 0);
	assert_true(sregs.cs.db && !sregs.cs.l);
	kernel.protocol = GABION_BOOT_LINUX64;
	gabion_cpu_boot_registers(&kernel, &regs, &sregs);
	assert_int_equal(regs.rsi, GABION_ZERO_PAGE);
	assert_int_equal(sregs.cr0, 0x80000011);
	assert_int_equal(sregs.efer, 0x500);
	assert_true(!sregs.cs.db && sregs.cs.l);
	assert_int_equal(sregs.cs.selector, 0x10);
	assert_int_equal(sregs.ds.selector, 0x18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_elf),
		cmocka_unit_test(an_elf_cut_short),
		cmocka_unit_test(an_elf_altered),
		cmocka_unit_test(elfs_that_are_refused),
		cmocka_unit_test(a_bzimage),
		cmocka_unit_test(a_bzimage_cut_short),
		cmocka_unit_test(a_bzimage_altered),
		cmocka_unit_test(neither),
		cmocka_unit_test(an_initrd),
		cmocka_unit_test(an_initrd_larger_than_memory),
		cmocka_unit_test(the_parameters),
		cmocka_unit_test(the_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
