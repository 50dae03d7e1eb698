/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_DAEMON_PRIVILEGE_H
#define GABION_DAEMON_PRIVILEGE_H

#include "../common/error.h"

/*
 * Give up every capability but CAP_MAC_ADMIN, which the kernel asks for with
 * each command, for good: bounding set and no_new_privs included.
 */
int gabion_privilege_drop(struct gabion_error *error);

#endif /* GABION_DAEMON_PRIVILEGE_H */
