// SPDX-License-Identifier: GPL-2.0
/*
 * Tracers and syscall filters: the action trace, and what a tracer changes after
 * or before the filter looked.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/call.h"
#include "lib/fixture.h"
#include "lib/seccomp.h"

#define KILLED	(128 + SIGSYS)
#define BROKEN	90

#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif

GABION_FIXTURE(trace)

static const struct call getppid_call = { GABION_ABI_X86_64, SYS_getppid };

/*
 * One traced call: the tracee makes @first, the tracer changes its number to
 * @second when it stops, and the result is what the tracee got. All of it runs in
 * the domain of the test, tracer and tracee.
 */
static struct {
	struct call first;
	uint32_t second;
	bool own_filter;	/* the stop is the tracee's own RET_TRACE */
	bool by_filter;		/* the stop is the domain's */
	bool rewind;		/* make it anew when it is over, with @second */
	volatile long result;
	volatile unsigned long message;
	volatile unsigned int stops;
} *plan;

static void traced(void)
{
	if (plan->own_filter && seccomp_own(plan->first.number, SECCOMP_RET_TRACE | 99, 0))
		_exit(BROKEN + 1);
	if (ptrace(PTRACE_TRACEME, 0, 0, 0))
		_exit(BROKEN + 2);
	raise(SIGSTOP);
	plan->result = call_make(&plan->first);
	_exit(0);
}

static int set_number(pid_t pid, uint32_t number)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, 0, &regs))
		return -1;
	regs.orig_rax = number;
	return ptrace(PTRACE_SETREGS, pid, 0, &regs);
}

/* At the exit: back before the instruction, with another number. */
static int rewind_call(pid_t pid, uint32_t number)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, 0, &regs))
		return -1;
	regs.rax = number;
	regs.orig_rax = -1;
	regs.rip -= 2;
	return ptrace(PTRACE_SETREGS, pid, 0, &regs);
}

static bool is_our_call(pid_t pid)
{
	struct user_regs_struct regs;

	return !ptrace(PTRACE_GETREGS, pid, 0, &regs) && regs.rip == (unsigned long)call_ip;
}

/* The tracee is stopped at its call; true: at the entry, to be changed. */
static bool at_entry(pid_t pid, int status)
{
	unsigned long message;

	if (plan->own_filter || plan->by_filter) {
		if (status >> 8 != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
			return false;
		ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
		plan->message = message;
		return true;
	}
	return status >> 8 == (SIGTRAP | 0x80) && is_our_call(pid) && !plan->stops;
}

static int tracer(void)
{
	bool by_event = plan->own_filter || plan->by_filter;
	int status, how = by_event ? PTRACE_CONT : PTRACE_SYSCALL;
	pid_t pid = fork();

	if (!pid)
		traced();
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN + 3;
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
		   (by_event ? PTRACE_O_TRACESECCOMP : 0)))
		return BROKEN + 4;
	for (;;) {
		if (ptrace(how, pid, 0, 0) || waitpid(pid, &status, 0) != pid)
			return BROKEN + 5;
		if (!WIFSTOPPED(status))
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (at_entry(pid, status)) {
			if (plan->rewind)
				how = PTRACE_SYSCALL;
			else if (set_number(pid, plan->second))
				return BROKEN + 6;
			plan->stops++;
		} else if (plan->rewind && plan->stops == 1 && is_our_call(pid)) {
			plan->stops++;
			if (rewind_call(pid, plan->second))
				return BROKEN + 7;
		} else if (WSTOPSIG(status) == SIGSYS) {
			/* A tracer that swallows the signal. */
			plan->stops += 100;
		}
	}
}

#define PLAN(...) (typeof(*plan)){ __VA_ARGS__ }

static void make_plan(typeof(*plan) what)
{
	if (!plan)
		plan = mmap(NULL, sizeof(*plan), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*plan = what;
	plan->result = CALL_LOST;
}

#define CALL_600 { GABION_ABI_X86_64, 600 }
#define CALL_601 { GABION_ABI_X86_64, 601 }
#define REFUSED(client, nr)							\
	call_events(client, "sc_bare", CALL(GABION_ABI_X86_64, nr), GABION_VERDICT_DENIED, \
		    GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM))

/* --- syscall-entry stops come before the filter: what they leave is judged --- */

