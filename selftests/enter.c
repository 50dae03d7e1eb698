// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that were there before the policy: moved by their executable into
 * the domain that they would enter if they executed it now.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/late.h"
#include "lib/source.h"

#define DOMAIN(name, program, rules)						\
	"domain " name " {\n    enter " program "\n    level middle\n    use everyday\n" rules "}\n"

/* One that may not read the object, one that may, one that may not have a ring: by its filter. */
#define POLICY									\
	DOMAIN("late", LATE_PROGRAM, "    control io_uring\n")			\
	DOMAIN("late_granted", LATE_PROGRAM "-granted",				\
	       "    read object\n    map " LATE_PROGRAM "\n")			\
	DOMAIN("late_ringless", LATE_PROGRAM "-ringless",			\
	       "    control io_uring\n    syscalls default as allow\n"		\
	       "    syscalls -io_uring_setup, -io_uring_enter, -io_uring_register\n")

/* A chain of processes that fork may be as many as were caught between two walks. */
#define ROWS_MAX 4096

struct row {
	pid_t pid;
	int error;
	char domain[64];
	char exe[128];
};

FIXTURE(enter)
{
	GABION_FIXTURE_MEMBERS
	struct late late;
	struct row rows[ROWS_MAX];
	unsigned int nrows;
};

/* What every test begins with: a process, then the policy that is about it. */
FIXTURE_SETUP(enter)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	confine_prepare();
	ASSERT_EQ(0, late_install(LATE_PROGRAM));
	ASSERT_EQ(0, late_start(&self->late, LATE_PROGRAM));
}

FIXTURE_TEARDOWN(enter)
{
	late_end(&self->late);
	EXPECT_EQ(0, source_restore(self->client));
	gabion_netlink_close(self->client);
}

static int put_in_force(struct gabion_netlink *client)
{
	int err = source_load(client, POLICY);

	confine_events_clear(client);
	return err;
}

static int take_row(const struct gabion_entered *entered, void *data)
{
	FIXTURE_DATA(enter) *self = data;
	struct row *row = &self->rows[self->nrows];

	if (self->nrows == ROWS_MAX)
		return -E2BIG;
	self->nrows++;
	row->pid = entered->pid;
	row->error = entered->error;
	snprintf(row->domain, sizeof(row->domain), "%s", entered->domain ?: "-");
	snprintf(row->exe, sizeof(row->exe), "%s", entered->exe ?: "-");
	return 0;
}

/* 0 for @pid: all. Return: 0 or -errno; the rows are in @self. */
static int enter(FIXTURE_DATA(enter) *self, pid_t pid)
{
	struct gabion_error error = { 0 };
	int err;

	self->nrows = 0;
	err = gabion_netlink_enter(self->client, pid, take_row, self, &error);
	if (err)
		printf("# %s\n", error.text);
	return err;
}

/* The row of @pid; one that matches nothing if there is none. */
static const struct row *row_of(const FIXTURE_DATA(enter) *self, pid_t pid)
{
	static const struct row none = { .error = -1 };
	unsigned int i;

	for (i = 0; i < self->nrows; i++)
		if (self->rows[i].pid == pid)
			return &self->rows[i];
	return &none;
}

static unsigned int transitions(struct gabion_netlink *client, uint32_t verdict, const char *target)
{
	return confine_events_count(client, &(struct confine_expect){
		.type = GABION_EVENT_TRANSITION, .verdict = verdict, .domain = "host",
		.target = target });
}

TEST_F(enter, a_process_is_moved_with_all_threads)
{
	ASSERT_EQ(0, late_ask(&self->late, LATE_THREADS));
	ASSERT_EQ(0, put_in_force(self->client));
	EXPECT_EQ(0, late_ask(&self->late, LATE_OPEN));
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(1, self->nrows);
	EXPECT_EQ(0, row_of(self, self->late.pid)->error);
	EXPECT_STREQ("late", row_of(self, self->late.pid)->domain);
	EXPECT_STREQ(LATE_PROGRAM, row_of(self, self->late.pid)->exe);
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_TRANSITION, .verdict = GABION_VERDICT_ALLOWED,
		.domain = "host", .target = "late", .object = LATE_PROGRAM }));
	EXPECT_EQ(EACCES, late_ask(&self->late, LATE_OPEN_ALL));
	EXPECT_EQ(1 + LATE_NTHREADS, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .refused = GABION_FILE_READ, .domain = "late",
		.object = LATE_OBJECT }));
	/* It is there now: nobody is left. */
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(0, self->nrows);
}

