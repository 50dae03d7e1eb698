// SPDX-License-Identifier: GPL-2.0
/* Processes: making them, and signal 0, which only asks. */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ops.h"

/* A process costs as much as a hundred calls. */
#define FEWER	30

static pid_t self, other;

static void get_ppid(void)
{
	syscall(SYS_getppid);
}

static void wait_for(pid_t child)
{
	int status;

	must(child > 0, "fork");
	must(waitpid(child, &status, 0) == child, "wait");
	must(WIFEXITED(status) && !WEXITSTATUS(status), "the child");
}

static void fork_and_exit(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	wait_for(child);
}

static void execute(char *program)
{
	char *const arguments[] = { program, NULL };
	pid_t child = fork();

	if (!child) {
		execve(program, arguments, arguments + 1);
		_exit(127);
	}
	wait_for(child);
}

static void fork_and_execute(void)
{
	execute(NOTHING);
}

/* Its interpreter is the program above. */
static void fork_and_script(void)
{
	execute(SCRIPT);
}

static void find_self(void)
{
	self = getpid();
}

static void kill_self(void)
{
	must(!kill(self, 0), "kill");
}

static void end_other(void)
{
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

/* One of the same domain, which ends with us. */
static void make_other(void)
{
	other = fork();
	must(other >= 0, "fork");
	while (!other)
		pause();
	atexit(end_other);
}

static void kill_other(void)
{
	must(!kill(other, 0), "kill");
}

const struct operation process_operations[] = {
	{ "getppid", .run = get_ppid },
	{ "fork+exit+wait", .run = fork_and_exit, .rounds = FEWER },
	{ "fork+exec+wait", .run = fork_and_execute, .rounds = FEWER },
	{ "fork+script+wait", .run = fork_and_script, .rounds = FEWER },
	{ "kill-self", .prepare = find_self, .run = kill_self },
	{ "kill-other", .prepare = make_other, .run = kill_other },
	{}
};
