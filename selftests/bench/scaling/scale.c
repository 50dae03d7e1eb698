// SPDX-License-Identifier: GPL-2.0
/*
 * What grows with something: instructions, under `qemu-test/vm --icount`, where
 * one nanosecond of CLOCK_MONOTONIC_RAW is one instruction.
 *
 * usage: scale warm FILE		open and close of a name that was opened before
 *	  scale cold FILE OTHER		the same, after a rename each time: OTHER and back
 *	  scale files DIRECTORY N	of each of the files 0 to N - 1, in turn
 *	  scale tasks N			makes them, says "ready", and ends with its input
 *	  scale machine COMMAND...	what the whole machine does for the command
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../clock.h"

#define ROUNDS	100
#define REPEATS	5
/* So that what is put off until later has been done. */
#define SETTLE	2

static void open_name(const char *name)
{
	int fd = open(name, O_RDONLY);

	must(fd >= 0, name);
	close(fd);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void warm(const char *name)
{
	uint64_t best = UINT64_MAX, start;
	int repeat, round;

	for (repeat = 0; repeat <= REPEATS; repeat++) {
		start = now();
		for (round = 0; round < ROUNDS; round++)
			open_name(name);
		if (repeat)
			best = least(best, now() - start);
	}
	printf("%.1f\n", (double)best / ROUNDS);
}

/* Best of the repeats; looking at the clock is taken off. */
static void cold(const char *name, const char *other)
{
	uint64_t best = UINT64_MAX, clock = UINT64_MAX, took, start;
	int repeat, round;
	char to[4096];

	snprintf(to, sizeof(to), "%s.renamed", other);
	for (repeat = 0; repeat <= REPEATS; repeat++) {
		for (took = 0, round = 0; round < ROUNDS; round++) {
			must(!rename(other, to), "rename");
			must(!rename(to, other), "rename back");
			start = now();
			open_name(name);
			took += now() - start;
			start = now();
			clock = least(clock, now() - start);
		}
		if (repeat)
			best = least(best, took);
	}
	printf("%.1f\n", (double)best / ROUNDS - clock);
}

/* The first time through fills the caches that there are. */
static void files(const char *directory, int n)
{
	uint64_t start = 0;
	char name[32];
	int i, time;

	must(!chdir(directory), directory);
	for (time = 0; time < 3; time++) {
		start = now();
		for (i = 0; i < n; i++) {
			snprintf(name, sizeof(name), "%d", i);
			open_name(name);
		}
	}
	printf("%.1f\n", (double)(now() - start) / n);
}

static void tasks(int n)
{
	char byte;
	int i;

	for (i = 0; i < n; i++) {
		pid_t child = fork();

		must(child >= 0, "fork");
		if (!child) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
	}
	printf("ready\n");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
}

/* Time that the only processor was not idle. Whoever asks has slept, and is not counted half. */
static uint64_t busy(void)
{
	FILE *stat = fopen("/proc/schedstat", "r");
	char line[4096];
	uint64_t time;

	must(stat, "schedstat");
	while (fgets(line, sizeof(line), stat)) {
		if (sscanf(line, "cpu0 %*u %*u %*u %*u %*u %*u %lu", &time) == 1) {
			fclose(stat);
			return time;
		}
	}
	exit(1);
}

static uint64_t machine_once(char **command)
{
	uint64_t before;
	int status = 0;
	pid_t child;

	sleep(SETTLE);
	before = busy();
	child = fork();
	must(child >= 0, "fork");
	if (!child) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		if (command)
			execvp(*command, command);
		_exit(command ? 127 : 0);
	}
	must(waitpid(child, &status, 0) == child && !status, command ? *command : "nothing");
	sleep(SETTLE);
	return busy() - before;
}

/* Without a command it is what there is beside it. */
static void machine(char **command)
{
	uint64_t beside = machine_once(NULL), all = machine_once(command);

	printf("%lu\n", all > beside ? all - beside : 0);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (!strcmp(what, "warm"))
		warm(argv[2]);
	else if (!strcmp(what, "cold") && argc == 4)
		cold(argv[2], argv[3]);
	else if (!strcmp(what, "files") && argc == 4)
		files(argv[2], atoi(argv[3]));
	else if (!strcmp(what, "tasks"))
		tasks(atoi(argv[2]));
	else if (!strcmp(what, "machine"))
		machine(argv + 2);
	else
		return 64;
	return 0;
}
