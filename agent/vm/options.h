/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the words of `gabion vm run` to a machine, and what its domain's rules make of it.
 */
#ifndef GABION_VM_OPTIONS_H
#define GABION_VM_OPTIONS_H

#include <stdio.h>

#include "machine.h"

/* What a guest has when nothing is said; where its kernel, init and root file system are. */
#define GABION_VM_CPUS		 1
#define GABION_VM_CPUS_MAX	 32
#define GABION_VM_MEMORY_MIB	 256
#define GABION_VM_MEMORY_MIN_MIB 64
#define GABION_VM_MEMORY_MAX_MIB (1 << 20)
#define GABION_VM_BOOT_S	 300
#define GABION_VM_BOOT_MAX_S	 86400
#define GABION_VM_GUEST_DIR	 "/usr/lib/gabion/guest"

/* A whole number from @min to @max. 0, or -EINVAL and @error. */
int gabion_vm_number_parse(const char *text, unsigned int min, unsigned int max,
			   unsigned int *number, struct gabion_error *error);

/*
 * "HOST:GUEST", "HOST:GUEST:ro" or ":rw" into @share, with the folder HOST open. @text is changed
 * and must live as long as @share. 0, or -errno and @error; release with gabion_vm_share_free()
 * whatever the result.
 */
int gabion_vm_share_parse(char *text, struct gabion_vm_share *share, struct gabion_error *error);
void gabion_vm_share_free(struct gabion_vm_share *share);

/*
 * Settle what the shares of @machine are, whether it has its network, and its root file system
 * @rootfs, an absolute path (NULL: of no concern), by the rules of @domain (NULL: nothing is
 * refused). What is made less than it could be is told on @notes. 0; -EPERM and @error: something
 * that was asked for is refused.
 */
int gabion_vm_machine_judge(struct gabion_vm_machine *machine,
			    const struct gabion_vm_domain *domain, const char *rootfs, FILE *notes,
			    struct gabion_error *error);

#endif /* GABION_VM_OPTIONS_H */
