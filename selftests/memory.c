// SPDX-License-Identifier: GPL-2.0
/*
 * Code that no policy named: ways to have it executed beside those that the control `jit` stands
 * before (control_jit.c). Files without a name and other tasks' memory are among them.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"

#define OBJECT TEST_DIR "/object"
#define CODE "\xc3"	/* ret */

static int call(int fd)
{
	void (*code)(void) = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	if (code == MAP_FAILED)
		return errno;
	code();
	return 0;
}

GABION_FIXTURE(memory)

static int map_memfd(void)
{
	int fd = syscall(SYS_memfd_create, "code", 0);

	return fd < 0 || write(fd, CODE, 1) != 1 ? errno : call(fd);
}

static int map_memfd_later(void)
{
	int fd = syscall(SYS_memfd_create, "code", 0);
	void *p;

	if (fd < 0 || write(fd, CODE, 1) != 1)
		return errno;
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	return p == MAP_FAILED ? errno : ATTEMPT(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int seal_and_map_memfd(void)
{
	int fd = syscall(SYS_memfd_create, "code", 2 /* MFD_ALLOW_SEALING */);

	if (fd < 0 || write(fd, CODE, 1) != 1 || fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW))
		return errno;
	return call(fd);
}

static const struct {
	const char *name;
	int (*run)(void);
} nameless[] = {
	{ "memfd", map_memfd },
	{ "memfd, by mprotect", map_memfd_later },
	{ "sealed memfd", seal_and_map_memfd },
};

TEST_F(memory, files_without_a_name_hold_no_code)
{
	size_t i;

	for (i = 0; i < sizeof(nameless) / sizeof(*nameless); i++) {
		confine_events_clear(self->client);
		EXPECT_EQ(0, confine_run(self->client, NULL, nameless[i].run)) {
			TH_LOG("%s on the host", nameless[i].name);
		}
		EXPECT_EQ(EACCES, confine_run(self->client, "refused", nameless[i].run)) {
			TH_LOG("%s", nameless[i].name);
		}
		EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
			.klass = GABION_CLASS_FILE, .refused = GABION_FILE_MAP,
			.domain = "refused" }));
	}
}

/* --- a file's code, changed after it was mapped --- */

static int map_own_program(int protection, int flags, void **where)
{
	int mode = protection & PROT_WRITE && flags & MAP_SHARED ? O_RDWR : O_RDONLY;
	int fd = open(OBJECT "/program", mode);

	*where = mmap(NULL, 4096, protection, flags, fd, 0);
	return *where == MAP_FAILED ? errno : 0;
}

/* The page cache: one mapping writes what the other executes. */
static int execute_what_is_written_through_a_second_mapping(void)
{
	void *write_here, *run_here;
	int err = map_own_program(PROT_READ | PROT_WRITE, MAP_SHARED, &write_here) ?:
		  map_own_program(PROT_READ | PROT_EXEC, MAP_SHARED, &run_here);

	if (err)
		return err;
	memcpy(write_here, CODE, 1);
	((void (*)(void))run_here)();
	return 0;
}
FIXTURE_VARIANT_ADD(attempt, execute_what_is_written_through_a_second_mapping)
{
	.run = execute_what_is_written_through_a_second_mapping, .error = EACCES,
	.klass = GABION_CLASS_FILE, .refused = GABION_FILE_MAP, .object = OBJECT "/program",
	.refused_by = "writer",
};

static int add_execution_to_a_file(void)
{
	void *p;
	int err = map_own_program(PROT_READ, MAP_PRIVATE, &p);

	return err ?: ATTEMPT(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}
FIXTURE_VARIANT_ADD(attempt, add_execution_to_a_file)
{
	.run = add_execution_to_a_file, .error = EACCES, .klass = GABION_CLASS_FILE,
	.refused = GABION_FILE_MAP, .object = OBJECT "/program", .refused_by = "reader",
};

/* --- memory of a task of its own domain, which it may trace only if that is granted --- */

static char page[4096] __attribute__((aligned(4096)));

static int poke_child(void)
{
	long word = 0xc3;
	int status;
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) || ptrace(PTRACE_INTERRUPT, pid, 0, 0)) {
		status = errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return status;
	}
	waitpid(pid, &status, __WALL);
	/* Code of the program itself: a private page of a file, to be written by force. */
	status = ptrace(PTRACE_POKETEXT, pid, (void *)poke_child, (void *)word) ? errno : 0;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return status;
}

TEST_F(memory, a_child_of_the_domain_is_not_written)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, poke_child));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", poke_child));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_TRACE, .domain = "refused",
		.target = "refused" }));
}

static int write_child_by_vector(void)
{
	struct iovec local = { CODE, 1 }, remote = { page, 1 };
	pid_t pid = fork();
	int err;

	if (!pid) {
		for (;;)
			pause();
	}
	err = ATTEMPT(process_vm_writev(pid, &local, 1, &remote, 1, 0));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return err;
}

TEST_F(memory, nor_by_a_vector)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, write_child_by_vector));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", write_child_by_vector));
}

static int trace_me(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(ATTEMPT(ptrace(PTRACE_TRACEME, 0, 0, 0)));
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

TEST_F(memory, nor_by_asking_to_be_traced)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, trace_me));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", trace_me));
}

TEST_HARNESS_MAIN
