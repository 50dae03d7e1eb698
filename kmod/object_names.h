/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects of which a hook knows the dentry only.  Extended attributes and
 * symbolic links are reached through a mount, but the hooks are not told which.
 */
#ifndef GABION_OBJECT_NAMES_H
#define GABION_OBJECT_NAMES_H

#include <linux/dcache.h>
#include "decision.h"

/**
 * gabion_decide_dentry - may the current domain do @wanted to the object, by whichever name?
 * @hook:	who asks
 * @dentry:	referenced by the caller
 * @wanted:	GABION_FILE_*
 *
 * Asks for every name that the object has in the task's mount namespace (one,
 * but for bind mounts), and all must grant it. Without any: as a file without
 * a name. Objects of filesystems that cannot be mounted (pipes, memfds): by who made them
 * (creator.h), as elsewhere. What a stacked filesystem does to its layers is not judged.
 *
 * Context: may sleep. Return: 0, -EACCES or -ENOMEM.
 */
int gabion_decide_dentry(enum gabion_hook_id hook, struct dentry *dentry, u32 wanted);

/**
 * gabion_decide_inode - the same for an object of which the inode only is known
 *
 * By the names of one of its hard links, which the policy does not tell apart but where it
 * says `relabel`; of what nobody has looked for in a cgroup filesystem by its place there. What a
 * stacked filesystem does in a layer is for the caller to leave out.
 */
int gabion_decide_inode(enum gabion_hook_id hook, struct inode *inode, u32 wanted);

/* Is @dentry the root of a stacked filesystem's private mount? May sleep. */
bool gabion_dentry_is_layer(struct dentry *dentry);

/* After gabion_path_label_init() and gabion_mount_kind_init(). Return: 0 or -ENOENT. */
int gabion_object_names_init(void);

#endif /* GABION_OBJECT_NAMES_H */
