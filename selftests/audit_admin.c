// SPDX-License-Identifier: GPL-2.0
/* Events of what administrators and agents do: policies, modes, subscriptions. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"

/* Other tests find the policy that they are about. */
FIXTURE(audit_admin)
{
	GABION_FIXTURE_MEMBERS
};

FIXTURE_SETUP(audit_admin)
{
	struct gabion_error error = { 0 };

	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) {
		TH_LOG("%s", error.text);
	}
	confine_prepare();
	ASSERT_EQ(0, source_load(self->client, ""));
	confine_events_clear(self->client);
}

FIXTURE_TEARDOWN(audit_admin)
{
	EXPECT_EQ(0, source_load(self->client, ""));
	gabion_netlink_close(self->client);
}

/* The event of @type that is the @nth since the last clear, from 1; one without anything if none. */
static const struct gabion_event *event_of(struct gabion_netlink *client,
					   struct gabion_batch *batch, uint32_t type,
					   unsigned int nth)
{
	static const struct gabion_event none;
	struct gabion_error error = { 0 };
	size_t i;

	gabion_batch_free(batch);
	if (gabion_netlink_read(client, 0, batch, &error))
		printf("# cannot read events: %s\n", error.text);
	for (i = 0; i < batch->nevents; i++)
		if (batch->events[i].type == type && !--nth)
			return &batch->events[i];
	return &none;
}

#define MOODY(mode)	"domain moody {\n level middle\n use everyday\n mode " mode "\n}\n"

TEST_F(audit_admin, a_new_mode_is_an_event)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	const struct gabion_event *e;
	uint64_t policy;

	/* A domain that was not there before has no other mode than before. */
	ASSERT_EQ(0, source_load(self->client, MOODY("complain")));
	ASSERT_EQ(0, source_load(self->client, MOODY("complain")));
	EXPECT_EQ(0, event_of(self->client, &batch, GABION_EVENT_MODE, 1)->sequence);
	confine_events_clear(self->client);

	ASSERT_EQ(0, source_load(self->client, MOODY("enforce")));
	policy = event_of(self->client, &batch, GABION_EVENT_POLICY, 1)->sequence;
	e = event_of(self->client, &batch, GABION_EVENT_MODE, 1);
	EXPECT_LT(policy, e->sequence);
	EXPECT_STREQ("moody", e->target);
	EXPECT_TRUE(gabion_event_has(e, GABION_E_DOMAIN_FLAGS));
	EXPECT_EQ(0, e->domain_flags);
	EXPECT_STREQ("host", e->domain);
	EXPECT_STREQ("audit_admin", e->comm);
	EXPECT_EQ(0, event_of(self->client, &batch, GABION_EVENT_MODE, 2)->sequence);
	confine_events_clear(self->client);

	ASSERT_EQ(0, source_load(self->client, MOODY("complain")));
	e = event_of(self->client, &batch, GABION_EVENT_MODE, 1);
	EXPECT_EQ(GABION_DOMAIN_COMPLAIN, e->domain_flags);
	EXPECT_EQ(0, event_of(self->client, &batch, GABION_EVENT_MODE, 2)->sequence);
}

TEST_F(audit_admin, a_refused_policy_is_an_event)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	const struct gabion_event *e;
	static const char rubbish[64] = "this is no policy";

	ASSERT_EQ(-EINVAL, gabion_netlink_policy_load(self->client, rubbish, sizeof(rubbish),
						      &error));
	e = event_of(self->client, &batch, GABION_EVENT_POLICY, 1);
	EXPECT_EQ(GABION_VERDICT_DENIED, e->verdict);
	EXPECT_EQ(EINVAL, e->error);
	ASSERT_NE(NULL, e->message);
	EXPECT_NE(NULL, strstr(error.text, e->message));
	EXPECT_STREQ("audit_admin", e->comm);
	EXPECT_EQ((uint32_t)getpid(), e->tgid);
	EXPECT_EQ(0, event_of(self->client, &batch, GABION_EVENT_POLICY, 2)->sequence);
}

TEST_F(audit_admin, taking_the_policy_away_is_an_event)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	const struct gabion_event *e;
	pid_t pid = confine_sleeper(self->client, "refused");

	ASSERT_LT(0, pid);
	EXPECT_EQ(-EBUSY, gabion_netlink_policy_unload(self->client, &error));
	e = event_of(self->client, &batch, GABION_EVENT_POLICY, 1);
	EXPECT_EQ(GABION_VERDICT_DENIED, e->verdict);
	EXPECT_EQ(EBUSY, e->error);
	confine_release(pid);
	confine_events_clear(self->client);

	ASSERT_EQ(0, gabion_netlink_policy_unload(self->client, &error)) {
		TH_LOG("%s", error.text);
	}
	/* Nothing was taken away the second time. */
	ASSERT_EQ(0, gabion_netlink_policy_unload(self->client, &error));
	e = event_of(self->client, &batch, GABION_EVENT_POLICY, 1);
	EXPECT_EQ(GABION_VERDICT_ALLOWED, e->verdict);
	EXPECT_EQ(0, e->generation);
	EXPECT_LT(0, e->sequence);
	EXPECT_EQ(0, event_of(self->client, &batch, GABION_EVENT_POLICY, 2)->sequence);
}

TEST_F(audit_admin, who_takes_the_events_is_in_them)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	const struct gabion_event *e;
	uint64_t before = confine_events_clear(self->client), left;

	/* Who subscribes again has been a subscriber all the time. */
	ASSERT_EQ(0, gabion_netlink_subscribe(self->client, &error));
	EXPECT_EQ(0, event_of(self->client, &batch, GABION_EVENT_SUBSCRIBE, 1)->sequence);

	gabion_netlink_close(self->client);
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error));
	ASSERT_EQ(0, gabion_netlink_subscribe(self->client, &error)) {
		TH_LOG("%s", error.text);
	}
	e = event_of(self->client, &batch, GABION_EVENT_UNSUBSCRIBE, 1);
	left = e->sequence;
	EXPECT_LT(before, left);
	EXPECT_STREQ("audit_admin", e->comm);
	e = event_of(self->client, &batch, GABION_EVENT_SUBSCRIBE, 1);
	EXPECT_LT(left, e->sequence);
	EXPECT_EQ((uint32_t)getpid(), e->tgid);
}

TEST_HARNESS_MAIN