TEST_F(trace, a_tracer_cannot_make_it_refused_calls)
{
	make_plan(PLAN(.first = CALL_600, .second = SYS_getppid));
	EXPECT_EQ(0, confine_run(self->client, NULL, tracer));
	EXPECT_LT(1, plan->result);
	make_plan(PLAN(.first = CALL_600, .second = SYS_getppid));
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", tracer));
	EXPECT_EQ(1, plan->stops);
	EXPECT_EQ(-EPERM, plan->result);
	EXPECT_EQ(1, REFUSED(self->client, SYS_getppid));
}

TEST_F(trace, what_the_tracer_left_counts)
{
	make_plan(PLAN(.first = { GABION_ABI_X86_64, SYS_getppid }, .second = SYS_getpid));
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", tracer));
	EXPECT_LT(1, plan->result);
	EXPECT_EQ(0, call_events_all(self->client));
}

/* A tracer that skips a call has decided: nothing runs, and nothing is to be judged. */
TEST_F(trace, a_skipped_call_is_not_judged)
{
	make_plan(PLAN(.first = CALL_600, .second = -1U));
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", tracer));
	EXPECT_EQ(-ENOSYS, plan->result);
	EXPECT_EQ(0, call_events_all(self->client));
}

TEST_F(trace, a_call_rewound_is_judged_again)
{
	make_plan(PLAN(.first = CALL_600, .second = SYS_getppid, .rewind = true));
	EXPECT_EQ(0, confine_run(self->client, NULL, tracer));
	EXPECT_LT(1, plan->result);
	make_plan(PLAN(.first = CALL_600, .second = SYS_getppid, .rewind = true));
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", tracer));
	EXPECT_EQ(-EPERM, plan->result);
	EXPECT_EQ(1, REFUSED(self->client, SYS_getppid));
}

TEST_F(trace, a_tracer_cannot_swallow_the_death)
{
	make_plan(PLAN(.first = CALL_600, .second = 604));
	EXPECT_EQ(KILLED, confine_run(self->client, "sc_actions", tracer));
	EXPECT_EQ(CALL_LOST, plan->result);
}

/* --- the tracee's own RET_TRACE comes before the filter too --- */

TEST_F(trace, own_trace_cannot_make_it_refused_calls)
{
	make_plan(PLAN(.first = CALL_600, .second = SYS_getppid, .own_filter = true));
	EXPECT_EQ(0, confine_run(self->client, NULL, tracer));
	EXPECT_LT(1, plan->result);
	make_plan(PLAN(.first = CALL_600, .second = SYS_getppid, .own_filter = true));
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", tracer));
	EXPECT_EQ(99, plan->message);
	EXPECT_EQ(-EPERM, plan->result);
	EXPECT_EQ(1, REFUSED(self->client, SYS_getppid));
}

/* --- the action trace --- */

TEST_F(trace, the_action_asks_the_tracer)
{
	make_plan(PLAN(.first = { GABION_ABI_X86_64, 605 }, .second = 605, .by_filter = true));
	EXPECT_EQ(0, confine_run(self->client, "sc_actions", tracer));
	EXPECT_EQ(1, plan->stops);
	EXPECT_EQ(1234, plan->message);
	EXPECT_EQ(-ENOSYS, plan->result);
	EXPECT_EQ(1, call_events(self->client, "sc_actions", &plan->first, GABION_VERDICT_ALLOWED,
				 GABION_OUTCOME(GABION_ACTION_TRACE, 1234)));
	/* Whose data may be 0. */
	make_plan(PLAN(.first = { GABION_ABI_X86_64, 608 }, .second = SYS_getpid, .by_filter = true));
	plan->message = 1;
	EXPECT_EQ(0, confine_run(self->client, "sc_actions", tracer));
	EXPECT_EQ(0, plan->message);
	EXPECT_LT(1, plan->result);
}

TEST_F(trace, what_it_changes_is_judged_again)
{
	make_plan(PLAN(.first = CALL_601, .second = SYS_getppid, .by_filter = true));
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", tracer));
	EXPECT_EQ(1, plan->stops);
	EXPECT_EQ(-EPERM, plan->result);
	EXPECT_EQ(1, REFUSED(self->client, SYS_getppid));
	/* It may skip the call ... */
	make_plan(PLAN(.first = CALL_601, .second = -1U, .by_filter = true));
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", tracer));
	EXPECT_EQ(1, plan->stops);
	EXPECT_EQ(-ENOSYS, plan->result);
	/* ... and not turn it into one that kills. */
	make_plan(PLAN(.first = { GABION_ABI_X86_64, 605 }, .second = 604, .by_filter = true));
	EXPECT_EQ(KILLED, confine_run(self->client, "sc_actions", tracer));
}

