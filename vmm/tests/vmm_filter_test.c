// SPDX-License-Identifier: GPL-2.0
/*
 * Which calls each kind of thread may make: tried in a process of its own that the filter holds.
 */
#include "../../agent/tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/if_tun.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../end.h"
#include "../jail/calls.h"
#include "../jail/filter.h"
#include "../jail/refusal.h"

#define REFUSED (GABION_END_SIGNAL + SIGSYS)
#define BAD_FD	1000000L

/* Threads of ASan have a stack for signals, which ours have not. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "use_sigaltstack=0";
}

static struct gabion_filters filters;

/* ASan's _exit() makes calls that ours does not. */
static void leave(int status)
{
	syscall(SYS_exit_group, status);
}

/* Hold this process, which is a child, as its thread of that kind would be. */
static void hold(enum gabion_thread thread)
{
	struct gabion_error error;

	if (gabion_refusal_report(&error) || gabion_filters_build(&filters, getpid(), &error) ||
	    (thread == GABION_THREAD_VCPU && gabion_filters_enter(&filters, GABION_THREAD_MAIN)) ||
	    gabion_filters_enter(&filters, thread))
		leave(99);
}

static int ending(pid_t pid)
{
	int status;

	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : GABION_END_SIGNAL + WTERMSIG(status);
}

/* How a process ends that makes this call in a thread of that kind: 0, when it may. */
static int try_call(enum gabion_thread thread, long number, const long *arguments)
{
	pid_t pid = fork();

	if (!pid) {
		close(STDERR_FILENO);
		hold(thread);
		syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
			arguments[4], arguments[5]);
		leave(0);
	}
	return ending(pid);
}

struct probe {
	const char *what;
	long number, arguments[6];
};

