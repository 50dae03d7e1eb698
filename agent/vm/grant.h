/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a domain's rules give a virtual machine that runs for it, by the code that the kernel
 * decides with (core/decide.h). Whoever is in the guest can use all of a thing that it gets, in any
 * way; so a thing is given when the domain may do everything with all of it that the guest could.
 */
#ifndef GABION_VM_GRANT_H
#define GABION_VM_GRANT_H

#include <stdbool.h>

#include "../../core/view.h"
#include "../common/error.h"

enum gabion_vm_access {
	GABION_VM_NOTHING,
	GABION_VM_READ,
	GABION_VM_WRITE, /* and read */
};

/**
 * struct gabion_vm_domain - one domain of a verified policy
 * @view:	lives as long as this is used
 * @index:	of the domain
 * @free:	nothing is refused: it is unconfined, or in complain mode
 */
struct gabion_vm_domain {
	const struct gabion_view *view;
	uint32_t index;
	bool free;
};

/* Find domain @name. 0, or -ENOENT and @error. */
int gabion_vm_domain_find(struct gabion_vm_domain *domain, const struct gabion_view *view,
			  const char *name, struct gabion_error *error);

/**
 * gabion_vm_grant_folder - what the domain may do with a folder and every name that can be below it
 * @path:	absolute, as the kernel writes it: no symbolic link in it, no "." or "..", no "/" at
 *the end
 * @access:	the most that is granted on all of it. READ takes read and stat; WRITE also write,
 *create, delete and setattr, and relabel where names below are of several resources
 *
 * Return: 0 whatever the answer; -ENOMEM.
 */
int gabion_vm_grant_folder(const struct gabion_vm_domain *domain, const char *path,
			   enum gabion_vm_access *access);

/* May the domain read the file @path, a name as of gabion_vm_grant_folder()? */
bool gabion_vm_grant_file(const struct gabion_vm_domain *domain, const char *path);

/*
 * May the domain connect to and receive from `raw` of the policy, which is to send anything to
 * anybody? A network card sends whatever the guest likes.
 */
bool gabion_vm_grant_network(const struct gabion_vm_domain *domain);

#endif /* GABION_VM_GRANT_H */
