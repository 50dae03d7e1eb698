// SPDX-License-Identifier: GPL-2.0
/*
 * Files of /proc/PID that are bound, when they are opened, to the memory that the process has then:
 * handed on, they are judged by whose memory it is, whatever became of the process with the number.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "kselftest_harness.h"
#include "lib/victim.h"
#include "lib/worker.h"

/* What is handed on, and where there is something to read in it. */
static int held = -1;
static off_t place;

/* A word of every process that comes of this one, at the same address. */
static uint64_t word = 7;

/* A child of the victim, or a thread, by the number of which the file is opened. */
static pid_t number;
static int orders[2], answers[2];

/* What a domain may not have is null when it is entered. */
static int read_held(void)
{
	uint64_t entry;

	return pread(held, &entry, sizeof(entry), place) == sizeof(entry) ? 0 : EACCES;
}

static int exists(pid_t pid)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d", pid);
	return !access(name, F_OK);
}

static int open_file(const char *file)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/%s", number, file);
	place = strcmp(file, "mem") ? 0 : (off_t)&word;
	held = open(name, O_RDONLY);
	return held < 0 ? errno : 0;
}

static void say(pid_t pid)
{
	if (write(answers[1], &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
}

static void wait_for_order(void)
{
	char order;

	if (read(orders[0], &order, 1) < 0)
		_exit(1);
}

/* The victim does @run, and says a number. */
static int make_victim(void (*run)(void))
{
	if (pipe(orders) || pipe(answers))
		return errno;
	victim = fork();
	if (!victim) {
		close(orders[1]);
		run();
		while (1)
			pause();
	}
	close(orders[0]);
	close(answers[1]);
	return victim < 0 || read(answers[0], &number, sizeof(number)) != sizeof(number) ? ECHILD
											  : 0;
}

static void let_go(void)
{
	close(held);
	close(orders[1]);
	close(answers[0]);
	victim_release();
}

/* --- a child that shared it, and executed something --- */

#define PROGRAM	"/usr/bin/sleep"

static char stack[65536] __attribute__((aligned(16)));

static int wait_and_execute(void *unused)
{
	wait_for_order();
	execl(PROGRAM, "sleep", "1000", NULL);
	_exit(1);
}

/* As vfork() does, but that the parent does not wait. */
static void make_child(void)
{
	pid_t pid = clone(wait_and_execute, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);

	if (pid < 0)
		_exit(1);
	say(pid);
}

static int executes(pid_t pid)
{
	char name[32], target[64] = "";

	snprintf(name, sizeof(name), "/proc/%d/exe", pid);
	return readlink(name, target, sizeof(target) - 1) > 0 && !strcmp(target, PROGRAM);
}

/* The number is the child's, of the domain that may not; the memory its parent's. */
static int hold_of_a_child(struct gabion_netlink *client, const char *file)
{
	struct gabion_error error = { 0 };
	int err = make_victim(make_child) ?: open_file(file);

	if (err || write(orders[1], "e", 1) != 1)
		return err ?: errno;
	while (exists(number) && !executes(number))
		usleep(1000);
	return -gabion_netlink_task_assign(client, victim, "target", &error) ?:
	       -gabion_netlink_task_assign(client, number, "refused", &error);
}

static void let_child_go(void)
{
	kill(number, SIGKILL);
	let_go();
}

#define MEMORY_VARIANT(name, make, release, permission)				\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = read_held, .before = make, .after = release,		\
		.error = EACCES, .klass = GABION_CLASS_DOMAIN,			\
		.refused = GABION_DOM_##permission, .target = "target",		\
	}
#define CHILD_VARIANT(file, permission)						\
	static int hold_##file(struct gabion_netlink *client)			\
	{									\
		return hold_of_a_child(client, #file);				\
	}									\
	MEMORY_VARIANT(file, hold_##file, let_child_go, permission)

CHILD_VARIANT(mem, TRACE);
CHILD_VARIANT(maps, INSPECT);
CHILD_VARIANT(smaps, INSPECT);
CHILD_VARIANT(smaps_rollup, INSPECT);
CHILD_VARIANT(numa_maps, INSPECT);
CHILD_VARIANT(pagemap, INSPECT);
CHILD_VARIANT(environ, INSPECT);
CHILD_VARIANT(auxv, INSPECT);

/* --- a thread that has ended: nobody has the number --- */

static void *say_and_end(void *unused)
{
	say(gettid());
	wait_for_order();
	return NULL;
}

static void make_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, say_and_end, NULL))
		_exit(1);
}

static int hold_of_a_thread(struct gabion_netlink *client)
{
	struct gabion_error error = { 0 };
	int err = make_victim(make_thread) ?:
		  -gabion_netlink_task_assign(client, victim, "target", &error) ?:
		  open_file("mem");

	if (err || write(orders[1], "e", 1) != 1)
		return err ?: errno;
	while (exists(number))
		usleep(1000);
	return 0;
}
MEMORY_VARIANT(mem_of_a_thread_that_ended, hold_of_a_thread, let_go, TRACE);

GABION_FIXTURE(memory)

/* --- one that nobody uses any more --- */

/* What it would still say (auxv) is of a process that has ended, and nobody's to give. */
TEST_F(memory, of_a_process_that_has_gone)
{
	ASSERT_EQ(0, victim_make(self->client));
	number = victim;
	ASSERT_EQ(0, open_file("auxv"));
	victim_release();
	confine_events_clear(self->client);
	EXPECT_EQ(0, confine_run(self->client, NULL, read_held));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", read_held));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = GABION_DOM_INSPECT, .domain = "granted" }));
	close(held);
}

/* --- one's own --- */

static int hold_own(void)
{
	number = getpid();
	return open_file("mem");
}

static int read_own(void)
{
	return hold_own() ?: read_held();
}

/* It is nobody else's, whatever domain one goes to. */
TEST_F(memory, of_oneself_stays)
{
	struct gabion_error error = { 0 };
	struct worker worker;

	EXPECT_EQ(0, confine_run(self->client, "target", read_own));
	ASSERT_EQ(0, worker_start(&worker, hold_own, read_held));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, worker.pid, "granted", &error));
	ASSERT_EQ(0, worker_do(&worker, 's'));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, worker.pid, "target", &error));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	worker_end(&worker);
}

TEST_F(memory, of_the_host_does_not)
{
	ASSERT_EQ(0, hold_own());
	EXPECT_EQ(0, confine_run(self->client, NULL, read_held));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", read_held));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = GABION_DOM_TRACE, .domain = "granted", .target = "host" }));
	close(held);
}

TEST_HARNESS_MAIN
