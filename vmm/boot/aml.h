/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few constructs of ACPI machine language that our DSDT consists of (ACPI 6.4,
 * chapter 20).  Text is appended to a buffer of fixed size; when it is full, @full is
 * set and the rest is lost.
 */
#ifndef GABION_VMM_BOOT_AML_H
#define GABION_VMM_BOOT_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gabion_aml {
	unsigned char bytes[8192];
	size_t length;
	bool full;
};

#define GABION_AML_PORTS 2

struct gabion_aml_ports {
	uint16_t base;
	uint8_t length;
};

/*
 * Begin a scope ("\\_SB_", an absolute name) or a device (four letters); the result is
 * for gabion_aml_close().
 */
size_t gabion_aml_scope(struct gabion_aml *aml, const char *name);
size_t gabion_aml_device(struct gabion_aml *aml, const char *name);
void gabion_aml_close(struct gabion_aml *aml, size_t start);

/* Name(@name, ...) of an integer, a string, a package of integers, and a compressed EISA id. */
void gabion_aml_integer(struct gabion_aml *aml, const char *name, uint32_t value);
void gabion_aml_string(struct gabion_aml *aml, const char *name, const char *value);
void gabion_aml_package(struct gabion_aml *aml, const char *name, const uint32_t *values,
			uint8_t count);
void gabion_aml_eisa(struct gabion_aml *aml, const char *name, const char id[8]);

/* Method(@name, 1) that does nothing but Notify(@device, @value); @device is one beside it. */
void gabion_aml_notify(struct gabion_aml *aml, const char *name, const char *device, uint8_t value);

/*
 * _CRS: one range of memory-mapped registers, or GABION_AML_PORTS of ports at the most, and
 * one edge-triggered interrupt; or the interrupt alone.
 */
void gabion_aml_interrupt_resources(struct gabion_aml *aml, uint32_t gsi);
void gabion_aml_memory_resources(struct gabion_aml *aml, uint32_t base, uint32_t length,
				 uint32_t gsi);
void gabion_aml_port_resources(struct gabion_aml *aml, const struct gabion_aml_ports *ranges,
			       size_t n, uint32_t gsi);

#endif /* GABION_VMM_BOOT_AML_H */
