// SPDX-License-Identifier: GPL-2.0
#include "last.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/file.h"
#include "../common/sync_directory.h"

static bool is_there(const char *path, const void *image, size_t size)
{
	cleanup_free void *there = NULL;
	size_t n;

	return !gabion_file_read(path, GABION_POLICY_SIZE_MAX, &there, &n, NULL) && n == size &&
	       !memcmp(there, image, size);
}

int gabion_last_save(const char *path, const void *image, size_t size, struct gabion_error *error)
{
	int err = is_there(path, image, size) ? 0 : gabion_file_replace(path, image, size, error);

	/* Also where it is there: its name may not have reached the disk the last time. */
	return err ?: gabion_sync_directory(path, error);
}

/* ---- the note: load of the module, and generation of the policy within it ---- */

static char *note_path(const char *path)
{
	char *name;

	return asprintf(&name, "%s.used", path) < 0 ? NULL : name;
}

static int write_note(const char *path, const struct gabion_status *status,
		      struct gabion_error *error)
{
	cleanup_free char *name = note_path(path);
	char text[64];
	int n;

	if (!name)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	n = snprintf(text, sizeof(text), "%016" PRIx64 " %u\n", status->instance,
		     status->generation);
	return gabion_file_replace(name, text, (size_t)n, error);
}

int gabion_last_load(struct gabion_netlink *client, const char *path, struct gabion_loaded *loaded,
		     struct gabion_error *note, struct gabion_error *error)
{
	cleanup_free void *image = NULL;
	struct gabion_status status;
	size_t size;
	int err;

	err = gabion_file_read(path, GABION_POLICY_SIZE_MAX, &image, &size, error) ?:
	      gabion_load_image(client, image, size, loaded, error);
	if (err)
		return err;
	if (!gabion_netlink_status(client, &status, note))
		write_note(path, &status, note);
	return 0;
}

bool gabion_last_in_force(const char *path, const struct gabion_status *status)
{
	cleanup_free char *name = note_path(path);
	cleanup_file FILE *file = name ? fopen(name, "re") : NULL;
	uint64_t instance;
	uint32_t generation;

	return file && fscanf(file, "%" SCNx64 " %" SCNu32, &instance, &generation) == 2 &&
	       instance == status->instance && generation == status->generation;
}
