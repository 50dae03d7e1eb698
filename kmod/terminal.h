/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process's own terminal. /dev/tty is the controlling terminal of whoever opens it: to grant
 * that, and not /dev/pts, is to let a program be used by hand and yet not have it open the
 * terminals of others. What is the same object by its other name, and the descriptors of it that
 * a shell hands over, are therefore judged as /dev/tty.
 */
#ifndef GABION_TERMINAL_H
#define GABION_TERMINAL_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/stat.h>

#define GABION_OWN_TERMINAL	"/dev/tty"

/* The same as below for a @dentry of a character device. */
bool gabion_is_controlling(const struct dentry *dentry);

/* Is @dentry, positive, a name of the current process's controlling terminal? Not in interrupts. */
static inline bool gabion_is_own_terminal(const struct dentry *dentry)
{
	return S_ISCHR(d_inode(dentry)->i_mode) && gabion_is_controlling(dentry);
}

#endif /* GABION_TERMINAL_H */
