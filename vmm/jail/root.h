/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The folder that becomes the root of a jail.
 */
#ifndef GABION_VMM_JAIL_ROOT_H
#define GABION_VMM_JAIL_ROOT_H

#include <stdbool.h>
#include <sys/types.h>

#include "../../agent/common/error.h"

#define GABION_ROOT_DEVICES 2 /* kvm, net/tun */

/**
 * struct gabion_root - the folder, and what was made of it
 * @folder:	owned; -1: there is none
 * @made, @made_dev: it, or its dev, was not there before
 * @devices:	numbers of the devices that the host has, 0 for one that it has not
 */
struct gabion_root {
	const char *path;
	int folder;
	bool made, made_dev;
	dev_t devices[GABION_ROOT_DEVICES];
};

#define GABION_ROOT_NONE                                                                           \
	{                                                                                          \
		.folder = -1                                                                       \
	}

/*
 * Open @path, or make it, for @uid and @gid alone; look where the devices are. -EWOULDBLOCK:
 * another has it open so. A symbolic link at its end is refused.
 */
int gabion_root_open(struct gabion_root *root, const char *path, uid_t uid, gid_t gid,
		     struct gabion_error *error);

/*
 * Make the folder the root of the calling process, which has a mount namespace of its own: without
 * set-uid programs, or any that can be executed, and with a dev of its own that has the devices,
 * for @uid and @gid. The former root is gone then.
 */
int gabion_root_enter(const struct gabion_root *root, uid_t uid, gid_t gid,
		      struct gabion_error *error);

/* Remove @socket, a name inside, if a socket is there. */
void gabion_root_remove_socket(const struct gabion_root *root, const char *socket);

/* Take away what was made, and @socket (NULL: none), a name inside, if a socket is there. */
void gabion_root_clean(const struct gabion_root *root, const char *socket);

void gabion_root_close(struct gabion_root *root);

#endif /* GABION_VMM_JAIL_ROOT_H */
