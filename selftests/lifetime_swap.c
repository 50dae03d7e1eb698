// SPDX-License-Identifier: GPL-2.0
/*
 * Policies follow each other while processes on all processors try what both
 * permit, what only one of them permits, and what none permits.  What all permit
 * never fails, what none permits never works, and what one permits is answered
 * as the policy in force says once the swap has been acknowledged. Each refusal
 * that a process saw is one event, of a policy that refuses it.
 *
 * LIFETIME_SWAPS: how many swaps, default 200.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/source.h"
#include "lib/swap_shared.h"

/* Slow operations: one in so many rounds. */
#define SLOW_ROUNDS	16

struct swap_shared *swap_shared;

static void add(unsigned long *number)
{
	__atomic_fetch_add(number, 1, __ATOMIC_RELAXED);
}

/* --- workers --- */

static void complain(unsigned int operation, enum swap_turn turn, int answer, int policy)
{
	unsigned long n = __atomic_fetch_add(&swap_shared->wrong, 1, __ATOMIC_RELAXED);

	if (n < SWAP_WRONGS)
		swap_shared->wrongs[n] = (struct swap_wrong){ operation, turn, answer, policy };
}

/*
 * Try it, and hold the answer against the policy, if one was in force all the time.
 * @keeps: what was taken away under the last policy may be noticed under this one.
 */
static void try(unsigned int operation, enum swap_turn turn, int (*attempt)(enum swap_turn),
		int refusal, bool keeps)
{
	struct swap_account *account = &swap_shared->accounts[operation];
	unsigned long before = __atomic_load_n(&swap_shared->swap, __ATOMIC_SEQ_CST);
	int answer = attempt(turn);
	unsigned long after = __atomic_load_n(&swap_shared->swap, __ATOMIC_SEQ_CST);
	int policy = before == after && before % 2 == 0 ? (int)((before / 2 - 1) % SWAP_NPOLICIES)
							: -1;

	add(&account->tried[turn]);
	if (answer == refusal)
		add(&account->refused[turn]);
	if ((answer && answer != refusal) || (turn == SWAP_ALWAYS && answer) ||
	    (turn == SWAP_NEVER && !answer) ||
	    (policy >= 0 && (swap_permits(policy, turn) ? answer && !keeps : !answer)))
		complain(operation, turn, answer, policy);
}

/**
 * struct worker - what a worker does
 * @holding:	operations that hold descriptors, too
 * @keeping:	those that keep them; these are no others: a child that is about to execute
 *		would have a copy of the descriptor taken away, and nobody sees that
 * @threads:	two
 */
struct worker {
	unsigned int index;
	bool holding;
	bool keeping;
	bool threads;
};

static bool has(const struct worker *worker, const struct swap_operation *o)
{
	if (o->keeps)
		return worker->keeping;
	return o->slow ? !worker->keeping : worker->holding || !o->holds;
}

static void try_round(unsigned long round, const struct worker *worker)
{
	enum swap_turn turn;
	unsigned int i;

	for (i = 0; i < swap_noperations; i++) {
		const struct swap_operation *o = &swap_operations[i];

		if (!has(worker, o))
			continue;
		for (turn = o->never_only ? SWAP_NEVER : 0; turn < SWAP_TURNS; turn++)
			if (!o->slow || (round + i) % SLOW_ROUNDS == turn)
				try(i, turn, o->attempt, o->refusal, o->keeps);
	}
}

static void *work(void *data)
{
	const struct worker *worker = data;
	unsigned long round;
	bool entering = worker->index == SWAP_CONFINED;

	for (round = 0; !__atomic_load_n(&swap_shared->stop, __ATOMIC_SEQ_CST); round++) {
		while (__atomic_load_n(&swap_shared->behind, __ATOMIC_RELAXED))
			usleep(1000);
		if (entering)
			try(SWAP_ENTER, round % SWAP_TURNS, swap_enter, EPERM, false);
		else
			try_round(round, worker);
		__atomic_fetch_or(&swap_shared->cpus, 1UL << (sched_getcpu() % 64), __ATOMIC_RELAXED);
		add(&swap_shared->rounds[worker->index]);
	}
	return NULL;
}

static _Noreturn void work_process(struct worker worker)
{
	pthread_t thread;

	if (worker.threads) {
		pthread_create(&thread, NULL, work, &worker);
		work(&worker);
		pthread_join(thread, NULL);
	} else {
		work(&worker);
	}
	_exit(0);
}

/* No descriptor of the test's, or each swap would make an event of it. */
static void give_up_descriptors(void)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	close_range(3, ~0U, 0);
}

