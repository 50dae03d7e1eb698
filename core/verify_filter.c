// SPDX-License-Identifier: GPL-2.0
/* Verifier of the syscall filters, and what io_uring means to them.  See syscall.h. */
#include "syscall.h"

#define NO GABION_NO_CALL

const struct gabion_uring_twin gabion_uring_twins[] = {
	{ "read", { 0, 3, 0 } },
	{ "readv", { 19, 145, 515 } },
	{ "preadv", { 295, 333, 534 } },
	{ "preadv2", { 327, 378, 546 } },
	{ "pread64", { 17, 180, 17 } },
	{ "write", { 1, 4, 1 } },
	{ "writev", { 20, 146, 516 } },
	{ "pwritev", { 296, 334, 535 } },
	{ "pwritev2", { 328, 379, 547 } },
	{ "pwrite64", { 18, 181, 18 } },
	{ "fsync", { 74, 118, 74 } },
	{ "fdatasync", { 75, 148, 75 } },
	{ "sync_file_range", { 277, 314, 277 } },
	{ "sendmsg", { 46, 370, 518 } },
	{ "sendto", { 44, 369, 44 } },
	{ "recvmsg", { 47, 372, 519 } },
	{ "recvfrom", { 45, 371, 517 } },
	{ "accept", { 43, NO, 43 } },
	{ "accept4", { 288, 364, 288 } },
	{ "connect", { 42, 362, 42 } },
	{ "bind", { 49, 361, 49 } },
	{ "listen", { 50, 363, 50 } },
	{ "socket", { 41, 359, 41 } },
	{ "shutdown", { 48, 373, 48 } },
	{ "setsockopt", { 54, 366, 541 } },
	{ "getsockopt", { 55, 365, 542 } },
	{ "fallocate", { 285, 324, 285 } },
	{ "ftruncate", { 77, 93, 77 } },
	{ "openat", { 257, 295, 257 } },
	{ "openat2", { 437, 437, 437 } },
	{ "close", { 3, 6, 3 } },
	{ "statx", { 332, 383, 332 } },
	{ "fadvise64", { 221, 250, 221 } },
	{ "madvise", { 28, 219, 28 } },
	{ "epoll_ctl", { 233, 255, 233 } },
	{ "poll", { 7, 168, 7 } },
	{ "splice", { 275, 313, 275 } },
	{ "tee", { 276, 315, 276 } },
	{ "renameat2", { 316, 353, 316 } },
	{ "unlinkat", { 263, 301, 263 } },
	{ "mkdirat", { 258, 296, 258 } },
	{ "symlinkat", { 266, 304, 266 } },
	{ "linkat", { 265, 303, 265 } },
	{ "setxattr", { 188, 226, 188 } },
	{ "fsetxattr", { 190, 228, 190 } },
	{ "getxattr", { 191, 229, 191 } },
	{ "fgetxattr", { 193, 231, 193 } },
	{ "futex", { 202, 240, 202 } },
	{ "futex_waitv", { 449, 449, 449 } },
	{ "futex_wake", { 454, 454, 454 } },
	{ "futex_wait", { 455, 455, 455 } },
	{ "waitid", { 247, 284, 529 } },
};

const u32 gabion_uring_ntwins = sizeof(gabion_uring_twins) / sizeof(gabion_uring_twins[0]);

