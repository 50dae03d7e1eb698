/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture that most tests share: a client, a fresh test folder, no events.
 * Include after kselftest_harness.h.
 */
#ifndef GABION_SELFTESTS_FIXTURE_H
#define GABION_SELFTESTS_FIXTURE_H

#include "confine.h"

/* Setup and teardown of a FIXTURE that was declared with GABION_FIXTURE_MEMBERS. */
#define GABION_FIXTURE_MEMBERS struct gabion_netlink *client;

#define GABION_FIXTURE_LIFE(name) GABION_FIXTURE_LIFE_WITH(name, 0)

/* The same; @prepare, an expression that is 0 when it went well, comes after the folder is made. */
#define GABION_FIXTURE_LIFE_WITH(name, prepare)	GABION_FIXTURE_LIFE_BETWEEN(name, prepare, 0)

/* The same; @undo, likewise, takes away at the end what @prepare made. */
#define GABION_FIXTURE_LIFE_BETWEEN(name, prepare, undo)			\
	FIXTURE_SETUP(name)							\
	{									\
		struct gabion_error error = { 0 };				\
										\
		self->client = NULL;						\
		ASSERT_EQ(0, gabion_netlink_open(&self->client, &error))	\
			TH_LOG("%s", error.text);				\
		confine_prepare();						\
		ASSERT_EQ(0, prepare);						\
		confine_events_clear(self->client);				\
	}									\
	FIXTURE_TEARDOWN(name)							\
	{									\
		EXPECT_EQ(0, undo);						\
		gabion_netlink_close(self->client);				\
	}

/* A fixture with nothing else, and no variants. */
#define GABION_FIXTURE(name)	\
	FIXTURE(name) { GABION_FIXTURE_MEMBERS };	\
	GABION_FIXTURE_LIFE(name)

/* Shorthand for operations that return -1 and set errno. */
#define ATTEMPT(call) ((call) < 0 ? errno : 0)

#endif /* GABION_SELFTESTS_FIXTURE_H */
