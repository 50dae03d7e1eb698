// SPDX-License-Identifier: GPL-2.0
/* Files that tell of a process.  See process_file.h. */
#include <linux/kstrtox.h>
#include <linux/pid.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include "compat.h"
#include "decision.h"
#include "descriptor.h"
#include "process_file.h"

/* @file is of a procfs. */
static bool is_memory(const struct file *file)
{
	const struct qstr *name = &file->f_path.dentry->d_name;

	return S_ISREG(file_inode(file)->i_mode) && name->len == 3 &&
	       !memcmp(name->name, "mem", 3);
}

bool gabion_is_process_memory(const struct file *file)
{
	return (file->f_mode & FMODE_WRITE) && gabion_is_procfs(file->f_path.dentry) &&
	       is_memory(file);
}

/*
 * Number of the process that @dentry tells of, in its procfs' pid namespace; 0: none.
 *
 * Which process an inode of procfs belongs to is in its struct proc_inode, private
 * to fs/proc; but it got there by the name of the directory below the root, which only
 * processes have numbers for (proc_pid_lookup(), __proc_create()). Nothing moves in
 * procfs, and a dentry holds its parents.
 */
static pid_t process_number(const struct dentry *dentry)
{
	const struct dentry *root = dentry->d_sb->s_root;
	pid_t number;

	if (dentry == root)
		return 0;
	while (dentry->d_parent != root && !IS_ROOT(dentry))
		dentry = dentry->d_parent;
	return kstrtoint((const char *)dentry->d_name.name, 10, &number) ? 0 : number;
}

int gabion_decide_process(enum gabion_hook_id hook, const struct dentry *dentry, u32 wanted)
{
	pid_t number = process_number(dentry);
	struct task_struct *task;
	int err = 0;

	if (!number || !wanted)
		return 0;
	rcu_read_lock();
	/*
	 * As long as the inode's process lives it is the one with the number. When it is
	 * gone the kernel answers ESRCH, whoever may have the number by then.
	 */
	task = pid_task(find_pid_ns(number, proc_pid_ns(dentry->d_sb)), PIDTYPE_PID);
	if (task && !same_thread_group(task, current))
		err = gabion_decide_domain(hook, gabion_task_label(current),
					   gabion_target_label(task), task->tgid, wanted, 0);
	rcu_read_unlock();
	/* It is a file that is not opened, or looked at. */
	return err ? -EACCES : 0;
}

/* What @wanted of a file means for its process: of its memory what mem_open() asks about. */
static u32 wanted_on_process(const struct file *file, u32 wanted)
{
	if (is_memory(file))
		return GABION_DOM_TRACE;
	return (wanted & GABION_FILE_READ ? GABION_DOM_INSPECT : 0) |
	       (wanted & (GABION_FILE_WRITE | GABION_FILE_APPEND) ? GABION_DOM_SCHEDULE : 0);
}

int gabion_decide_process_file(enum gabion_hook_id hook, const struct file *file, u32 wanted,
			       gfp_t gfp)
{
	const struct path *path = gabion_file_path(file);
	bool memory = gabion_is_process_memory(file);

	return gabion_decide_together(
		(memory ? gabion_decide_jit(hook, file, wanted, gfp)
			: gabion_decide_path(hook, path, wanted, gfp)) ?:
		gabion_decide_process(hook, path->dentry, wanted_on_process(file, wanted)));
}
