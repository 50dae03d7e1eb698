/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Something that a process holds because a policy grants it. Each is shown three times: it stays
 * with who is on the host, whatever the policies; it stays as long as they grant it; and it is gone
 * with the one that does not, which an event says.
 *
 * A test program includes this once, after kselftest_harness.h, adds variants, and ends with
 * TEST_HARNESS_MAIN.
 */
#ifndef GABION_SELFTESTS_HELD_H
#define GABION_SELFTESTS_HELD_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include "fixture.h"
#include "lost.h"
#include "revocable.h"
#include "source.h"
#include "worker.h"

static int held = -1;

static inline int held_take(int fd)
{
	held = fd;
	return fd < 0 ? errno : 0;
}

/* As a use, of what there is nothing to read or write in. */
static inline int held_is_there(void)
{
	return lost_outcome(held, fcntl(held, F_GETFD));
}

FIXTURE(held)
{
	GABION_FIXTURE_MEMBERS
	struct worker worker;
};

/**
 * @hold:	the process, in the domain "revocable": gets hold of it; returns 0 or an errno
 * @use:	the process: uses it; returns 0, EACCES if it is gone, or another errno
 * @before:	on the host, with @with in force: makes what it is about; NULL: nothing needed
 * @then:	on the host, once it is held
 * @after:	takes away what @before made
 * @with:	policy that grants it
 * @without:	policy that differs by the grant
 * @klass:	class of the event
 * @refused:	permissions (or number) that the event names
 * @target:	domain that the event names, NULL for those without
 */
FIXTURE_VARIANT(held)
{
	int (*hold)(void);
	int (*use)(void);
	int (*before)(struct gabion_netlink *client);
	int (*then)(void);
	void (*after)(void);
	const char *with, *without;
	uint32_t klass;
	uint32_t refused;
	const char *target;
};

FIXTURE_SETUP(held)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error))
		TH_LOG("%s", error.text);
	confine_prepare();
	ASSERT_EQ(0, source_load(self->client, variant->with));
	if (variant->before)
		ASSERT_EQ(0, variant->before(self->client));
	ASSERT_EQ(0, worker_start(&self->worker, variant->hold, variant->use));
}

FIXTURE_TEARDOWN(held)
{
	worker_end(&self->worker);
	if (variant->after)
		variant->after();
	EXPECT_EQ(0, source_restore(self->client));
	gabion_netlink_close(self->client);
}

/* It is held, and can be used; @domain NULL: by a process of the host. */
static int held_begin(struct gabion_netlink *client, const struct worker *worker,
		      const FIXTURE_VARIANT(held) *variant, const char *domain)
{
	int err = domain ? -confine_assign(client, worker->pid, domain) : 0;

	err = err ?: worker_do(worker, 's') ?: variant->then ? variant->then() : 0;
	return err ?: worker_do(worker, 'u');
}

/* Put @policy in force, which is another than any before. */
static int held_load_another(struct gabion_netlink *client, const char *policy)
{
	char text[2048];

	snprintf(text, sizeof(text), "%sresource another file " TEST_DIR "/another level middle\n",
		 policy);
	return source_load(client, text);
}

TEST_F(held, stays_on_the_host)
{
	ASSERT_EQ(0, held_begin(self->client, &self->worker, variant, NULL));
	ASSERT_EQ(0, source_load(self->client, variant->without));
	EXPECT_EQ(0, worker_do(&self->worker, 'u'));
}

TEST_F(held, stays_with_the_grant)
{
	ASSERT_EQ(0, held_begin(self->client, &self->worker, variant, "revocable"));
	confine_events_clear(self->client);
	ASSERT_EQ(0, held_load_another(self->client, variant->with));
	EXPECT_EQ(0, worker_do(&self->worker, 'u'));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .domain = "revocable" }));
}

TEST_F(held, goes_with_the_grant)
{
	ASSERT_EQ(0, held_begin(self->client, &self->worker, variant, "revocable"));
	confine_events_clear(self->client);
	ASSERT_EQ(0, source_load(self->client, variant->without));
	EXPECT_EQ(EACCES, worker_do(&self->worker, 'u'));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = variant->klass, .refused = variant->refused,
		.domain = "revocable", .target = variant->target }));
}

#endif /* GABION_SELFTESTS_HELD_H */
