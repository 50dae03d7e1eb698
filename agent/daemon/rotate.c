// SPDX-License-Identifier: GPL-2.0
#include "rotate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/cleanup.h"
#include "../stream/rotated.h"

static int move(const char *from, const char *to, struct gabion_error *error)
{
	if (!from || !to)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	if (rename(from, to))
		return gabion_error_set(error, -errno, "cannot rename %s to %s: %s", from, to,
					strerror(errno));
	return 0;
}

static int step(const char *path, unsigned int number, struct gabion_error *error)
{
	cleanup_free char *from = gabion_rotated_name(path, number);
	cleanup_free char *to = gabion_rotated_name(path, number + 1);

	return move(from, to, error);
}

/* The lowest number that no file has; @keep if they all have one: the oldest gives its own. */
static int find_free(const char *path, unsigned int keep, unsigned int *number,
		     struct gabion_error *error)
{
	struct stat st;

	for (*number = 1; *number < keep; ++*number) {
		cleanup_free char *name = gabion_rotated_name(path, *number);

		if (!name)
			return gabion_error_set(error, -ENOMEM, "out of memory");
		if (!lstat(name, &st))
			continue;
		if (errno == ENOENT)
			return 0;
		return gabion_error_set(error, -errno, "%s: %s", name, strerror(errno));
	}
	return 0;
}

int gabion_rotate(const char *path, unsigned int keep, struct gabion_error *error)
{
	cleanup_free char *fresh = NULL;
	unsigned int number;
	int err = find_free(path, keep, &number, error);

	while (!err && number)
		err = step(path, --number, error);
	if (err)
		return err;
	if (asprintf(&fresh, "%s.new", path) < 0)
		fresh = NULL;
	return move(fresh, path, error);
}
