// SPDX-License-Identifier: GPL-2.0
/*
 * When a syscall filter takes effect: by exec, by assignment, by a new policy,
 * for children of every kind; and when it goes.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/sched.h>
#include "kselftest_harness.h"
#include "lib/call.h"
#include "lib/fixture.h"
#include "lib/source.h"

#define NTHREADS 4

GABION_FIXTURE(change)

static long getppid_raw(void)
{
	return call_make(CALL(GABION_ABI_X86_64, SYS_getppid));
}

/* --- loopers: processes with threads that call getppid for ever --- */

/* By thread: calls made, and the last one's answer. */
static struct {
	volatile unsigned long count[NTHREADS];
	volatile long last[NTHREADS];
} *loop;

static void *looper(void *arg)
{
	unsigned long i = (unsigned long)arg;

	for (;;) {
		loop->last[i] = getppid_raw();
		loop->count[i]++;
	}
	return NULL;
}

static pid_t start_loopers(void)
{
	unsigned long i;
	pthread_t thread;
	pid_t pid;

	loop = mmap(NULL, sizeof(*loop), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	for (i = 1; i < NTHREADS; i++)
		pthread_create(&thread, NULL, looper, (void *)i);
	looper(NULL);
	return 0;
}

/* Each thread's answer to a call that it began after now; @want from all of them? */
static bool all_answer(long want)
{
	unsigned long start[NTHREADS];
	bool same = true;
	int i, tries;

	for (i = 0; i < NTHREADS; i++)
		start[i] = loop->count[i];
	for (i = 0; i < NTHREADS; i++) {
		for (tries = 0; loop->count[i] < start[i] + 2 && tries < 2000; tries++)
			usleep(5000);
		if (tries == 2000) {
			printf("# thread %d does not go on\n", i);
			return false;
		}
		if (loop->last[i] != want)
			printf("# thread %d: %ld, not %ld\n", i, loop->last[i], want);
		same &= loop->last[i] == want;
	}
	return same;
}

/* Assigned at any moment, with all threads, there and back, ten times. */
TEST_F(change, assignment_of_a_running_process)
{
	pid_t pid = start_loopers(), self_pid = getpid();
	int i;

	ASSERT_LT(0, pid);
	ASSERT_TRUE(all_answer(self_pid));
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, confine_assign(self->client, pid, "sc_bare"));
		EXPECT_TRUE(all_answer(-EPERM));
		/* From one filter to another. */
		ASSERT_EQ(0, confine_assign(self->client, pid, "sc_other"));
		EXPECT_TRUE(all_answer(self_pid));
		ASSERT_EQ(0, confine_assign(self->client, pid, "sc_bare"));
		EXPECT_TRUE(all_answer(-EPERM));
		/* To a domain without one, and to the host. */
		ASSERT_EQ(0, confine_assign(self->client, pid, i & 1 ? "host" : "sc_abi_none"));
		EXPECT_TRUE(all_answer(self_pid));
	}
	confine_release(pid);
	confine_events_clear(self->client);
}

#define RELOADED(rules) "domain sc_reloaded {\n    level middle\n    use everyday\n" rules "}\n"

TEST_F(change, a_new_policy_holds_for_running_tasks)
{
	pid_t pid = start_loopers(), self_pid = getpid();
	int i;

	ASSERT_LT(0, pid);
	ASSERT_EQ(0, source_load(self->client, RELOADED("    syscalls @testing, getppid\n")));
	ASSERT_EQ(0, confine_assign(self->client, pid, "sc_reloaded"));
	EXPECT_TRUE(all_answer(self_pid));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, source_load(self->client, RELOADED("    syscalls @testing\n")));
		EXPECT_TRUE(all_answer(-EPERM));
		ASSERT_EQ(0, source_load(self->client,
					 RELOADED("    syscalls @testing, getppid as errno EXDEV\n")));
		EXPECT_TRUE(all_answer(-EXDEV));
		ASSERT_EQ(0, source_load(self->client,
					 RELOADED("    syscalls @testing, getppid\n")));
		EXPECT_TRUE(all_answer(self_pid));
		/* The filter goes, and comes to a domain that had none. */
		ASSERT_EQ(0, source_load(self->client, RELOADED("")));
		EXPECT_TRUE(all_answer(self_pid));
	}
	ASSERT_EQ(0, confine_assign(self->client, pid, "host"));
	confine_release(pid);
	EXPECT_EQ(0, source_load(self->client, ""));
	confine_events_clear(self->client);
}

/* --- children: each returns what its getppid answered, by way of shared memory --- */

static long *answer;

