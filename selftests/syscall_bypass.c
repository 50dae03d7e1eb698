// SPDX-License-Identifier: GPL-2.0
/* Ways around a syscall filter that need no tracer. */
#include <errno.h>
#include <linux/prctl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/call.h"
#include "lib/fixture.h"
#include "lib/seccomp.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH	59
#define PR_SYS_DISPATCH_OFF		0
#define PR_SYS_DISPATCH_ON		1
#endif
#define DISPATCH_ALLOW	0
#define DISPATCH_BLOCK	1

static const struct call getppid_call = { GABION_ABI_X86_64, SYS_getppid };

/*
 * An attempt to get a getppid done. It returns 0 when it was, the errno when it
 * was refused.
 */
FIXTURE(bypass)
{
	GABION_FIXTURE_MEMBERS
};

FIXTURE_VARIANT(bypass)
{
	int (*run)(void);
};

GABION_FIXTURE_LIFE(bypass)

#define BYPASS(name) FIXTURE_VARIANT_ADD(bypass, name) { .run = name }

TEST_F(bypass, is_none)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, variant->run));
	EXPECT_EQ(0, confine_run(self->client, "sc_other", variant->run));
	EXPECT_EQ(0, call_events_all(self->client));
	EXPECT_EQ(EPERM, confine_run(self->client, "sc_bare", variant->run));
	EXPECT_LE(1, call_events(self->client, "sc_bare", &getppid_call, GABION_VERDICT_DENIED,
				 GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM)));
}

static int result(long answer)
{
	return answer < 0 ? -answer : 0;
}

static int plainly(void)
{
	return result(call_make(&getppid_call));
}
BYPASS(plainly);

/* The kernel looks at 32 bits of the number. */
static int with_dirt_above_the_number(void)
{
	register long r10 asm("r10") = 0, r8 asm("r8") = 0, r9 asm("r9") = 0;
	long answer;

	asm volatile("syscall" : "=a"(answer)
		     : "a"(0xdeadbeefUL << 32 | SYS_getppid), "D"(0L), "S"(0L), "d"(0L), "r"(r10),
		       "r"(r8), "r"(r9)
		     : "rcx", "r11", "memory");
	return result(answer);
}
BYPASS(with_dirt_above_the_number);

/* --- the task's own seccomp --- */

static int own_filter_allows(void)
{
	int err = seccomp_own(SYS_getppid, SECCOMP_RET_ALLOW, 0);

	return err ? 99 : plainly();
}
BYPASS(own_filter_allows);

static int own_filter_logs(void)
{
	int err = seccomp_own(SYS_getppid, SECCOMP_RET_LOG, 0);

	return err ? 99 : plainly();
}
BYPASS(own_filter_logs);

static void *continue_it(void *listener)
{
	struct seccomp_notif_resp response = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
	struct seccomp_notif request = { 0 };
	int fd = (long)listener;

	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &request))
		return NULL;
	response.id = request.id;
	ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
	return NULL;
}

static int notifier_continues(void)
{
	int fd = seccomp_own(SYS_getppid, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	pthread_t thread;
	int answer;

	if (fd < 0 || pthread_create(&thread, NULL, continue_it, (void *)(long)fd))
		return 99;
	answer = plainly();
	pthread_join(thread, NULL);
	return answer;
}
BYPASS(notifier_continues);

/* --- signal handlers that rewrite what they return to --- */

static void turn_into_getppid(int signal, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	uc->uc_mcontext.gregs[REG_RAX] = SYS_getppid;
	uc->uc_mcontext.gregs[REG_RDI] = 0;
	uc->uc_mcontext.gregs[REG_RIP] = (greg_t)call_ip - 2;
}

static void catch_signal(int signal)
{
	struct sigaction act = { .sa_sigaction = turn_into_getppid, .sa_flags = SA_SIGINFO };

	sigaction(signal, &act, NULL);
}

/* The filter's own trap, made anew as another call. */
static int handler_of_sigsys(void)
{
	catch_signal(SIGSYS);
	return result(call_make(CALL(GABION_ABI_X86_64, 602)));
}

/* A call that was interrupted, its registers rewritten. */
static int handler_during_a_call(void)
{
	struct timespec second = { 1, 0 };
	pid_t self = getpid(), child;

	catch_signal(SIGUSR1);
	child = fork();
	if (!child) {
		nanosleep(&(struct timespec){ 0, 200000000 }, NULL);
		kill(self, SIGUSR1);
		_exit(0);
	}
	return child < 0 ? 99 : result(call_make(CALL(GABION_ABI_X86_64, SYS_nanosleep,
						      { (uint64_t)&second, 0 })));
}
BYPASS(handler_during_a_call);

/* --- syscall user dispatch --- */

static volatile char selector = DISPATCH_ALLOW;

static int dispatcher_allows(void)
{
	int answer;

	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector))
		return 99;
	answer = plainly();
	prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
	return answer;
}
BYPASS(dispatcher_allows);

