/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the command finds around it: root, file systems, shares, the loopback interface.
 */
#ifndef GABION_VMM_GUEST_SYSTEM_H
#define GABION_VMM_GUEST_SYSTEM_H

#include "../../agent/common/error.h"
#include "protocol.h"

/* Devices, and descriptors 0 to 2 on the console: before anything else. */
int gabion_guest_begin(struct gabion_error *error);

/* Make what @job says the root, with changes kept in memory, and mount what Linux programs expect
 * in it. */
int gabion_guest_enter_root(const struct gabion_guest_job *job, struct gabion_error *error);

/* Mount the share at its path, which is made, over the connected socket @fd, which stays open. */
int gabion_guest_mount_share(const struct gabion_guest_share *share, int fd,
			     struct gabion_error *error);

/* Connect to the host for @channel and say hello. Return: the descriptor, or -errno. */
int gabion_guest_connect(unsigned int channel, struct gabion_error *error);

/* Host name and loopback. */
int gabion_guest_set_up(const struct gabion_guest_job *job, struct gabion_error *error);

#endif /* GABION_VMM_GUEST_SYSTEM_H */