/* Descriptors are looked at again: what the domain may have stays, what not goes. */
TEST_F(enter, what_it_holds_is_reviewed)
{
	struct late granted;

	ASSERT_EQ(0, late_install(LATE_PROGRAM "-granted"));
	ASSERT_EQ(0, late_start(&granted, LATE_PROGRAM "-granted"));
	ASSERT_EQ(0, late_ask(&self->late, LATE_HOLD));
	ASSERT_EQ(0, late_ask(&granted, LATE_HOLD));
	ASSERT_EQ(0, put_in_force(self->client));
	EXPECT_EQ(0, late_ask(&self->late, LATE_USE));
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(2, self->nrows);
	EXPECT_STREQ("late_granted", row_of(self, granted.pid)->domain);
	EXPECT_EQ(EACCES, late_ask(&self->late, LATE_USE));
	EXPECT_EQ(0, late_ask(&granted, LATE_USE));
	EXPECT_EQ(0, late_ask(&granted, LATE_OPEN));
	late_end(&granted);
}

TEST_F(enter, others_stay_where_they_are)
{
	pid_t host = confine_sleeper(self->client, NULL);
	pid_t target = confine_sleeper(self->client, "target");
	struct late elsewhere;

	ASSERT_EQ(0, late_install(TEST_DIR "/object/late"));
	ASSERT_EQ(0, late_start(&elsewhere, TEST_DIR "/object/late"));
	ASSERT_EQ(0, put_in_force(self->client));
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(1, self->nrows);
	EXPECT_STREQ("host", confine_domain_of(self->client, host));
	EXPECT_STREQ("host", confine_domain_of(self->client, elsewhere.pid));
	EXPECT_STREQ("target", confine_domain_of(self->client, target));
	EXPECT_EQ(0, late_ask(&elsewhere, LATE_OPEN));
	late_end(&elsewhere);
	confine_release(host);
	confine_release(target);
}

/* A package was upgraded under the process: the name is what it was executed by. */
TEST_F(enter, a_deleted_executable_has_its_name)
{
	ASSERT_EQ(0, unlink(LATE_PROGRAM));
	ASSERT_EQ(0, late_install(LATE_PROGRAM));
	ASSERT_EQ(0, put_in_force(self->client));
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(0, row_of(self, self->late.pid)->error);
	EXPECT_STREQ(LATE_PROGRAM, row_of(self, self->late.pid)->exe);
	EXPECT_EQ(EACCES, late_ask(&self->late, LATE_OPEN));
}

/* What /proc says of a deleted one is a name that any file may have. */
TEST_F(enter, names_are_the_kernels)
{
	struct late deceiver;

	ASSERT_EQ(0, late_install(LATE_PROGRAM " (deleted)"));
	ASSERT_EQ(0, late_start(&deceiver, LATE_PROGRAM " (deleted)"));
	ASSERT_EQ(0, rename(LATE_PROGRAM, LATE_PROGRAM "-renamed"));
	ASSERT_EQ(0, put_in_force(self->client));
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(0, self->nrows);
	/* A name given back counts again. */
	ASSERT_EQ(0, rename(LATE_PROGRAM "-renamed", LATE_PROGRAM));
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(1, self->nrows);
	EXPECT_EQ(0, row_of(self, self->late.pid)->error);
	late_end(&deceiver);
}

TEST_F(enter, one_that_shares_memory_is_not_moved_and_named)
{
	pid_t sharer = late_ask(&self->late, LATE_SHARE);

	ASSERT_LT(0, sharer);
	ASSERT_EQ(0, late_ask(&self->late, LATE_THREADS));
	ASSERT_EQ(0, put_in_force(self->client));
	ASSERT_EQ(0, enter(self, 0));
	/* Each shares with the other. */
	EXPECT_EQ(2, self->nrows);
	EXPECT_EQ(EMLINK, row_of(self, self->late.pid)->error);
	EXPECT_STREQ("late", row_of(self, self->late.pid)->domain);
	EXPECT_EQ(EMLINK, row_of(self, sharer)->error);
	EXPECT_EQ(2, transitions(self->client, GABION_VERDICT_DENIED, "late"));
	EXPECT_EQ(0, transitions(self->client, GABION_VERDICT_ALLOWED, "late"));
	EXPECT_EQ(0, late_ask(&self->late, LATE_OPEN_ALL));
	/* Alone it can be. */
	kill(sharer, SIGKILL);
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(0, row_of(self, self->late.pid)->error);
	EXPECT_EQ(EACCES, late_ask(&self->late, LATE_OPEN));
}

TEST_F(enter, one_with_a_ring_is_not_moved_and_named)
{
	struct late ringless;

	ASSERT_EQ(0, late_install(LATE_PROGRAM "-ringless"));
	ASSERT_EQ(0, late_start(&ringless, LATE_PROGRAM "-ringless"));
	ASSERT_EQ(0, late_ask(&ringless, LATE_RING));
	ASSERT_EQ(0, late_ask(&self->late, LATE_RING));
	ASSERT_EQ(0, put_in_force(self->client));
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(2, self->nrows);
	EXPECT_EQ(EBUSY, row_of(self, ringless.pid)->error);
	EXPECT_EQ(1, transitions(self->client, GABION_VERDICT_DENIED, "late_ringless"));
	EXPECT_EQ(0, late_ask(&ringless, LATE_OPEN));
	/* The other domain does not mind. */
	EXPECT_EQ(0, row_of(self, self->late.pid)->error);
	EXPECT_EQ(EACCES, late_ask(&self->late, LATE_OPEN));
	late_end(&ringless);
}

