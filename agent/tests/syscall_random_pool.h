/* SPDX-License-Identifier: GPL-2.0 */
/* What random policies are made of: calls, parameters with their widths, constants. */
#ifndef GABION_TESTS_SYSCALL_RANDOM_POOL_H
#define GABION_TESTS_SYSCALL_RANDOM_POOL_H

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>

struct pool_constant {
	const char *full, *small;	/* @small: without the parameter's prefix, or NULL */
	int64_t value;
};

struct pool_parameter {
	const char *call, *name;
	uint32_t argument, bits;
	struct pool_constant constants[5];
};

#define K(name, small) { #name, small, (int64_t)name }

static const struct pool_parameter pool_parameters[] = {
	{ "socket", "family", 0, 32, { K(AF_INET, "inet"), K(AF_INET6, "inet6"), K(AF_UNIX, "unix"),
	  K(AF_NETLINK, "netlink") } },
	{ "socket", "type", 1, 32, { K(SOCK_STREAM, "stream"), K(SOCK_DGRAM, "dgram"),
	  K(SOCK_RAW, "raw"), K(SOCK_CLOEXEC, "cloexec"), K(SOCK_NONBLOCK, "nonblock") } },
	{ "socket", "protocol", 2, 32, { { "IPPROTO_TCP", "tcp", 6 }, { "IPPROTO_UDP", "udp", 17 } } },
	{ "socketpair", "family", 0, 32, { K(AF_UNIX, "unix") } },
	{ "setsockopt", "level", 1, 32, { K(SOL_SOCKET, "socket"), { "SOL_TCP", "tcp", 6 } } },
	{ "setsockopt", "optname", 2, 32, { K(SO_REUSEADDR, "reuseaddr"), K(SO_MARK, "mark") } },
	{ "semctl", "op", 2, 32, { { "IPC_RMID", "rmid", 0 }, { "IPC_STAT", "stat", 2 } } },
	{ "shmget", "size", 1, 64, { } },
	{ "clone", "flags", 0, 32, { K(CLONE_NEWUSER, "newuser"), K(CLONE_VM, "vm"),
	  K(CLONE_NEWNS, "newns"), K(SIGCHLD, "chld") } },
	{ "unshare", "flags", 0, 64, { K(CLONE_NEWUSER, "newuser"), K(CLONE_NEWNET, "newnet") } },
	{ "prctl", "option", 0, 32, { K(PR_SET_DUMPABLE, "set_dumpable"), K(PR_SET_NAME, "set_name"),
	  K(PR_SET_SECCOMP, "set_seccomp") } },
	{ "ioctl", "request", 1, 32, { K(TIOCSTI, NULL), K(TIOCGWINSZ, NULL), K(FIONREAD, NULL) } },
	{ "ioctl", "argp", 2, 64, { } },
	{ "mmap", "prot", 2, 64, { K(PROT_EXEC, "exec"), K(PROT_WRITE, "write"),
	  K(PROT_READ, "read") } },
	{ "mmap", "length", 1, 64, { } },
	{ "mmap", "fd", 4, 32, { } },
	{ "fcntl", "cmd", 1, 32, { K(F_DUPFD, "dupfd"), K(F_SETFL, "setfl"), K(F_SETLK, "setlk") } },
	{ "personality", "persona", 0, 32, { } },
	{ "ptrace", "request", 0, 64, { { "PTRACE_ATTACH", "attach", 16 },
	  { "PTRACE_CONT", "cont", 7 } } },
	{ "ptrace", "addr", 2, 64, { } },
	{ "futex", "op", 1, 32, { K(FUTEX_WAIT, "wait"), K(FUTEX_WAKE, "wake"),
	  K(FUTEX_PRIVATE_FLAG, "private_flag") } },
	{ "kill", "sig", 1, 32, { K(SIGKILL, "kill"), K(SIGTERM, "term"), K(SIGHUP, "hup") } },
	{ "kill", "pid", 0, 32, { } },
	{ "openat", "dirfd", 0, 32, { K(AT_FDCWD, "fdcwd") } },
	{ "openat", "flags", 2, 32, { K(O_CREAT, "creat"), K(O_WRONLY, "wronly"), K(O_RDWR, "rdwr"),
	  K(O_CLOEXEC, "cloexec") } },
	{ "openat", "mode", 3, 16, { { "S_IFBLK", "ifblk", 060000 }, { "S_IRWXU", "irwxu", 0700 } } },
	{ "keyctl", "operation", 0, 32, { K(KEYCTL_READ, "read"), K(KEYCTL_SETPERM, "setperm") } },
	{ "madvise", "advice", 2, 32, { K(MADV_DONTNEED, "dontneed"), K(MADV_FREE, "free") } },
	{ "sendto", "flags", 3, 32, { { "MSG_FASTOPEN", "fastopen", 0x20000000 },
	  { "MSG_OOB", "oob", 1 } } },
};

#undef K

static const char *const pool_names[] = {
	"socket", "socketpair", "setsockopt", "semctl", "shmget", "clone", "unshare", "prctl",
	"ioctl", "mmap", "fcntl", "personality", "ptrace", "futex", "kill", "openat", "keyctl",
	"madvise", "sendto",
	/* Without a name for their parameters in the table above. */
	"getpid", "read", "write", "accept", "accept4", "send", "recv", "semop", "semtimedop",
	"msgsnd", "shmat", "waitpid", "execve", "rt_sigaction", "reboot", "process_vm_readv",
	"recvmmsg", "ugetrlimit", "getresuid32", "socketcall", "ipc", "timer_create", "fork",
	"futex_waitv", "statfs64", "io_setup", "sigreturn", "exit", "preadv", "waitid",
	/* Newer than libseccomp's tables. */
	"statmount", "lsm_list_modules", "mseal",
};

/* What io_uring can do (core/verify_filter.c), and io_uring. */
static const char *const pool_uring[] = {
	"io_uring_setup", "io_uring_enter", "io_uring_register", "read", "readv", "preadv",
	"preadv2", "pread64", "write", "writev", "pwritev", "pwritev2", "pwrite64", "fsync",
	"fdatasync", "sync_file_range", "sendmsg", "sendto", "recvmsg", "recvfrom", "accept",
	"accept4", "connect", "bind", "listen", "socket", "shutdown", "setsockopt", "getsockopt",
	"fallocate", "ftruncate", "openat", "openat2", "close", "statx", "fadvise64", "madvise",
	"epoll_ctl", "poll", "splice", "tee", "renameat2", "unlinkat", "mkdirat", "symlinkat",
	"linkat", "setxattr", "fsetxattr", "getxattr", "fgetxattr", "futex", "futex_waitv",
	"futex_wake", "futex_wait", "waitid",
};

#define POOL_N(a) (sizeof(a) / sizeof((a)[0]))

#endif /* GABION_TESTS_SYSCALL_RANDOM_POOL_H */
