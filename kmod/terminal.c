// SPDX-License-Identifier: GPL-2.0
/* A process's own terminal.  See terminal.h. */
#include <linux/fs.h>
#include <linux/sched/signal.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include "terminal.h"

/* Numbers are of one devpts each; pty_unix98's ptmx_open() leaves a slave's dentry with it. */
static bool is_terminal(struct tty_struct *tty, const struct dentry *dentry)
{
	if (tty_devnum(tty) != d_inode(dentry)->i_rdev)
		return false;
	return tty->driver->type != TTY_DRIVER_TYPE_PTY || tty->driver_data == dentry;
}

bool gabion_is_controlling(const struct dentry *dentry)
{
	struct sighand_struct *sighand = rcu_dereference_protected(current->sighand, true);
	unsigned long flags;
	bool own;

	if (!sighand)
		return false;
	spin_lock_irqsave(&sighand->siglock, flags);
	own = current->signal->tty && is_terminal(current->signal->tty, dentry);
	spin_unlock_irqrestore(&sighand->siglock, flags);
	return own;
}
