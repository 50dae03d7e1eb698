// SPDX-License-Identifier: GPL-2.0
/* An operation on several processors at once, between marks for bench/cpus/lines.c. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ops.h"

#define CALLS	200

/**
 * struct meeting - where the processes wait for each other, all of them running
 * @here:	how many are ready
 * @done:	how many have ended their calls
 * @go:		they may begin
 */
struct meeting {
	_Atomic int here, done, go;
};

#define MARK(which)	__asm__ volatile("movabs $0x00676162696f6e0" #which ", %%rax" ::: "rax")

static void go_to(int processor, bool apart)
{
	char name[sizeof(SCENE) + 20];
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	must(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
	if (!apart)
		return;
	snprintf(name, sizeof(name), SCENE "/cpu/%d", processor);
	must(!chdir(name), name);
}

static void wait_for(_Atomic int *number, int wanted)
{
	while (atomic_load(number) < wanted)
		__builtin_ia32_pause();
}

static void run_calls(const struct operation *operation, int n)
{
	while (n--)
		operation->run();
}

/* What is new to a processor is not counted. */
static void prepare(const struct operation *operation, int processor, bool apart)
{
	if (operation->prepare)
		operation->prepare();
	go_to(processor, apart);
	run_calls(operation, 20);
}

static void take_part(struct meeting *meeting, const struct operation *operation)
{
	atomic_fetch_add(&meeting->here, 1);
	wait_for(&meeting->go, 1);
	run_calls(operation, CALLS);
	atomic_fetch_add(&meeting->done, 1);
	/* Until all have: who ends does more than what is counted. */
	wait_for(&meeting->go, 2);
}

/* Nobody would wait for it to any end. */
static void child_ended(int signal)
{
	(void)signal;
	_exit(1);
}

void run_parallel(const struct operation *operation, int n, bool apart)
{
	struct meeting *meeting = mmap(NULL, sizeof(*meeting), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i, status;

	must(meeting != MAP_FAILED, "mmap");
	signal(SIGCHLD, child_ended);
	for (i = 1; i < n; i++) {
		pid_t child = fork();

		must(child >= 0, "fork");
		if (child)
			continue;
		prepare(operation, i, apart);
		take_part(meeting, operation);
		_exit(0);
	}
	prepare(operation, 0, apart);
	wait_for(&meeting->here, n - 1);
	MARK(1);
	atomic_store(&meeting->go, 1);
	run_calls(operation, CALLS);
	wait_for(&meeting->done, n - 1);
	MARK(2);
	signal(SIGCHLD, SIG_DFL);
	atomic_store(&meeting->go, 2);
	for (i = 1; i < n; i++)
		must(wait(&status) > 0 && !status, "a part of it");
	printf("%d\n", n * CALLS);
}
