/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks: one line for each kernel function that is mediated.
 *
 * X(name, gate): the function is security_<name>, or <name> itself for those of
 * GABION_OTHER_HOOKS; the check that runs before it is gabion_check_<name>()
 * with the same arguments.  gate says who gets there:
 *   CONFINED  only tasks with a domain of their own; others leave after five
 *	       instructions in the trampoline
 *   ALWAYS    every task: the check is about more than the current domain
 *	       (exec may enter a domain, a parent may become a tracer, ...)
 *   REPLACE   gabion_replace_<name>() runs in the function's stead (trampoline.S)
 *
 * Used by C (engine, counters, names) and by trampoline.S, hence only cpp here.
 * Functions that not every supported kernel has are in GABION_HOOKS_BY_KERNEL
 * (compat.h).
 */
#ifndef GABION_HOOKS_H
#define GABION_HOOKS_H

#include "compat.h"

#define GABION_SECURITY_HOOKS(X)		\
	X(path_unlink, CONFINED)		\
	X(path_mkdir, CONFINED)			\
	X(path_rmdir, CONFINED)			\
	X(path_mknod, CONFINED)			\
	X(path_symlink, CONFINED)		\
	X(path_link, CONFINED)			\
	X(path_rename, CONFINED)		\
	X(path_truncate, CONFINED)		\
	X(path_chmod, CONFINED)			\
	X(path_chown, CONFINED)			\
	X(path_chroot, CONFINED)		\
	X(inode_getattr, CONFINED)		\
	X(d_instantiate, ALWAYS)		\
	X(file_open, CONFINED)			\
	X(file_fcntl, CONFINED)			\
	X(file_ioctl, CONFINED)			\
	X(file_ioctl_compat, CONFINED)		\
	X(mmap_file, CONFINED)			\
	X(file_mprotect, CONFINED)		\
	X(bprm_creds_for_exec, ALWAYS)		\
	X(bprm_check, ALWAYS)			\
	X(bprm_committing_creds, ALWAYS)	\
	X(task_free, ALWAYS)			\
	X(task_kill, CONFINED)			\
	X(ptrace_access_check, CONFINED)	\
	X(ptrace_traceme, ALWAYS)		\
	X(capable, CONFINED)			\
	X(socket_create, CONFINED)		\
	X(socket_bind, CONFINED)		\
	X(socket_connect, CONFINED)		\
	X(socket_listen, CONFINED)		\
	X(socket_sendmsg, CONFINED)		\
	X(unix_stream_connect, CONFINED)	\
	X(unix_may_send, CONFINED)		\
	X(sb_mount, CONFINED)			\
	X(move_mount, CONFINED)			\
	X(sb_umount, CONFINED)			\
	X(sb_remount, CONFINED)			\
	X(sb_pivotroot, CONFINED)		\
	X(create_user_ns, CONFINED)		\
	X(kernel_module_request, CONFINED)	\
	X(kernel_read_file, CONFINED)		\
	X(kernel_load_data, CONFINED)		\
	X(bpf, CONFINED)			\
	X(perf_event_open, CONFINED)		\
	X(syslog, CONFINED)			\
	X(settime64, CONFINED)			\
	X(key_permission, CONFINED)		\
	X(uring_override_creds, CONFINED)	\
	X(uring_sqpoll, CONFINED)		\
	X(uring_cmd, CONFINED)			\
	X(quotactl, CONFINED)			\
	GABION_HOOKS_BY_KERNEL(X)

/* What no LSM hook tells, or tells apart. */
#define GABION_OTHER_HOOKS(X)			\
	X(vfs_fallocate, CONFINED)		\
	X(__secure_computing, REPLACE)		\
	X(ia32_sys_call, CONFINED)		\
	X(x32_sys_call, CONFINED)

#define GABION_HOOKS(X)				\
	GABION_SECURITY_HOOKS(X)		\
	GABION_OTHER_HOOKS(X)

#ifndef __ASSEMBLY__

#define GABION_HOOK_ENUM(name, gate) GABION_HOOK_##name,
enum gabion_hook_id {
	GABION_HOOKS(GABION_HOOK_ENUM)
	GABION_NHOOKS
};
#undef GABION_HOOK_ENUM

#endif /* __ASSEMBLY__ */

#endif /* GABION_HOOKS_H */