static void all_end(enum gabion_thread thread, const struct probe *probes, size_t n, int how)
{
	size_t i;
	int end;

	for (i = 0; i < n; i++) {
		end = try_call(thread, probes[i].number, probes[i].arguments);
		if (end != how)
			fail_msg("%s: ended with %d, not %d", probes[i].what, end, how);
	}
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* They fail, for want of a descriptor or an address; but they are made. */
static const struct probe io[] = {
	{ "read", SYS_read, { BAD_FD } },
	{ "writev", SYS_writev, { BAD_FD } },
	{ "preadv", SYS_preadv, { BAD_FD } },
	{ "pwritev", SYS_pwritev, { BAD_FD } },
	{ "fdatasync", SYS_fdatasync, { BAD_FD } },
	{ "unix socket", SYS_socket, { AF_UNIX, SOCK_STREAM } },
	{ "epoll_ctl", SYS_epoll_ctl, { BAD_FD, EPOLL_CTL_ADD, BAD_FD } },
	{ "timerfd_settime", SYS_timerfd_settime, { BAD_FD } },
	{ "balloon", SYS_madvise, { 0, 0, MADV_DONTNEED } },
	{ "memory",
	  SYS_mmap,
	  { 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1 } },
	{ "run", SYS_ioctl, { BAD_FD, KVM_RUN } },
	{ "offload", SYS_ioctl, { BAD_FD, TUNSETOFFLOAD } },
	{ "name", SYS_prctl, { PR_SET_NAME, (long)"name" } },
};

static const struct probe main_only[] = {
	{ "open", SYS_openat, { AT_FDCWD, (long)"/nowhere" } },
	{ "unlink", SYS_unlink, { (long)"/nowhere" } },
	{ "rename", SYS_rename, { (long)"/nowhere", (long)"/nowhere" } },
	{ "fsync", SYS_fsync, { BAD_FD } },
	{ "ftruncate", SYS_ftruncate, { BAD_FD } },
	{ "copy_file_range", SYS_copy_file_range, { BAD_FD, 0, BAD_FD } },
	{ "bind", SYS_bind, { BAD_FD } },
	{ "accept4", SYS_accept4, { BAD_FD } },
	{ "F_SETFL", SYS_fcntl, { BAD_FD, F_SETFL } },
	{ "make a machine", SYS_ioctl, { BAD_FD, KVM_CREATE_VM } },
	{ "its memory", SYS_ioctl, { BAD_FD, KVM_SET_USER_MEMORY_REGION } },
	{ "its pages", SYS_ioctl, { BAD_FD, KVM_GET_DIRTY_LOG } },
	{ "a processor's state", SYS_ioctl, { BAD_FD, KVM_SET_XSAVE } },
	{ "tap", SYS_ioctl, { BAD_FD, TUNSETIFF } },
	{ "size of a disk", SYS_ioctl, { BAD_FD, BLKGETSIZE64 } },
	{ "clone3", SYS_clone3, { 0 } },
};

static const struct probe nobody[] = {
	{ "execve", SYS_execve, { (long)"/bin/true" } },
	{ "execveat", SYS_execveat, { AT_FDCWD, (long)"/bin/true" } },
	{ "fork", SYS_fork, { 0 } },
	{ "vfork", SYS_vfork, { 0 } },
	{ "a process", SYS_clone, { SIGCHLD } },
	{ "a thread in a namespace",
	  SYS_clone,
	  { CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_NEWUSER } },
	{ "ptrace", SYS_ptrace, { PTRACE_TRACEME } },
	{ "process_vm_writev", SYS_process_vm_writev, { 1 } },
	{ "other processes' signals", SYS_kill, { 0x7fffffff } },
	{ "other processes' threads", SYS_tgkill, { 0x7fffffff, 0x7fffffff } },
	{ "internet", SYS_socket, { AF_INET, SOCK_STREAM } },
	{ "netlink", SYS_socket, { AF_NETLINK, SOCK_RAW } },
	{ "packets", SYS_socket, { AF_PACKET, SOCK_RAW } },
	{ "code", SYS_mmap, { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1 } },
	{ "code out of data", SYS_mprotect, { 0, 4096, PROT_READ | PROT_EXEC } },
	{ "pkey_mprotect", SYS_pkey_mprotect, { 0, 4096, PROT_EXEC } },
	{ "memfd_create", SYS_memfd_create, { (long)"x" } },
	{ "another ioctl", SYS_ioctl, { BAD_FD, TIOCSTI } },
	{ "an ioctl with more bits", SYS_ioctl, { BAD_FD, (long)(1UL << 32 | KVM_RUN) } },
	{ "taps that stay", SYS_ioctl, { BAD_FD, TUNSETPERSIST } },
	{ "setuid", SYS_setuid, { 0 } },
	{ "capset", SYS_capset, { 0 } },
	{ "chroot", SYS_chroot, { (long)"/" } },
	{ "mount", SYS_mount, { 0 } },
	{ "unshare", SYS_unshare, { CLONE_NEWUSER } },
	{ "setns", SYS_setns, { BAD_FD } },
	{ "keyctl", SYS_keyctl, { 0 } },
	{ "bpf", SYS_bpf, { 0 } },
	{ "userfaultfd", SYS_userfaultfd, { 0 } },
	{ "io_uring", SYS_io_uring_setup, { 0 } },
	{ "perf_event_open", SYS_perf_event_open, { 0 } },
	{ "dumpable", SYS_prctl, { PR_SET_DUMPABLE, 1 } },
	{ "a listener of filters",
	  SYS_seccomp,
	  { SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER } },
	{ "the handler of refusals", SYS_rt_sigaction, { SIGSYS, 0, 0, 8 } },
	{ "chmod", SYS_chmod, { (long)"/nowhere" } },
	{ "mknod", SYS_mknodat, { AT_FDCWD, (long)"/nowhere" } },
	{ "openat2", SYS_openat2, { AT_FDCWD, (long)"/nowhere" } },
	{ "x32", 0x40000000L | SYS_getpid, { 0 } },
};

static const struct probe outside[] = {
	{ "kill", SYS_kill, { 0x7fffffff, SIGTERM } },
	{ "wait", SYS_wait4, { 0x7fffffff } },
	{ "remove", SYS_unlinkat, { AT_FDCWD, (long)"/nowhere" } },
};

static const struct probe not_outside[] = {
	{ "unix socket", SYS_socket, { AF_UNIX, SOCK_STREAM } },
	{ "ioctl", SYS_ioctl, { BAD_FD, KVM_RUN } },
	{ "a thread",
	  SYS_clone,
	  { CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD } },
	{ "execve", SYS_execve, { (long)"/bin/true" } },
	{ "code", SYS_mmap, { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1 } },
	{ "mount", SYS_mount, { 0 } },
};

/* It waits for a machine, and removes what is left of it. */
static void what_the_one_outside_may(void **state)
{
	(void)state;
	all_end(GABION_THREAD_OUTSIDE, outside, COUNT(outside), 0);
	all_end(GABION_THREAD_OUTSIDE, not_outside, COUNT(not_outside), REFUSED);
}

static void what_both_may(void **state)
{
	(void)state;
	all_end(GABION_THREAD_MAIN, io, COUNT(io), 0);
	all_end(GABION_THREAD_VCPU, io, COUNT(io), 0);
}

static void what_only_the_main_thread_may(void **state)
{
	(void)state;
	all_end(GABION_THREAD_MAIN, main_only, COUNT(main_only), 0);
	all_end(GABION_THREAD_VCPU, main_only, COUNT(main_only), REFUSED);
}

static void what_nobody_may(void **state)
{
	(void)state;
	all_end(GABION_THREAD_MAIN, nobody, COUNT(nobody), REFUSED);
	all_end(GABION_THREAD_VCPU, nobody, COUNT(nobody), REFUSED);
}

/* It was started by the main thread: what only its own list had, it could not do. */
static void a_processor_has_nothing_of_its_own(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < gabion_calls_count; i++)
		if (gabion_calls[i].kinds >> GABION_THREAD_VCPU & 1 &&
		    !(gabion_calls[i].kinds >> GABION_THREAD_MAIN & 1))
			fail_msg("call %d", gabion_calls[i].number);
}

