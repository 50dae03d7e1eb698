// SPDX-License-Identifier: GPL-2.0
/* Revocation from tasks that do something meanwhile: move what is looked for, or sleep in it. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/lost.h"
#include "lib/worker.h"

#define OBJECT TEST_DIR "/object"

static int held = -1;

static int hold(const char *path, int flags)
{
	held = open(path, flags);
	return held < 0 ? errno : 0;
}

/* --- threads that move a descriptor about while it is looked for --- */

GABION_FIXTURE(moved)

#define LOW	40
#define HIGH	900

/*
 * Between a low number and a high one, for ever. The threads take turns, so that one moves it
 * while the other is looked through, and neither loses it.
 */
static atomic_int turn;

static void *move(void *number)
{
	int me = (long)number;

	for (;;) {
		if (atomic_load(&turn) != me) {
			sched_yield();
			continue;
		}
		if (dup2(LOW, HIGH) == HIGH)
			close(LOW);
		else if (dup2(HIGH, LOW) == LOW)
			close(HIGH);
		atomic_store(&turn, !me);
	}
	return NULL;
}

static int hold_and_move(void)
{
	struct rlimit limit = { 2000, 2000 };
	pthread_t threads[2];
	int err = hold(OBJECT "/file", O_RDONLY);
	long i;

	setrlimit(RLIMIT_NOFILE, &limit);
	/* Something to look through between the two; LOW or HIGH is always free. */
	for (i = LOW + 1; !err && i < HIGH; i++)
		err = ATTEMPT(dup2(0, i));
	if (!err && dup2(held, LOW) != LOW)
		err = errno;
	close(held);
	for (i = 0; !err && i < 2; i++)
		err = pthread_create(&threads[i], NULL, move, (void *)i);
	return err;
}

/* Is the file still open under any number, in any of some looks? */
static int find_it(void)
{
	struct stat st;
	int fd, look;

	for (look = 0; look < 5; look++)
		for (fd = LOW; fd <= HIGH; fd++)
			if (!fstat(fd, &st) && S_ISREG(st.st_mode))
				return 0;
	return EACCES;
}

TEST_F(moved, it_is_found)
{
	struct gabion_error error = { 0 };
	struct worker worker;
	int i;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, worker_start(&worker, hold_and_move, find_it));
		ASSERT_EQ(0, worker_do(&worker, 's'));
		EXPECT_EQ(0, worker_do(&worker, 'u'));
		ASSERT_EQ(0, gabion_netlink_task_assign(self->client, worker.pid, "refused", &error))
			TH_LOG("%s", error.text);
		EXPECT_EQ(EACCES, worker_do(&worker, 'u'));
		worker_end(&worker);
	}
}

/* --- threads that move a mapping about --- */

GABION_FIXTURE(moved_memory)

#define PLACE	((char *)0x100000000000UL)
#define SMALL	400
#define BELOW	(PLACE)
#define ABOVE	(PLACE + 4096 * (2 * SMALL + 4UL))

/* Back and forth, each when it is where the thread looks. */
static void *move_memory(void *unused)
{
	for (;;) {
		if (mremap(BELOW, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, ABOVE) == MAP_FAILED)
			mremap(ABOVE, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, BELOW);
	}
	return NULL;
}

static int map_and_move(void)
{
	int fd = open(OBJECT "/file", O_RDWR), err = 0;
	pthread_t threads[3];
	long i;

	if (fd < 0 || mmap(BELOW, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE,
			   fd, 0) != BELOW)
		return errno;
	close(fd);
	/* Something to look through between the two: each with a gap, so that they stay apart. */
	for (i = 1; i <= SMALL && !err; i++)
		if (mmap(PLACE + 4096 * 2 * i, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
			 MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
			err = errno;
	for (i = 0; !err && i < 3; i++)
		err = pthread_create(&threads[i], NULL, move_memory, NULL);
	return err;
}

/* The kernel says what is mapped (EFAULT), without a fault of ours. */
static int find_memory(void)
{
	int look, ends[2];

	if (pipe(ends))
		return errno;
	for (look = 0; look < 200; look++)
		if (write(ends[1], BELOW, 1) == 1 || write(ends[1], ABOVE, 1) == 1)
			return 0;
	return EACCES;
}

/* Gone, or the process is. */
TEST_F(moved_memory, it_is_found)
{
	struct gabion_error error = { 0 };
	struct worker worker;
	int i, answer;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, worker_start(&worker, map_and_move, find_memory));
		ASSERT_EQ(0, worker_do(&worker, 's'));
		EXPECT_EQ(0, worker_do(&worker, 'u'));
		ASSERT_EQ(0, gabion_netlink_task_assign(self->client, worker.pid, "refused", &error))
			TH_LOG("%s", error.text);
		answer = worker_do(&worker, 'u');
		EXPECT_TRUE(answer == EACCES || answer == CONFINE_BROKEN)
			TH_LOG("%d", answer);
		worker_end(&worker);
	}
}

/* --- a read that sleeps while the grant goes --- */

GABION_FIXTURE(asleep)

static int open_fifo(void)
{
	return hold(OBJECT "/fifo", O_RDONLY | O_NONBLOCK) ?: ATTEMPT(fcntl(held, F_SETFL, 0));
}

static int read_fifo(void)
{
	char text[8];
	ssize_t n = read(held, text, sizeof(text));

	return n > 0 ? 0 : lost_outcome(held, n) ?: EPIPE;
}

TEST_F(asleep, a_blocked_read_brings_nothing)
{
	struct gabion_error error = { 0 };
	struct worker worker;
	int fifo, result = -1;

	ASSERT_EQ(0, mkfifo(OBJECT "/fifo", 0600));
	fifo = open(OBJECT "/fifo", O_RDWR);
	ASSERT_LE(0, fifo);
	ASSERT_EQ(0, worker_start(&worker, open_fifo, read_fifo));
	ASSERT_EQ(0, worker_do(&worker, 's'));
	ASSERT_EQ(4, write(fifo, "word", 4));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	ASSERT_EQ(1, write(worker.orders, "u", 1));
	usleep(200000);
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, worker.pid, "refused", &error));
	usleep(200000);
	ASSERT_EQ(4, write(fifo, "word", 4));
	ASSERT_EQ(sizeof(result), read(worker.answers, &result, sizeof(result)));
	EXPECT_EQ(EACCES, result);
	worker_end(&worker);
	close(fifo);
}

TEST_HARNESS_MAIN