static pid_t start(struct gabion_netlink *client, struct worker worker)
{
	unsigned int ncpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct gabion_error error = { 0 };
	cpu_set_t cpus;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpriority(PRIO_PROCESS, 0, 0);
		give_up_descriptors();
		CPU_ZERO(&cpus);
		CPU_SET(worker.index % ncpus, &cpus);
		if (worker.index < SWAP_CONFINED - 1)
			sched_setaffinity(0, sizeof(cpus), &cpus);
		raise(SIGSTOP);
		work_process(worker);
	}
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		return -1;
	if (worker.index < SWAP_CONFINED &&
	    gabion_netlink_task_assign(client, pid, SWAP_DOMAIN, &error)) {
		printf("# %s\n", error.text);
		return -1;
	}
	kill(pid, SIGCONT);
	return pid;
}

/* --- the test --- */

FIXTURE(swap)
{
	struct gabion_netlink *client;
	void *images[SWAP_NPOLICIES];
	size_t sizes[SWAP_NPOLICIES];
	pid_t workers[SWAP_WORKERS];
	unsigned long swaps;
};

/**
 * @read:	events are read as they come: none is lost, each can be held against what was seen
 * @share:	one part of LIFETIME_SWAPS
 */
FIXTURE_VARIANT(swap)
{
	bool read;
	unsigned int share;
};

FIXTURE_VARIANT_ADD(swap, events_are_read) { .read = true, .share = 1 };
FIXTURE_VARIANT_ADD(swap, events_are_lost) { .read = false, .share = 10 };

static unsigned long swaps_wanted(unsigned int share)
{
	const char *text = getenv("LIFETIME_SWAPS");
	unsigned long n = text ? strtoul(text, NULL, 10) : 200;

	return n / share > SWAP_NPOLICIES ? n / share : SWAP_NPOLICIES;
}

static int load(FIXTURE_DATA(swap) *self, unsigned long n)
{
	struct gabion_error error = { 0 };
	unsigned int i = n % SWAP_NPOLICIES;
	int err;

	__atomic_store_n(&swap_shared->swap, 2 * n + 1, __ATOMIC_SEQ_CST);
	err = gabion_netlink_policy_load(self->client, self->images[i], self->sizes[i], &error);
	if (err)
		printf("# swap %lu: %s\n", n, error.text);
	else
		__atomic_store_n(&swap_shared->swap, 2 * n + 2, __ATOMIC_SEQ_CST);
	return err;
}

FIXTURE_SETUP(swap)
{
	struct gabion_error error = { 0 };
	struct gabion_status status = { 0 };
	unsigned int i;

	self->swaps = swaps_wanted(variant->share);
	swap_shared = mmap(NULL, sizeof(*swap_shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)swap_shared);
	for (i = 0; i < SWAP_NPOLICIES; i++)
		ASSERT_EQ(0, source_compile(swap_policies[i], &self->images[i], &self->sizes[i]));
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	confine_prepare();
	ASSERT_EQ(0, swap_prepare());
	ASSERT_EQ(0, load(self, 0));
	ASSERT_EQ(0, gabion_netlink_status(self->client, &status, &error));
	swap_shared->first = status.generation;
	ASSERT_EQ(0, swap_targets_start(self->client));
	/* One subscriber at a time: the reader is it from here on. */
	confine_events_clear(self->client);
	gabion_netlink_close(self->client);
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
}

FIXTURE_TEARDOWN(swap)
{
	unsigned int i;

	swap_targets_end();
	gabion_netlink_close(self->client);
	for (i = 0; i < SWAP_NPOLICIES; i++)
		free(self->images[i]);
	munmap(swap_shared, sizeof(*swap_shared));
}

/* Until each worker has done a whole round, and a bit. Return: false if one does not. */
static bool rounds_pass(void)
{
	unsigned long before[SWAP_WORKERS];
	unsigned int i, tries;

	for (i = 0; i < SWAP_WORKERS; i++)
		before[i] = __atomic_load_n(&swap_shared->rounds[i], __ATOMIC_RELAXED);
	for (i = 0; i < SWAP_WORKERS; i++)
		for (tries = 0; __atomic_load_n(&swap_shared->rounds[i], __ATOMIC_RELAXED) < before[i] + 2;
		     tries++) {
			if (tries > 600000)
				return false;
			usleep(200);
		}
	return true;
}

static unsigned long sum(size_t offset, bool holding)
{
	unsigned long n = 0;
	unsigned int i, turn;

	for (i = 0; i < SWAP_MAX_OPERATIONS; i++)
		for (turn = 0; turn < SWAP_TURNS; turn++)
			if (i >= swap_noperations || holding || !swap_operations[i].holds)
				n += ((unsigned long *)((char *)&swap_shared->accounts[i] + offset))[turn];
	return n;
}

static const char *name_of(unsigned int operation)
{
	return operation == SWAP_ENTER ? "enter" : swap_operations[operation].name;
}

