// SPDX-License-Identifier: GPL-2.0
/* The control `hardware`: what lockdown(7) would keep from root. */
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"

#define ATTEMPT_WITHOUT_FILES
#include "lib/attempt.h"

#define HARDWARE_VARIANT(name, by)						\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = before, .error = EPERM,			\
		.klass = GABION_CLASS_CONTROL,					\
		.refused = GABION_CONTROL_HARDWARE, .refused_by = by,		\
	}

/* The file systems that the kernel's own interfaces are in; they stay. */
static int before(struct gabion_netlink *client)
{
	if (mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL) && errno != EBUSY)
		return errno;
	if (mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) && errno != EBUSY)
		return errno;
	return 0;
}

static int open_to_read(const char *path)
{
	return ATTEMPT(open(path, O_RDONLY));
}

static int ports(void)
{
	return ATTEMPT(ioperm(0x80, 1, 1));
}
HARDWARE_VARIANT(ports, NULL);

static int port_level(void)
{
	return ATTEMPT(iopl(3));
}
HARDWARE_VARIANT(port_level, NULL);

static int open_memory(void)
{
	return open_to_read("/dev/mem");
}
HARDWARE_VARIANT(open_memory, NULL);

static int open_ports(void)
{
	return open_to_read("/dev/port");
}
HARDWARE_VARIANT(open_ports, NULL);

static int open_kernel_core(void)
{
	return open_to_read("/proc/kcore");
}
HARDWARE_VARIANT(open_kernel_core, NULL);

static int write_debugfs(void)
{
	return ATTEMPT(open("/sys/kernel/debug/clear_warn_once", O_WRONLY));
}
HARDWARE_VARIANT(write_debugfs, NULL);

static int read_tracefs(void)
{
	return open_to_read("/sys/kernel/tracing/current_tracer");
}
HARDWARE_VARIANT(read_tracefs, NULL);

/* The vendor's number, which nothing can change. */
static int write_pci_config(void)
{
	int fd = open("/sys/devices/pci0000:00/0000:00:00.0/config", O_RDWR);
	unsigned short vendor;

	if (fd < 0 || pread(fd, &vendor, 2, 0) != 2)
		return errno;
	return ATTEMPT(pwrite(fd, &vendor, 2, 0));
}
HARDWARE_VARIANT(write_pci_config, NULL);

/* By perf_event_open(), whose control "profiler" has. */
static int kernel_probe(void)
{
	struct perf_event_attr attr = { .size = sizeof(attr),
					.kprobe_func = (unsigned long)"vfs_fsync" };
	FILE *type = fopen("/sys/bus/event_source/devices/kprobe/type", "r");
	unsigned int number;

	if (!type || fscanf(type, "%u", &number) != 1)
		return 99;
	fclose(type);
	attr.type = number;
	return ATTEMPT(syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0));
}
HARDWARE_VARIANT(kernel_probe, "profiler");

TEST_HARNESS_MAIN
