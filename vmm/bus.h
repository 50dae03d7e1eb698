/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who answers at an address: one bus for ports, one for memory-mapped registers.
 */
#ifndef GABION_VMM_BUS_H
#define GABION_VMM_BUS_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct gabion_bus_ops - how a device is accessed
 * @read:	put the @size (1 to 8) bytes of the register at @offset into @data
 * @write:	take @size bytes for it
 *
 * @offset + @size is within the device. Called with the lock of the loop held.
 */
struct gabion_bus_ops {
	void (*read)(void *device, uint64_t offset, void *data, size_t size);
	void (*write)(void *device, uint64_t offset, const void *data, size_t size);
};

/* One range and whose it is; @device is not owned. */
struct gabion_bus_range {
	uint64_t base;
	uint64_t length;
	const struct gabion_bus_ops *ops;
	void *device;
};

#define GABION_BUS_RANGES 24

/* Does not change while the guest runs. Zero-initialise. */
struct gabion_bus {
	struct gabion_bus_range ranges[GABION_BUS_RANGES];
	unsigned int count;
};

/* Ranges must not overlap. Ends the program when there are too many, which the limits forbid. */
void gabion_bus_add(struct gabion_bus *bus, uint64_t base, uint64_t length,
		    const struct gabion_bus_ops *ops, void *device);

/* As on a PC: where nobody is, all bits are read as ones, and what is written is lost. */
void gabion_bus_read(const struct gabion_bus *bus, uint64_t address, void *data, size_t size);
void gabion_bus_write(const struct gabion_bus *bus, uint64_t address, const void *data,
		      size_t size);

#endif /* GABION_VMM_BUS_H */