/* Both filters say trace: one stop for each. */
TEST_F(trace, both_filters_ask)
{
	make_plan(PLAN(.first = CALL_601, .second = 601, .by_filter = true, .own_filter = true));
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", tracer));
	EXPECT_LE(2, plan->stops);
	EXPECT_EQ(-ENOSYS, plan->result);
}

/* --- SYSEMU: the call does not run, whatever it is --- */

static int emulator(void)
{
	struct user_regs_struct regs;
	pid_t pid = fork();
	int status;

	if (!pid)
		traced();
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return BROKEN;
	do {
		if (ptrace(PTRACE_SYSEMU, pid, 0, 0) || waitpid(pid, &status, 0) != pid ||
		    !WIFSTOPPED(status))
			return BROKEN + 1;
	} while (!is_our_call(pid));
	/* Left to run as another call: it does not, and one that is made anew is judged. */
	if (set_number(pid, plan->second) || ptrace(PTRACE_SINGLESTEP, pid, 0, 0) ||
	    waitpid(pid, &status, 0) != pid || ptrace(PTRACE_GETREGS, pid, 0, &regs))
		return BROKEN + 2;
	if (plan->rewind) {
		regs.rip = (unsigned long)call_ip - 2;
		regs.rax = plan->second;
		regs.orig_rax = -1;
		if (ptrace(PTRACE_SETREGS, pid, 0, &regs))
			return BROKEN + 3;
	}
	if (ptrace(PTRACE_CONT, pid, 0, 0) || waitpid(pid, &status, 0) != pid)
		return BROKEN + 4;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_F(trace, emulated_calls_do_not_run)
{
	make_plan(PLAN(.first = CALL_600, .second = SYS_getppid));
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", emulator));
	EXPECT_GT(0, plan->result);
	EXPECT_EQ(0, call_events_all(self->client));
	make_plan(PLAN(.first = CALL_600, .second = SYS_getppid, .rewind = true));
	EXPECT_EQ(0, confine_run(self->client, "sc_bare", emulator));
	EXPECT_EQ(-EPERM, plan->result);
	EXPECT_EQ(1, REFUSED(self->client, SYS_getppid));
}

/* --- PTRACE_O_SUSPEND_SECCOMP suspends seccomp, not us --- */

static int wait_then_getppid(void)
{
	raise(SIGSTOP);
	plan->result = call_make(&getppid_call);
	return 0;
}

TEST_F(trace, suspended_seccomp_is_not_a_suspended_filter)
{
	struct gabion_error error = { 0 };
	int status;
	pid_t pid;

	make_plan(PLAN());
	pid = fork();
	if (!pid)
		_exit(wait_then_getppid());
	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, pid, "sc_bare", &error));
	/* We are of the host, with every capability. */
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_SUSPEND_SECCOMP));
	kill(pid, SIGCONT);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, 0, 0);
	EXPECT_EQ(-EPERM, plan->result);
	EXPECT_EQ(1, REFUSED(self->client, SYS_getppid));
}

/* --- a tracer that holds the signal of a kill back --- */

static int hold_back(void)
{
	struct user_regs_struct regs;
	uint64_t all = ~0ULL;
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			_exit(BROKEN);
		raise(SIGSTOP);
		syscall(604);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
		return BROKEN + 1;
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, 0) || waitpid(pid, &status, 0) != pid)
			return BROKEN + 2;
		if (!WIFSTOPPED(status))
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (WSTOPSIG(status) == (SIGTRAP | 0x80) &&
		    !ptrace(PTRACE_GETREGS, pid, 0, &regs) && regs.orig_rax == 604)
			ptrace(PTRACE_SETSIGMASK, pid, sizeof(all), &all);
	}
}

/* It does not make another call. */
TEST_F(trace, a_killed_task_does_not_go_on)
{
	EXPECT_EQ(128 + SIGKILL, confine_run(self->client, "sc_actions", hold_back));
}

TEST_HARNESS_MAIN
