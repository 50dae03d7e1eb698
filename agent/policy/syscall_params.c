// SPDX-License-Identifier: GPL-2.0
/*
 * Widths are what the SYSCALL_DEFINEs of Linux 6.1 to 6.12 take; where the
 * function behind one narrows its argument further (flags of clone, fd of
 * mmap), they are what it looks at.
 */
#include "syscall_params.h"

#include <stddef.h>
#include <string.h>

#include "mem.h"

#define N(name)		   { name, 32, NULL }		/* int, unsigned int */
#define C(name, prefixes)  { name, 32, prefixes }	/* ... with constants */
#define W(name)		   { name, 64, NULL }		/* long, pointer, size_t */
#define WC(name, prefixes) { name, 64, prefixes }	/* ... with constants */
#define MODE(name)	   { name, 16, "S_" }		/* umode_t */
#define CALL(name, ...)	   { name, { __VA_ARGS__ } }

#define OPEN_FLAGS C("flags", "O_"), MODE("mode")
#define MESSAGE	   N("fd"), W("msg"), C("flags", "MSG_")

static const struct gabion_call_parameters calls[] = {
	/* Sockets */
	CALL("socket", C("family", "AF_"), C("type", "SOCK_"), C("protocol", "IPPROTO_ NETLINK_")),
	CALL("socketpair", C("family", "AF_"), C("type", "SOCK_"), C("protocol", "IPPROTO_"),
	     W("sv")),
	CALL("socketcall", C("call", "SYS_"), W("args")),
	CALL("connect", N("fd"), W("addr"), N("addrlen")),
	CALL("bind", N("fd"), W("addr"), N("addrlen")),
	CALL("accept", N("fd"), W("addr"), W("addrlen")),
	CALL("accept4", N("fd"), W("addr"), W("addrlen"), C("flags", "SOCK_")),
	CALL("shutdown", N("fd"), C("how", "SHUT_")),
	CALL("listen", N("fd"), N("backlog")),
	CALL("setsockopt", N("fd"), C("level", "SOL_ IPPROTO_"),
	     C("optname", "SO_ TCP_ IP_ IPV6_"), W("optval"), N("optlen")),
	CALL("getsockopt", N("fd"), C("level", "SOL_ IPPROTO_"),
	     C("optname", "SO_ TCP_ IP_ IPV6_"), W("optval"), W("optlen")),
	CALL("sendmsg", MESSAGE),
	CALL("recvmsg", MESSAGE),
	CALL("sendto", N("fd"), W("buf"), W("len"), C("flags", "MSG_"), W("addr"), N("addrlen")),
	CALL("recvfrom", N("fd"), W("buf"), W("len"), C("flags", "MSG_"), W("addr"),
	     W("addrlen")),
	/* Files */
	CALL("read", N("fd"), W("buf"), W("count")),
	CALL("write", N("fd"), W("buf"), W("count")),
	CALL("close", N("fd")),
	CALL("open", W("pathname"), OPEN_FLAGS),
	CALL("openat", C("dirfd", "AT_"), W("pathname"), OPEN_FLAGS),
	CALL("openat2", C("dirfd", "AT_"), W("pathname"), W("how"), W("size")),
	CALL("ioctl", N("fd"), N("request"), W("argp")),
	CALL("fcntl", N("fd"), C("cmd", "F_"), WC("arg", "O_ FD_")),
	CALL("fcntl64", N("fd"), C("cmd", "F_"), WC("arg", "O_ FD_")),
	CALL("flock", N("fd"), C("operation", "LOCK_")),
	CALL("lseek", N("fd"), W("offset"), C("whence", "SEEK_")),
	CALL("fallocate", N("fd"), C("mode", "FALLOC_FL_"), W("offset"), W("len")),
	CALL("faccessat2", C("dirfd", "AT_"), W("pathname"), N("mode"), C("flags", "AT_")),
	CALL("unlinkat", C("dirfd", "AT_"), W("pathname"), C("flags", "AT_")),
	CALL("linkat", C("olddirfd", "AT_"), W("oldpath"), C("newdirfd", "AT_"), W("newpath"),
	     C("flags", "AT_")),
	CALL("renameat2", C("olddirfd", "AT_"), W("oldpath"), C("newdirfd", "AT_"), W("newpath"),
	     C("flags", "RENAME_")),
	CALL("mknodat", C("dirfd", "AT_"), W("pathname"), MODE("mode"), N("dev")),
	CALL("mknod", W("pathname"), MODE("mode"), N("dev")),
	CALL("statx", C("dirfd", "AT_"), W("pathname"), C("flags", "AT_"), C("mask", "STATX_"),
	     W("statxbuf")),
	CALL("dup2", N("oldfd"), N("newfd")),
	CALL("dup3", N("oldfd"), N("newfd"), C("flags", "O_")),
	CALL("pipe2", W("pipefd"), C("flags", "O_")),
	CALL("memfd_create", W("name"), C("flags", "MFD_")),
	CALL("memfd_secret", C("flags", "O_")),
	CALL("inotify_init1", C("flags", "IN_")),
	CALL("eventfd2", N("initval"), C("flags", "EFD_")),
	CALL("epoll_create1", C("flags", "EPOLL_")),
	CALL("epoll_ctl", N("epfd"), C("op", "EPOLL_CTL_"), N("fd"), W("event")),
	CALL("signalfd4", N("fd"), W("mask"), W("sizemask"), C("flags", "SFD_")),
	/* Memory */
	CALL("mmap", W("addr"), W("length"), WC("prot", "PROT_"), WC("flags", "MAP_"), N("fd"),
	     W("offset")),
	CALL("mmap2", W("addr"), W("length"), WC("prot", "PROT_"), WC("flags", "MAP_"), N("fd"),
	     W("pgoffset")),
	CALL("mprotect", W("addr"), W("len"), WC("prot", "PROT_")),
	CALL("pkey_mprotect", W("addr"), W("len"), WC("prot", "PROT_"), N("pkey")),
	CALL("mremap", W("old_address"), W("old_size"), W("new_size"), WC("flags", "MREMAP_"),
	     W("new_address")),
	CALL("madvise", W("addr"), W("length"), C("advice", "MADV_")),
	CALL("mlockall", C("flags", "MCL_")),
	CALL("mlock2", W("addr"), W("len"), C("flags", "MLOCK_")),
	CALL("membarrier", C("cmd", "MEMBARRIER_CMD_"), N("flags"), N("cpu_id")),
	CALL("userfaultfd", C("flags", "UFFD_ O_")),
	CALL("shmget", N("key"), W("size"), C("shmflg", "IPC_ SHM_")),
	CALL("shmat", N("shmid"), W("shmaddr"), C("shmflg", "SHM_")),
	CALL("shmctl", N("shmid"), C("op", "IPC_ SHM_"), W("buf")),
	CALL("semctl", N("semid"), N("semnum"), C("op", "IPC_"), W("arg")),
	CALL("msgctl", N("msqid"), C("op", "IPC_ MSG_"), W("buf")),
	CALL("ipc", N("call"), N("first"), W("second"), W("third"), W("ptr"), W("fifth")),
	/* Processes */
	CALL("clone", C("flags", "CLONE_ SIG"), W("stack"), W("parent_tid")),
	CALL("unshare", WC("flags", "CLONE_")),
	CALL("setns", N("fd"), C("nstype", "CLONE_")),
	CALL("execveat", C("dirfd", "AT_"), W("pathname"), W("argv"), W("envp"), C("flags", "AT_")),
	CALL("prctl", C("option", "PR_")),
	CALL("arch_prctl", C("code", "ARCH_"), W("addr")),
	CALL("personality", C("persona", "PER_ ADDR_")),
	CALL("ptrace", WC("request", "PTRACE_"), W("pid"), W("addr"), W("data")),
	CALL("kcmp", N("pid1"), N("pid2"), C("type", "KCMP_"), W("idx1"), W("idx2")),
	CALL("seccomp", C("operation", "SECCOMP_"), C("flags", "SECCOMP_FILTER_"), W("args")),
	CALL("futex", W("uaddr"), C("op", "FUTEX_"), N("val"), W("timeout"), W("uaddr2"), N("val3")),
	CALL("futex_time64", W("uaddr"), C("op", "FUTEX_"), N("val"), W("timeout"), W("uaddr2"),
	     N("val3")),
	CALL("kill", N("pid"), C("sig", "SIG")),
	CALL("tkill", N("tid"), C("sig", "SIG")),
	CALL("tgkill", N("tgid"), N("tid"), C("sig", "SIG")),
	CALL("pidfd_send_signal", N("pidfd"), C("sig", "SIG"), W("info"), N("flags")),
	CALL("rt_sigaction", C("signum", "SIG"), W("act"), W("oldact"), W("sigsetsize")),
	CALL("prlimit64", N("pid"), C("resource", "RLIMIT_"), W("new_limit"), W("old_limit")),
	CALL("setrlimit", C("resource", "RLIMIT_"), W("rlim")),
	CALL("getrlimit", C("resource", "RLIMIT_"), W("rlim")),
	CALL("setpriority", C("which", "PRIO_"), N("who"), N("prio")),
	CALL("sched_setscheduler", N("pid"), C("policy", "SCHED_"), W("param")),
	CALL("ioprio_set", N("which"), N("who"), N("ioprio")),
	CALL("wait4", N("pid"), W("wstatus"), C("options", "W"), W("rusage")),
	CALL("waitid", C("idtype", "P_"), N("id"), W("infop"), C("options", "W"), W("rusage")),
	/* Time */
	CALL("clock_gettime", C("clockid", "CLOCK_"), W("tp")),
	CALL("clock_settime", C("clockid", "CLOCK_"), W("tp")),
	CALL("clock_nanosleep", C("clockid", "CLOCK_"), C("flags", "TIMER_"), W("request"),
	     W("remain")),
	CALL("timer_create", C("clockid", "CLOCK_"), W("sevp"), W("timerid")),
	CALL("timerfd_create", C("clockid", "CLOCK_"), C("flags", "TFD_")),
	CALL("getrandom", W("buf"), W("buflen"), C("flags", "GRND_")),
	/* The system */
	CALL("mount", W("source"), W("target"), W("filesystemtype"), WC("mountflags", "MS_"),
	     W("data")),
	CALL("umount2", W("target"), C("flags", "MNT_ UMOUNT_")),
	CALL("fsopen", W("fsname"), C("flags", "FSOPEN_")),
	CALL("move_mount", C("from_dirfd", "AT_"), W("from_pathname"), C("to_dirfd", "AT_"),
	     W("to_pathname"), C("flags", "MOVE_MOUNT_")),
	CALL("open_tree", C("dirfd", "AT_"), W("pathname"), C("flags", "OPEN_TREE_ AT_")),
	CALL("keyctl", C("operation", "KEYCTL_")),
	CALL("bpf", C("cmd", "BPF_"), W("attr"), N("size")),
	CALL("perf_event_open", W("attr"), N("pid"), N("cpu"), N("group_fd"),
	     WC("flags", "PERF_FLAG_")),
	CALL("finit_module", N("fd"), W("param_values"), C("flags", "MODULE_INIT_")),
	CALL("reboot", C("magic", "LINUX_REBOOT_"), C("magic2", "LINUX_REBOOT_"),
	     C("cmd", "LINUX_REBOOT_CMD_"), W("arg")),
	CALL("syslog", N("type"), W("buf"), N("len")),
	CALL("quotactl", N("cmd"), W("special"), N("id"), W("addr")),
	CALL("iopl", N("level")),
	CALL("ioperm", W("from"), W("num"), N("turn_on")),
};

