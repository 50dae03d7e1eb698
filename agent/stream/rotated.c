// SPDX-License-Identifier: GPL-2.0
#include "rotated.h"

#include <stdio.h>
#include <string.h>

char *gabion_rotated_name(const char *path, unsigned int number)
{
	char *name;

	if (!number)
		return strdup(path);
	return asprintf(&name, "%s.%u", path, number) < 0 ? NULL : name;
}
