// SPDX-License-Identifier: GPL-2.0
/* Syscall filters: what each action does, and the event that says so. */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/call_fixture.h"

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1
#endif

CALL_FIXTURE(action)

#define ACTION(name, where, nr, becomes, says, does, data)			\
	CALL_VARIANT(action, name, where,					\
		     ((struct call){ GABION_ABI_X86_64, nr, { 1, ~2ULL, 3, 4ULL << 40, 5, 6 } }), \
		     becomes, says, does, data)

ACTION(allow, "sc_actions", 600, -ENOSYS, 0, ALLOW, 0);
ACTION(log, "sc_actions", 601, -ENOSYS, ALLOWED, LOG, 0);
ACTION(errno_by_name, "sc_actions", 602, -EBADE, DENIED, ERRNO, EBADE);
ACTION(errno_greatest, "sc_actions", 606, -4095, DENIED, ERRNO, 4095);
ACTION(trap, "sc_actions", 603, KILLED, DENIED, TRAP, 77);
ACTION(kill, "sc_actions", 604, KILLED, DENIED, KILL, 0);
ACTION(trace_without_tracer, "sc_actions", 605, -ENOSYS, DENIED, TRACE, 1234);
ACTION(quiet_errno, "sc_actions", 609, -EXDEV, 0, ALLOW, 0);
ACTION(quiet_trap, "sc_actions", 610, KILLED, 0, ALLOW, 0);
ACTION(errno_of_a_real_call, "sc_actions", SYS_getppid, -ENOTTY, DENIED, ERRNO, ENOTTY);
ACTION(negation_outranks, "sc_actions", SYS_alarm, -EPERM, DENIED, ERRNO, EPERM);
ACTION(not_named, "sc_actions", SYS_time, -EPERM, DENIED, ERRNO, EPERM);
ACTION(unknown, "sc_actions", 700, -ENOSYS, DENIED, ERRNO, ENOSYS);
ACTION(unknown_greatest, "sc_actions", 0x3fffffff, -ENOSYS, DENIED, ERRNO, ENOSYS);
ACTION(unknown_negative, "sc_actions", 0x80000000, -ENOSYS, DENIED, ERRNO, ENOSYS);
ACTION(unknown_beyond_the_table, "sc_actions", 2048, -ENOSYS, DENIED, ERRNO, ENOSYS);
ACTION(default_errno, "sc_default_errno", SYS_getppid, -EXDEV, DENIED, ERRNO, EXDEV);
ACTION(default_errno_unknown, "sc_default_errno", 700, -EXDEV, DENIED, ERRNO, EXDEV);
ACTION(default_trap, "sc_default_trap", SYS_getppid, KILLED, DENIED, TRAP, 9);
ACTION(default_trap_unknown, "sc_default_trap", 700, KILLED, DENIED, TRAP, 9);
ACTION(default_kill, "sc_default_kill", SYS_getppid, KILLED, DENIED, KILL, 0);
ACTION(default_kill_unknown, "sc_default_kill", 0x3fffffff, KILLED, DENIED, KILL, 0);
ACTION(default_log_unknown, "sc_default_log", 700, -ENOSYS, DENIED, ERRNO, ENOSYS);
ACTION(default_allow_unknown, "sc_default_allow", 700, -ENOSYS, DENIED, ERRNO, ENOSYS);
ACTION(default_allow_but, "sc_default_allow", SYS_getuid, -EXDEV, DENIED, ERRNO, EXDEV);
ACTION(complain_default, "sc_complain", SYS_getuid, 0, COMPLAIN, ERRNO, EPERM);
ACTION(complain_unknown, "sc_complain", 700, -ENOSYS, COMPLAIN, ERRNO, ENOSYS);
ACTION(complain_trap, "sc_complain", 603, -ENOSYS, COMPLAIN, TRAP, 1);
ACTION(complain_kill, "sc_complain", 604, -ENOSYS, COMPLAIN, KILL, 0);
ACTION(complain_trace, "sc_complain", 605, -ENOSYS, COMPLAIN, TRACE, 1);
ACTION(complain_log, "sc_complain", 601, -ENOSYS, ALLOWED, LOG, 0);

GABION_FIXTURE(signals)

