// SPDX-License-Identifier: GPL-2.0
#include "call_label.h"

#include <stdio.h>

#include "../policy/syscall_names.h"

char *gabion_call_label(u32 abi, u32 number)
{
	const char *name = gabion_call_name(abi, number);
	char *text;

	if (name)
		return strdup(name);
	return asprintf(&text, "%u", number) < 0 ? NULL : text;
}
