// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "keeper.h"

void gabion_console_add(struct gabion_console *console, const char *bytes, size_t n)
{
	size_t at, part;

	for (; n; bytes += part, n -= part) {
		at = console->total % GABION_CONSOLE_SIZE;
		part = n < GABION_CONSOLE_SIZE - at ? n : GABION_CONSOLE_SIZE - at;
		memcpy(console->bytes + at, bytes, part);
		console->total += part;
	}
}

size_t gabion_console_tail(const struct gabion_console *console, char *bytes, size_t size)
{
	size_t n = console->total < GABION_CONSOLE_SIZE ? console->total : GABION_CONSOLE_SIZE, i;

	if (n > size)
		n = size;
	for (i = 0; i < n; i++)
		bytes[i] = console->bytes[(console->total - n + i) % GABION_CONSOLE_SIZE];
	return n;
}
