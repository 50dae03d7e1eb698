/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compiled policy that was last put in force, kept on the disk: what gabiond loads after a boot
 * when the text has an error. Whoever may write the file decides what that is.
 */
#ifndef GABION_LOAD_LAST_H
#define GABION_LOAD_LAST_H

#include "load.h"

/* Keep @image, which is in force, at @path: durable, and left alone where it is there already. */
int gabion_last_save(const char *path, const void *image, size_t size, struct gabion_error *error);

/*
 * Load what is at @path, and note beside it that this is what is in force.
 * Return: 0; -errno: it is not in force. A note that cannot be written is in @note, only.
 */
int gabion_last_load(struct gabion_netlink *client, const char *path, struct gabion_loaded *loaded,
		     struct gabion_error *note, struct gabion_error *error);

/* Is what @status tells of, which has a policy, what was loaded from @path? */
bool gabion_last_in_force(const char *path, const struct gabion_status *status);

#endif /* GABION_LOAD_LAST_H */
