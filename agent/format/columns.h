/* SPDX-License-Identifier: GPL-2.0 */
/* Lines to text: indentation, columns, comments. */
#ifndef GABION_FORMAT_COLUMNS_H
#define GABION_FORMAT_COLUMNS_H

#include "lines.h"

/* malloc'ed, @size bytes and a NUL. @scan is what @lines were made of. */
char *gabion_format_write(const struct gabion_format_lines *lines,
			  const struct gabion_format_scan *scan, size_t *size);

#endif /* GABION_FORMAT_COLUMNS_H */
