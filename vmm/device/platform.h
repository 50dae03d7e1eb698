/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two devices of a register or two: the ACPI power-off port, and the boot timer.
 */
#ifndef GABION_VMM_DEVICE_PLATFORM_H
#define GABION_VMM_DEVICE_PLATFORM_H

#include <time.h>

#include "../bus.h"

/* Sleep control and sleep status; the device is a struct gabion_end. */
extern const struct gabion_bus_ops gabion_power_ops;

/* A byte of 123 written to it logs the time since the machine was started; its device is this. */
struct gabion_boot_timer {
	struct timespec start, start_cpu;
};

extern const struct gabion_bus_ops gabion_boot_timer_ops;

/* Begin to count. */
void gabion_boot_timer_start(struct gabion_boot_timer *timer);

#endif /* GABION_VMM_DEVICE_PLATFORM_H */
