/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of procfs that tell of a process: /proc/PID and what is below it.
 *
 * Their names are the same for all processes, so that a rule about files cannot
 * say whose they may be: who opens one needs, beside the rule, what it would need
 * to ask the kernel about that process in another way. Of some the kernel asks itself
 * (ptrace_may_access(): maps, environ, fd, exe, ...), of most it shows what they
 * say to everybody (comm, cmdline, stat, status, cgroup, ...).
 */
#ifndef GABION_PROCESS_FILE_H
#define GABION_PROCESS_FILE_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include "hooks.h"

/* On a procfs, which for all its mounts, and their names, is one of its pid namespace? */
static inline bool gabion_is_procfs(const struct dentry *dentry)
{
	return dentry->d_sb->s_magic == PROC_SUPER_MAGIC;
}

/**
 * gabion_decide_process - may the current domain do @wanted to the process that @dentry tells of?
 * @hook:	who asks
 * @dentry:	gabion_is_procfs(), referenced by the caller
 * @wanted:	GABION_DOM_*
 *
 * The task's own process needs no permission, as for the kernel's ptrace_may_access();
 * its own domain's are granted by the compiler. What is not below /proc/PID tells of no
 * process in particular: 0.
 * Context: any, does not sleep.
 * Return: 0 or -EACCES; refusals are recorded, as of class domain.
 */
int gabion_decide_process(enum gabion_hook_id hook, const struct dentry *dentry, u32 wanted);

/**
 * gabion_decide_process_file - may the current domain have @file open?
 * @hook:	who asks
 * @file:	of a procfs
 * @wanted:	GABION_FILE_*: by name
 * @gfp:	as for gabion_decide_path()
 *
 * By name, and by the process: `inspect` to read, `schedule` to write; of its memory `trace`,
 * and `control jit` to write. What is bound to a memory (maps, environ, mem, ...): once it is open,
 * by who uses that, whatever became of the process.
 * Return: 0, -EACCES, -EPERM (`control jit`) or -ENOMEM; refusals are recorded.
 */
int gabion_decide_process_file(enum gabion_hook_id hook, const struct file *file, u32 wanted,
			       gfp_t gfp);

/* Return: 0, or -ENOENT: this kernel lacks what it needs. */
int gabion_process_file_init(void);

#endif /* GABION_PROCESS_FILE_H */
