/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Syscall filters for tests, without the compiler: built by hand or at random,
 * and calls to try them with.
 */
#ifndef GABION_TESTS_SECCOMP_VIEWS_H
#define GABION_TESTS_SECCOMP_VIEWS_H

#include <linux/seccomp.h>

#include "../../core/syscall.h"

#define VIEW_CALLS_MAX 1536U
#define VIEW_TESTS_MAX 256U

/**
 * struct test_view - a policy with one domain, `web`, and its filter
 * @view:	of this structure, which must not move
 */
struct test_view {
	struct gabion_view view;
	struct gabion_policy_filter filter;
	struct gabion_policy_domain domains[2];
	struct gabion_policy_test tests[VIEW_TESTS_MAX];
	__le32 calls[VIEW_CALLS_MAX];
	char strings[16];
};

/* struct test_call - a call to try */
struct test_call {
	u32 abi;
	u32 number; /* without x32's bit */
	u64 arguments[6];
};

#define ALLOW	 GABION_OUTCOME(GABION_ACTION_ALLOW, 0)
#define LOG	 GABION_OUTCOME(GABION_ACTION_LOG, 0)
#define TRACE(n) GABION_OUTCOME(GABION_ACTION_TRACE, n)
#define ERRNO(n) GABION_OUTCOME(GABION_ACTION_ERRNO, n)
#define TRAP(n)	 GABION_OUTCOME(GABION_ACTION_TRAP, n)
#define KILL	 GABION_OUTCOME(GABION_ACTION_KILL, 0)

/* With x32's bit. */
static inline u32 call_raw_number(const struct test_call *call)
{
	return call->abi == GABION_ABI_X32 ? call->number | GABION_X32_BIT : call->number;
}

/* A filter that refuses everything with @otherwise, @count numbers of each ABI listed. */
void view_init(struct test_view *v, u32 count, u32 otherwise);
void view_set(struct test_view *v, u32 abi, u32 number, u32 outcome);
/* The same in every ABI. */
void view_set_all(struct test_view *v, u32 number, u32 outcome);
/* Add a test, behind those it leads to; returns the outcome that leads to it. */
u32 view_test(struct test_view *v, u32 argument, u64 mask, u64 low, u64 high, u32 on_true,
	      u32 on_false);

/* xorshift64*, from *@state, which is not 0. */
u64 random_next(u64 *state);

/* A filter at random, with what the verifier accepts but for io_uring. */
void view_random(struct test_view *v, u64 *state);

/* A call at random, mostly near what the filter looks at. */
void call_random(const struct gabion_view *view, const struct gabion_policy_filter *filter,
		 u64 *state, struct test_call *call);

/* What the kernel puts before a filter for @call. */
void call_data(const struct test_call *call, struct seccomp_data *data);

/* What a filter must return for it: SECCOMP_RET_* and data, by core/syscall.h. */
u32 call_expected(const struct gabion_view *view, const struct gabion_policy_filter *filter,
		  const struct test_call *call);

#endif /* GABION_TESTS_SECCOMP_VIEWS_H */