static void print_accounts(void)
{
	unsigned long n = swap_shared->wrong < SWAP_WRONGS ? swap_shared->wrong : SWAP_WRONGS, i;

	for (i = 0; i < SWAP_MAX_OPERATIONS; i++) {
		const struct swap_account *a = &swap_shared->accounts[i];
		unsigned int t;

		if (i >= swap_noperations && i != SWAP_ENTER)
			continue;
		printf("# %-18s", name_of(i));
		for (t = 0; t < SWAP_TURNS; t++)
			printf(" %lu/%lu/%lu", a->tried[t], a->refused[t], a->recorded[t]);
		printf("\n");
	}
	for (i = 0; i < n; i++)
		printf("# wrong: %s, turn %u, policy %d: %d\n", name_of(swap_shared->wrongs[i].operation),
		       swap_shared->wrongs[i].turn, swap_shared->wrongs[i].policy,
		       swap_shared->wrongs[i].answer);
	fflush(stdout);
}

/* All that was lost is counted: what was made is what processes saw, and one event for each swap. */
static uint64_t events_expected(unsigned long swaps)
{
	unsigned int turn;
	uint64_t n = sum(offsetof(struct swap_account, refused), false) + swaps;

	for (turn = 0; turn < SWAP_TURNS; turn++)
		n += swap_shared->accounts[SWAP_ENTER].tried[turn];
	return n;
}

/* Without a reader: until the rings have overflowed. */
static bool enough(struct gabion_netlink *client, bool read)
{
	struct gabion_status status = { 0 };
	struct gabion_error error = { 0 };

	return read || gabion_netlink_status(client, &status, &error) || status.events_lost;
}

TEST_F_TIMEOUT(swap, either_policy_holds_at_any_time, 100000)
{
	struct gabion_status before, after;
	struct gabion_error error = { 0 };
	unsigned long n, made;
	pid_t reader = 0;
	unsigned int i, t;
	int status;

	ASSERT_EQ(0, gabion_netlink_status(self->client, &before, &error));
	/* Whoever waits for all of them must not wait for a processor, too. */
	setpriority(PRIO_PROCESS, 0, -20);
	if (variant->read)
		reader = swap_start_reader();
	for (i = 0; i < SWAP_WORKERS; i++) {
		self->workers[i] = start(self->client, (struct worker){
			.index = i, .holding = variant->read, .keeping = variant->read && i < 2,
			.threads = i == SWAP_CONFINED - 1 });
		ASSERT_LT(0, self->workers[i]);
	}
	for (n = 1; n <= self->swaps || !enough(self->client, variant->read); n++) {
		ASSERT_EQ(0, load(self, n));
		/* Most swaps are looked at in peace, some chase each other. */
		if (n % 8 < 5 || n >= self->swaps)
			ASSERT_EQ(true, rounds_pass());
		if (n % (self->swaps / 10 ?: 1) == 0)
			printf("# %lu swaps, %lu events, %lu wrong\n", n, swap_shared->events, swap_shared->wrong);
	}
	__atomic_store_n(&swap_shared->stop, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < SWAP_WORKERS; i++) {
		ASSERT_EQ(self->workers[i], waitpid(self->workers[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	ASSERT_EQ(0, gabion_netlink_status(self->client, &after, &error));
	/* One is that the reader subscribed, where it did so before. */
	made = after.events_made - before.events_made - variant->read;
	if (!variant->read)
		reader = swap_start_reader();
	__atomic_store_n(&swap_shared->over, true, __ATOMIC_SEQ_CST);
	ASSERT_EQ(reader, waitpid(reader, &status, 0));
	EXPECT_EQ(0, status);
	print_accounts();
	EXPECT_EQ(0, swap_shared->wrong);
	EXPECT_EQ(0, swap_shared->contradictions);
	EXPECT_EQ(0, swap_shared->other);
	EXPECT_LT(1, __builtin_popcountl(swap_shared->cpus));
	/* Nothing is lost unseen, nothing comes twice. */
	EXPECT_EQ(made, swap_shared->events + after.events_lost - before.events_lost);
	if (!variant->read) {
		EXPECT_LT(before.events_lost, after.events_lost);
		EXPECT_EQ(events_expected(n - 1), made);
		return;
	}
	EXPECT_EQ(before.events_lost, after.events_lost);
	EXPECT_EQ(n - 1, swap_shared->policies);
	EXPECT_EQ(sum(offsetof(struct swap_account, refused), true),
		  sum(offsetof(struct swap_account, recorded), true));
	for (i = 0; i < SWAP_MAX_OPERATIONS; i++) {
		for (t = 0; t < SWAP_TURNS; t++) {
			EXPECT_EQ(swap_shared->accounts[i].refused[t], swap_shared->accounts[i].recorded[t]) {
				TH_LOG("%s, turn %u", name_of(i), t);
			}
		}
	}
}

TEST_HARNESS_MAIN
