// SPDX-License-Identifier: GPL-2.0
/*
 * Opens FILE for reading COUNT times, which has to be refused each time. Under `qemu-test/vm
 * --icount` it prints guest instructions for each: the best of ROUNDS rounds.
 * usage: denied FILE COUNT ROUNDS
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static uint64_t opens(const char *path, long count)
{
	uint64_t start = now();
	long i;

	for (i = 0; i < count; i++) {
		if (open(path, O_RDONLY) < 0 && errno == EACCES)
			continue;
		fprintf(stderr, "%s: not refused\n", path);
		exit(1);
	}
	return now() - start;
}

int main(int argc, char **argv)
{
	long count = argc == 4 ? atol(argv[2]) : 0, rounds = argc == 4 ? atol(argv[3]) : 0;
	uint64_t best = UINT64_MAX, took;

	if (count <= 0 || rounds <= 0) {
		fprintf(stderr, "usage: denied FILE COUNT ROUNDS\n");
		return 64;
	}
	while (rounds--) {
		took = opens(argv[1], count);
		best = took < best ? took : best;
	}
	printf("%.1f\n", (double)best / count);
	return 0;
}
