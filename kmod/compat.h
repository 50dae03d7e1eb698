/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place that knows kernel versions.  Each entry names what changed and
 * in which release. Assembly includes it too, and sees its first part.
 */
#ifndef GABION_COMPAT_H
#define GABION_COMPAT_H

#include <linux/version.h>

/*
 * security_file_truncate() split off security_path_truncate(), and those of ACLs
 * off those of extended attributes, in 6.2.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define GABION_HAVE_FILE_TRUNCATE
#define GABION_HAVE_INODE_ACL
#define GABION_HOOKS_BY_KERNEL(X)		\
	X(file_truncate, CONFINED)		\
	X(inode_set_acl, CONFINED)		\
	X(inode_get_acl, CONFINED)		\
	X(inode_remove_acl, CONFINED)
#else
#define GABION_HOOKS_BY_KERNEL(X)
#endif

/*
 * Since 6.9 a write can say RWF_NOAPPEND: kiocb_set_rw_flags() then takes
 * IOCB_APPEND away, for pwritev2(), io_uring and aio alike.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define GABION_HAVE_NOAPPEND
#define GABION_NOAPPEND_HOOKS(X)		\
	X(generic_write_checks, CONFINED)
#else
#define GABION_NOAPPEND_HOOKS(X)
#endif

/* SMC as a protocol of AF_INET and AF_INET6, in 6.11. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define IPPROTO_SMC	256
#endif

/* What the kernel opens a block device with, by name. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define GABION_HAVE_BDEV_FILE
#define GABION_BDEV_HOOKS(X)			\
	X(bdev_file_open_by_path, CONFINED)
#else
#define GABION_BDEV_HOOKS(X)			\
	X(blkdev_get_by_path, CONFINED)
#endif

/* splice() to a socket went through sendmsg from 6.5 on. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define GABION_HAVE_SOCK_SENDPAGE
#define GABION_OTHER_HOOKS_BY_KERNEL(X)		\
	GABION_NOAPPEND_HOOKS(X)		\
	GABION_BDEV_HOOKS(X)			\
	X(sock_sendpage, CONFINED)
#else
#define GABION_OTHER_HOOKS_BY_KERNEL(X)		\
	GABION_NOAPPEND_HOOKS(X)		\
	GABION_BDEV_HOOKS(X)
#endif

/*
 * The per-CPU pointer to the current task: current_task up to 6.1 and again
 * later, the first member of pcpu_hot between.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#define GABION_ASM_CURRENT	PER_CPU_VAR(pcpu_hot)
#else
#define GABION_ASM_CURRENT	PER_CPU_VAR(current_task)
#endif

#ifndef __ASSEMBLY__

#include <linux/ftrace.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <net/genetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "Gabion needs Linux 6.1 or newer"
#endif

/*
 * Direct calls by ftrace_ops: register_ftrace_direct_multi() became
 * register_ftrace_direct() in 6.6.  Both overwrite ops->flags, so the permanent
 * flag can only be set afterwards; it is read when kernel.ftrace_enabled is
 * written and when other ops register.
 *
 * "Dynamic" would make ftrace_shutdown() wait for two kinds of RCU, for each of
 * our ops in turn: half a minute. gabion_engine_detach() waits once for all of
 * them, before any of their memory goes away, and sets the flag again where
 * ftrace itself could be looking at what it frees.
 */
static inline int gabion_ftrace_direct_register(struct ftrace_ops *ops, unsigned long address)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	int err = register_ftrace_direct(ops, address);
#else
	int err = register_ftrace_direct_multi(ops, address);
#endif

	if (!err) {
		ops->flags |= FTRACE_OPS_FL_PERMANENT;
		ops->flags &= ~FTRACE_OPS_FL_DYNAMIC;
	}
	return err;
}

static inline int gabion_ftrace_direct_unregister(struct ftrace_ops *ops, unsigned long address)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return unregister_ftrace_direct(ops, address, false);
#else
	return unregister_ftrace_direct_multi(ops, address);
#endif
}

/* Instruction pointer of an IPMODIFY handler; arch_ftrace_get_regs() needs SAVE_REGS. */
static inline struct pt_regs *gabion_ftrace_regs(struct ftrace_regs *fregs)
{
	return ftrace_get_regs(fregs);
}

/* What perf counts in a task; one context each for hardware and software until 6.2. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define GABION_PERF_CONTEXTS	1
static inline struct perf_event_context *gabion_perf_context(const struct task_struct *task, int n)
{
	return READ_ONCE(task->perf_event_ctxp);
}
#else
#define GABION_PERF_CONTEXTS	perf_nr_task_contexts
static inline struct perf_event_context *gabion_perf_context(const struct task_struct *task, int n)
{
	return READ_ONCE(task->perf_event_ctxp[n]);
}
#endif

/* Threads that run in the kernel for a process, beside io_uring's, got a flag in 6.4. */
#ifdef PF_USER_WORKER
#define GABION_PF_USER_WORKER	PF_USER_WORKER
#else
#define GABION_PF_USER_WORKER	0
#endif

/* check_lookup.c takes the path from the start of struct nameidata. */
#ifdef CONFIG_RANDSTRUCT
#error "the layout of struct nameidata is random"
#endif

/* trampoline.S takes the current task from the start of pcpu_hot. */
static inline void gabion_assert_current_offset(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
	BUILD_BUG_ON(offsetof(struct pcpu_hot, current_task) != 0);
#endif
}

/*
 * Reference to an mm's executable, NULL if it has none.  get_file_rcu() took the
 * file up to 6.6 and the pointer to it since.  Any context.
 */
static inline struct file *gabion_exe_file(struct mm_struct *mm)
{
	struct file *file;

	rcu_read_lock();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	file = get_file_rcu(&mm->exe_file);
#else
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
#endif
	rcu_read_unlock();
	return file;
}

/*
 * A task that uses @mm, NULL: none is known, or none is left.  An RCU read-side section.
 * Without CONFIG_MEMCG the kernel does not say.
 */
static inline const struct task_struct *gabion_memory_user(const struct mm_struct *mm)
{
#ifdef CONFIG_MEMCG
	return rcu_dereference(mm->owner);
#else
	return NULL;
#endif
}

/*
 * The path that a file was opened by.  Since 6.8 a file that overlayfs opened on
 * a layer (and that mmap put into a vma) says its layer's path in f_path.
 */
static inline const struct path *gabion_file_path(const struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	return file_user_path((struct file *)file);
#else
	return &file->f_path;
#endif
}

/* Opened by a stacked filesystem on one of its layers: decided on the stacked path. */
static inline bool gabion_file_is_backing(const struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	return file->f_mode & FMODE_BACKING;
#else
	return false;
#endif
}

/* A file's owner became an allocation of its own, which points back, in 6.12. */
static inline const struct file *gabion_owned_file(const struct fown_struct *owner)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return owner->file;
#else
	return container_of(owner, struct file, f_owner);
#endif
}

/* pre_doit() got the split form of an operation in 6.2. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
typedef const struct genl_split_ops gabion_genl_pre_ops;
#else
typedef const struct genl_ops gabion_genl_pre_ops;
#endif

/* Attribute of a dump's request or NULL; moved into struct genl_info in 6.7. */
static inline const struct nlattr *gabion_dump_attribute(struct netlink_callback *cb, int type)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return genl_info_dump(cb)->attrs[type];
#else
	return genl_dumpit_info(cb)->attrs[type];
#endif
}

#endif /* __ASSEMBLY__ */

#endif /* GABION_COMPAT_H */
