/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_LOAD_COMPILE_H
#define GABION_LOAD_COMPILE_H

#include <stddef.h>

#include "../common/error.h"

/*
 * Compile the sources at @paths. *@image is owned by the caller, as is
 * *@diagnostics, which is NULL when the compiler had nothing to say.
 */
int gabion_load_compile(const char *const *paths, size_t npaths, void **image, size_t *size,
			char **diagnostics, struct gabion_error *error);

#endif /* GABION_LOAD_COMPILE_H */
