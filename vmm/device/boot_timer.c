// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "../log.h"
#include "platform.h"

#define MAGIC 123

static long microseconds(clockid_t clock, const struct timespec *since)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (now.tv_sec - since->tv_sec) * 1000000 + (now.tv_nsec - since->tv_nsec) / 1000;
}

static void read_register(void *device, uint64_t offset, void *data, size_t size)
{
	(void)device;
	(void)offset;
	memset(data, 0, size);
}

static void write_register(void *device, uint64_t offset, const void *data, size_t size)
{
	struct gabion_boot_timer *timer = device;
	unsigned char value;
	long wall, cpu;

	(void)size;
	memcpy(&value, data, 1);
	if (offset || value != MAGIC)
		return;
	wall = microseconds(CLOCK_MONOTONIC, &timer->start);
	cpu = microseconds(CLOCK_PROCESS_CPUTIME_ID, &timer->start_cpu);
	/* Firecracker's words: its tools look for them. */
	gabion_vmm_log(GABION_LOG_INFO, "Guest-boot-time = %6ld us %ld ms, %6ld CPU us %ld CPU ms",
		       wall, wall / 1000, cpu, cpu / 1000);
}

const struct gabion_bus_ops gabion_boot_timer_ops = { read_register, write_register };

void gabion_boot_timer_start(struct gabion_boot_timer *timer)
{
	clock_gettime(CLOCK_MONOTONIC, &timer->start);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &timer->start_cpu);
}
