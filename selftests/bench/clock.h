/* SPDX-License-Identifier: GPL-2.0 */
/* What programs that measure share: QEMU's instruction clock, and an end at what must not fail. */
#ifndef GABION_BENCH_CLOCK_H
#define GABION_BENCH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Exits with errno's message unless @succeeded. */
static inline void must(bool succeeded, const char *what)
{
	if (succeeded)
		return;
	perror(what);
	exit(1);
}

/* With --icount, instructions. */
static inline uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

#endif /* GABION_BENCH_CLOCK_H */
