// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "../end.h"
#include "platform.h"

#define COMMAND	    4 /* port 0x64 */
#define PULSE_RESET 0xfe

/* Status: both buffers are empty. Data: no key. */
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
	if (offset == COMMAND && value == PULSE_RESET)
		gabion_end_request(device, GABION_END_GUEST);
}

const struct gabion_bus_ops gabion_i8042_ops = { read_register, write_register };
