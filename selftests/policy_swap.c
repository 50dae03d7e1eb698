// SPDX-License-Identifier: GPL-2.0
/*
 * What needs two permissions, of which each policy grants another one, is never had,
 * however the policies take turns meanwhile.  selftests/lifetime does more, for longer.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"
#include "lib/swap.h"

#define NSWAPS	 150
#define NWORKERS 2

/* @had: by operation, times that it was had. */
static struct {
	volatile int stop;
	volatile unsigned long tried, had[16];
} *halves;

static _Noreturn void work(void)
{
	unsigned int i;

	while (!halves->stop) {
		for (i = 0; i < swap_noperations; i++) {
			if (!swap_operations[i].never_only)
				continue;
			if (swap_operations[i].attempt(SWAP_NEVER) != swap_operations[i].refusal)
				__atomic_fetch_add(&halves->had[i], 1, __ATOMIC_RELAXED);
		}
		__atomic_fetch_add(&halves->tried, 1, __ATOMIC_RELAXED);
	}
	_exit(0);
}

GABION_FIXTURE(halves)

TEST_F(halves, do_not_make_a_whole)
{
	struct gabion_error error = { 0 };
	void *images[2];
	size_t sizes[2];
	pid_t workers[NWORKERS];
	unsigned int i, swap;
	int status;

	halves = mmap(NULL, sizeof(*halves), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_EQ(0, swap_prepare());
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, source_compile(swap_policies[i], &images[i], &sizes[i]));
	ASSERT_EQ(0, gabion_netlink_policy_load(self->client, images[0], sizes[0], &error)) {
		TH_LOG("%s", error.text);
	}
	for (i = 0; i < NWORKERS; i++) {
		workers[i] = fork();
		if (!workers[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			raise(SIGSTOP);
			work();
		}
		ASSERT_EQ(workers[i], waitpid(workers[i], &status, WUNTRACED));
		ASSERT_EQ(0, gabion_netlink_task_assign(self->client, workers[i], SWAP_DOMAIN, &error));
		kill(workers[i], SIGCONT);
	}
	for (swap = 1; swap <= NSWAPS; swap++)
		ASSERT_EQ(0, gabion_netlink_policy_load(self->client, images[swap % 2],
							sizes[swap % 2], &error)) {
			TH_LOG("%s", error.text);
		}
	halves->stop = 1;
	for (i = 0; i < NWORKERS; i++) {
		ASSERT_EQ(workers[i], waitpid(workers[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	EXPECT_LT(NSWAPS, halves->tried);
	for (i = 0; i < swap_noperations; i++) {
		EXPECT_EQ(0, halves->had[i]) {
			TH_LOG("%s, of %lu attempts", swap_operations[i].name, halves->tried);
		}
	}
	for (i = 0; i < 2; i++)
		free(images[i]);
	EXPECT_EQ(0, source_load(self->client, ""));
	confine_events_clear(self->client);
}

TEST_HARNESS_MAIN
