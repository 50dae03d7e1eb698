// SPDX-License-Identifier: GPL-2.0
/* Limits of resources: lowered where the domain is entered, and not raised in it. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/late.h"
#include "lib/source.h"

#define LIMITED		TEST_DIR "/limited"
#define LIMITED_LATER	TEST_DIR "/limited-later"

#define MOST		128
#define STACK_MOST	(3 << 20)

/* Who may raise limits as far as the kernel is concerned. */
#define DOMAIN(name, rules)							\
	"domain " name " {\n    level middle\n    use everyday\n    read object\n"	\
	"    capability sys_resource\n" rules "}\n"

#define LIMITS "    limit nofile 128, stack 3145728\n    limit core 0\n"

#define POLICY									\
	DOMAIN("limited", "    enter " LIMITED "\n" LIMITS)			\
	DOMAIN("limited_later", "    enter " LIMITED_LATER "\n" LIMITS)		\
	DOMAIN("limit_watched", "    mode complain\n" LIMITS)			\
	DOMAIN("unlimited", "    inspect, schedule domain limited\n")

FIXTURE(limit)
{
	GABION_FIXTURE_MEMBERS
	struct late late;
};

FIXTURE_SETUP(limit)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	self->late.pid = 0;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	confine_prepare();
	ASSERT_EQ(0, late_install(LIMITED));
	ASSERT_EQ(0, late_install(LIMITED_LATER));
}

FIXTURE_TEARDOWN(limit)
{
	if (self->late.pid)
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

static int set(rlim_t soft, rlim_t hard)
{
	return ATTEMPT(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ soft, hard }));
}

static int set_below(void)
{
	struct rlimit limit;

	return set(MOST / 2, MOST - 1) ?: set(MOST - 1, MOST - 1) ?:
	       ATTEMPT(getrlimit(RLIMIT_NOFILE, &limit)) ?:
	       (limit.rlim_cur == MOST - 1 && limit.rlim_max == MOST - 1 ? 0 : ERANGE);
}

static int set_to_it(void)
{
	return set(1, 1) ?: set(MOST, MOST);
}

static int set_above(void)
{
	return set(1, MOST + 1);
}

static int set_none(void)
{
	return ATTEMPT(setrlimit(RLIMIT_CORE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }));
}

static int set_another(void)
{
	return ATTEMPT(setrlimit(RLIMIT_NPROC, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }));
}

/* Of the caller: is it lowered? */
static int is_lowered(void)
{
	struct rlimit files, core;

	return ATTEMPT(getrlimit(RLIMIT_NOFILE, &files) ?: getrlimit(RLIMIT_CORE, &core)) ?:
	       (files.rlim_cur == MOST && files.rlim_max == MOST && !core.rlim_max ? 0 : ERANGE);
}

static unsigned int refusals(struct gabion_netlink *client, const char *domain, uint32_t verdict,
			     uint32_t resource)
{
	return confine_events_count(client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = verdict, .reason = GABION_REASON_DENY,
		.klass = GABION_CLASS_LIMIT, .refused = resource, .domain = domain });
}

TEST_F(limit, works_on_the_host_and_where_there_is_no_limit)
{
	ASSERT_EQ(0, put_in_force(self->client));
	EXPECT_EQ(0, confine_run(self->client, NULL, set_above));
	EXPECT_EQ(0, confine_run(self->client, NULL, set_none));
	EXPECT_EQ(ERANGE, confine_run(self->client, NULL, is_lowered));
	EXPECT_EQ(0, confine_run(self->client, "unlimited", set_above));
	EXPECT_EQ(0, confine_run(self->client, "unlimited", set_none));
	EXPECT_EQ(ERANGE, confine_run(self->client, "unlimited", is_lowered));
	EXPECT_EQ(0, confine_run(self->client, "limited", set_another));
}

TEST_F(limit, may_be_set_up_to_it)
{
	ASSERT_EQ(0, put_in_force(self->client));
	EXPECT_EQ(0, confine_run(self->client, "limited", set_below));
	EXPECT_EQ(0, confine_run(self->client, "limited", set_to_it));
}

