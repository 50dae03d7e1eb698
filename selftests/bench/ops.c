// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions for each operation.  Under `qemu-test/vm --icount` one nanosecond
 * of CLOCK_MONOTONIC_RAW is one guest instruction, so this prints instructions,
 * the best of some rounds; anywhere else it prints nanoseconds and means little.
 *
 * usage: ops OPERATION	counts
 *	  ops --json OPERATION	shows every round, too
 *	  ops --once OPERATION	does it once: is it granted?
 *	  ops --times N OPERATION	N times as many calls as a round has, not counted: how many
 *	  ops --parallel N OPERATION	on N processors at once; --apart: of files of their own
 *	  ops --refused file|call	is what no policy grants refused? 0, or 2: it is granted
 *	  ops --list
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "ops.h"

#define ROUNDS	  100
#define REPEATS	  5

static const struct operation *const tables[] = {
	file_operations,
	memory_operations,
	process_operations,
	socket_operations,
};

#define NTABLES	(sizeof(tables) / sizeof(*tables))

static int calls_of(const struct operation *operation)
{
	return operation->rounds ? operation->rounds : ROUNDS;
}

static uint64_t count(const struct operation *operation, int rounds)
{
	uint64_t start = now();
	int round;

	for (round = 0; round < rounds; round++)
		operation->run();
	return now() - start;
}

/* The first of the repeats fills the caches that there are, and does not count. */
static void measure(const struct operation *operation, bool json)
{
	int rounds = calls_of(operation), repeat;
	uint64_t best = UINT64_MAX, took[REPEATS];

	count(operation, rounds);
	for (repeat = 0; repeat < REPEATS; repeat++) {
		took[repeat] = count(operation, rounds);
		best = took[repeat] < best ? took[repeat] : best;
	}
	if (!json) {
		printf("%.1f\n", (double)best / rounds);
		return;
	}
	printf("{\"operation\": \"%s\", \"calls\": %d, \"best\": %.2f, \"repeats\": [",
	       operation->name, rounds, (double)best / rounds);
	for (repeat = 0; repeat < REPEATS; repeat++)
		printf("%s%.2f", repeat ? ", " : "", (double)took[repeat] / rounds);
	printf("]}\n");
}

/* What is refused in another way than by a policy would prove nothing. */
static int refused(const char *what)
{
	struct utsname name;
	int result;

	if (!strcmp(what, "file"))
		result = open(SECRET, O_RDONLY);
	else if (!strcmp(what, "call"))
		result = uname(&name);
	else
		return 64;
	if (result >= 0)
		return 2;
	return errno == EACCES || errno == EPERM ? 0 : 1;
}

static void list(void)
{
	const struct operation *o;
	size_t i;

	for (i = 0; i < NTABLES; i++)
		for (o = tables[i]; o->name; o++)
			puts(o->name);
}

static const struct operation *find(const char *name)
{
	const struct operation *o;
	size_t i;

	for (i = 0; i < NTABLES; i++)
		for (o = tables[i]; o->name; o++)
			if (!strcmp(o->name, name))
				return o;
	return NULL;
}

/* For who counts what the whole machine does for it. */
static void times(const struct operation *operation, int n)
{
	int calls = n * calls_of(operation);

	count(operation, calls);
	printf("%d\n", calls);
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "";
	const struct operation *operation;
	bool with_number;

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		list();
		return 0;
	}
	if (!strcmp(how, "--refused"))
		return refused(argv[2]);
	with_number = !strcmp(how, "--times") || !strcmp(how, "--parallel") || !strcmp(how, "--apart");
	operation = argc == 2 || !strcmp(how, "--once") || !strcmp(how, "--json") ||
				    (argc == 4 && with_number) ?
			    find(argv[argc - 1]) : NULL;
	if (!operation) {
		fprintf(stderr, "usage: ops [--json|--once|--times N|--parallel N|--apart N] OPERATION | ops --refused file|call | ops --list\n");
		return 64;
	}
	if (with_number && strcmp(how, "--times")) {
		run_parallel(operation, atoi(argv[2]), !strcmp(how, "--apart"));
		return 0;
	}
	if (operation->prepare)
		operation->prepare();
	if (!strcmp(how, "--once"))
		operation->run();
	else if (!strcmp(how, "--times"))
		times(operation, atoi(argv[2]));
	else
		measure(operation, !strcmp(how, "--json"));
	return 0;
}
