// SPDX-License-Identifier: GPL-2.0
/* Open files: opening, locking, changing the mode they were opened in. */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include "compat.h"
#include "decision.h"
#include "descriptor.h"
#include "engine.h"
#include "file_owner.h"
#include "mount_kind.h"
#include "process_file.h"
#include "terminal.h"

/* A file without a name: nobody but file_open is asked. It may get one, and has its mode by now. */
static int decide_tmpfile(const struct file *file, u32 wanted)
{
	return gabion_decide_together(
		gabion_decide_path(GABION_HOOK_file_open, gabion_file_path(file),
				   wanted | GABION_FILE_CREATE, GFP_KERNEL) ?:
		gabion_decide_set_id(GABION_HOOK_file_open, file_inode(file)->i_mode));
}

/*
 * What overlayfs opens in a layer was decided on the stacked path, by which it has the same name.
 * FUSE passthrough opens what the server says (FUSE_DEV_IOC_BACKING_OPEN), also to be executed:
 * its contents are those of a file with another name.
 */
static int decide_backing(const struct file *file)
{
	if (gabion_mount_kind(file->f_path.mnt) == GABION_MOUNT_LAYER)
		return 0;
	return gabion_decide_path(GABION_HOOK_file_open, &file->f_path, gabion_open_permission(file),
				  GFP_KERNEL);
}

/*
 * Is it opened by execve(2), or uselib(2)? The flag alone may be the caller's: mq_open(2),
 * TIOCGPTPEER and XFS_IOC_OPEN_BY_HANDLE hand on what they are given. These walk no path, and
 * what executes walks one, or clones what it has (binfmt_misc).
 */
static bool opens_to_execute(const struct file *file)
{
	return (file->f_flags & __FMODE_EXEC) && (current->nameidata || current->in_execve);
}

/*
 * do_dentry_open(), for every open but O_PATH.  The name was already made by
 * path_mknod if it is new; O_TMPFILE makes a file without passing there.
 *
 * An open for execution shows nothing to the task: whether it may be executed
 * is for bprm_check, and for mmap_file in the new domain.
 */
GABION_CHECK1(file_open, struct file *, file)
{
	u32 wanted = gabion_open_permission(file);

	if (gabion_file_is_backing(file))
		return decide_backing(file);
	if (opens_to_execute(file))
		return 0;
	if (file->f_flags & __O_TMPFILE)
		return decide_tmpfile(file, wanted);
	if (gabion_is_procfs(file->f_path.dentry))
		return gabion_decide_process_file(GABION_HOOK_file_open, file, wanted, GFP_KERNEL);
	if (gabion_is_own_terminal(file->f_path.dentry))
		return gabion_decide_name(GABION_HOOK_file_open, GABION_OWN_TERMINAL,
					  sizeof(GABION_OWN_TERMINAL) - 1, wanted);
	return gabion_decide_path(GABION_HOOK_file_open, gabion_file_path(file), wanted, GFP_KERNEL);
}

/* The owner of a file gets its signals: may the current domain send @who any? */
static int decide_owners(long who)
{
	struct task_struct *task;
	u16 domain = GABION_UNKNOWN;
	struct pid *pid;
	int err = 0;

	if (!who)
		return 0;
	rcu_read_lock();
	pid = find_vpid(who < 0 ? -who : who);
	if (who > 0) {
		task = pid_task(pid, PIDTYPE_TGID);
		if (task)
			domain = gabion_target_label(task);
		err = gabion_decide_domain(GABION_HOOK_file_fcntl, gabion_task_label(current), domain,
					   who, GABION_DOM_SIGNAL, SIGIO);
	} else {
		do_each_pid_task(pid, PIDTYPE_PGID, task) {
			if (!err)
				err = gabion_decide_domain(GABION_HOOK_file_fcntl,
							   gabion_task_label(current),
							   gabion_target_label(task), task->tgid,
							   GABION_DOM_SIGNAL, SIGIO);
		} while_each_pid_task(pid, PIDTYPE_PGID, task);
	}
	rcu_read_unlock();
	return err;
}

static int decide_owner(long who)
{
	return gabion_decide_together(decide_owners(who));
}