TEST_F(limit, is_not_raised)
{
	ASSERT_EQ(0, put_in_force(self->client));
	EXPECT_EQ(EPERM, confine_run(self->client, "limited", set_above));
	EXPECT_EQ(1, refusals(self->client, "limited", GABION_VERDICT_DENIED, RLIMIT_NOFILE));
	EXPECT_EQ(EPERM, confine_run(self->client, "limited", set_none));
	EXPECT_EQ(1, refusals(self->client, "limited", GABION_VERDICT_DENIED, RLIMIT_CORE));
}

TEST_F(limit, complain_mode_records_and_lowers_nothing)
{
	ASSERT_EQ(0, put_in_force(self->client));
	EXPECT_EQ(ERANGE, confine_run(self->client, "limit_watched", is_lowered));
	EXPECT_EQ(0, confine_run(self->client, "limit_watched", set_above));
	EXPECT_EQ(1, refusals(self->client, "limit_watched", GABION_VERDICT_COMPLAIN,
			      RLIMIT_NOFILE));
}

/* Soft and hard limit of @pid are at most @most. */
static int at_most(pid_t pid, int resource, rlim_t most)
{
	struct rlimit limit;

	return ATTEMPT(prlimit(pid, resource, NULL, &limit)) ?:
	       (limit.rlim_max == most && limit.rlim_cur <= most ? 0 : ERANGE);
}

TEST_F(limit, is_lowered_by_execution)
{
	ASSERT_EQ(0, put_in_force(self->client));
	ASSERT_EQ(0, late_start(&self->late, LIMITED));
	EXPECT_STREQ("limited", confine_domain_of(self->client, self->late.pid));
	EXPECT_EQ(0, at_most(self->late.pid, RLIMIT_NOFILE, MOST));
	EXPECT_EQ(0, at_most(self->late.pid, RLIMIT_CORE, 0));
	/* The kernel sets this one itself, when the new stack is there. */
	EXPECT_EQ(0, at_most(self->late.pid, RLIMIT_STACK, STACK_MOST));
	EXPECT_EQ(ERANGE, at_most(self->late.pid, RLIMIT_NPROC, MOST));
	EXPECT_EQ(ERANGE, at_most(getpid(), RLIMIT_NOFILE, MOST));
}

TEST_F(limit, is_lowered_by_assignment)
{
	ASSERT_EQ(0, late_start(&self->late, LIMITED_LATER));
	ASSERT_EQ(0, put_in_force(self->client));
	EXPECT_EQ(ERANGE, at_most(self->late.pid, RLIMIT_NOFILE, MOST));
	EXPECT_EQ(0, confine_run(self->client, "limited", is_lowered));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, self->late.pid, "limited_later",
						&(struct gabion_error){ 0 }));
	EXPECT_EQ(0, at_most(self->late.pid, RLIMIT_NOFILE, MOST));
	EXPECT_EQ(0, at_most(self->late.pid, RLIMIT_CORE, 0));
}

static pid_t another;

static int raise_another(void)
{
	return ATTEMPT(prlimit(another, RLIMIT_NOFILE, &(struct rlimit){ 1, MOST + 1 }, NULL));
}

static int lower_another(void)
{
	return ATTEMPT(prlimit(another, RLIMIT_NOFILE, &(struct rlimit){ 64, MOST - 1 }, NULL));
}

TEST_F(limit, another_domain_does_not_raise_it_either)
{
	ASSERT_EQ(0, put_in_force(self->client));
	ASSERT_EQ(0, late_start(&self->late, LIMITED));
	another = self->late.pid;
	EXPECT_EQ(0, confine_run(self->client, "unlimited", lower_another));
	EXPECT_EQ(EPERM, confine_run(self->client, "unlimited", raise_another));
	EXPECT_EQ(1, refusals(self->client, "unlimited", GABION_VERDICT_DENIED, RLIMIT_NOFILE));
	EXPECT_EQ(0, at_most(self->late.pid, RLIMIT_NOFILE, MOST - 1));
	/* The administrator does. */
	EXPECT_EQ(0, confine_run(self->client, NULL, raise_another));
}

TEST_HARNESS_MAIN