static void *thread_child(void *arg)
{
	answer[0] = getppid_raw();
	return arg;
}

static int by_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_child, NULL))
		return 1;
	pthread_join(thread, NULL);
	return 0;
}

/* @pid 0: we are the child, whose call this makes. */
static int child(pid_t pid)
{
	int status;

	if (pid < 0)
		return errno;
	if (!pid) {
		answer[0] = getppid_raw();
		_exit(0);
	}
	return waitpid(pid, &status, __WALL) == pid && !status ? 0 : 99;
}

static int by_fork(void)
{
	return child(syscall(SYS_fork));
}

static int by_vfork(void)
{
	pid_t pid = vfork();

	if (!pid) {
		answer[0] = getppid_raw();
		_exit(0);
	}
	return pid < 0 ? errno : waitpid(pid, NULL, 0) == pid ? 0 : 99;
}

static int by_clone(void)
{
	return child(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int by_clone3(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	return child(syscall(SYS_clone3, &args, sizeof(args)));
}

/* Not a child of ours: nothing but the label ties it to us. */
static int by_clone_parent(void)
{
	pid_t pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	int i;

	if (!pid) {
		answer[0] = getppid_raw();
		_exit(0);
	}
	for (i = 0; i < 1000 && answer[0] == CALL_LOST; i++)
		usleep(1000);
	return pid < 0 ? errno : 0;
}

static int by_grandchild(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(by_fork());
	return waitpid(pid, &status, 0) == pid && !status ? 0 : 99;
}

FIXTURE(kin)
{
	GABION_FIXTURE_MEMBERS
};

FIXTURE_VARIANT(kin)
{
	int (*run)(void);
};

GABION_FIXTURE_LIFE(kin)

#define KIN(name) FIXTURE_VARIANT_ADD(kin, name) { .run = name }
KIN(by_thread);
KIN(by_fork);
KIN(by_vfork);
KIN(by_clone);
KIN(by_clone3);
KIN(by_clone_parent);
KIN(by_grandchild);

TEST_F(kin, inherits_the_filter)
{
	answer = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*answer = CALL_LOST;
	EXPECT_EQ(0, confine_run(self->client, NULL, variant->run));
	EXPECT_LT(1, *answer);
	*answer = CALL_LOST;
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", variant->run));
	EXPECT_EQ(-EPERM, *answer);
	EXPECT_EQ(1, call_events(self->client, "sc_bare", CALL(GABION_ABI_X86_64, SYS_getppid),
				 GABION_VERDICT_DENIED,
				 GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM)));
}

/* --- exec --- */

#define GETPPID "110"
#define PROGRAM "/run/gabion-selftests/foreign-x86-64"
#define ENTERED "/run/gabion-selftests/foreign-entered"

static int exec_program(void)
{
	execl(PROGRAM, "foreign", GETPPID, NULL);
	return 99;
}

static int exec_entered(void)
{
	execl(ENTERED, "foreign", GETPPID, NULL);
	return 99;
}

static void *exec_thread(void *arg)
{
	execl(PROGRAM, "foreign", GETPPID, NULL);
	return arg;
}

/* Not the leader: it takes over the leader's pid. */
static int exec_from_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, exec_thread, NULL);
	pthread_join(thread, NULL);
	return 99;
}

TEST_F(change, exec_keeps_the_filter)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, exec_program));
	EXPECT_EQ(EPERM, confine_run(self->client, "sc_bare", exec_program));
	EXPECT_EQ(EPERM, confine_run(self->client, "sc_bare", exec_from_thread));
	EXPECT_EQ(0, confine_run(self->client, "sc_other", exec_program));
}

/* Before its first instruction, from the host and from a domain with another filter. */
TEST_F(change, exec_enters_a_filter)
{
	ASSERT_EQ(0, system("cp " PROGRAM " " ENTERED));
	EXPECT_EQ(EPERM, confine_run(self->client, NULL, exec_entered));
	EXPECT_EQ(EPERM, confine_run(self->client, "sc_changes", exec_entered));
	EXPECT_EQ(2, call_events(self->client, "sc_entered",
				 CALL(GABION_ABI_X86_64, SYS_getppid, { 0xfffffff0 }),
				 GABION_VERDICT_DENIED,
				 GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM)));
}

/* And leaves it: into a domain that has no filter. */
TEST_F(change, exec_leaves_a_filter)
{
	ASSERT_EQ(0, system("cp " PROGRAM " " ENTERED));
	EXPECT_EQ(0, confine_run(self->client, "sc_leaves", exec_entered));
}

TEST_HARNESS_MAIN
