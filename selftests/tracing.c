// SPDX-License-Identifier: GPL-2.0
/*
 * Tracing that began under another domain or policy: the kernel asks no more once one process
 * traces another, so a tracer that may not any more has to let go.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"
#include "lib/worker.h"

#define PROGRAM TEST_DIR "/next"

/* Read and write the registers of @tracee, which is stopped. Return: 0 or an errno. */
static int change_registers(pid_t tracee)
{
	struct user_regs_struct registers;

	if (ptrace(PTRACE_GETREGS, tracee, 0, &registers) ||
	    ptrace(PTRACE_SETREGS, tracee, 0, &registers))
		return errno;
	return 0;
}

static int stop(pid_t tracee)
{
	int status;

	if (ptrace(PTRACE_INTERRUPT, tracee, 0, 0))
		return errno;
	return waitpid(tracee, &status, __WALL) != tracee ? errno : WIFSTOPPED(status) ? 0 : ECHILD;
}

/* What a tracer can do to @tracee, be it stopped or not. Return: 0 or an errno. */
static int control(pid_t tracee)
{
	int err = change_registers(tracee);

	if (err == ESRCH)
		err = stop(tracee) ?: change_registers(tracee);
	return err ?: ATTEMPT(ptrace(PTRACE_CONT, tracee, 0, 0));
}

/* --- a tracer that executes into another domain --- */

/* A tracee that says through a pipe that it goes on. */
static void run_on(int out)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		if (write(out, ".", 1) < 0 && errno != EAGAIN)
			_exit(1);
		usleep(10000);
	}
}

/* What is in the pipe was written before. */
static bool goes_on(int in)
{
	struct pollfd wait = { .fd = in, .events = POLLIN };
	char bytes[256];

	while (read(in, bytes, sizeof(bytes)) > 0)
		;
	return poll(&wait, 1, 60000) == 1 && read(in, bytes, sizeof(bytes)) > 0;
}

/* The program of the other domain, before main(), which is the harness's. */
static __attribute__((constructor)) void entered_main(int argc, char **argv)
{
	int err;

	if (argc != 3 || strcmp(argv[0], "tracer"))
		return;
	err = control(atoi(argv[1]));
	/* Has lost it, and that it is dead is another answer. */
	if (err == ESRCH && !goes_on(atoi(argv[2])))
		err = EPIPE;
	_exit(err);
}

static pid_t tracee_start(int *in, bool asks)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_NONBLOCK))
		return -1;
	pid = fork();
	if (!pid) {
		close(ends[0]);
		/* A stop that ends in nothing when it is over. */
		if (asks && (ptrace(PTRACE_TRACEME, 0, 0, 0) || raise(SIGWINCH)))
			_exit(1);
		run_on(ends[1]);
	}
	close(ends[1]);
	*in = ends[0];
	return pid;
}

static int execute(pid_t tracee, int in)
{
	char pid[16], fd[16];

	snprintf(pid, sizeof(pid), "%d", tracee);
	snprintf(fd, sizeof(fd), "%d", in);
	execl(PROGRAM, "tracer", pid, fd, (char *)NULL);
	return errno;
}

static int execute_tracing(unsigned long options, bool stopped)
{
	pid_t tracee;
	int in;

	tracee = tracee_start(&in, false);
	if (tracee < 0 || ptrace(PTRACE_SEIZE, tracee, 0, options))
		return errno;
	return (stopped ? stop(tracee) : 0) ?: execute(tracee, in);
}

static int execute_seized(void)
{
	return execute_tracing(0, false);
}

static int execute_seized_and_stopped(void)
{
	return execute_tracing(0, true);
}

static int execute_with_a_tracee_that_shall_not_outlive(void)
{
	return execute_tracing(PTRACE_O_EXITKILL, true);
}

static int execute_asked(void)
{
	int in, status;
	pid_t tracee = tracee_start(&in, true);

	if (tracee < 0 || waitpid(tracee, &status, 0) != tracee)
		return errno;
	return WIFSTOPPED(status) ? execute(tracee, in) : ECHILD;
}

FIXTURE(execution)
{
	GABION_FIXTURE_MEMBERS
};

/**
 * @run:	traces a process of its own domain, then executes PROGRAM
 * @outcome:	of that program, where it may not go on tracing
 */
FIXTURE_VARIANT(execution)
{
	int (*run)(void);
	int outcome;
};

FIXTURE_VARIANT_ADD(execution, seized) { .run = execute_seized, .outcome = ESRCH };
FIXTURE_VARIANT_ADD(execution, stopped) { .run = execute_seized_and_stopped, .outcome = ESRCH };
FIXTURE_VARIANT_ADD(execution, asked) { .run = execute_asked, .outcome = ESRCH };
FIXTURE_VARIANT_ADD(execution, exitkill)
{
	.run = execute_with_a_tracee_that_shall_not_outlive, .outcome = EPIPE
};

GABION_FIXTURE_LIFE_WITH(execution, confine_install_self(PROGRAM))

TEST_F(execution, takes_tracees_along_on_the_host)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, variant->run));
}

TEST_F(execution, takes_tracees_along_when_granted)
{
	EXPECT_EQ(0, confine_run(self->client, "keeping", variant->run));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .refused = GABION_DOM_TRACE }));
}

