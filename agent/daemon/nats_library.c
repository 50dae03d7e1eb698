// SPDX-License-Identifier: GPL-2.0
#include "nats_library.h"

#include <dlfcn.h>
#include <errno.h>

#define LIBRARY "libnats.so.3.4"

int gabion_nats_library_load(struct gabion_nats_library *library, struct gabion_error *error)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return gabion_error_set(error, -ENOENT,
					"the output nats needs Debian's package libnats3.4: %s",
					dlerror());
#define LOAD(name)                                                                                 \
	library->name = (__typeof__(name) *)dlsym(handle, #name);                                  \
	if (!library->name)                                                                        \
		return gabion_error_set(error, -ENOSYS, LIBRARY ": %s", dlerror());
	GABION_NATS_FUNCTIONS(LOAD)
	return 0;
}
