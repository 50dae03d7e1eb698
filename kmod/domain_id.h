/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers of domains.  A name gets a number when a policy first brings it and
 * keeps it until the module is unloaded, so that the labels of running tasks
 * mean the same domain across policy swaps.  The host's are GABION_HOST and
 * GABION_HOST_HELD (task_label.h).
 *
 * Changed only under gabion_policy_mutex; names are never freed before unload,
 * so a reader that holds a number may use its name without a lock.
 */
#ifndef GABION_DOMAIN_ID_H
#define GABION_DOMAIN_ID_H

#include <linux/types.h>

/* Numbers in use, the host's included. */
u32 gabion_domain_count(void);

/* Number of @name, made if there is none yet. Return: the number, -ENOMEM, or -ENOSPC. */
int gabion_domain_number(const char *name);

/* Number of @name, GABION_HOST of the host's, or -ENOENT. */
int gabion_domain_find(const char *name);

/* Name of a number; "?" for one that does not exist. */
const char *gabion_domain_name(u32 number);

void gabion_domain_exit(void);

#endif /* GABION_DOMAIN_ID_H */
