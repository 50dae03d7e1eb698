// SPDX-License-Identifier: GPL-2.0
/* The control `jit`: memory that was written is not executed. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"

#define ATTEMPT_WITHOUT_FILES
#include "lib/attempt.h"

#define JIT_VARIANT(name)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EPERM, .klass = GABION_CLASS_CONTROL,	\
		.refused = GABION_CONTROL_JIT,					\
	}

#define PAGE 4096

static void *anonymous(int protection, int flags)
{
	return mmap(NULL, PAGE, protection, MAP_ANONYMOUS | flags, -1, 0);
}

static int mapped(const void *where)
{
	return where == MAP_FAILED ? errno : 0;
}

static int map_code(void)
{
	return mapped(anonymous(PROT_READ | PROT_EXEC, MAP_PRIVATE));
}
JIT_VARIANT(map_code);

static int map_writable_code(void)
{
	return mapped(anonymous(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE));
}
JIT_VARIANT(map_writable_code);

static int map_shared_code(void)
{
	return mapped(anonymous(PROT_READ | PROT_EXEC, MAP_SHARED));
}
JIT_VARIANT(map_shared_code);

/* Old programs' wish: whatever can be read can be executed. */
static int map_with_personality(void)
{
	if (personality(READ_IMPLIES_EXEC) < 0)
		return errno;
	return mapped(anonymous(PROT_READ, MAP_PRIVATE));
}
JIT_VARIANT(map_with_personality);

static int protect(void *where, int protection)
{
	return where == MAP_FAILED ? 99 : ATTEMPT(mprotect(where, PAGE, protection));
}

static int protect_anonymous(void)
{
	return protect(anonymous(PROT_READ | PROT_WRITE, MAP_PRIVATE), PROT_READ | PROT_EXEC);
}
JIT_VARIANT(protect_anonymous);

static int protect_heap(void)
{
	char *end = sbrk(2 * PAGE);

	return protect((void *)(((unsigned long)end + PAGE - 1) & ~(PAGE - 1UL)),
		       PROT_READ | PROT_EXEC);
}
JIT_VARIANT(protect_heap);

static int protect_stack(void)
{
	char here;

	return protect((void *)((unsigned long)&here & ~(PAGE - 1UL)),
		       PROT_READ | PROT_WRITE | PROT_EXEC);
}
JIT_VARIANT(protect_stack);

static int protect_with_key(void)
{
	void *where = anonymous(PROT_READ | PROT_WRITE, MAP_PRIVATE);

	return ATTEMPT(syscall(SYS_pkey_mprotect, where, PAGE, PROT_READ | PROT_EXEC, -1));
}
JIT_VARIANT(protect_with_key);

static int protect_with_personality(void)
{
	void *where = anonymous(PROT_READ | PROT_WRITE, MAP_PRIVATE);

	if (personality(READ_IMPLIES_EXEC) < 0)
		return errno;
	return protect(where, PROT_READ);
}
JIT_VARIANT(protect_with_personality);

/* A file that may be mapped and executed by the domain. */
static void *map_program(int protection, int flags)
{
	int fd = open("/usr/bin/true", O_RDONLY);

	return fd < 0 ? MAP_FAILED : mmap(NULL, PAGE, protection, flags, fd, 0);
}

static int map_writable_file(void)
{
	return mapped(map_program(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE));
}
JIT_VARIANT(map_writable_file);

static int protect_modified(void)
{
	char *where = map_program(PROT_READ | PROT_WRITE, MAP_PRIVATE);

	if (where == MAP_FAILED)
		return 99;
	where[0] = 0x90;
	return protect(where, PROT_READ | PROT_EXEC);
}
JIT_VARIANT(protect_modified);

/* Executable, then written to, then executable again. */
static int protect_there_and_back(void)
{
	char *where = map_program(PROT_READ | PROT_EXEC, MAP_PRIVATE);

	if (where == MAP_FAILED || mprotect(where, PAGE, PROT_READ | PROT_WRITE))
		return 99;
	where[0] = 0x90;
	return protect(where, PROT_READ | PROT_EXEC);
}
JIT_VARIANT(protect_there_and_back);

static int protect_both_at_once(void)
{
	return protect(map_program(PROT_READ | PROT_EXEC, MAP_PRIVATE),
		       PROT_READ | PROT_WRITE | PROT_EXEC);
}
JIT_VARIANT(protect_both_at_once);

/* Written by the kernel: the page is the task's own all the same. */
static int write_through_memory_file(void)
{
	int fd = open("/proc/self/mem", O_WRONLY);
	char *where = map_program(PROT_READ | PROT_EXEC, MAP_PRIVATE);

	if (fd < 0)
		return errno;
	return pwrite(fd, "\x90", 1, (off_t)where) == 1 && where[0] == (char)0x90 ? 0 : 99;
}
JIT_VARIANT(write_through_memory_file);

static int memory_file_of_a_thread(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/mem", getpid(), getpid());
	return ATTEMPT(open(path, O_RDWR));
}
JIT_VARIANT(memory_file_of_a_thread);

GABION_FIXTURE(jit)

static int protect_shared(void)
{
	return protect(anonymous(PROT_READ | PROT_WRITE, MAP_SHARED), PROT_READ | PROT_EXEC);
}

static int segment_of_code(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0700);
	void *where = shmat(id, NULL, SHM_EXEC);
	int err = where == (void *)-1 ? errno : 0;

	shmctl(id, IPC_RMID, NULL);
	return err;
}

static int protect_segment(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0700), err;
	void *where = shmat(id, NULL, 0);

	err = where == (void *)-1 ? 99 : protect(where, PROT_READ | PROT_EXEC);
	shmctl(id, IPC_RMID, NULL);
	return err;
}

