// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "../end.h"
#include "platform.h"

#define SLEEP_ENABLE  0x20
#define SLEEP_TYPE(v) ((v) >> 2 & 7)
#define S5	      5 /* as \_S5 in the DSDT says */

static void read_register(void *device, uint64_t offset, void *data, size_t size)
{
	(void)device;
	(void)offset;
	memset(data, 0, size);
}

static void write_register(void *device, uint64_t offset, const void *data, size_t size)
{
	unsigned char value;

	(void)size;
	memcpy(&value, data, 1);
	if (!offset && value & SLEEP_ENABLE && SLEEP_TYPE(value) == S5)
		gabion_end_request(device, GABION_END_GUEST);
}

const struct gabion_bus_ops gabion_power_ops = { read_register, write_register };
