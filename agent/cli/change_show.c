// SPDX-License-Identifier: GPL-2.0
#include "change_show.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 100

void gabion_calls_show_text(const struct gabion_change *change, const char *indent)
{
	size_t column = 0, i;

	for (i = 0; i < change->calls.n; i++) {
		size_t n = strlen(change->calls.v[i]) + 2;

		if (column && column + n > WIDTH) {
			puts(",");
			column = 0;
		}
		column += printf("%s%s", column ? ", " : indent, change->calls.v[i]);
	}
	putchar('\n');
}

const char *gabion_change_kind_name(enum gabion_change_kind kind)
{
	static const char *const kinds[GABION_CHANGE_KINDS] = {
		[GABION_CHANGE_ACCESS] = "access",
		[GABION_CHANGE_NUMBERS] = "numbers",
		[GABION_CHANGE_COMMANDS] = "ioctl",
		[GABION_CHANGE_ENTERS] = "enters",
		[GABION_CHANGE_HELPER] = "helper_enters",
		[GABION_CHANGE_AUDIT] = "audit",
		[GABION_CHANGE_QUIET] = "quiet",
		[GABION_CHANGE_CALLS] = "syscalls",
		[GABION_CHANGE_LEVEL] = "level",
		[GABION_CHANGE_MODE] = "mode",
		[GABION_CHANGE_LIMITS] = "limit",
		[GABION_CHANGE_REQUIRED] = "audit_required",
		[GABION_CHANGE_ORDER] = "order",
		[GABION_CHANGE_EXPECTATION] = "expectation",
	};

	return kinds[kind];
}
