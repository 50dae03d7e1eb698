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

#define GABION_OWN_TERMINAL	"/dev/tty"

/* Is @dentry, positive, a name of the current process's controlling terminal? Not in interrupts. */
bool gabion_is_own_terminal(const struct dentry *dentry);

#endif /* GABION_TERMINAL_H */
