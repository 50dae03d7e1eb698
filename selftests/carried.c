// SPDX-License-Identifier: GPL-2.0
/* What goes along over an execve without a name: timers, signals, the I/O context. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/worker.h"

#define PROGRAM TEST_DIR "/next"

/* --- timers and signals --- */

/* Long enough that the program is there before it expires; it waits for longer. */
#define ALARM_SECONDS	5
#define WAIT_SECONDS	7

static void take_alarm(int signal)
{
}

/* Of the program: what does it find of what was left to it? 0: that, EPERM: nothing. */
static int find_alarm(void)
{
	struct sigaction action = { .sa_handler = take_alarm };
	struct timespec wait = { .tv_sec = WAIT_SECONDS };

	sigaction(SIGALRM, &action, NULL);
	return nanosleep(&wait, NULL) ? 0 : EPERM;
}

static int find_cpu_timer(int which)
{
	struct itimerval timer;

	return getitimer(which, &timer) ? errno : timer.it_value.tv_sec ? 0 : EPERM;
}

static int find_profiling_timer(void)
{
	return find_cpu_timer(ITIMER_PROF);
}

static int find_virtual_timer(void)
{
	return find_cpu_timer(ITIMER_VIRTUAL);
}

static int find_pending(void)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, SIGUSR1) ? 0 : EPERM;
}

static int find_blocked(void)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, SIGTERM) ? 0 : EPERM;
}

static const struct finder {
	const char *name;
	int (*find)(void);
} finders[] = {
	{ "alarm", find_alarm },
	{ "profiling", find_profiling_timer },
	{ "virtual", find_virtual_timer },
	{ "pending", find_pending },
	{ "blocked", find_blocked },
};

/* The program, before main(), which is the harness's. */
static __attribute__((constructor)) void entered_main(int argc, char **argv)
{
	unsigned int i;

	if (argc != 2 || strcmp(argv[0], "carried"))
		return;
	for (i = 0; i < ARRAY_SIZE(finders); i++)
		if (!strcmp(argv[1], finders[i].name))
			_exit(finders[i].find());
	for (;;)
		pause();
}

static int execute(const char *finder)
{
	execl(PROGRAM, "carried", finder, (char *)NULL);
	return errno;
}

static int leave_timer(int which, long seconds, const char *finder)
{
	struct itimerval timer = { .it_interval.tv_sec = seconds, .it_value.tv_sec = seconds };

	return setitimer(which, &timer, NULL) ? errno : execute(finder);
}

static int leave_alarm(void)
{
	return leave_timer(ITIMER_REAL, ALARM_SECONDS, "alarm");
}

static int leave_profiling_timer(void)
{
	return leave_timer(ITIMER_PROF, 1000, "profiling");
}

static int leave_virtual_timer(void)
{
	return leave_timer(ITIMER_VIRTUAL, 1000, "virtual");
}

static int block(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	return ATTEMPT(sigprocmask(SIG_BLOCK, &set, NULL));
}

static int leave_pending(void)
{
	return block(SIGUSR1) ?: ATTEMPT(kill(getpid(), SIGUSR1)) ?: execute("pending");
}

static int leave_pending_for_the_thread(void)
{
	return block(SIGUSR1) ?: ATTEMPT(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1)) ?:
	       execute("pending");
}

static int leave_blocked(void)
{
	return block(SIGTERM) ?: execute("blocked");
}

FIXTURE(carried)
{
	GABION_FIXTURE_MEMBERS
};

/* @run: leave it and execute PROGRAM. Return: 0: it came along; EPERM: not. */
FIXTURE_VARIANT(carried)
{
	int (*run)(void);
};

FIXTURE_VARIANT_ADD(carried, alarm) { .run = leave_alarm };
FIXTURE_VARIANT_ADD(carried, profiling_timer) { .run = leave_profiling_timer };
FIXTURE_VARIANT_ADD(carried, virtual_timer) { .run = leave_virtual_timer };
FIXTURE_VARIANT_ADD(carried, pending) { .run = leave_pending };
FIXTURE_VARIANT_ADD(carried, pending_for_the_thread) { .run = leave_pending_for_the_thread };
FIXTURE_VARIANT_ADD(carried, blocked) { .run = leave_blocked };