const struct gabion_policy_filter *gabion_filter_find(const struct gabion_view *view, u32 domain)
{
	u32 low = 0, high = view->nfilters;

	while (low < high) {
		u32 middle = low + (high - low) / 2, at = le32_to_cpu(view->filters[middle].domain);

		if (at == domain)
			return &view->filters[middle];
		if (at < domain)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool gabion_filter_has_uring(const struct gabion_view *view,
			     const struct gabion_policy_filter *filter, u32 abi)
{
	u32 setup = gabion_filter_entry(view, filter, abi, GABION_CALL_URING_SETUP);
	u32 enter = gabion_filter_entry(view, filter, abi, GABION_CALL_URING_ENTER);

	return !gabion_outcome_never_runs(setup) || !gabion_outcome_never_runs(enter);
}

const struct gabion_uring_twin *
gabion_filter_missing_twin(const struct gabion_view *view,
			   const struct gabion_policy_filter *filter, u32 abi, u32 *next)
{
	while (*next < gabion_uring_ntwins) {
		const struct gabion_uring_twin *twin = &gabion_uring_twins[(*next)++];
		u16 number = twin->number[abi];

		if (number != GABION_NO_CALL &&
		    !gabion_outcome_always_runs(gabion_filter_entry(view, filter, abi, number)))
			return twin;
	}
	return NULL;
}

/* @from: index of the test that leads to @outcome plus one; 0 for an entry of CALLS. */
static const char *check_outcome(const struct gabion_view *view, u32 outcome, u32 from)
{
	u32 data = GABION_OUTCOME_DATA(outcome);

	if (outcome & GABION_OUTCOME_TEST) {
		u32 index = outcome & ~GABION_OUTCOME_TEST;

		if (index >= view->ntests)
			return "outcome: no such test";
		return index < from ? "test: leads back" : NULL;
	}
	if ((outcome & ~GABION_OUTCOME_QUIET) >> 24)
		return "outcome: unknown flag";
	switch (GABION_OUTCOME_ACTION(outcome)) {
	case GABION_ACTION_TRACE:
	case GABION_ACTION_TRAP:
		return NULL;
	case GABION_ACTION_ERRNO:
		return data && data <= GABION_ERRNO_MAX ? NULL : "outcome: errno out of range";
	case GABION_ACTION_ALLOW:
	case GABION_ACTION_LOG:
	case GABION_ACTION_KILL:
		return data ? "outcome: data where none belongs" : NULL;
	default:
		return "outcome: unknown action";
	}
}

static const char *check_tests(const struct gabion_view *view)
{
	const char *why;
	u32 i, j;

	for (i = 0; i < view->ntests; i++) {
		const struct gabion_policy_test *t = &view->tests[i];

		if (t->argument > 5)
			return "test: no such argument";
		for (j = 0; j < sizeof(t->reserved); j++)
			if (t->reserved[j])
				return "test: reserved byte is not zero";
		why = check_outcome(view, le32_to_cpu(t->on_true), i + 1);
		if (!why)
			why = check_outcome(view, le32_to_cpu(t->on_false), i + 1);
		if (why)
			return why;
	}
	return NULL;
}

static const char *check_abi(const struct gabion_view *view,
			     const struct gabion_policy_filter *filter, u32 abi)
{
	const struct gabion_policy_calls *calls = &filter->abi[abi];
	u32 first = le32_to_cpu(calls->first), count = le32_to_cpu(calls->count), next = 0;
	u32 otherwise = le32_to_cpu(calls->otherwise);
	const char *why;

	if (count > GABION_CALLS_MAX)
		return "filter: more than 2048 numbers";
	if (first > view->ncalls || count > view->ncalls - first)
		return "filter: calls out of range";
	why = check_outcome(view, otherwise, 0);
	if (why)
		return why;
	/* A syscall that the compiler did not know of must not run. */
	if ((otherwise & GABION_OUTCOME_TEST) || gabion_outcome_runs(otherwise))
		return "filter: unknown numbers are not refused";
	if (gabion_filter_has_uring(view, filter, abi) &&
	    gabion_filter_missing_twin(view, filter, abi, &next))
		return "filter: io_uring can do what the domain may not call";
	return NULL;
}

const char *gabion_verify_filters(const struct gabion_view *view)
{
	const char *why;
	u32 i, abi;

	if (view->ntests > GABION_TESTS_MAX)
		return "more than 65536 tests of arguments";
	why = check_tests(view);
	for (i = 0; !why && i < view->ncalls; i++)
		why = check_outcome(view, le32_to_cpu(view->calls[i]), 0);
	for (i = 0; !why && i < view->nfilters; i++) {
		u32 domain = le32_to_cpu(view->filters[i].domain);

		if (domain >= view->ndomains)
			return "filter: no such domain";
		if (i && domain <= le32_to_cpu(view->filters[i - 1].domain))
			return "filters are not ascending by domain";
		for (abi = 0; !why && abi < GABION_ABI_END; abi++)
			why = check_abi(view, &view->filters[i], abi);
	}
	return why;
}
