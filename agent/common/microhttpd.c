// SPDX-License-Identifier: GPL-2.0
#include "microhttpd.h"

#include <dlfcn.h>
#include <errno.h>

#define LIBRARY "libmicrohttpd.so.12"

int gabion_microhttpd_load(struct gabion_microhttpd *library, const char *what,
			   struct gabion_error *error)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return gabion_error_set(error, -ENOENT, "%s needs libmicrohttpd: %s", what,
					dlerror());
#define LOAD(name)                                                                                 \
	library->name = (__typeof__(name) *)dlsym(handle, #name);                                  \
	if (!library->name)                                                                        \
		return gabion_error_set(error, -ENOSYS, LIBRARY ": %s", dlerror());
	GABION_MICROHTTPD_FUNCTIONS(LOAD)
	return 0;
}
