/* SPDX-License-Identifier: GPL-2.0 */
/* A process that does what it is told, while its domain changes. */
#ifndef GABION_SELFTESTS_WORKER_H
#define GABION_SELFTESTS_WORKER_H

#include "confine.h"

/**
 * struct worker - a child in the host's domain, until it is assigned to another
 * @pid:	to be assigned
 * @orders:	one byte for each: 's' calls set_up, any other use
 * @answers:	an int for each: what was returned
 */
struct worker {
	pid_t pid;
	int orders;
	int answers;
};

/* Return: 0 or an errno. */
int worker_start(struct worker *worker, int (*set_up)(void), int (*use)(void));

/* Return: what set_up ('s') or use ('u') returned; CONFINE_BROKEN if it is gone. */
int worker_do(const struct worker *worker, char order);

void worker_end(const struct worker *worker);

#endif /* GABION_SELFTESTS_WORKER_H */
