// SPDX-License-Identifier: GPL-2.0
/*
 * What perf counts in a process that executes the program of another domain: it goes on only for
 * who may look into that. What is counted can be registers and the stack as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/pass.h"
#include "lib/source.h"
#include "lib/worker.h"

#define PROGRAM	TEST_DIR "/next"

/* "counting" executes PROGRAM, which leads into "counted", also from the host. */
#define POLICY(rules)								\
	"abstraction perf {\n    use everyday\n    socket unix\n"		\
	"    control perf\n    capability perfmon, sys_admin\n}\n"		\
	"domain counting {\n    level middle\n    use perf\n"			\
	"    exec next_file as counted\n" rules "}\n"				\
	"domain counted {\n    level middle\n    use perf\n    enter " PROGRAM "\n"	\
	"    map, execute next_file\n}\n"
#define INSPECT	"    inspect counted\n"

/* The program, before main(), which is the harness's: says who it is, and then has time pass. */
static __attribute__((constructor)) void spinning_main(int argc, char **argv)
{
	pid_t self = getpid();

	if (argc != 1 || strcmp(argv[0], "spinning"))
		return;
	/* Whoever cannot find it again. */
	alarm(120);
	if (write(STDOUT_FILENO, &self, sizeof(self)) != sizeof(self))
		_exit(1);
	for (;;)
		;
}

static void execute(void)
{
	execl(PROGRAM, "spinning", (char *)NULL);
	_exit(1);
}

/* --- by the process that counts --- */

static int event = -1;

/* What the process @pid, 0: oneself, is running for. */
static int open_event(pid_t pid, bool inherit)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
					.config = PERF_COUNT_SW_TASK_CLOCK, .inherit = inherit };

	return syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* Who spins, for the test. */
static pid_t *spinning;

/* Between it and its child: to say that it may go on, and a pipe that the program writes into. */
static int talk[2], output[2];

/* Fork a child that calls @run. */
static pid_t start(void (*run)(void))
{
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk) || pipe2(output, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid)
		return pid;
	close(talk[0]);
	dup2(output[1], STDOUT_FILENO);
	run();
	_exit(1);
}

/* It does not outlive who counts, who may not signal it. */
static void wait_for_leave(void)
{
	char byte;

	if (read(talk[1], &byte, 1) != 1)
		_exit(1);
}

/* Let the child go on. Return: 0 when the program spins. */
static int give_leave(void)
{
	/* That nobody is left to write is an answer, too. */
	close(output[1]);
	if (event < 0 || write(talk[0], "g", 1) != 1 ||
	    read(output[0], spinning, sizeof(*spinning)) != sizeof(*spinning))
		return errno ?: EIO;
	return 0;
}

static void execute_with_leave(void)
{
	wait_for_leave();
	execute();
}

static int count_child(void)
{
	event = open_event(start(execute_with_leave), false);
	return give_leave();
}

static void fork_with_leave(void)
{
	wait_for_leave();
	if (!fork())
		execute();
	wait_for_leave();
}

static int count_grandchild(void)
{
	event = open_event(start(fork_with_leave), true);
	return give_leave();
}

static void execute_counting_itself(void)
{
	int fd = open_event(0, false);

	if (pass_send(talk[1], &fd, 1))
		_exit(1);
	execute_with_leave();
}

static int have_child_count_itself(void)
{
	start(execute_counting_itself);
	return pass_receive(talk[0], 0, false, &event, 1) ?: give_leave();
}

/* By another child, which then ends. */
static int have_another_count(void)
{
	pid_t child = start(execute_with_leave), other = fork();

	if (!other) {
		int fd = open_event(child, false);

		_exit(pass_send(talk[1], &fd, 1));
	}
	waitpid(other, NULL, 0);
	return pass_receive(talk[0], 0, false, &event, 1) ?: give_leave();
}

/* Return: 0 if more is counted as time goes on, EACCES if not. */
static int grows(void)
{
	struct timespec pause = { .tv_nsec = 50000000 };
	uint64_t before, now;
	int tries;

	if (read(event, &before, sizeof(before)) != sizeof(before))
		return errno ?: EIO;
	for (tries = 0; tries < 40; tries++) {
		nanosleep(&pause, NULL);
		if (read(event, &now, sizeof(now)) != sizeof(now))
			return errno ?: EIO;
		if (now != before)
			return 0;
	}
	return EACCES;
}

FIXTURE(counted)
{
	GABION_FIXTURE_MEMBERS
};

/* @start: have the child counted, and the program executed; returns 0 or an errno. */
FIXTURE_VARIANT(counted)
{
	int (*start)(void);
};

FIXTURE_VARIANT_ADD(counted, child) { .start = count_child };
FIXTURE_VARIANT_ADD(counted, grandchild) { .start = count_grandchild };
FIXTURE_VARIANT_ADD(counted, itself) { .start = have_child_count_itself };

GABION_FIXTURE_LIFE_BETWEEN(counted, confine_install_self(PROGRAM), source_restore(self->client))

/* As grows(), of who executes in @domain, NULL: the host's, and is in "counted" then. */
static int count(struct gabion_netlink *client, const char *policy, const char *domain,
		 int (*start)(void))
{
	struct worker worker;
	int result = CONFINE_BROKEN;

	spinning = mmap(NULL, sizeof(*spinning), PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_SHARED,
			-1, 0);
	if (spinning == MAP_FAILED || source_load(client, policy) ||
	    worker_start(&worker, start, grows))
		return CONFINE_BROKEN;
	confine_events_clear(client);
	if ((!domain || !confine_assign(client, worker.pid, domain)) && !worker_do(&worker, 's') &&
	    !strcmp("counted", confine_domain_of(client, *spinning)))
		result = worker_do(&worker, 'u');
	/* Its parent may not signal it, also by ending. */
	if (*spinning)
		kill(*spinning, SIGKILL);
	worker_end(&worker);
	munmap(spinning, sizeof(*spinning));
	return result;
}

TEST_F(counted, goes_on_for_the_host)
{
	EXPECT_EQ(0, count(self->client, POLICY(""), NULL, variant->start));
}

TEST_F(counted, goes_on_within_the_domain)
{
	EXPECT_EQ(0, count(self->client, POLICY(""), "counted", variant->start));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN }));
}

TEST_F(counted, goes_on_for_who_may_inspect)
{
	EXPECT_EQ(0, count(self->client, POLICY(INSPECT), "counting", variant->start));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN }));
}

TEST_F(counted, stops_for_others)
{
	EXPECT_EQ(EACCES, count(self->client, POLICY(""), "counting", variant->start));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_INSPECT,
		.domain = "counting", .target = "counted" }));
}

FIXTURE(left)
{
	GABION_FIXTURE_MEMBERS
};

GABION_FIXTURE_LIFE_BETWEEN(left, confine_install_self(PROGRAM), source_restore(self->client))

/* Who opened the event is gone: nobody can say any more what that one may do. */
TEST_F(left, stops_for_whoever_has_it)
{
	EXPECT_EQ(0, count(self->client, POLICY(INSPECT), "counted", have_another_count));
	EXPECT_EQ(EACCES, count(self->client, POLICY(INSPECT), "counting", have_another_count));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_INSPECT,
		.target = "counted" }));
}

TEST_HARNESS_MAIN
