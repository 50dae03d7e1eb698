// SPDX-License-Identifier: GPL-2.0
/*
 * A task's own seccomp and its domain's syscall filter: both hold, and a thread
 * that its own filter kills leaves nothing behind.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/call.h"
#include "lib/fixture.h"
#include "lib/seccomp.h"

#define BROKEN 99

GABION_FIXTURE(seccomp)

static const struct call getpid_call = { GABION_ABI_X86_64, SYS_getpid };
static const struct call getppid_call = { GABION_ABI_X86_64, SYS_getppid };

static int result(long answer)
{
	return answer < 0 ? -answer : 0;
}

/* --- the stricter of the two --- */

static int own_errno(void)
{
	if (seccomp_own(SYS_getpid, SECCOMP_RET_ERRNO | EXDEV, 0))
		return BROKEN;
	return result(call_make(&getpid_call));
}

static int own_errno_then_refused(void)
{
	if (seccomp_own(SYS_getpid, SECCOMP_RET_ERRNO | EXDEV, 0))
		return BROKEN;
	return result(call_make(&getppid_call));
}

/* What both refuse is answered by the first that is asked: the task's own. */
static int both_errno(void)
{
	if (seccomp_own(SYS_getppid, SECCOMP_RET_ERRNO | EXDEV, 0))
		return BROKEN;
	return result(call_make(&getppid_call));
}

static int own_kill_process(void)
{
	if (seccomp_own(SYS_getpid, SECCOMP_RET_KILL_PROCESS, 0))
		return BROKEN;
	return result(call_make(&getpid_call));
}

static int own_trap(void)
{
	if (seccomp_own(SYS_getpid, SECCOMP_RET_TRAP | 3, 0))
		return BROKEN;
	return result(call_make(&getpid_call));
}

TEST_F(seccomp, both_hold)
{
	EXPECT_EQ(EXDEV, confine_run(self->client, NULL, own_errno));
	EXPECT_EQ(EXDEV, confine_run(self->client, "sc_bare", own_errno));
	EXPECT_EQ(EXDEV, confine_run(self->client, "sc_bare", both_errno));
	EXPECT_EQ(128 + SIGSYS, confine_run(self->client, "sc_bare", own_kill_process));
	EXPECT_EQ(128 + SIGSYS, confine_run(self->client, "sc_bare", own_trap));
	EXPECT_EQ(0, call_events_all(self->client));
	EXPECT_EQ(0, confine_run(self->client, NULL, own_errno_then_refused));
	EXPECT_EQ(EPERM, confine_run(self->client, "sc_bare", own_errno_then_refused));
	EXPECT_EQ(1, call_events(self->client, "sc_bare", &getppid_call, GABION_VERDICT_DENIED,
				 GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM)));
	/* In a domain without a filter its own is as ever. */
	EXPECT_EQ(EXDEV, confine_run(self->client, "sc_abi_none", own_errno));
	EXPECT_EQ(0, confine_run(self->client, "sc_abi_none", own_errno_then_refused));
}

/* --- a mode that comes and goes with the flag that both share --- */

static int *step;

static void await(int n)
{
	while (__atomic_load_n(step, __ATOMIC_ACQUIRE) < n)
		sched_yield();
}

static int own_filter_all_along(void)
{
	long own, domain;
	int i;

	if (seccomp_own(SYS_getpid, SECCOMP_RET_ERRNO | EXDEV, 0))
		return BROKEN;
	for (i = 1; i <= 4; i++) {
		await(i);
		own = call_make(&getpid_call);
		domain = call_make(&getppid_call);
		if (own != -EXDEV || (domain == -EPERM) != (i & 1))
			return i;
		__atomic_store_n(step, -i, __ATOMIC_RELEASE);
	}
	return 0;
}

static bool go(int n)
{
	int i;

	__atomic_store_n(step, n, __ATOMIC_RELEASE);
	for (i = 0; i < 2000 && __atomic_load_n(step, __ATOMIC_ACQUIRE) != -n; i++)
		usleep(1000);
	return i < 2000;
}

