/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which domain made an object without a name: a pipe, a unix socket, a memfd,
 * System V shared memory, an eventfd, epoll, io_uring or another anonymous file.
 *
 * Each has a dentry of its own on a filesystem that the kernel mounted for
 * itself, and none of these filesystems uses d_fsdata: the domain is written
 * there when security_d_instantiate() is asked, before anybody else can reach
 * the object. Nothing is allocated, so nothing can fail, and it ends with the
 * object. What says nothing was made by the host, or before we were loaded.
 */
#ifndef GABION_CREATOR_H
#define GABION_CREATOR_H

#include <linux/dcache.h>
#include "hooks.h"

/* Write the current task's domain down, if @dentry is one of these. @dentry is not yet visible. */
void gabion_creator_record(struct dentry *dentry);

/* Domain number of who made it; the host's if unknown. Any context. */
u16 gabion_creator(const struct dentry *dentry);

/**
 * gabion_decide_creator - may @domain read from or write to what another domain made?
 * @hook:	who asks
 * @domain:	domain number
 * @dentry:	of an object without a name
 * @wanted:	GABION_FILE_READ, WRITE, APPEND, SETATTR, CHOWN, LOCK, WATCH; others are not
 *		looked at
 *
 * What was handed over (inherited, received, kept over a change of policy) is held
 * to the level order: information flows from the creator to who reads it. What the
 * task reached for itself, through /proc/PID/fd, and System V shared memory need the
 * `ipc_read` and `ipc_write` of the policy. What has another filesystem (nsfs, pidfs,
 * dma-buf) is not judged here, but for what is changed, locked or watched of an inode that
 * others have as well: that is of something `unreachable`.
 * Context: any; for file_open not with the descriptor table's lock held.
 * Return: 0 or a negative errno.
 */
int gabion_decide_creator(enum gabion_hook_id hook, u16 domain, const struct dentry *dentry,
			  u32 wanted);

/* Module init. */
void gabion_creator_init(void);

#endif /* GABION_CREATOR_H */
