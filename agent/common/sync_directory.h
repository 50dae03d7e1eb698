/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_COMMON_SYNC_DIRECTORY_H
#define GABION_COMMON_SYNC_DIRECTORY_H

#include "error.h"

/* Make the names in the directory of @path, which has a slash, durable. 0 or -errno. */
int gabion_sync_directory(const char *path, struct gabion_error *error);

#endif /* GABION_COMMON_SYNC_DIRECTORY_H */
