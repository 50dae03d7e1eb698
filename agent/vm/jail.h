/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The jail that gabion-vmm is started in where root starts it (`--jail` of gabion-vmm(8)): a user
 * that no other machine has, and a root of its own, a file system in memory with room for what
 * gabion-vmm makes there (a socket, mount points) and no more: it cannot fill the host's. The files
 * of the host that a machine reads are mounted there, read-only. All of it is in a mount namespace
 * that begins with gabion-vmm's process, so that no mount outlives it.
 */
#ifndef GABION_VM_JAIL_H
#define GABION_VM_JAIL_H

#include <sys/types.h>

#include "machine.h"

/* Users, and groups of the same numbers, of machines; no system that we know of gives these away
 * (systemd's UIDS-GIDS has them as unused). Nobody else may be one of them. */
#define GABION_VM_UID_FIRST 2000000000U
#define GABION_VM_UID_COUNT 4096

/*
 * Take the first user that no machine of this host has, whatever its folder. It is taken as long
 * as the descriptor @lock, or a copy of it in another process, is open. 0; -EUSERS: all are taken;
 * -errno.
 */
int gabion_vm_jail_allot(uid_t *uid, int *lock, struct gabion_error *error);

/*
 * Make the folder of @entry that the root of @machine's jail is mounted on, and give its user the
 * tap. 0; -EACCES: that could not read a file that it is to have; -errno.
 */
int gabion_vm_jail_make(const struct gabion_vm_machine *machine,
			const struct gabion_vm_entry *entry, struct gabion_error *error);

/* Make @path the user's of @machine: a file that only we could name so far. 0 or -errno. */
int gabion_vm_jail_give(const struct gabion_vm_machine *machine, const char *path,
			struct gabion_error *error);

/*
 * In the process that becomes gabion-vmm: a mount namespace of its own, with the root of the jail
 * and the machine's files in it, and for a machine without a tap a network namespace that has
 * nothing. 0 or -errno.
 */
int gabion_vm_jail_furnish(const struct gabion_vm_machine *machine,
			   const struct gabion_vm_entry *entry, struct gabion_error *error);

#endif /* GABION_VM_JAIL_H */
