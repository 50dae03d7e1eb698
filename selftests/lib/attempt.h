/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An attempt is one operation. Each is shown three times: that it works where
 * nothing restricts it (or a broken attempt would count as blocked), that it
 * works in a domain that is granted it, and that it fails in one that is not,
 * with the right errno and the event that says so.
 *
 * A test program includes this once, after kselftest_harness.h, adds variants,
 * and ends with TEST_HARNESS_MAIN. It defines ATTEMPT_WITHOUT_FILES before if its
 * attempts do not look into TEST_DIR, which takes a while to make.
 */
#ifndef GABION_SELFTESTS_ATTEMPT_H
#define GABION_SELFTESTS_ATTEMPT_H

#include "fixture.h"

FIXTURE(attempt)
{
	GABION_FIXTURE_MEMBERS
};

/**
 * @run:	the operation; returns 0 or an errno
 * @before:	makes what it is about, on the host; NULL: nothing needed; returns 0 or an errno
 * @after:	takes that away
 * @error:	errno when refused
 * @klass:	class of the event
 * @refused:	permissions (or number) that the event names
 * @object:	object that the event names, NULL for those without a name
 * @target:	domain that the event names, NULL for those without
 * @refused_by:	domain that may not, default "refused"
 */
FIXTURE_VARIANT(attempt)
{
	int (*run)(void);
	int (*before)(struct gabion_netlink *client);
	void (*after)(void);
	int error;
	uint32_t klass;
	uint32_t refused;
	const char *object;
	const char *target;
	const char *refused_by;
};

FIXTURE_SETUP(attempt)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error))
		TH_LOG("%s", error.text);
#ifndef ATTEMPT_WITHOUT_FILES
	confine_prepare();
#endif
	if (variant->before)
		ASSERT_EQ(0, variant->before(self->client));
	confine_events_clear(self->client);
}

FIXTURE_TEARDOWN(attempt)
{
	if (variant->after)
		variant->after();
	gabion_netlink_close(self->client);
}

TEST_F(attempt, works_on_the_host)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, variant->run));
}

TEST_F(attempt, works_when_granted)
{
	EXPECT_EQ(0, confine_run(self->client, "granted", variant->run)) {
		confine_events_count(self->client,
				     &(struct confine_expect){ .object = "(none: list all)" });
	}
}

TEST_F(attempt, is_refused_and_recorded)
{
	const char *domain = variant->refused_by ?: "refused";
	struct confine_expect expect = {
		.type = GABION_EVENT_ACCESS,
		.verdict = GABION_VERDICT_DENIED,
		.klass = variant->klass,
		.refused = variant->refused,
		.domain = domain,
		.object = variant->object,
		.target = variant->target,
	};

	EXPECT_EQ(variant->error, confine_run(self->client, domain, variant->run));
	EXPECT_LE(1, confine_events_count(self->client, &expect));
}

#endif /* GABION_SELFTESTS_ATTEMPT_H */
