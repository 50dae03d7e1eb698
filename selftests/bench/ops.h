/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The operations whose instructions are counted.  Each must succeed, every time:
 * what is refused is cheap, and no figure.
 */
#ifndef GABION_BENCH_OPS_H
#define GABION_BENCH_OPS_H

#include <stdbool.h>
#include "clock.h"

/* bench/scene makes these. The file holds a megabyte, so that no read comes to its end. */
#define SCENE	"/run/bench/scene"
#define FILE_3	SCENE "/file"
#define FILE_8	SCENE "/4/5/6/7/file"
#define NAMES	SCENE "/names"
#define NOTHING	"/run/bench/nothing"
#define SCRIPT	"/run/bench/script"
/* What no policy grants. */
#define SECRET	"/run/bench/secret"

/**
 * struct operation - one that is counted
 * @name:	as docs/performance.md calls it
 * @prepare:	what is not counted; may be NULL
 * @run:	the operation
 * @rounds:	how often between two looks at the clock; 0: as often as most
 */
struct operation {
	const char *name;
	void (*prepare)(void);
	void (*run)(void);
	int rounds;
};

/* One table a file; each ends with an entry without a name. */
extern const struct operation file_operations[], memory_operations[], process_operations[],
	socket_operations[];

/*
 * @operation so often as it says on each of the processors 0 to @n - 1 at once. @apart: relative
 * names are in a directory for each. Says how many calls that were.
 */
void run_parallel(const struct operation *operation, int n, bool apart);

#endif /* GABION_BENCH_OPS_H */