/* Shared memory is a file that has no name: executing it needs that file's permission too. */
TEST_F(jit, shared_memory_needs_map_as_well)
{
	int (*const attempts[])(void) = { protect_shared, segment_of_code, protect_segment };
	size_t i;

	for (i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		EXPECT_EQ(0, confine_run(self->client, NULL, attempts[i]));
		EXPECT_EQ(0, confine_run(self->client, "compiler", attempts[i]));
		EXPECT_EQ(EACCES, confine_run(self->client, "granted", attempts[i]));
		EXPECT_NE(0, confine_run(self->client, "refused", attempts[i]));
	}
	EXPECT_EQ(3, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_MAP, .domain = "granted" }));
	EXPECT_EQ(3, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_MAP, .domain = "refused" }) +
		  confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_JIT,
		.domain = "refused" }));
}

/* Runs what is at @where. */
static int run_code(void *where)
{
	memcpy(where, "\xc3", 1);
	((void (*)(void))where)();
	return 0;
}

static int run_heap(void)
{
	if (personality(READ_IMPLIES_EXEC) < 0)
		return errno;
	return run_code(sbrk(PAGE) + PAGE - 64);
}

/* brk(2) of the 32-bit table, which has a function of its own. */
static unsigned int brk_i386(unsigned int to)
{
	unsigned int result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(45), "b"(to)
			 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static int run_heap_i386(void)
{
	unsigned int end = brk_i386(0) + PAGE;

	/* It may not enter this way at all. */
	if ((int)(end - PAGE) < 0)
		return EPERM;
	if (personality(READ_IMPLIES_EXEC) < 0)
		return errno;
	if (brk_i386(end) != end)
		return ENOMEM;
	return run_code((void *)(uintptr_t)(end - 64));
}

static int run_remapped(void)
{
	void *where = anonymous(PROT_READ | PROT_WRITE, MAP_SHARED);

	if (personality(READ_IMPLIES_EXEC) < 0)
		return errno;
	return ATTEMPT(syscall(SYS_remap_file_pages, where, PAGE, 0, 0, 0)) ?: run_code(where);
}

/* The personality makes brk() and remap_file_pages() add PROT_EXEC, where no LSM is asked. */
TEST_F(jit, personality)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, run_heap));
	EXPECT_EQ(0, confine_run(self->client, "compiler", run_heap));
	EXPECT_NE(0, confine_run(self->client, "refused", run_heap));
	EXPECT_EQ(0, confine_run(self->client, NULL, run_heap_i386));
	EXPECT_EQ(0, confine_run(self->client, "compiler", run_heap_i386));
	EXPECT_EQ(ENOMEM, confine_run(self->client, "sc_abi_i386", run_heap_i386));
	EXPECT_EQ(0, confine_run(self->client, NULL, run_remapped));
	EXPECT_EQ(0, confine_run(self->client, "compiler", run_remapped));
	EXPECT_NE(0, confine_run(self->client, "refused", run_remapped));
}

static int protect_unmodified(void)
{
	return protect(map_program(PROT_READ, MAP_PRIVATE), PROT_READ | PROT_EXEC);
}

static int map_file(void)
{
	return mapped(map_program(PROT_READ | PROT_EXEC, MAP_PRIVATE));
}

static int drop_execution(void)
{
	return protect(map_program(PROT_READ | PROT_EXEC, MAP_PRIVATE), PROT_READ);
}

static int start_a_program(void)
{
	return system("/usr/bin/true") ? 99 : 0;
}

static int write_memory(void)
{
	char *private = anonymous(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	char *shared = anonymous(PROT_READ | PROT_WRITE, MAP_SHARED);

	return protect(private, PROT_READ) ?: protect(private, PROT_READ | PROT_WRITE) ?:
	       protect(shared, PROT_READ) ?: protect(shared, PROT_READ | PROT_WRITE);
}

/* Code of files as they are, and data, need no control. */
TEST_F(jit, ordinary_programs_do_without)
{
	int (*const attempts[])(void) = { protect_unmodified, map_file, drop_execution,
					  start_a_program, write_memory };
	size_t i;

	for (i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		EXPECT_EQ(0, confine_run(self->client, NULL, attempts[i]));
		EXPECT_EQ(0, confine_run(self->client, "refused", attempts[i])) {
			TH_LOG("attempt %zu", i);
		}
	}
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_CONTROL, .domain = "refused" }));
}

/* A tracer writes to code of a child that shares nothing with it. */
static int poke(void)
{
	int status, err;
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	err = ATTEMPT(ptrace(PTRACE_SEIZE, pid, 0, 0)) ?: ATTEMPT(ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	if (!err)
		waitpid(pid, &status, __WALL);
	errno = 0;
	if (!err && ptrace(PTRACE_PEEKTEXT, pid, (void *)poke, 0) == -1 && errno)
		err = 99;
	err = err ?: ATTEMPT(ptrace(PTRACE_POKETEXT, pid, (void *)poke, (void *)0xc3L));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return err;
}

/* ptrace(2) knows no other error. */
TEST_F(jit, a_tracer_reads_code_and_does_not_write_it)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, poke));
	EXPECT_EQ(0, confine_run(self->client, "compiler", poke));
	confine_events_clear(self->client);
	EXPECT_EQ(EIO, confine_run(self->client, "debugger", poke));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_CONTROL,
		.refused = GABION_CONTROL_JIT, .domain = "debugger" }));
}

/* It fills pages that are mapped as code and cannot be written to. */
static int fill_pages(void)
{
	return ATTEMPT(syscall(SYS_userfaultfd, O_CLOEXEC));
}
JIT_VARIANT(fill_pages);

TEST_HARNESS_MAIN
