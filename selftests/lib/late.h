/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program that is there before the policy that is about it: a copy of the test
 * program, executed, that does what it is told by a byte on its input and answers
 * with an int on its output. Include once, after kselftest_harness.h.
 */
#ifndef GABION_SELFTESTS_LATE_H
#define GABION_SELFTESTS_LATE_H

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "confine.h"
#include "lost.h"
#include "uring.h"

#define LATE_PROGRAM	TEST_DIR "/late"
#define LATE_OBJECT	TEST_DIR "/object/file"
#define LATE_NTHREADS	3

/* Orders, each with what it answers. */
enum late_order {
	LATE_OPEN = 'o',	/* open the object: errno */
	LATE_HOLD = 'h',	/* the same, and keep it */
	LATE_USE = 'u',		/* read what is kept: errno, EACCES if it was taken away */
	LATE_THREADS = 't',	/* start threads: 0 */
	LATE_OPEN_ALL = 'a',	/* each thread opens the object: their errno, 99 if they differ */
	LATE_SHARE = 's',	/* start a process that shares memory: its pid */
	LATE_RING = 'r',	/* have an io_uring: errno */
	LATE_CHAIN = 'c',	/* processes that fork and exit, for seconds: what the last can open */
	LATE_EXEC = 'x',	/* a thread executes LATE_PROGRAM: no answer */
};

/**
 * struct late - a running one
 * @pid:	its process
 * @orders, @answers: its input and output
 */
struct late {
	pid_t pid;
	int orders;
	int answers;
};

static int late_held = -1;
static int late_gate, late_opened[LATE_NTHREADS];
static pthread_t late_threads[LATE_NTHREADS];

static int late_open(void)
{
	int fd = open(LATE_OBJECT, O_RDONLY), err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

static int late_hold(void)
{
	late_held = open(LATE_OBJECT, O_RDONLY);
	return late_held < 0 ? errno : 0;
}

static int late_use(void)
{
	char byte;

	return lost_outcome(late_held, pread(late_held, &byte, 1, 0));
}

static void *late_thread(void *opened)
{
	while (!__atomic_load_n(&late_gate, __ATOMIC_ACQUIRE))
		usleep(1000);
	*(int *)opened = late_open();
	return NULL;
}

static int late_start_threads(void)
{
	int i;

	for (i = 0; i < LATE_NTHREADS; i++)
		if (pthread_create(&late_threads[i], NULL, late_thread, &late_opened[i]))
			return 99;
	return 0;
}

static int late_open_all(void)
{
	int i, result = late_open();

	__atomic_store_n(&late_gate, 1, __ATOMIC_RELEASE);
	for (i = 0; i < LATE_NTHREADS; i++) {
		pthread_join(late_threads[i], NULL);
		if (late_opened[i] != result)
			result = 99;
	}
	return result;
}

static int late_sleep(void *unused)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
	return 0;
}

static int late_share(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	return clone(late_sleep, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
}

static int late_ring(void)
{
	static struct uring ring;

	return -uring_setup(&ring, 0);
}

/* One alive at any time, for three seconds; this process is their parent and forgets them. */
static int late_chain(void)
{
	struct timespec now;
	int ends[2], result = 99;
	time_t end;

	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec + 4;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGCHLD, SIG_IGN);
	if (pipe(ends) || fork())
		return read(ends[0], &result, sizeof(result)) == sizeof(result) ? result : 99;
	while (now.tv_sec < end) {
		if (fork())
			_exit(0);
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
	result = late_open();
	_exit(write(ends[1], &result, sizeof(result)) != sizeof(result));
}

static void *late_exec(void *unused)
{
	execl(LATE_PROGRAM, "late", (char *)NULL);
	return NULL;
}

static int late_exec_in_a_thread(void)
{
	pthread_create(&late_threads[0], NULL, late_exec, NULL);
	/* Whether it would still answer is chance: it does not. */
	for (;;)
		pause();
}

static int late_do(char order)
{
	switch (order) {
	case LATE_OPEN:
		return late_open();
	case LATE_HOLD:
		return late_hold();
	case LATE_USE:
		return late_use();
	case LATE_THREADS:
		return late_start_threads();
	case LATE_OPEN_ALL:
		return late_open_all();
	case LATE_SHARE:
		return late_share();
	case LATE_RING:
		return late_ring();
	case LATE_CHAIN:
		return late_chain();
	case LATE_EXEC:
		return late_exec_in_a_thread();
	default:
		return 98;
	}
}

/* Before main(), which is the harness's. */
static __attribute__((constructor)) void late_main(int argc, char **argv)
{
	char order;
	int result;

	if (argc != 1 || strcmp(argv[0], "late"))
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(0, &order, 1) == 1) {
		result = late_do(order);
		if (write(1, &result, sizeof(result)) != sizeof(result))
			break;
	}
	_exit(0);
}

static int late_tell(const struct late *late, char order)
{
	return write(late->orders, &order, 1) == 1 ? 0 : CONFINE_BROKEN;
}

static int late_answer(const struct late *late)
{
	int result;

	return read(late->answers, &result, sizeof(result)) == sizeof(result) ? result
									       : CONFINE_BROKEN;
}

static int late_ask(const struct late *late, char order)
{
	return late_tell(late, order) ?: late_answer(late);
}

/* Copies of this program, where it is looked for. Return: 0 or an errno. */
static int late_install(const char *path)
{
	char command[256];

	snprintf(command, sizeof(command), "cp /proc/%d/exe '%s'", getpid(), path);
	return system(command) ? EIO : 0;
}

/* Execute @path, and wait until it obeys. Return: 0 or an errno. */
static int late_start(struct late *late, const char *path)
{
	int orders[2], answers[2];

	if (pipe2(orders, O_CLOEXEC) || pipe2(answers, O_CLOEXEC))
		return errno;
	fflush(stdout);
	late->pid = fork();
	if (!late->pid) {
		dup2(orders[0], 0);
		dup2(answers[1], 1);
		execl(path, "late", (char *)NULL);
		_exit(127);
	}
	close(orders[0]);
	close(answers[1]);
	late->orders = orders[1];
	late->answers = answers[0];
	return late_ask(late, LATE_OPEN) ? EIO : 0;
}

static void late_end(const struct late *late)
{
	close(late->orders);
	close(late->answers);
	confine_release(late->pid);
}

#endif /* GABION_SELFTESTS_LATE_H */
