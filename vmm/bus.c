// SPDX-License-Identifier: GPL-2.0
#include "bus.h"

#include <assert.h>
#include <string.h>

void gabion_bus_add(struct gabion_bus *bus, uint64_t base, uint64_t length,
		    const struct gabion_bus_ops *ops, void *device)
{
	assert(bus->count < GABION_BUS_RANGES);
	bus->ranges[bus->count++] = (struct gabion_bus_range){ base, length, ops, device };
}

static const struct gabion_bus_range *find(const struct gabion_bus *bus, uint64_t address,
					   size_t size)
{
	const struct gabion_bus_range *range;

	for (range = bus->ranges; range < bus->ranges + bus->count; range++)
		if (address >= range->base && address - range->base < range->length &&
		    size <= range->length - (address - range->base))
			return range;
	return NULL;
}

void gabion_bus_read(const struct gabion_bus *bus, uint64_t address, void *data, size_t size)
{
	const struct gabion_bus_range *range = find(bus, address, size);

	memset(data, 0xff, size);
	if (range)
		range->ops->read(range->device, address - range->base, data, size);
}

void gabion_bus_write(const struct gabion_bus *bus, uint64_t address, const void *data, size_t size)
{
	const struct gabion_bus_range *range = find(bus, address, size);

	if (range)
		range->ops->write(range->device, address - range->base, data, size);
}