TEST_F(execution, ends_it_otherwise)
{
	EXPECT_EQ(variant->outcome, confine_run(self->client, "tracing", variant->run));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_TRACE,
		.domain = "tracing_entered", .target = "tracing" }));
}

/* --- a tracer, or tracee, whose domain or policy changes --- */

static pid_t victim;

static int seize_victim(void)
{
	return ATTEMPT(ptrace(PTRACE_SEIZE, victim, 0, 0));
}

static int seize_and_stop_victim(void)
{
	return seize_victim() ?: stop(victim);
}

static int control_victim(void)
{
	return control(victim);
}

/* Left stopped: what a tracee does itself, it does not do then. */
static int control_and_stop_victim(void)
{
	return control(victim) ?: stop(victim);
}

FIXTURE(change)
{
	GABION_FIXTURE_MEMBERS
	struct worker tracer;
	bool loaded;
};

FIXTURE_VARIANT(change)
{
	int (*set_up)(void);
	int (*use)(void);
};

FIXTURE_VARIANT_ADD(change, running) { .set_up = seize_victim, .use = control_victim };
FIXTURE_VARIANT_ADD(change, stopped)
{
	.set_up = seize_and_stop_victim, .use = control_and_stop_victim
};

FIXTURE_SETUP(change)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	self->loaded = false;
	victim = 0;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
}

FIXTURE_TEARDOWN(change)
{
	worker_end(&self->tracer);
	confine_release(victim);
	if (self->loaded)
		EXPECT_EQ(0, source_restore(self->client));
	gabion_netlink_close(self->client);
}

/* @self: a tracer in domain @tracer of a process in @tracee. Return: 0 or an errno. */
static int trace(FIXTURE_DATA(change) *self, const FIXTURE_VARIANT(change) *variant,
		 const char *tracer, const char *tracee)
{
	victim = confine_sleeper(self->client, tracee);
	return worker_start(&self->tracer, variant->set_up, variant->use) ?:
	       confine_assign(self->client, self->tracer.pid, tracer) ?:
	       worker_do(&self->tracer, 's') ?: worker_do(&self->tracer, 'u');
}

static pid_t tracer_of(pid_t pid)
{
	char path[64], line[128];
	pid_t tracer = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "TracerPid: %d", &tracer) == 1)
			break;
	if (file)
		fclose(file);
	return tracer;
}

static unsigned int refusals(struct gabion_netlink *client, const char *tracer, const char *tracee)
{
	return confine_events_count(client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_TRACE,
		.domain = tracer, .target = tracee });
}

#define RELOADED(rules)	"domain reloaded {\n    level middle\n    use everyday\n" rules "}\n"

TEST_F(change, of_the_policy)
{
	self->loaded = true;
	ASSERT_EQ(0, source_load(self->client, RELOADED("    trace target\n")));
	ASSERT_EQ(0, trace(self, variant, "reloaded", "target"));
	/* Another, that has the rule as well. */
	ASSERT_EQ(0, source_load(self->client, RELOADED("    trace, signal target\n")));
	EXPECT_EQ(0, worker_do(&self->tracer, 'u'));
	EXPECT_EQ(self->tracer.pid, tracer_of(victim));
	confine_events_clear(self->client);
	ASSERT_EQ(0, source_load(self->client, RELOADED("    signal target\n")));
	EXPECT_EQ(ESRCH, worker_do(&self->tracer, 'u'));
	EXPECT_EQ(0, tracer_of(victim));
	EXPECT_EQ(1, refusals(self->client, "reloaded", "target"));
}

TEST_F(change, of_the_tracees_domain)
{
	ASSERT_EQ(0, trace(self, variant, "keeping_entered", "keeping"));
	/* Another that may be traced. */
	ASSERT_EQ(0, confine_assign(self->client, victim, "keeping_entered"));
	EXPECT_EQ(0, worker_do(&self->tracer, 'u'));
	EXPECT_EQ(self->tracer.pid, tracer_of(victim));
	confine_events_clear(self->client);
	ASSERT_EQ(0, confine_assign(self->client, victim, "target"));
	EXPECT_EQ(ESRCH, worker_do(&self->tracer, 'u'));
	EXPECT_EQ(0, tracer_of(victim));
	EXPECT_EQ(1, refusals(self->client, "keeping_entered", "target"));
}

TEST_F(change, of_the_tracers_domain)
{
	ASSERT_EQ(0, trace(self, variant, "keeping_entered", "keeping"));
	ASSERT_EQ(0, confine_assign(self->client, self->tracer.pid, "keeping"));
	EXPECT_EQ(0, worker_do(&self->tracer, 'u'));
	EXPECT_EQ(self->tracer.pid, tracer_of(victim));
	confine_events_clear(self->client);
	ASSERT_EQ(0, confine_assign(self->client, self->tracer.pid, "refused"));
	EXPECT_EQ(ESRCH, worker_do(&self->tracer, 'u'));
	EXPECT_EQ(0, tracer_of(victim));
	EXPECT_EQ(1, refusals(self->client, "refused", "keeping"));
}

TEST_HARNESS_MAIN
