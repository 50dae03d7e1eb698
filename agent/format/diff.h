/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_FORMAT_DIFF_H
#define GABION_FORMAT_DIFF_H

#include <stddef.h>

#include "../common/error.h"

/* Write the difference of two texts called @name to stdout, by diff(1), which must be there. */
int gabion_format_diff(const char *name, const char *before, size_t nbefore, const char *after,
		       size_t nafter, struct gabion_error *error);

#endif /* GABION_FORMAT_DIFF_H */
