// SPDX-License-Identifier: GPL-2.0
/* Signals of a file to its owner (F_SETOWN, O_ASYNC): they are the domain's that set the owner. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/worker.h"

FIXTURE(owner)
{
	GABION_FIXTURE_MEMBERS
	struct worker worker;
	int ends[2];
};

/* Of a pipe that the test writes to. */
static int watched;
static pid_t child;

/* One that lets signals wait, so that they can be seen in /proc. */
static int make_child(void)
{
	sigset_t all;

	sigfillset(&all);
	child = fork();
	if (child)
		return child < 0 ? errno : 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (;;)
		pause();
}

static int own(void)
{
	if (make_child() || fcntl(watched, F_SETOWN, child) || fcntl(watched, F_SETSIG, SIGUSR1) ||
	    fcntl(watched, F_SETFL, O_ASYNC | O_NONBLOCK))
		return errno;
	return 0;
}

static int say_child(void)
{
	return child;
}

FIXTURE_SETUP(owner)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	ASSERT_EQ(0, pipe(self->ends));
	watched = self->ends[0];
	ASSERT_EQ(0, worker_start(&self->worker, own, say_child));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, self->worker.pid, "granted", &error));
	ASSERT_EQ(0, worker_do(&self->worker, 's'));
	child = worker_do(&self->worker, 'u');
	confine_events_clear(self->client);
}

FIXTURE_TEARDOWN(owner)
{
	kill(child, SIGKILL);
	worker_end(&self->worker);
	gabion_netlink_close(self->client);
}

/* Does @signal wait for the process? -1: cannot be told. */
static int is_pending(pid_t pid, int signal)
{
	unsigned long long set = 0;
	char path[32], line[128];
	int found = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "ShdPnd: %llx", &set) == 1)
			found = set >> (signal - 1) & 1;
	fclose(file);
	return found;
}

static unsigned int refusals(struct gabion_netlink *client)
{
	return confine_events_count(client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = GABION_DOM_SIGNAL, .domain = "granted", .target = "writer" });
}

TEST_F(owner, of_the_same_domain_gets_it)
{
	ASSERT_EQ(0, is_pending(child, SIGUSR1));
	ASSERT_EQ(1, write(self->ends[1], "x", 1));
	EXPECT_EQ(1, is_pending(child, SIGUSR1));
}

TEST_F(owner, that_has_left_for_another_domain_does_not)
{
	struct gabion_error error = { 0 };

	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, child, "writer", &error));
	confine_events_clear(self->client);
	ASSERT_EQ(1, write(self->ends[1], "x", 1));
	EXPECT_EQ(0, is_pending(child, SIGUSR1));
	EXPECT_EQ(1, refusals(self->client));
}

/* `signal target` is granted. */
TEST_F(owner, of_a_domain_that_may_be_signalled_gets_it)
{
	struct gabion_error error = { 0 };

	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, child, "target", &error));
	ASSERT_EQ(1, write(self->ends[1], "x", 1));
	EXPECT_EQ(1, is_pending(child, SIGUSR1));
}

/* The host may send to whom it likes, through a file of its own. */
TEST_F(owner, set_by_the_host_gets_it)
{
	struct gabion_error error = { 0 };
	int ends[2];

	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, child, "writer", &error));
	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(0, fcntl(ends[0], F_SETOWN, child));
	ASSERT_EQ(0, fcntl(ends[0], F_SETSIG, SIGUSR2));
	ASSERT_EQ(0, fcntl(ends[0], F_SETFL, O_ASYNC));
	ASSERT_EQ(1, write(ends[1], "x", 1));
	EXPECT_EQ(1, is_pending(child, SIGUSR2));
}

/* --- who chooses the signal sends it, whoever set the owner --- */

FIXTURE(chosen)
{
	GABION_FIXTURE_MEMBERS
	struct worker worker;
	int ends[2];
};

static int choose(void)
{
	return ATTEMPT(fcntl(watched, F_SETSIG, SIGUSR2));
}

static int nothing(void)
{
	return 0;
}

FIXTURE_SETUP(chosen)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	ASSERT_EQ(0, pipe(self->ends));
	watched = self->ends[0];
	ASSERT_EQ(0, make_child());
	ASSERT_EQ(0, worker_start(&self->worker, choose, nothing));
	ASSERT_EQ(0, fcntl(watched, F_SETOWN, child));
	ASSERT_EQ(0, fcntl(watched, F_SETFL, O_ASYNC));
}

FIXTURE_TEARDOWN(chosen)
{
	kill(child, SIGKILL);
	worker_end(&self->worker);
	gabion_netlink_close(self->client);
}

TEST_F(chosen, by_the_host)
{
	ASSERT_EQ(0, worker_do(&self->worker, 's'));
	ASSERT_EQ(1, write(self->ends[1], "x", 1));
	EXPECT_EQ(1, is_pending(child, SIGUSR2));
}

TEST_F(chosen, by_who_may_not_signal_the_owner)
{
	struct gabion_error error = { 0 };

	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, child, "writer", &error));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, self->worker.pid, "granted", &error));
	ASSERT_EQ(0, worker_do(&self->worker, 's'));
	confine_events_clear(self->client);
	ASSERT_EQ(1, write(self->ends[1], "x", 1));
	EXPECT_EQ(0, is_pending(child, SIGUSR2));
	EXPECT_EQ(1, refusals(self->client));
}

TEST_F(chosen, by_who_may)
{
	struct gabion_error error = { 0 };

	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, child, "target", &error));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, self->worker.pid, "granted", &error));
	ASSERT_EQ(0, worker_do(&self->worker, 's'));
	ASSERT_EQ(1, write(self->ends[1], "x", 1));
	EXPECT_EQ(1, is_pending(child, SIGUSR2));
}

TEST_HARNESS_MAIN
