// SPDX-License-Identifier: GPL-2.0
/* Files that tell of a process.  See process_file.h. */
#include <linux/kstrtox.h>
#include <linux/mm_types.h>
#include <linux/pid.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include "compat.h"
#include "decision.h"
#include "descriptor.h"
#include "process_file.h"
#include "symbol.h"

/**
 * struct bound - files that tell, once open, of the memory that the process had then
 *
 * proc_mem_open() keeps it, whatever becomes of the process: it may be that of a thread, or
 * of a child of vfork(), and be used by others when that one has ended or executed something.
 *
 * @name:	of the kernel's file operations; nothing else has them
 * @listing:	a seq_file, the private data of which begin as struct listing; otherwise the
 *		file's own are the memory
 * @operations:	constant after init
 */
struct bound {
	const char *name;
	bool listing;
	const struct file_operations *operations;
};

static struct bound bound[] __ro_after_init = {
	{ .name = "proc_mem_operations" },
	{ .name = "proc_environ_operations" },
	{ .name = "proc_auxv_operations" },
	{ .name = "proc_pid_maps_operations", .listing = true },
#ifdef CONFIG_PROC_PAGE_MONITOR
	{ .name = "proc_pid_smaps_operations", .listing = true },
	{ .name = "proc_pid_smaps_rollup_operations", .listing = true },
	{ .name = "proc_pagemap_operations" },
#endif
#ifdef CONFIG_NUMA
	{ .name = "proc_pid_numa_maps_operations", .listing = true },
#endif
};

/* How struct proc_maps_private (fs/proc/internal.h) begins. */
struct listing {
	const struct inode *inode;
	const struct task_struct *task;
	const struct mm_struct *mm;
};

/* @file is of a procfs. */
static bool is_memory(const struct file *file)
{
	const struct qstr *name = &file->f_path.dentry->d_name;

	return S_ISREG(file_inode(file)->i_mode) && name->len == 3 &&
	       !memcmp(name->name, "mem", 3);
}

/* Open for writing, /proc/PID/mem? It writes into pages that are mapped read-only, and executable. */
static bool is_process_memory(const struct file *file)
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

static const struct bound *bound_of(const struct file *file)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bound); i++)
		if (file->f_op == bound[i].operations)
			return &bound[i];
	return NULL;
}

/* The memory that @file, which is open, is bound to; NULL: none. */
static const struct mm_struct *memory_of(const struct file *file, const struct bound *b)
{
	const struct seq_file *sequence = file->private_data;
	const struct listing *listing;

	if (!b->listing)
		return file->private_data;
	listing = sequence->private;
	/* A kernel in which it begins in another way does not say whose it is. */
	return WARN_ON_ONCE(listing->inode != file_inode(file)) ? ERR_PTR(-ENOENT) : listing->mm;
}

/* By the domain of who uses the memory now. What nobody uses any more is nobody's. */
static int decide_memory(enum gabion_hook_id hook, const struct mm_struct *mm, u32 wanted)
{
	const struct task_struct *user;
	u16 domain = GABION_UNKNOWN;
	pid_t pid = 0;
	int err;

	if (mm == current->mm || !wanted)
		return 0;
	rcu_read_lock();
	user = IS_ERR(mm) ? NULL : gabion_memory_user(mm);
	if (user) {
		pid = user->tgid;
		domain = gabion_target_label(user);
	}
	err = gabion_decide_domain(hook, gabion_task_label(current), domain, pid, wanted, 0);
	rcu_read_unlock();
	return err ? -EACCES : 0;
}

/* While a file is being opened it is bound to nothing yet; mm_access() then asks about whose it takes. */
static int decide_whose(enum gabion_hook_id hook, const struct file *file, u32 wanted)
{
	const struct bound *b = hook == GABION_HOOK_file_open ? NULL : bound_of(file);
	const struct mm_struct *mm = b ? memory_of(file, b) : NULL;

	return mm ? decide_memory(hook, mm, wanted)
		  : gabion_decide_process(hook, file->f_path.dentry, wanted);
}

int gabion_decide_process_file(enum gabion_hook_id hook, const struct file *file, u32 wanted,
			       gfp_t gfp)
{
	const struct path *path = gabion_file_path(file);
	bool memory = is_process_memory(file);

	return gabion_decide_together(
		(memory ? gabion_decide_jit(hook, file, wanted, gfp)
			: gabion_decide_path(hook, path, wanted, gfp)) ?:
		decide_whose(hook, file, wanted_on_process(file, wanted)));
}

int __init gabion_process_file_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bound); i++) {
		bound[i].operations = (void *)gabion_symbol_address(bound[i].name);
		if (!bound[i].operations)
			return -ENOENT;
	}
	return 0;
}
