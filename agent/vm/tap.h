/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose a tap device is: its owner, and root, may attach to it while nobody is attached.
 */
#ifndef GABION_VM_TAP_H
#define GABION_VM_TAP_H

#include <sys/types.h>

#include "../common/error.h"

/*
 * Make @user, and the group of the same number, the owner of the tap @name, which is there and
 * which nobody is attached to. 0; -ENODEV; -EBUSY: somebody is; -errno.
 */
int gabion_vm_tap_give(const char *name, uid_t user, struct gabion_error *error);

#endif /* GABION_VM_TAP_H */
