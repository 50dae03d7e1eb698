// SPDX-License-Identifier: GPL-2.0
#include "../common/cleanup.h"
#include "compile.h"
#include "load.h"

int gabion_load_sources(struct gabion_netlink *client, const char *const *paths, size_t npaths,
			struct gabion_loaded *loaded, char **diagnostics,
			struct gabion_error *error)
{
	cleanup_free void *image = NULL;
	size_t size;
	int err;

	err = gabion_load_compile(paths, npaths, &image, &size, diagnostics, error);
	return err ? err : gabion_load_image(client, image, size, loaded, error);
}