/* Of all items that match the greatest action counts; the first errno of two. */
TEST_F(signals, the_greatest_of_several)
{
	static const long by_arg0[] = { KILLED, KILLED, KILLED, -EXDEV, -ENOSYS, -ENOSYS, -ENOSYS };
	unsigned int i;

	for (i = 0; i < sizeof(by_arg0) / sizeof(*by_arg0); i++)
		EXPECT_EQ(by_arg0[i], call_in(self->client, "sc_rank",
					      CALL(GABION_ABI_X86_64, 600, { i }))) {
			TH_LOG("arg0 %u", i);
		}
	EXPECT_EQ(1, call_events(self->client, "sc_rank", CALL(GABION_ABI_X86_64, 600, { 1 }),
				 DENIED, GABION_OUTCOME(GABION_ACTION_KILL, 0)));
	EXPECT_EQ(1, call_events(self->client, "sc_rank", CALL(GABION_ABI_X86_64, 600, { 2 }),
				 DENIED, GABION_OUTCOME(GABION_ACTION_TRAP, 8)));
	EXPECT_EQ(1, call_events(self->client, "sc_rank", CALL(GABION_ABI_X86_64, 600, { 3 }),
				 DENIED, GABION_OUTCOME(GABION_ACTION_ERRNO, EXDEV)));
	EXPECT_EQ(1, call_events(self->client, "sc_rank", CALL(GABION_ABI_X86_64, 600, { 4 }),
				 DENIED, GABION_OUTCOME(GABION_ACTION_TRACE, 7)));
	EXPECT_EQ(1, call_events(self->client, "sc_rank", CALL(GABION_ABI_X86_64, 600, { 5 }),
				 ALLOWED, GABION_OUTCOME(GABION_ACTION_LOG, 0)));
}

/* --- trap: what the handler sees --- */

static siginfo_t *seen;
static greg_t (*seen_registers)[23];
static volatile int handled;

static void on_sigsys(int signal, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	*seen = *info;
	memcpy(*seen_registers, uc->uc_mcontext.gregs, sizeof(*seen_registers));
	handled++;
}

static void catch_sigsys(void)
{
	struct sigaction act = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &act, NULL);
}

static int trap_603(void)
{
	catch_sigsys();
	return call_make(CALL(GABION_ABI_X86_64, 603, { 1, 2, 3, 4, 5, 6 })) == 603 && handled == 1 ?
		       0 : 1;
}