GABION_FIXTURE_LIFE_WITH(carried, confine_install_self(PROGRAM))

TEST_F(carried, along_on_the_host)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, variant->run));
}

/* The domain stays. */
TEST_F(carried, along_in_one_domain)
{
	EXPECT_EQ(0, confine_run(self->client, "signalled", variant->run));
}

TEST_F(carried, along_when_granted)
{
	EXPECT_EQ(0, confine_run(self->client, "signalling", variant->run));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED }));
}

TEST_F(carried, not_where_signals_are_refused)
{
	EXPECT_EQ(EPERM, confine_run(self->client, "changes_kind", variant->run));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_SIGNAL,
		.domain = "changes_kind", .target = "signalled" }));
}

static int leave_nothing(void)
{
	return execute("pending");
}

/* Where there is nothing to take away, nothing is refused. */
TEST(an_exec_without_any_is_not_recorded)
{
	struct gabion_netlink *client = NULL;
	struct gabion_error error = { 0 };

	ASSERT_EQ(0, gabion_netlink_open(&client, &error)) TH_LOG("%s", error.text);
	confine_prepare();
	ASSERT_EQ(0, confine_install_self(PROGRAM));
	confine_events_clear(client);
	EXPECT_EQ(EPERM, confine_run(client, "changes_kind", leave_nothing));
	EXPECT_EQ(0, confine_events_count(client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED }));
	gabion_netlink_close(client);
}

/* --- the I/O context, which holds the priority of requests --- */

#define IOPRIO(class, level)	((class) << 13 | (level))
#define BEST_EFFORT		2
#define IDLE			3

static int set_priority(int priority)
{
	return ATTEMPT(syscall(SYS_ioprio_set, 1, 0, priority));
}

static int priority_of(pid_t pid)
{
	return syscall(SYS_ioprio_get, 1, pid);
}

/* Have a child that shares it and executes PROGRAM. Return: its pid once it has. */
static int share_io_context(void)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	int ends[2];
	char byte;
	pid_t pid;

	/* Without one of its own there is nothing to share. */
	if (set_priority(IOPRIO(BEST_EFFORT, 6)) || pipe2(ends, O_CLOEXEC))
		return -1;
	pid = syscall(SYS_clone, CLONE_IO | SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execute("pause");
		_exit(1);
	}
	close(ends[1]);
	while (read(ends[0], &byte, 1) < 0)
		nanosleep(&pause, NULL);
	close(ends[0]);
	return pid;
}

static int become_idle(void)
{
	return set_priority(IOPRIO(IDLE, 7));
}

GABION_FIXTURE(shared_io)

/* Class of the child's priority after that of @domain made itself idle. */
static int class_after(struct gabion_netlink *client, const char *domain, const char *entered)
{
	struct gabion_error error = { 0 };
	struct worker worker;
	int class = -1;
	pid_t child;

	if (confine_install_self(PROGRAM) || worker_start(&worker, share_io_context, become_idle))
		return -1;
	if (!domain || !gabion_netlink_task_assign(client, worker.pid, domain, &error)) {
		child = worker_do(&worker, 's');
		if (child > 0 && !strcmp(entered, confine_domain_of(client, child)) &&
		    !worker_do(&worker, 'u'))
			class = priority_of(child) >> 13;
		/* The exec has made it forget whose death it follows. */
		if (child > 0)
			kill(child, SIGKILL);
	}
	worker_end(&worker);
	return class;
}

TEST_F(shared_io, stays_shared_on_the_host)
{
	EXPECT_EQ(IDLE, class_after(self->client, NULL, "host"));
}

TEST_F(shared_io, stays_shared_in_one_domain)
{
	EXPECT_EQ(IDLE, class_after(self->client, "signalled", "signalled"));
}

/* What it is then follows from the task's own priority. */
TEST_F(shared_io, is_its_own_in_another_domain)
{
	int class = class_after(self->client, "changes_kind", "signalled");

	EXPECT_LE(0, class);
	EXPECT_NE(IDLE, class);
}

TEST_HARNESS_MAIN