/* The flag is dropped for the domain and must stay for the task's own filter. */
TEST_F(seccomp, leaving_the_domain_leaves_the_own_filter)
{
	struct gabion_error error = { 0 };
	int status, i;
	pid_t pid;

	step = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = fork();
	if (!pid)
		_exit(own_filter_all_along());
	for (i = 1; i <= 4; i++) {
		ASSERT_EQ(0, gabion_netlink_task_assign(self->client, pid,
							i & 1 ? "sc_bare" : "host", &error));
		EXPECT_TRUE(go(i));
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* --- TSYNC --- */

static void *sync_thread(void *answer)
{
	await(1);
	*(int *)answer = result(call_make(&getpid_call)) == EXDEV &&
			 result(call_make(&getppid_call)) == EPERM;
	return NULL;
}

static int synchronised(void)
{
	pthread_t threads[3];
	int good[3], i;

	*step = 0;
	for (i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, sync_thread, &good[i]);
	if (seccomp_own(SYS_getpid, SECCOMP_RET_ERRNO | EXDEV, SECCOMP_FILTER_FLAG_TSYNC))
		return BROKEN;
	__atomic_store_n(step, 1, __ATOMIC_RELEASE);
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		if (!good[i])
			return i + 1;
	}
	return 0;
}

TEST_F(seccomp, a_filter_for_all_threads)
{
	step = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", synchronised));
}

/* --- strict mode --- */

static int strict_and(const struct call *call)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		return BROKEN;
	call_make(call);
	call_make(CALL(GABION_ABI_X86_64, SYS_exit, { 7 }));
	return 0;
}

static int strict_exit(void)
{
	return strict_and(CALL(GABION_ABI_X86_64, SYS_read, { -1 }));
}

static int strict_other(void)
{
	return strict_and(&getpid_call);
}

static int strict_refused(void)
{
	return strict_and(CALL(GABION_ABI_X86_64, SYS_write, { -1 }));
}

TEST_F(seccomp, strict_mode)
{
	EXPECT_EQ(7, confine_run(self->client, "sc_bare", strict_exit));
	EXPECT_EQ(128 + SIGKILL, confine_run(self->client, "sc_bare", strict_other));
	EXPECT_EQ(0, call_events_all(self->client));
	/* Strict mode allows write, the domain does not. */
	EXPECT_EQ(7, confine_run(self->client, "sc_no_write", strict_refused));
	EXPECT_EQ(1, call_events_all(self->client));
}

/* --- KILL_THREAD: the thread dies in the middle of our hook --- */

static void *die(void *arg)
{
	if (!seccomp_own(SYS_getpid, SECCOMP_RET_KILL_THREAD, 0))
		call_make(&getpid_call);
	return arg;
}

static int threads_die(void)
{
	pthread_t thread;
	int i;

	for (i = 0; i < 50; i++) {
		if (pthread_create(&thread, NULL, die, NULL))
			return BROKEN;
		/* Killed threads are joined too: the kernel clears their tid. */
		pthread_join(thread, NULL);
	}
	return result(call_make(&getppid_call));
}

/* That none of them is waited for when the module goes: selftests/lifecycle. */
TEST_F(seccomp, a_killed_thread_leaves_the_others)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, threads_die));
	EXPECT_EQ(EPERM, confine_run(self->client, "sc_bare", threads_die));
	EXPECT_EQ(1, call_events_all(self->client));
	EXPECT_EQ(0, confine_run(self->client, "sc_abi_none", threads_die));
}

static void *exec_true(void *arg)
{
	usleep(200000);
	execl("/usr/bin/true", "true", NULL);
	_exit(BROKEN);
	return arg;
}

/* The leader is killed inside of the hook, and its pid goes to the thread that execs. */
static int leader_dies(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_true, NULL))
		return BROKEN + 1;
	die(NULL);
	return BROKEN + 2;
}

/* As above: what is to be seen is in selftests/lifecycle. */
TEST_F(seccomp, an_exec_takes_over_a_killed_leader)
{
	EXPECT_EQ(0, confine_run(self->client, "sc_abi_none", leader_dies));
}

/* In strict mode too, and as the last thread of the process. */
static int last_thread_dies(void)
{
	die(NULL);
	return 0;
}

TEST_F(seccomp, a_killed_last_thread_is_a_killed_process)
{
	EXPECT_EQ(128 + SIGSYS, confine_run(self->client, "sc_bare", last_thread_dies));
}

TEST_HARNESS_MAIN
