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
 *   DENTRY    as CONFINED, and every task when the cache of labels knows the dentry
 *   LOOKUP    as CONFINED, if a bit of the second argument is in gabion_lookup_mask;
 *	       others leave after three instructions
 *   LOW       as CONFINED, for an address below the default of mmap_min_addr; others leave
 *	       after two
 *   PERSONALITY  as CONFINED, if the task has READ_IMPLIES_EXEC
 *   PROTECTION   as CONFINED, but for memory without a file that does not become executable
 *   PEER      whoever runs, while the policy restricts who may send to a domain; others
 *	       leave after three instructions
 *   OWNED     every task, while there is a file whose owner a domain set
 *   REPLACE   gabion_replace_<name>() runs in the function's stead (trampoline.S)
 *
 * Used by C (engine, counters, names) and by trampoline.S, hence only cpp here.
 * Functions that not every supported kernel has are in GABION_HOOKS_BY_KERNEL
 * and GABION_OTHER_HOOKS_BY_KERNEL (compat.h).
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
	X(path_notify, CONFINED)		\
	X(inode_permission, LOOKUP)		\
	X(inode_follow_link, CONFINED)		\
	X(inode_getattr, CONFINED)		\
	X(inode_create, CONFINED)		\
	X(inode_unlink, CONFINED)		\
	X(inode_readlink, CONFINED)		\
	X(inode_setxattr, CONFINED)		\
	X(inode_getxattr, CONFINED)		\
	X(inode_listxattr, CONFINED)		\
	X(inode_removexattr, CONFINED)		\
	X(inode_init_security_anon, CONFINED)	\
	X(d_instantiate, DENTRY)		\
	X(file_open, CONFINED)			\
	X(file_receive, CONFINED)		\
	X(file_free, OWNED)			\
	X(file_send_sigiotask, ALWAYS)		\
	X(file_fcntl, CONFINED)			\
	X(file_lock, CONFINED)			\
	X(file_ioctl, CONFINED)			\
	X(file_ioctl_compat, CONFINED)		\
	X(mmap_file, CONFINED)			\
	X(mmap_addr, LOW)			\
	X(file_mprotect, PROTECTION)		\
	X(bprm_creds_for_exec, ALWAYS)		\
	X(bprm_check, ALWAYS)			\
	X(bprm_committing_creds, ALWAYS)	\
	X(task_free, ALWAYS)			\
	X(task_kill, CONFINED)			\
	X(task_setnice, CONFINED)		\
	X(task_setioprio, CONFINED)		\
	X(task_getioprio, CONFINED)		\
	X(task_setscheduler, CONFINED)		\
	X(task_getscheduler, CONFINED)		\
	X(task_movememory, CONFINED)		\
	X(task_setrlimit, CONFINED)		\
	X(task_prlimit, CONFINED)		\
	X(task_setpgid, CONFINED)		\
	X(task_getpgid, CONFINED)		\
	X(task_getsid, CONFINED)		\
	X(task_prctl, CONFINED)			\
	X(ptrace_access_check, CONFINED)	\
	X(ptrace_traceme, ALWAYS)		\
	X(capable, CONFINED)			\
	X(capget, CONFINED)			\
	X(socket_create, CONFINED)		\
	X(socket_bind, CONFINED)		\
	X(socket_connect, CONFINED)		\
	X(socket_listen, CONFINED)		\
	X(socket_accept, CONFINED)		\
	X(socket_sendmsg, CONFINED)		\
	X(socket_recvmsg, CONFINED)		\
	X(socket_getsockname, CONFINED)		\
	X(socket_getpeername, CONFINED)		\
	X(socket_getsockopt, CONFINED)		\
	X(socket_setsockopt, CONFINED)		\
	X(socket_shutdown, CONFINED)		\
	X(sctp_bind_connect, ALWAYS)		\
	X(sctp_assoc_request, ALWAYS)		\
	X(sock_rcv_skb, PEER)			\
	X(inet_conn_request, ALWAYS)		\
	X(netlink_send, CONFINED)		\
	X(unix_stream_connect, CONFINED)	\
	X(unix_may_send, CONFINED)		\
	X(tun_dev_create, CONFINED)		\
	X(tun_dev_open, CONFINED)		\
	X(tun_dev_attach, CONFINED)		\
	X(tun_dev_attach_queue, CONFINED)	\
	X(ipc_permission, CONFINED)		\
	X(msg_queue_alloc, ALWAYS)		\
	X(msg_queue_free, ALWAYS)		\
	X(msg_queue_msgctl, CONFINED)		\
	X(msg_queue_msgrcv, ALWAYS)		\
	X(shm_alloc, ALWAYS)			\
	X(shm_free, ALWAYS)			\
	X(shm_shmctl, CONFINED)			\
	X(shm_shmat, CONFINED)			\
	X(sem_alloc, ALWAYS)			\
	X(sem_free, ALWAYS)			\
	X(sem_semctl, CONFINED)			\
	X(sem_semop, CONFINED)			\
	X(sb_mount, CONFINED)			\
	X(sb_kern_mount, CONFINED)		\
	X(sb_statfs, CONFINED)			\
	X(move_mount, CONFINED)			\
	X(sb_umount, CONFINED)			\
	X(sb_remount, CONFINED)			\
	X(sb_pivotroot, CONFINED)		\
	X(create_user_ns, CONFINED)		\
	X(kernel_module_request, CONFINED)	\
	X(kernel_read_file, CONFINED)		\
	X(kernel_load_data, CONFINED)		\
	X(locked_down, CONFINED)		\
	X(bpf, CONFINED)			\
	X(bpf_map, CONFINED)			\
	X(bpf_prog, CONFINED)			\
	X(perf_event_open, CONFINED)		\
	X(perf_event_read, CONFINED)		\
	X(perf_event_write, CONFINED)		\
	X(syslog, CONFINED)			\
	X(settime64, CONFINED)			\
	X(key_alloc, CONFINED)			\
	X(key_permission, CONFINED)		\
	X(binder_set_context_mgr, CONFINED)	\
	X(binder_transaction, CONFINED)		\
	X(binder_transfer_binder, CONFINED)	\
	X(binder_transfer_file, CONFINED)	\
	X(uring_override_creds, CONFINED)	\
	X(uring_sqpoll, CONFINED)		\
	X(uring_cmd, CONFINED)			\
	X(quotactl, CONFINED)			\
	X(quota_on, CONFINED)			\
	GABION_HOOKS_BY_KERNEL(X)