#define NCHAINS 3

/* Whoever looks at one process after the other is always late for these. */
TEST_F(enter, nobody_slips_through_by_forking)
{
	struct late chains[NCHAINS];
	int i;

	for (i = 0; i < NCHAINS; i++)
		ASSERT_EQ(0, late_start(&chains[i], LATE_PROGRAM));
	ASSERT_EQ(0, put_in_force(self->client));
	for (i = 0; i < NCHAINS; i++)
		ASSERT_EQ(0, late_tell(&chains[i], LATE_CHAIN));
	usleep(300000);
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_LE(1 + NCHAINS, self->nrows);
	for (i = 0; i < NCHAINS; i++) {
		EXPECT_EQ(EACCES, late_answer(&chains[i]));
		late_end(&chains[i]);
	}
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(0, self->nrows);
}

/*
 * An exec that chose its domain before the policy was in force, and is not over:
 * it waits for a thread that its tracer does not let go.
 */
TEST_F(enter, an_exec_under_way_is_named)
{
	struct late other;
	int status;

	ASSERT_EQ(0, late_install(TEST_DIR "/object/late"));
	ASSERT_EQ(0, late_start(&other, TEST_DIR "/object/late"));
	/* The thread that reads the orders dies by the exec of another, and is not reaped. */
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, other.pid, 0, PTRACE_O_TRACEEXIT));
	ASSERT_EQ(0, late_tell(&other, LATE_EXEC));
	ASSERT_EQ(other.pid, waitpid(other.pid, &status, __WALL));
	ASSERT_TRUE(WIFSTOPPED(status));
	ASSERT_EQ(0, put_in_force(self->client));
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(2, self->nrows);
	EXPECT_EQ(0, row_of(self, self->late.pid)->error);
	EXPECT_EQ(EAGAIN, row_of(self, other.pid)->error);
	EXPECT_EQ(1, transitions(self->client, GABION_VERDICT_DENIED, NULL));
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, other.pid, 0, 0));
	EXPECT_EQ(0, late_ask(&other, LATE_OPEN));
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(1, self->nrows);
	EXPECT_EQ(0, row_of(self, other.pid)->error);
	EXPECT_EQ(EACCES, late_ask(&other, LATE_OPEN));
	late_end(&other);
}

/* With a number there is an answer whatever comes of it. */
TEST_F(enter, one_process_by_its_number)
{
	pid_t host = confine_sleeper(self->client, NULL);

	ASSERT_EQ(0, put_in_force(self->client));
	ASSERT_EQ(0, enter(self, host));
	EXPECT_EQ(ENOENT, row_of(self, host)->error);
	EXPECT_STREQ("host", confine_domain_of(self->client, self->late.pid));
	ASSERT_EQ(0, enter(self, self->late.pid));
	EXPECT_EQ(0, row_of(self, self->late.pid)->error);
	EXPECT_EQ(EACCES, late_ask(&self->late, LATE_OPEN));
	ASSERT_EQ(0, enter(self, self->late.pid));
	EXPECT_EQ(EEXIST, row_of(self, self->late.pid)->error);
	EXPECT_STREQ("late", row_of(self, self->late.pid)->domain);
	ASSERT_EQ(0, enter(self, 2));
	EXPECT_EQ(EINVAL, row_of(self, 2)->error);
	EXPECT_STREQ("host", confine_domain_of(self->client, 2));
	confine_release(host);
	EXPECT_EQ(-ESRCH, enter(self, host));
}

/* Into a domain that is not the executable's, for scripts and the like. */
TEST_F(enter, the_command_line)
{
	char command[128];

	ASSERT_EQ(0, put_in_force(self->client));
	snprintf(command, sizeof(command), "gabion assign %d late_granted > /dev/null", self->late.pid);
	EXPECT_EQ(0, system(command));
	EXPECT_STREQ("late_granted", confine_domain_of(self->client, self->late.pid));
	EXPECT_EQ(0, late_ask(&self->late, LATE_OPEN));
	EXPECT_EQ(0, system("gabion assign --all > /dev/null"));
	snprintf(command, sizeof(command), "gabion assign %d > /dev/null", self->late.pid);
	EXPECT_EQ(1, WEXITSTATUS(system(command)));
}

TEST_F(enter, a_confined_caller_may_not)
{
	ASSERT_EQ(0, put_in_force(self->client));
	EXPECT_NE(0, system("gabion run --domain hostile -- /usr/bin/gabion assign --all"));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_CONTROL,
		.refused = GABION_CONTROL_ADMIN, .domain = "hostile" }));
	EXPECT_STREQ("host", confine_domain_of(self->client, self->late.pid));
	ASSERT_EQ(0, enter(self, 0));
	EXPECT_EQ(1, self->nrows);
}

TEST_HARNESS_MAIN
