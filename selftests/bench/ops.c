// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions for each operation.  Under `qemu-test/vm --icount` one nanosecond
 * of CLOCK_MONOTONIC_RAW is one guest instruction, so this prints instructions,
 * the best of some rounds; anywhere else it prints nanoseconds and means little.
 *
 * usage: ops OPERATION	counts
 *	  ops --once OPERATION	does it once: is it granted?
 *	  ops --list
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ops.h"

#define ROUNDS	  2000
#define REPEATS	  5

static const struct operation *const tables[] = {
	file_operations,
	memory_operations,
	process_operations,
	socket_operations,
};

#define NTABLES	(sizeof(tables) / sizeof(*tables))

void must(bool succeeded, const char *what)
{
	if (succeeded)
		return;
	perror(what);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
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
static void measure(const struct operation *operation)
{
	int rounds = operation->rounds ? operation->rounds : ROUNDS, repeat;
	uint64_t best = UINT64_MAX, took;

	count(operation, rounds);
	for (repeat = 0; repeat < REPEATS; repeat++) {
		took = count(operation, rounds);
		best = took < best ? took : best;
	}
	printf("%.1f\n", (double)best / rounds);
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

int main(int argc, char **argv)
{
	const struct operation *operation = argc > 1 ? find(argv[argc - 1]) : NULL;
	bool once = argc == 3 && !strcmp(argv[1], "--once");

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		list();
		return 0;
	}
	if (!operation || (argc != 2 && !once)) {
		fprintf(stderr, "usage: ops [--once] OPERATION | ops --list\n");
		return 64;
	}
	if (operation->prepare)
		operation->prepare();
	if (once)
		operation->run();
	else
		measure(operation);
	return 0;
}