static volatile int dispatched;

static void on_dispatch(int signal, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	selector = DISPATCH_ALLOW;
	dispatched++;
	uc->uc_mcontext.gregs[REG_RAX] = call_make(&getppid_call);
}

static int from_the_dispatchers_handler(void)
{
	struct sigaction act = { .sa_sigaction = on_dispatch, .sa_flags = SA_SIGINFO };
	long answer;

	sigaction(SIGSYS, &act, NULL);
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector))
		return 99;
	selector = DISPATCH_BLOCK;
	answer = call_make(CALL(GABION_ABI_X86_64, 600));
	return dispatched == 1 ? result(answer) : 98;
}
BYPASS(from_the_dispatchers_handler);

GABION_FIXTURE(page)

TEST_F(page, a_trap_is_no_second_chance)
{
	EXPECT_EQ(0, confine_run(self->client, "sc_other", handler_of_sigsys));
	EXPECT_EQ(EPERM, confine_run(self->client, "sc_bare", handler_of_sigsys));
	EXPECT_EQ(1, call_events(self->client, "sc_bare", &getppid_call, GABION_VERDICT_DENIED,
				 GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM)));
}

/* --- the vsyscall page: calls without a syscall instruction --- */

struct vsyscall {
	unsigned long address;
	uint32_t number;
};

static const struct vsyscall vsyscalls[] = {
	{ 0xffffffffff600000, SYS_gettimeofday },
	{ 0xffffffffff600400, SYS_time },
	{ 0xffffffffff600800, SYS_getcpu },
};

static const struct vsyscall *vsyscall;

static int call_page(void)
{
	static char here[64];
	long (*entry)(void *, void *, void *) = (void *)vsyscall->address;

	return result(entry(here, NULL, NULL));
}

TEST_F(page, vsyscalls_are_syscalls)
{
	unsigned int i;

	for (i = 0; i < sizeof(vsyscalls) / sizeof(*vsyscalls); i++) {
		vsyscall = &vsyscalls[i];
		EXPECT_EQ(0, confine_run(self->client, NULL, call_page));
		EXPECT_EQ(0, confine_run(self->client, "sc_abi_none", call_page));
		EXPECT_EQ(0, confine_run(self->client, "sc_loose", call_page));
		EXPECT_EQ(0, call_events_all(self->client));
		EXPECT_EQ(EPERM, confine_run(self->client, "sc_bare", call_page));
		EXPECT_EQ(128 + SIGSYS, confine_run(self->client, "sc_default_kill", call_page));
		EXPECT_EQ(128 + SIGSYS, confine_run(self->client, "sc_default_trap", call_page));
		EXPECT_EQ(3, call_events_all(self->client));
		confine_events_clear(self->client);
	}
}

/* --- a sleep that is interrupted goes on as restart_syscall --- */

static int sleeps(void)
{
	struct timespec half = { 0, 400000000 };

	return nanosleep(&half, NULL) ? errno : 0;
}

/* Stopped and continued in the middle. */
static int sleeps_with_a_stop(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(sleeps());
	nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
	kill(pid, SIGSTOP);
	nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
	kill(pid, SIGCONT);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 99;
	return WEXITSTATUS(status);
}

TEST_F(page, an_interrupted_sleep_goes_on)
{
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", sleeps_with_a_stop));
	EXPECT_EQ(0, call_events_all(self->client));
	/* Without restart_syscall it does not, as under seccomp. */
	EXPECT_EQ(EPERM, confine_run(self->client, "sc_no_restart", sleeps_with_a_stop));
	EXPECT_EQ(1, call_events_all(self->client));
}

TEST_HARNESS_MAIN