GABION_CHECK3(file_fcntl, struct file *, file, unsigned int, cmd, unsigned long, arg)
{
	int err;

	switch (cmd) {
	case F_SETFL:
		/* tty_fasync() sets an owner. */
		err = arg & FASYNC ? gabion_file_owner_record(file) : 0;
		if (err)
			return err;
		/* Taking O_APPEND away turns append into write. */
		if ((arg & O_APPEND) || !(file->f_flags & O_APPEND) ||
		    !(file->f_mode & FMODE_WRITE))
			return 0;
		return gabion_decide_path(GABION_HOOK_file_fcntl, gabion_file_path(file),
					  GABION_FILE_WRITE, GFP_KERNEL);
	case F_SETOWN:
		err = decide_owner((int)arg);
		return err ? err : gabion_file_owner_record(file);
	case F_SETOWN_EX:
		/* The owner is in the caller's memory, which may change after we looked. */
		err = gabion_decide_domain(GABION_HOOK_file_fcntl, gabion_task_label(current),
					   GABION_UNKNOWN, 0, GABION_DOM_SIGNAL, SIGIO);
		return err ? err : gabion_file_owner_record(file);
	case F_SET_RW_HINT:
		/* The inode's, which all can read, and which needs no write access up to 6.7. */
	case F_SETPIPE_SZ:
		/* Who has the other end sees how much there is room for. */
		return gabion_decide_path(GABION_HOOK_file_fcntl, gabion_file_path(file),
					  GABION_FILE_SETATTR, GFP_KERNEL);
	case F_SETLEASE:
	case F_NOTIFY:
	case F_SETSIG:
		/* Who chooses the signal sends it, also to an owner that somebody else has set. */
		return gabion_file_owner_record(file);
	case F_GETLK:
	case F_GETLK64:
	case F_OFD_GETLK:
		/* Who holds a lock, and on what: file_lock is asked about setting one only. */
		return gabion_decide_path(GABION_HOOK_file_fcntl, gabion_file_path(file),
					  GABION_FILE_LOCK, GFP_KERNEL);
	default:
		return 0;
	}
}

/* flock(), fcntl() and leases; @cmd is a lock's type, and letting go needs no permission. */
GABION_CHECK2(file_lock, struct file *, file, unsigned int, cmd)
{
	if (cmd == F_UNLCK)
		return 0;
	return gabion_decide_path(GABION_HOOK_file_lock, gabion_file_path(file), GABION_FILE_LOCK,
				  GFP_KERNEL);
}

/* By SCM_RIGHTS, pidfd_getfd(), seccomp's ADDFD, io_uring. */
GABION_CHECK1(file_receive, struct file *, file)
{
	return gabion_decide_descriptor(GABION_HOOK_file_receive, file);
}

/*
 * Punching, collapsing and zeroing overwrite, which an append-only descriptor
 * must not. The LSM hook (file_permission) is not told the mode, so this is
 * before vfs_fallocate() itself.
 */
GABION_CHECK4(vfs_fallocate, struct file *, file, int, mode, loff_t, offset, loff_t, len)
{
	if (!(mode & ~FALLOC_FL_KEEP_SIZE) || gabion_write_permission(file) != GABION_FILE_APPEND)
		return 0;
	return gabion_decide_path(GABION_HOOK_vfs_fallocate, gabion_file_path(file),
				  GABION_FILE_WRITE, GFP_KERNEL);
}

/*
 * FIDEDUPERANGE names its destinations by numbers in the caller's memory, and the
 * kernel takes what is open for reading only where the credentials would let it
 * be written. It says whether the contents are those of @from, and has the two
 * share their place on the disk. @from is open for reading, and was given the command.
 */
GABION_CHECK3(vfs_dedupe_file_range_one, struct file *, from, loff_t, position, struct file *, to)
{
	return gabion_decide_path(GABION_HOOK_vfs_dedupe_file_range_one, gabion_file_path(to),
				  GABION_FILE_READ | GABION_FILE_WRITE, GFP_KERNEL);
}

#ifdef GABION_HAVE_NOAPPEND
/* A write through an append-only descriptor that shall not append. Under the inode's lock. */
GABION_CHECK2(generic_write_checks, struct kiocb *, iocb, struct iov_iter *, from)
{
	const struct file *file = iocb->ki_filp;

	if ((iocb->ki_flags & IOCB_APPEND) || gabion_write_permission(file) != GABION_FILE_APPEND)
		return 0;
	return gabion_decide_path(GABION_HOOK_generic_write_checks, gabion_file_path(file),
				  GABION_FILE_WRITE, GFP_NOFS);
}
#endif

#ifdef GABION_HAVE_FILE_TRUNCATE
/* ftruncate() and open(O_TRUNC); elsewhere they pass path_truncate. */
GABION_CHECK1(file_truncate, struct file *, file)
{
	return gabion_decide_path(GABION_HOOK_file_truncate, gabion_file_path(file), GABION_FILE_WRITE,
				  GFP_KERNEL);
}
#endif
