/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_COMMON_FILE_H
#define GABION_COMMON_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "error.h"

/* Read all of @path, at most @max bytes, into malloc'ed memory. */
int gabion_file_read(const char *path, size_t max, void **data, size_t *size,
		     struct gabion_error *error);

/* The same of a stream, called @name in messages. */
int gabion_stream_read(FILE *file, const char *name, size_t max, void **data, size_t *size,
		       struct gabion_error *error);

/*
 * Put @data in the place of what @path holds, or make the file, for its owner alone: whoever opens
 * it meanwhile gets the old content or the new one. Owner, mode and extended attributes
 * stay; where they cannot, or on any other error, the old file does. A symbolic link
 * stays one, a hard link does not.
 */
int gabion_file_replace(const char *path, const void *data, size_t size,
			struct gabion_error *error);

#endif /* GABION_COMMON_FILE_H */