static void *shared(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

TEST_F(signals, trap_tells_the_handler)
{
	seen = shared(4096);
	seen_registers = shared(4096);
	ASSERT_EQ(0, confine_run(self->client, "sc_actions", trap_603));
	EXPECT_EQ(SIGSYS, seen->si_signo);
	EXPECT_EQ(SYS_SECCOMP, seen->si_code);
	EXPECT_EQ(77, seen->si_errno);
	EXPECT_EQ(603, seen->si_syscall);
	EXPECT_EQ(AUDIT_ARCH_X86_64, seen->si_arch);
	EXPECT_EQ((void *)call_ip, seen->si_call_addr);
	/* As before the call. */
	EXPECT_EQ(603, (*seen_registers)[REG_RAX]);
	EXPECT_EQ(1, (*seen_registers)[REG_RDI]);
	EXPECT_EQ(2, (*seen_registers)[REG_RSI]);
	EXPECT_EQ(3, (*seen_registers)[REG_RDX]);
	EXPECT_EQ(4, (*seen_registers)[REG_R10]);
	EXPECT_EQ(5, (*seen_registers)[REG_R8]);
	EXPECT_EQ(6, (*seen_registers)[REG_R9]);
	EXPECT_EQ((greg_t)call_ip, (*seen_registers)[REG_RIP]);
}

/* A handler that is blocked or ignored does not make the signal go away. */
static int trap_while_blocked(void)
{
	sigset_t set;

	catch_sigsys();
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	sigprocmask(SIG_BLOCK, &set, NULL);
	call_make(CALL(GABION_ABI_X86_64, 603));
	return 0;
}

static int trap_while_ignored(void)
{
	signal(SIGSYS, SIG_IGN);
	call_make(CALL(GABION_ABI_X86_64, 603));
	return 0;
}

TEST_F(signals, trap_cannot_be_blocked_or_ignored)
{
	EXPECT_EQ(KILLED, confine_run(self->client, "sc_actions", trap_while_blocked));
	EXPECT_EQ(KILLED, confine_run(self->client, "sc_actions", trap_while_ignored));
}

/* --- kill: the whole process, whatever it has set up --- */

static void *spin(void *arg)
{
	for (;;)
		sched_yield();
	return arg;
}

static void *call_604(void *arg)
{
	call_make(CALL(GABION_ABI_X86_64, 604));
	return arg;
}

static int killed_with_threads(void)
{
	pthread_t threads[4];
	int i;

	seen = shared(4096);
	seen_registers = shared(4096);
	catch_sigsys();
	for (i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, spin, NULL);
	pthread_create(&threads[3], NULL, call_604, NULL);
	for (;;)
		sched_yield();
	return 0;
}

TEST_F(signals, kill_takes_the_process)
{
	EXPECT_EQ(KILLED, confine_run(self->client, "sc_actions", killed_with_threads));
	EXPECT_EQ(1, call_events(self->client, "sc_actions", CALL(GABION_ABI_X86_64, 604), DENIED,
				 GABION_OUTCOME(GABION_ACTION_KILL, 0)));
}

/* --- strict --- */

/*
 * A child that stops itself, is assigned, and from then on makes nothing but the
 * @n calls, and exit(42).
 */
static int run_strict(struct gabion_netlink *client, const struct call *calls, unsigned int n)
{
	struct gabion_error error = { 0 };
	unsigned int i;
	int status;
	pid_t pid = fork();

	if (!pid) {
		struct call stop = { GABION_ABI_X86_64, SYS_kill, { getpid(), SIGSTOP } };

		call_make(&stop);
		for (i = 0; i < n; i++)
			call_make(&calls[i]);
		call_make(CALL(GABION_ABI_X86_64, SYS_exit, { 42 }));
	}
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status) ||
	    gabion_netlink_task_assign(client, pid, "sc_strict", &error) || kill(pid, SIGCONT) ||
	    waitpid(pid, &status, 0) != pid)
		return CONFINE_BROKEN;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_F(signals, strict_has_four_calls)
{
	static const struct call four[] = {
		{ GABION_ABI_X86_64, SYS_read, { -1 } }, { GABION_ABI_X86_64, SYS_write, { -1 } },
	};
	static const struct call others[] = {
		{ GABION_ABI_X86_64, SYS_getpid }, { GABION_ABI_X86_64, SYS_exit_group },
		{ GABION_ABI_X86_64, 700 }, { GABION_ABI_I386, 3 },
		{ GABION_ABI_X32, SYS_read },
	};
	unsigned int i;

	EXPECT_EQ(42, run_strict(self->client, four, 2));
	EXPECT_EQ(0, call_events_all(self->client));
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		EXPECT_EQ(KILLED, run_strict(self->client, &others[i], 1)) {
			TH_LOG("call %u", i);
		}
		EXPECT_EQ(1, call_events(self->client, "sc_strict", &others[i], DENIED,
					 GABION_OUTCOME(GABION_ACTION_KILL, 0)));
	}
}

/* The number that does nothing, and numbers that are no numbers. */
TEST_F(signals, strange_numbers_are_harmless)
{
	static const struct call calls[] = {
		{ GABION_ABI_X86_64, -1U }, { GABION_ABI_X86_64, -2U },
		{ GABION_ABI_X86_64, 0x7fffffff }, { GABION_ABI_X86_64, 0x80000000 },
		{ GABION_ABI_X86_64, 0x40000000 }, { GABION_ABI_X86_64, 0x40000000 | 601 },
		{ GABION_ABI_X86_64, 0xc0000000 }, { GABION_ABI_I386, -1U },
		{ GABION_ABI_I386, 0x7fffffff }, { GABION_ABI_I386, 0x40000000 },
	};
	long results[sizeof(calls) / sizeof(*calls)];
	unsigned int i;

	ASSERT_EQ(0, call_run(self->client, "sc_actions", calls,
			      sizeof(calls) / sizeof(*calls), results));
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		EXPECT_EQ(-ENOSYS, results[i]) {
			TH_LOG("call %u: %x", i, calls[i].number);
		}
}

TEST_HARNESS_MAIN
