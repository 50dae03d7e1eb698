/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_COMMON_FILE_H
#define GABION_COMMON_FILE_H

#include <stddef.h>

#include "error.h"

/* Read all of @path, at most @max bytes, into malloc'ed memory. */
int gabion_file_read(const char *path, size_t max, void **data, size_t *size,
		     struct gabion_error *error);

#endif /* GABION_COMMON_FILE_H */