/* What no LSM hook tells, or tells apart. */
#define GABION_OTHER_HOOKS(X)			\
	X(vfs_fallocate, CONFINED)		\
	X(vfs_utimes, CONFINED)			\
	X(vfs_dedupe_file_range_one, CONFINED)	\
	X(__x64_sys_fsopen, CONFINED)		\
	X(__ia32_sys_fsopen, CONFINED)		\
	X(__x64_sys_fsmount, CONFINED)		\
	X(__ia32_sys_fsmount, CONFINED)		\
	X(__x64_sys_open_tree, CONFINED)	\
	X(__ia32_sys_open_tree, CONFINED)	\
	X(__x64_sys_mount_setattr, CONFINED)	\
	X(__ia32_sys_mount_setattr, CONFINED)	\
	X(__x64_sys_getpriority, CONFINED)	\
	X(__ia32_sys_getpriority, CONFINED)	\
	X(__x64_sys_vhangup, CONFINED)		\
	X(posix_cpu_clock_get, CONFINED)	\
	X(posix_cpu_timer_create, CONFINED)	\
	X(posix_cpu_nsleep, CONFINED)		\
	X(__x64_sys_brk, PERSONALITY)		\
	X(__ia32_sys_brk, PERSONALITY)		\
	X(do_madvise, CONFINED)			\
	X(__x64_sys_swapon, CONFINED)		\
	X(__ia32_sys_swapon, CONFINED)		\
	X(__secure_computing, REPLACE)		\
	X(ia32_sys_call, CONFINED)		\
	X(x32_sys_call, CONFINED)		\
	X(sock_splice_read, CONFINED)		\
	X(ptrace_access_vm, CONFINED)		\
	X(proc_fd_permission, CONFINED)		\
	X(mntns_install, CONFINED)		\
	X(tcp_send_synack, ALWAYS)		\
	X(tcp_connect, CONFINED)		\
	X(inet_sendmsg, CONFINED)		\
	X(inet6_sendmsg, CONFINED)		\
	X(sock_diag_destroy, CONFINED)		\
	X(taskstats_user_cmd, CONFINED)		\
	GABION_OTHER_HOOKS_BY_KERNEL(X)

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
