// SPDX-License-Identifier: GPL-2.0
/*
 * What a process that serves a share is left with, tried in one that is: one call each, which ends
 * it, or not. That it can serve, vm_share_test shows.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../vm/share.h"

#define BAD_FD 1000000L

/* How a server's process ends. */
enum { MADE, KILLED = SIGSYS, NOT_CONFINED = 99 };
enum { READER, WRITER, FREE };

struct probe {
	const char *what;
	long number, arguments[4];
};

/* Makes the call in a process that serves as @kind, or in one that is free; how it ends. */
static int try_call(int kind, const struct probe *probe)
{
	const long *a = probe->arguments;
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (kind != FREE && gabion_vm_share_confine(kind == READER))
			syscall(SYS_exit_group, NOT_CONFINED);
		syscall(probe->number, a[0], a[1], a[2], a[3], -1, 0);
		syscall(SYS_exit_group, MADE);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void all_end(int kind, const struct probe *probes, size_t n, int how)
{
	size_t i;
	int end;

	for (i = 0; i < n; i++) {
		end = try_call(kind, &probes[i]);
		if (end != how)
			fail_msg("%s: ended with %d, not %d", probes[i].what, end, how);
	}
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *const no_words[] = {NULL};

/* They fail, for want of a descriptor or an address, or do no harm. */
static const struct probe refused[] = {
	{"execve", SYS_execve, {(long)"/nowhere", (long)no_words, (long)no_words}},
	{"execveat", SYS_execveat, {BAD_FD, (long)"", (long)no_words, (long)no_words}},
	{"unix socket", SYS_socket, {AF_UNIX, SOCK_STREAM}},
	{"network socket", SYS_socket, {AF_INET, SOCK_STREAM}},
	{"connect", SYS_connect, {BAD_FD}},
	{"passed descriptors", SYS_recvmsg, {BAD_FD}},
	{"writable code", SYS_mmap, {0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS}},
	{"code", SYS_mprotect, {0, 0, PROT_EXEC}},
	{"kill", SYS_kill, {BAD_FD, 0}},
	{"ptrace", SYS_ptrace, {PTRACE_PEEKDATA, BAD_FD}},
	{"memory of others", SYS_process_vm_readv, {BAD_FD}},
	{"mount", SYS_mount, {0}},
	{"chroot", SYS_chroot, {(long)"/nowhere"}},
	{"chdir", SYS_chdir, {(long)"/nowhere"}},
	{"unshare", SYS_unshare, {0}},
	{"device node", SYS_mknodat, {BAD_FD, (long)"x", S_IFIFO | 0600}},
	{"hard link", SYS_linkat, {BAD_FD, (long)"x", BAD_FD, (long)"y"}},
	{"owner", SYS_fchownat, {BAD_FD, (long)"x"}},
	{"attribute", SYS_setxattr, {(long)"/nowhere"}},
	{"ioctl", SYS_ioctl, {BAD_FD}},
	{"lock", SYS_fcntl, {BAD_FD, F_SETLKW}},
	{"flags", SYS_fcntl, {BAD_FD, F_SETFL}},
	{"user", SYS_setuid, {-1}},
	{"new filters", SYS_seccomp, {BAD_FD}},
	{"io_uring", SYS_io_uring_setup, {0}},
};

/* These would be a change. */
static const struct probe writing[] = {
	{"open for writing", SYS_openat, {BAD_FD, (long)"x", O_WRONLY}},
	{"open for both", SYS_openat, {BAD_FD, (long)"x", O_RDWR}},
	{"make", SYS_openat, {BAD_FD, (long)"x", O_CREAT}},
	{"cut", SYS_openat, {BAD_FD, (long)"x", O_TRUNC}},
	{"make without a name", SYS_openat, {BAD_FD, (long)"x", O_TMPFILE | O_WRONLY}},
	{"write", SYS_pwrite64, {BAD_FD}},
	{"symbolic link", SYS_symlinkat, {(long)"x", BAD_FD, (long)"x"}},
	{"folder", SYS_mkdirat, {BAD_FD, (long)"x"}},
	{"rename", SYS_renameat, {BAD_FD, (long)"x", BAD_FD, (long)"y"}},
	{"remove", SYS_unlinkat, {BAD_FD, (long)"x"}},
	{"mode", SYS_chmod, {(long)"/nowhere"}},
	{"size", SYS_truncate, {(long)"/nowhere"}},
	{"times", SYS_utimensat, {BAD_FD, (long)"x"}},
};

static const struct probe reading[] = {
	{"open", SYS_openat, {BAD_FD, (long)"x", O_RDONLY | O_APPEND | O_CLOEXEC}},
	{"name", SYS_openat, {BAD_FD, (long)"x", O_PATH | O_NOFOLLOW | O_CLOEXEC}},
	{"read", SYS_pread64, {BAD_FD}},
	{"list", SYS_getdents64, {BAD_FD}},
	{"status", SYS_newfstatat, {BAD_FD, (long)"x"}},
	{"copy", SYS_fcntl, {BAD_FD, F_DUPFD_CLOEXEC}},
	{"answer", SYS_sendto, {BAD_FD}},
	{"memory", SYS_mmap, {0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS}},
};

static void test_no_server_makes_other_calls(void **state)
{
	(void)state;
	all_end(FREE, refused, COUNT(refused), MADE);
	all_end(READER, refused, COUNT(refused), KILLED);
	all_end(WRITER, refused, COUNT(refused), KILLED);
}

static void test_a_server_for_reading_changes_nothing(void **state)
{
	(void)state;
	all_end(READER, writing, COUNT(writing), KILLED);
	all_end(WRITER, writing, COUNT(writing), MADE);
	all_end(READER, reading, COUNT(reading), MADE);
	all_end(WRITER, reading, COUNT(reading), MADE);
}

/* That of i386 has other numbers, which the list does not mean; of x32, none. */
static void test_no_other_abi(void **state)
{
	static const struct probe x32 = {"x32", 0x40000000 | SYS_getpid, {0}};

	(void)state;
	assert_int_equal(try_call(WRITER, &x32), KILLED);
}

static void test_no_way_to_privileges(void **state)
{
	const cap_value_t kept[] = {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER};
	cap_flag_value_t has;
	cap_value_t cap;
	cap_t caps;
	int ends[2], status;
	char proc[4096] = "", path[64];
	size_t i;
	pid_t pid;
	FILE *file;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		close(ends[1]);
		if (gabion_vm_share_confine(false))
			syscall(SYS_exit_group, NOT_CONFINED);
		/* Until it has been looked at: one byte when it is confined. */
		syscall(SYS_read, ends[0], proc, 1);
		syscall(SYS_exit_group, MADE);
	}
	close(ends[0]);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	/* It is confined when it waits, and not before. */
	do {
		file = fopen(path, "r");
		assert_non_null(file);
		i = fread(proc, 1, sizeof(proc) - 1, file);
		proc[i] = '\0';
		fclose(file);
		assert_null(strstr(proc, "State:\tZ"));
	} while (!strstr(proc, "Seccomp:\t2"));
	assert_non_null(strstr(proc, "NoNewPrivs:\t1"));
	caps = cap_get_pid(pid);
	assert_non_null(caps);
	for (cap = 0; cap < cap_max_bits(); cap++) {
		for (i = 0; i < COUNT(kept) && kept[i] != cap; i++)
			;
		assert_int_equal(cap_get_flag(caps, cap, CAP_PERMITTED, &has), 0);
		if (i == COUNT(kept) && has)
			fail_msg("capability %d", cap);
	}
	cap_free(caps);
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == MADE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_server_makes_other_calls),
		cmocka_unit_test(test_a_server_for_reading_changes_nothing),
		cmocka_unit_test(test_no_other_abi),
		cmocka_unit_test(test_no_way_to_privileges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
