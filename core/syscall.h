/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The syscall decision: (ABI, number, arguments) -> outcome.  The kernel judges
 * each call with it, the agent each query.
 */
#ifndef GABION_CORE_SYSCALL_H
#define GABION_CORE_SYSCALL_H

#include "view.h"

/* Set in the number of a call that comes by x32; nowhere in a filter. */
#define GABION_X32_BIT	0x40000000U

/* Where a test's outcome leads for these arguments. */
static inline u32 gabion_outcome_resolve(const struct gabion_policy_test *tests, u32 outcome,
					 const u64 *arguments)
{
	/* Ends: a test leads to tests of greater index only (verify_filter.c). */
	while (outcome & GABION_OUTCOME_TEST) {
		const struct gabion_policy_test *t = &tests[outcome & ~GABION_OUTCOME_TEST];
		u64 value = arguments[t->argument] & le64_to_cpu(t->mask);

		outcome = le32_to_cpu(value >= le64_to_cpu(t->low) && value <= le64_to_cpu(t->high) ?
					      t->on_true : t->on_false);
	}
	return outcome;
}

/* Outcome of a number, perhaps a test still. @number is without x32's bit. */
static inline u32 gabion_filter_entry(const struct gabion_view *view,
				      const struct gabion_policy_filter *filter, u32 abi, u32 number)
{
	const struct gabion_policy_calls *calls = &filter->abi[abi];

	if (number >= le32_to_cpu(calls->count))
		return le32_to_cpu(calls->otherwise);
	number = array_index_nospec(number, le32_to_cpu(calls->count));
	return le32_to_cpu(view->calls[le32_to_cpu(calls->first) + number]);
}

static inline u32 gabion_filter_judge(const struct gabion_view *view,
				      const struct gabion_policy_filter *filter, u32 abi,
				      u32 number, const u64 *arguments)
{
	return gabion_outcome_resolve(view->tests, gabion_filter_entry(view, filter, abi, number),
				      arguments);
}

/* Filter of the domain at index @domain, or NULL: it may call everything. */
const struct gabion_policy_filter *gabion_filter_find(const struct gabion_view *view, u32 domain);

/* Does a call with this outcome run? TRACE does not count: a tracer decides. */
static inline bool gabion_outcome_runs(u32 outcome)
{
	return GABION_OUTCOME_ACTION(outcome) <= GABION_ACTION_LOG;
}

/* Refused whatever the arguments and whoever traces? */
static inline bool gabion_outcome_never_runs(u32 outcome)
{
	return !(outcome & GABION_OUTCOME_TEST) &&
	       GABION_OUTCOME_ACTION(outcome) >= GABION_ACTION_ERRNO;
}

static inline bool gabion_outcome_always_runs(u32 outcome)
{
	return !(outcome & GABION_OUTCOME_TEST) && gabion_outcome_runs(outcome);
}

/**
 * struct gabion_uring_twin - a syscall that io_uring can do without calling it
 * @name:	as in the kernel's tables
 * @number:	by ABI; GABION_NO_CALL where the ABI lacks it
 */
struct gabion_uring_twin {
	const char *name;
	u16 number[GABION_ABI_END];
};

#define GABION_NO_CALL	0xffffU

/*
 * Those of every operation up to Linux 6.12, @gabion_uring_ntwins of them: of
 * IORING_OP_URING_CMD the commands of sockets.  What drivers do on such a command
 * has no syscall to go by; there the control point io_uring decides.
 */
extern const struct gabion_uring_twin gabion_uring_twins[];
extern const u32 gabion_uring_ntwins;

/* io_uring_setup and io_uring_enter, the same in every ABI. */
#define GABION_CALL_URING_SETUP	425
#define GABION_CALL_URING_ENTER	426

/* May @filter's domain use io_uring at all through @abi? */
bool gabion_filter_has_uring(const struct gabion_view *view,
			     const struct gabion_policy_filter *filter, u32 abi);

/*
 * A twin, from index *@next on, that may not be called unconditionally through
 * @abi; NULL: none is left. *@next goes behind it.
 */
const struct gabion_uring_twin *
gabion_filter_missing_twin(const struct gabion_view *view,
			   const struct gabion_policy_filter *filter, u32 abi, u32 *next);

/* Verifier of the three sections, called by gabion_view_open(): NULL or what is wrong. */
const char *gabion_verify_filters(const struct gabion_view *view);

#endif /* GABION_CORE_SYSCALL_H */
