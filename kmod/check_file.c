// SPDX-License-Identifier: GPL-2.0
/* Open files: opening, mapping, changing the mode they were opened in. */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/personality.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sockios.h>
#include <linux/tty.h>
#include <asm/ioctls.h>
#include "compat.h"
#include "decision.h"
#include "engine.h"

/* O_APPEND without O_TRUNC can only add; every other way of writing can overwrite. */
static u32 write_permission(const struct file *file)
{
	return (file->f_flags & (O_APPEND | O_TRUNC)) == O_APPEND ? GABION_FILE_APPEND
								   : GABION_FILE_WRITE;
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
	u32 wanted = 0;

	if ((file->f_flags & __FMODE_EXEC) || gabion_file_is_backing(file))
		return 0;
	/* Access mode 3 opens without checking permission, for ioctl: judge it as both. */
	if ((file->f_flags & O_ACCMODE) == O_ACCMODE)
		wanted |= GABION_FILE_READ | GABION_FILE_WRITE;
	if (file->f_mode & FMODE_READ)
		wanted |= GABION_FILE_READ;
	if (file->f_mode & FMODE_WRITE)
		wanted |= write_permission(file);
	if (file->f_flags & __O_TMPFILE)
		wanted |= GABION_FILE_CREATE;
	return gabion_decide_path(GABION_HOOK_file_open, gabion_file_path(file), wanted, GFP_KERNEL);
}

/* The owner of a file gets its signals: may the current domain send @who any? */
static int decide_owner(long who)
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

GABION_CHECK3(file_fcntl, struct file *, file, unsigned int, cmd, unsigned long, arg)
{
	switch (cmd) {
	case F_SETFL:
		/* Taking O_APPEND away turns append into write. */
		if ((arg & O_APPEND) || !(file->f_flags & O_APPEND) ||
		    !(file->f_mode & FMODE_WRITE))
			return 0;
		return gabion_decide_path(GABION_HOOK_file_fcntl, gabion_file_path(file),
					  GABION_FILE_WRITE, GFP_KERNEL);
	case F_SETOWN:
		return decide_owner((int)arg);
	case F_SETOWN_EX:
		/* The owner is in the caller's memory, which may change after we looked. */
		return gabion_decide_domain(GABION_HOOK_file_fcntl, gabion_task_label(current),
					    GABION_UNKNOWN, 0, GABION_DOM_SIGNAL, SIGIO);
	default:
		return 0;
	}
}

/*
 * Commands that reach other tasks: signals of a file to somebody, characters
 * into somebody's terminal. Nothing grants them yet.
 */
static int decide_ioctl(enum gabion_hook_id hook, struct file *file, unsigned int cmd)
{
	switch (cmd) {
	case FIOSETOWN:
	case SIOCSPGRP:
		return gabion_decide_domain(hook, gabion_task_label(current), GABION_UNKNOWN, 0,
					    GABION_DOM_SIGNAL, SIGIO);
	case TIOCSTI:
	case TIOCLINUX:
		return gabion_decide_path(hook, gabion_file_path(file), GABION_FILE_IOCTL,
					  GFP_KERNEL);
	default:
		return 0;
	}
}

GABION_CHECK3(file_ioctl, struct file *, file, unsigned int, cmd, unsigned long, arg)
{
	return decide_ioctl(GABION_HOOK_file_ioctl, file, cmd);
}

GABION_CHECK3(file_ioctl_compat, struct file *, file, unsigned int, cmd, unsigned long, arg)
{
	return decide_ioctl(GABION_HOOK_file_ioctl_compat, file, cmd);
}

/*
 * Punching, collapsing and zeroing overwrite, which an append-only descriptor
 * must not. The LSM hook (file_permission) is not told the mode, so this is
 * before vfs_fallocate() itself.
 */
GABION_CHECK4(vfs_fallocate, struct file *, file, int, mode, loff_t, offset, loff_t, len)
{
	if (!(mode & ~FALLOC_FL_KEEP_SIZE) || write_permission(file) != GABION_FILE_APPEND)
		return 0;
	return gabion_decide_path(GABION_HOOK_vfs_fallocate, gabion_file_path(file),
				  GABION_FILE_WRITE, GFP_KERNEL);
}

/*
 * Executable mappings of files, and shared writable ones of append-only files,
 * through which they could be overwritten.  mmap_prot() in the function itself
 * adds PROT_EXEC for READ_IMPLIES_EXEC, after we were asked.
 */
GABION_CHECK3(mmap_file, struct file *, file, unsigned long, prot, unsigned long, flags)
{
	u32 wanted = 0;

	if (!file)
		return 0;
	if ((prot & PROT_EXEC) ||
	    ((prot & PROT_READ) && (current->personality & READ_IMPLIES_EXEC)))
		wanted |= GABION_FILE_MAP;
	if ((flags & MAP_TYPE) != MAP_PRIVATE && (file->f_mode & FMODE_WRITE) &&
	    (file->f_flags & O_APPEND))
		wanted |= GABION_FILE_WRITE;
	if (!wanted)
		return 0;
	return gabion_decide_path(GABION_HOOK_mmap_file, gabion_file_path(file), wanted, GFP_KERNEL);
}

GABION_CHECK3(file_mprotect, struct vm_area_struct *, vma, unsigned long, reqprot,
	      unsigned long, prot)
{
	if (!((reqprot | prot) & PROT_EXEC) || (vma->vm_flags & VM_EXEC) || !vma->vm_file)
		return 0;
	return gabion_decide_path(GABION_HOOK_file_mprotect, gabion_file_path(vma->vm_file),
				  GABION_FILE_MAP, GFP_KERNEL);
}

#ifdef GABION_HAVE_FILE_TRUNCATE
/* ftruncate() and open(O_TRUNC); elsewhere they pass path_truncate. */
GABION_CHECK1(file_truncate, struct file *, file)
{
	return gabion_decide_path(GABION_HOOK_file_truncate, gabion_file_path(file), GABION_FILE_WRITE,
				  GFP_KERNEL);
}
#endif
