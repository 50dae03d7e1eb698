// SPDX-License-Identifier: GPL-2.0
#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

int gabion_stream_read(FILE *file, const char *name, size_t max, void **data, size_t *size,
		       struct gabion_error *error)
{
	cleanup_free char *bytes = NULL;
	size_t capacity = 0, n = 0;
	char *more;

	/* Not by the size that stat(2) tells: pipes and /proc have none. */
	while (!feof(file)) {
		if (n > max)
			return gabion_error_set(error, -EFBIG, "%s: more than %zu bytes", name, max);
		if (n == capacity) {
			capacity = capacity ? 2 * capacity : 64 << 10;
			more = realloc(bytes, capacity);
			if (!more)
				return gabion_error_set(error, -ENOMEM, "out of memory");
			bytes = more;
		}
		n += fread(bytes + n, 1, capacity - n, file);
		if (ferror(file))
			return gabion_error_set(error, -EIO, "%s: cannot be read", name);
	}
	*data = gabion_take(bytes);
	*size = n;
	return 0;
}

int gabion_file_read(const char *path, size_t max, void **data, size_t *size,
		     struct gabion_error *error)
{
	cleanup_file FILE *file = fopen(path, "re");

	if (!file)
		return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
	return gabion_stream_read(file, path, max, data, size, error);
}