const struct gabion_call_parameters *gabion_parameters_of(const char *call)
{
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(calls[i].call, call))
			return &calls[i];
	return NULL;
}

int gabion_parameter_find(const struct gabion_call_parameters *call, const char *name,
			  const struct gabion_parameter **parameter)
{
	int i;

	*parameter = NULL;
	if (!strncmp(name, "arg", 3) && name[3] >= '0' && name[3] < '0' + GABION_PARAMETERS &&
	    !name[4])
		return name[3] - '0';
	for (i = 0; call && i < GABION_PARAMETERS && call->parameters[i].name; i++) {
		if (strcmp(call->parameters[i].name, name))
			continue;
		*parameter = &call->parameters[i];
		return i;
	}
	return -1;
}

char *gabion_parameter_list(const struct gabion_call_parameters *call)
{
	VEC(char) list = {};
	const char *c;
	char *text;
	int i;

	if (!call)
		return gabion_xstrdup("write arg0 to arg5: the parameters of this call have no "
				      "names here");
	for (i = 0; i < GABION_PARAMETERS && call->parameters[i].name; i++) {
		for (c = i ? ", " : ""; *c; c++)
			vec_push(&list, *c);
		for (c = call->parameters[i].name; *c; c++)
			vec_push(&list, *c);
	}
	vec_push(&list, '\0');
	text = gabion_xasprintf("%s has: %s; or write arg0 to arg5", call->call, list.v);
	free(list.v);
	return text;
}
