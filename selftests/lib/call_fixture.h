/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fixture for one call in one domain: what comes of it, and the event, if any.
 * Include after kselftest_harness.h.
 */
#ifndef GABION_SELFTESTS_CALL_FIXTURE_H
#define GABION_SELFTESTS_CALL_FIXTURE_H

#include <signal.h>
#include "call.h"
#include "fixture.h"

#define KILLED		(128 + SIGSYS)
#define ALLOWED		GABION_VERDICT_ALLOWED
#define DENIED		GABION_VERDICT_DENIED
#define COMPLAIN	GABION_VERDICT_COMPLAIN

/*
 * CALL_FIXTURE(name): variants are made with CALL_VARIANT().
 * result: of the call, or KILLED; verdict: of the event, 0: none may be there;
 * outcome: of the event.
 */
#define CALL_FIXTURE(name)							\
	FIXTURE(name)								\
	{									\
		GABION_FIXTURE_MEMBERS						\
	};									\
	FIXTURE_VARIANT(name)							\
	{									\
		const char *domain;						\
		struct call call;						\
		long result;							\
		uint32_t verdict;						\
		uint32_t outcome;						\
	};									\
	GABION_FIXTURE_LIFE(name)						\
	TEST_F(name, result_and_event)						\
	{									\
		EXPECT_EQ(variant->result,					\
			  call_in(self->client, variant->domain, &variant->call)); \
		if (!variant->verdict) {					\
			EXPECT_EQ(0, call_events_all(self->client));		\
			return;							\
		}								\
		EXPECT_EQ(1, call_events(self->client, variant->domain, &variant->call, \
					 variant->verdict, variant->outcome));	\
	}

/* @made: struct call; @becomes: result; @says: verdict; @does, @value: action and its data */
#define CALL_VARIANT(fixture, name, where, made, becomes, says, does, value)	\
	FIXTURE_VARIANT_ADD(fixture, name) {					\
		.domain = where,						\
		.call = made,							\
		.result = becomes, .verdict = says,				\
		.outcome = GABION_OUTCOME(GABION_ACTION_##does, value),		\
	}

#endif /* GABION_SELFTESTS_CALL_FIXTURE_H */
