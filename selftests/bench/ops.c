// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions for each operation.  Under `qemu-test/vm --icount` one nanosecond
 * of CLOCK_MONOTONIC_RAW is one guest instruction, so this prints instructions;
 * anywhere else it prints nanoseconds and means little.
 *
 * usage: ops OPERATION [PATH]
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS	  4000
#define REPEATS	  5

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void op_getppid(const char *path)
{
	(void)path;
	syscall(SYS_getppid);
}

static void op_open(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	close(fd);
}

static void op_stat(const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		perror(path);
		exit(1);
	}
}

/* One byte of a device that has nothing to do. */
static void op_read(const char *path)
{
	static int fd = -1;
	char byte;

	if (fd < 0)
		fd = open(path, O_RDONLY);
	if (read(fd, &byte, 1) != 1) {
		perror(path);
		exit(1);
	}
}

static const struct {
	const char *name;
	void (*run)(const char *path);
} operations[] = {
	{ "getppid", op_getppid },
	{ "open+close", op_open },
	{ "stat", op_stat },
	{ "read", op_read },
};

int main(int argc, char **argv)
{
	const char *path = argc > 2 ? argv[2] : "/dev/null";
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(operations) / sizeof(*operations); i++) {
		uint64_t best = UINT64_MAX;
		int repeat, round;

		if (strcmp(argv[1], operations[i].name))
			continue;
		for (round = 0; round < ROUNDS; round++)
			operations[i].run(path);
		for (repeat = 0; repeat < REPEATS; repeat++) {
			uint64_t start = now(), took;

			for (round = 0; round < ROUNDS; round++)
				operations[i].run(path);
			took = now() - start;
			best = took < best ? took : best;
		}
		printf("%.1f\n", (double)best / ROUNDS);
		return 0;
	}
	fprintf(stderr, "usage: ops getppid|open+close|stat|read [PATH]\n");
	return 64;
}
