// SPDX-License-Identifier: GPL-2.0
/* The audit stream: what is in an event, modes, order, and the account of losses. */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"

GABION_FIXTURE(audit)

static int read_object(void)
{
	return ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY));
}

TEST_F(audit, an_event_says_who_what_and_why)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	const struct gabion_event *e;

	ASSERT_EQ(EACCES, confine_run(self->client, "refused", read_object));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	ASSERT_EQ(1, batch.nevents);
	e = &batch.events[0];
	EXPECT_EQ(GABION_EVENT_ACCESS, e->type);
	EXPECT_EQ(GABION_VERDICT_DENIED, e->verdict);
	EXPECT_EQ(GABION_REASON_SIGMA, e->reason);
	EXPECT_EQ(GABION_CLASS_FILE, e->klass);
	EXPECT_EQ(GABION_FILE_READ, e->wanted);
	EXPECT_EQ(GABION_FILE_READ, e->refused);
	EXPECT_STREQ("refused", e->domain);
	EXPECT_STREQ("object", e->resource);
	EXPECT_STREQ(TEST_DIR "/object/file", e->object);
	EXPECT_STREQ("file_open", e->hook);
	EXPECT_STREQ("audit", e->comm);
	EXPECT_EQ(0, e->uid);
	EXPECT_EQ((uint32_t)getpid(), e->ppid);
	EXPECT_LT(0, e->start);
	EXPECT_LE(e->start, e->boottime);
	ASSERT_NE(NULL, e->exe);
	EXPECT_NE(NULL, strstr(e->exe, "/audit"));
}

TEST_F(audit, complain_mode_lets_pass_and_says_so)
{
	EXPECT_EQ(0, confine_run(self->client, "complaining", read_object));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_COMPLAIN, .refused = GABION_FILE_READ,
		.domain = "complaining", .object = TEST_DIR "/object/file" }));
}

TEST_F(audit, a_quiet_refusal_is_not_recorded)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };

	EXPECT_EQ(EACCES, confine_run(self->client, "silent", read_object));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	EXPECT_EQ(0, batch.nevents);
}

TEST_F(audit, a_marked_grant_is_recorded)
{
	EXPECT_EQ(0, confine_run(self->client, "watched", read_object));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_ALLOWED, .domain = "watched",
		.object = TEST_DIR "/object/file" }));
}

/* What was not acknowledged comes again; what was, does not. */
TEST_F(audit, only_acknowledged_events_go)
{
	cleanup_batch struct gabion_batch first = { 0 }, second = { 0 }, third = { 0 };
	struct gabion_error error = { 0 };
	int i;

	for (i = 0; i < 5; i++)
		confine_run(self->client, "refused", read_object);
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &first, &error));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &second, &error));
	ASSERT_EQ(5, first.nevents);
	ASSERT_EQ(5, second.nevents);
	EXPECT_EQ(first.events[4].sequence, second.events[4].sequence);
	ASSERT_EQ(0, gabion_netlink_read(self->client, first.events[2].sequence, &third, &error));
	ASSERT_EQ(2, third.nevents);
	EXPECT_EQ(first.events[3].sequence, third.events[0].sequence);
}

#define FLOOD 20000

static int flood(void)
{
	int i;

	for (i = 0; i < FLOOD; i++)
		if (read_object() != EACCES)
			return 1;
	return 0;
}

/* Nobody reads: the rings overflow. Nothing of it is hidden. */
TEST_F(audit, losses_are_counted_exactly)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_status before, after;
	struct gabion_error error = { 0 };
	uint64_t lost_before = 0, lost = 0;
	size_t i;

	ASSERT_EQ(0, gabion_netlink_status(self->client, &before, &error));
	ASSERT_EQ(0, confine_run(self->client, "refused", flood));
	ASSERT_EQ(0, gabion_netlink_status(self->client, &after, &error));
	EXPECT_EQ(FLOOD, after.events_made - before.events_made);
	lost_before = before.events_lost;
	EXPECT_LT(lost_before, after.events_lost);
	EXPECT_EQ(FLOOD, after.events_pending - before.events_pending +
			 after.events_lost - lost_before);
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	for (i = 0; i < batch.nlosses; i++)
		lost += batch.losses[i].count;
	EXPECT_EQ(after.events_lost, lost);
	EXPECT_EQ(after.events_pending, batch.nevents);
	for (i = 1; i < batch.nevents; i++)
		ASSERT_LT(batch.events[i - 1].sequence, batch.events[i].sequence);
	confine_events_clear(self->client);
}

TEST_HARNESS_MAIN