static void *processor(void *opaque)
{
	(void)opaque;
	if (gabion_filters_enter(&filters, GABION_THREAD_VCPU))
		leave(98);
	if (prctl(PR_SET_NAME, "vcpu0"))
		leave(97);
	/* The main thread may. */
	syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY);
	return NULL;
}

static void *nothing(void *opaque)
{
	return opaque;
}

/* A child whose stderr is *@out. */
static pid_t fork_with_log(int *out)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid)
		dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	*out = ends[0];
	return pid;
}

static void assert_log(int fd, const char *words)
{
	char text[300] = "";

	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	if (!strstr(text, words))
		fail_msg("'%s' is not in: %s", words, text);
	close(fd);
}

/* The main thread goes on to make threads, which take their own filter, and end all of it. */
static void threads_of_a_held_process(void **state)
{
	char expected[40];
	int log;
	pid_t pid = fork_with_log(&log);

	(void)state;
	if (!pid) {
		struct sigaction action = { .sa_handler = SIG_IGN };
		pthread_t thread;

		hold(GABION_THREAD_MAIN);
		if (sigaction(SIGRTMIN, &action, NULL) ||
		    pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL) ||
		    pthread_create(&thread, NULL, processor, NULL))
			leave(96);
		pthread_join(thread, NULL);
		leave(0);
	}
	assert_int_equal(ending(pid), REFUSED);
	snprintf(expected, sizeof(expected), "refuses call %d ", SYS_openat);
	assert_log(log, expected);
}

static void clone3_is_answered_as_if_it_were_not_there(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		hold(GABION_THREAD_MAIN);
		leave(syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS ? 7 : 0);
	}
	assert_int_equal(ending(pid), 7);
}

/* One that blocks the signal gains nothing, nor one that is refused in the handler. */
static void no_way_around_the_end(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		sigset_t set;

		hold(GABION_THREAD_MAIN);
		sigemptyset(&set);
		sigaddset(&set, SIGSYS);
		sigprocmask(SIG_BLOCK, &set, NULL);
		syscall(SYS_getppid);
		leave(0);
	}
	assert_int_equal(ending(pid), REFUSED);
}

static void the_log_says_which_call_it_was(void **state)
{
	char expected[100];
	int log;
	pid_t pid = fork_with_log(&log);

	(void)state;
	if (!pid) {
		hold(GABION_THREAD_MAIN);
		syscall(SYS_ioctl, 3, 0x12ab, 255);
		leave(0);
	}
	assert_int_equal(ending(pid), REFUSED);
	snprintf(expected, sizeof(expected), "refuses call %d (0x3, 0x12ab, 0xff, ...)", SYS_ioctl);
	assert_log(log, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_both_may),
		cmocka_unit_test(what_only_the_main_thread_may),
		cmocka_unit_test(what_nobody_may),
		cmocka_unit_test(what_the_one_outside_may),
		cmocka_unit_test(a_processor_has_nothing_of_its_own),
		cmocka_unit_test(threads_of_a_held_process),
		cmocka_unit_test(clone3_is_answered_as_if_it_were_not_there),
		cmocka_unit_test(no_way_around_the_end),
		cmocka_unit_test(the_log_says_which_call_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
