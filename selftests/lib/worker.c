// SPDX-License-Identifier: GPL-2.0
/* See worker.h. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "worker.h"

static void work(int orders, int answers, int (*set_up)(void), int (*use)(void))
{
	char order;
	int result;

	/* A test that fails must not leave it behind: it holds the output open. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(orders, &order, 1) == 1) {
		result = order == 's' ? set_up() : use();
		if (write(answers, &result, sizeof(result)) != sizeof(result))
			break;
	}
	_exit(0);
}

int worker_start(struct worker *worker, int (*set_up)(void), int (*use)(void))
{
	int orders[2], answers[2];

	if (pipe(orders) || pipe(answers))
		return errno;
	/* It may be gone already when it is told something. */
	signal(SIGPIPE, SIG_IGN);
	fflush(stdout);
	worker->pid = fork();
	if (!worker->pid) {
		signal(SIGPIPE, SIG_DFL);
		close(orders[1]);
		close(answers[0]);
		work(orders[0], answers[1], set_up, use);
	}
	close(orders[0]);
	close(answers[1]);
	worker->orders = orders[1];
	worker->answers = answers[0];
	return worker->pid < 0 ? errno : 0;
}

int worker_do(const struct worker *worker, char order)
{
	int result;

	if (write(worker->orders, &order, 1) != 1 ||
	    read(worker->answers, &result, sizeof(result)) != sizeof(result))
		return CONFINE_BROKEN;
	return result;
}

void worker_end(const struct worker *worker)
{
	close(worker->orders);
	close(worker->answers);
	confine_release(worker->pid);
}
