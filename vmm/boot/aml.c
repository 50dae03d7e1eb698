// SPDX-License-Identifier: GPL-2.0
#include "aml.h"

#include <string.h>

enum {
	NAME_OP = 0x08,
	BYTE_PREFIX = 0x0a,
	DWORD_PREFIX = 0x0c,
	STRING_PREFIX = 0x0d,
	SCOPE_OP = 0x10,
	BUFFER_OP = 0x11,
	PACKAGE_OP = 0x12,
	METHOD_OP = 0x14,
	EXT_PREFIX = 0x5b,
	DEVICE_OP = 0x82,
	NOTIFY_OP = 0x86,
};

static void put(struct gabion_aml *aml, const void *bytes, size_t n)
{
	if (n > sizeof(aml->bytes) - aml->length) {
		aml->full = true;
		return;
	}
	memcpy(aml->bytes + aml->length, bytes, n);
	aml->length += n;
}

static void put_byte(struct gabion_aml *aml, uint8_t byte)
{
	put(aml, &byte, 1);
}

/* PkgLength of three bytes; what it says is known at the end. */
static size_t open_length(struct gabion_aml *aml)
{
	size_t start = aml->length;

	put(aml, "\0\0\0", 3);
	return start;
}

void gabion_aml_close(struct gabion_aml *aml, size_t start)
{
	size_t length = aml->length - start;

	if (aml->full)
		return;
	aml->bytes[start] = 0x80 | (length & 0xf);
	aml->bytes[start + 1] = length >> 4;
	aml->bytes[start + 2] = length >> 12;
}

size_t gabion_aml_scope(struct gabion_aml *aml, const char *name)
{
	size_t start;

	put_byte(aml, SCOPE_OP);
	start = open_length(aml);
	put(aml, name, strlen(name));
	return start;
}

size_t gabion_aml_device(struct gabion_aml *aml, const char *name)
{
	size_t start;

	put_byte(aml, EXT_PREFIX);
	put_byte(aml, DEVICE_OP);
	start = open_length(aml);
	put(aml, name, 4);
	return start;
}

static void put_name(struct gabion_aml *aml, const char *name)
{
	put_byte(aml, NAME_OP);
	put(aml, name, 4);
}

static void put_dword(struct gabion_aml *aml, uint32_t value)
{
	put_byte(aml, DWORD_PREFIX);
	put(aml, &value, 4);
}

void gabion_aml_integer(struct gabion_aml *aml, const char *name, uint32_t value)
{
	put_name(aml, name);
	put_dword(aml, value);
}

void gabion_aml_string(struct gabion_aml *aml, const char *name, const char *value)
{
	put_name(aml, name);
	put_byte(aml, STRING_PREFIX);
	put(aml, value, strlen(value) + 1);
}

void gabion_aml_package(struct gabion_aml *aml, const char *name, const uint32_t *values,
			uint8_t count)
{
	size_t start;
	uint8_t i;

	put_name(aml, name);
	put_byte(aml, PACKAGE_OP);
	start = open_length(aml);
	put_byte(aml, count);
	for (i = 0; i < count; i++)
		put_dword(aml, values[i]);
	gabion_aml_close(aml, start);
}

void gabion_aml_notify(struct gabion_aml *aml, const char *name, const char *device, uint8_t value)
{
	size_t start;

	put_byte(aml, METHOD_OP);
	start = open_length(aml);
	put(aml, name, 4);
	put_byte(aml, 1);
	put_byte(aml, NOTIFY_OP);
	put(aml, device, 4);
	put_byte(aml, BYTE_PREFIX);
	put_byte(aml, value);
	gabion_aml_close(aml, start);
}

static unsigned int hex(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

void gabion_aml_eisa(struct gabion_aml *aml, const char *name, const char id[8])
{
	unsigned int letters = (id[0] - 0x40) << 10 | (id[1] - 0x40) << 5 | (id[2] - 0x40);
	uint32_t number = hex(id[3]) << 12 | hex(id[4]) << 8 | hex(id[5]) << 4 | hex(id[6]);

	put_name(aml, name);
	put_dword(aml, __builtin_bswap32(letters << 16 | number));
}

static void put_resources(struct gabion_aml *aml, const uint8_t *where, uint8_t length,
			  uint32_t gsi)
{
	/* Extended interrupt descriptor: consumer, edge, active high, exclusive; one. */
	uint8_t interrupt[9] = { 0x89, 6, 0, 0x03, 1 };
	uint8_t size = length + sizeof(interrupt) + 2;
	size_t start;

	memcpy(interrupt + 5, &gsi, 4);
	put_name(aml, "_CRS");
	put_byte(aml, BUFFER_OP);
	start = open_length(aml);
	put_byte(aml, BYTE_PREFIX);
	put_byte(aml, size);
	if (length)
		put(aml, where, length);
	put(aml, interrupt, sizeof(interrupt));
	/* End tag; a checksum of 0 is not checked. */
	put(aml, "\x79\0", 2);
	gabion_aml_close(aml, start);
}

void gabion_aml_interrupt_resources(struct gabion_aml *aml, uint32_t gsi)
{
	put_resources(aml, NULL, 0, gsi);
}

void gabion_aml_memory_resources(struct gabion_aml *aml, uint32_t base, uint32_t length,
				 uint32_t gsi)
{
	/* 32-bit fixed memory range, writable. */
	uint8_t range[12] = { 0x86, 9, 0, 1 };

	memcpy(range + 4, &base, 4);
	memcpy(range + 8, &length, 4);
	put_resources(aml, range, sizeof(range), gsi);
}

void gabion_aml_port_resources(struct gabion_aml *aml, const struct gabion_aml_ports *ranges,
			       size_t n, uint32_t gsi)
{
	uint8_t bytes[GABION_AML_PORTS * 8], *at = bytes;
	size_t i;

	for (i = 0; i < n; i++) {
		uint16_t base = ranges[i].base;
		/* I/O ports, 16 bits decoded, from base to base. */
		const uint8_t range[8] = { 0x47, 1,	    base, base >> 8,
					   base, base >> 8, 1,	  ranges[i].length };

		memcpy(at, range, sizeof(range));
		at += sizeof(range);
	}
	put_resources(aml, bytes, at - bytes, gsi);
}
