// SPDX-License-Identifier: GPL-2.0
#include "seccomp_views.h"

#include <assert.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

void view_init(struct test_view *v, u32 count, u32 otherwise)
{
	u32 abi, i;

	assert(3 * count <= VIEW_CALLS_MAX);
	memset(v, 0, sizeof(*v));
	memcpy(v->strings, "\0host\0web", 10);
	v->domains[0].name = cpu_to_le32(1);
	v->domains[1].name = cpu_to_le32(6);
	v->filter.domain = cpu_to_le32(1);
	for (abi = 0; abi < GABION_ABI_END; abi++)
		v->filter.abi[abi] = (struct gabion_policy_calls){
			cpu_to_le32(abi * count),
			cpu_to_le32(count),
			cpu_to_le32(otherwise),
		};
	for (i = 0; i < 3 * count; i++)
		v->calls[i] = cpu_to_le32(otherwise);
	v->view = (struct gabion_view){
		.strings = v->strings,
		.strings_size = 10,
		.domains = v->domains,
		.ndomains = 2,
		.filters = &v->filter,
		.nfilters = 1,
		.calls = v->calls,
		.ncalls = 3 * count,
		.tests = v->tests,
	};
}

void view_set(struct test_view *v, u32 abi, u32 number, u32 outcome)
{
	assert(number < le32_to_cpu(v->filter.abi[abi].count));
	v->calls[le32_to_cpu(v->filter.abi[abi].first) + number] = cpu_to_le32(outcome);
}

void view_set_all(struct test_view *v, u32 number, u32 outcome)
{
	u32 abi;

	for (abi = 0; abi < GABION_ABI_END; abi++)
		view_set(v, abi, number, outcome);
}

/* From the end, so that a test that is led to has the greater index. */
u32 view_test(struct test_view *v, u32 argument, u64 mask, u64 low, u64 high, u32 on_true,
	      u32 on_false)
{
	u32 index = VIEW_TESTS_MAX - 1 - v->view.ntests++;

	assert(v->view.ntests < VIEW_TESTS_MAX);
	v->tests[index] = (struct gabion_policy_test){
		.mask = cpu_to_le64(mask),
		.low = cpu_to_le64(low),
		.high = cpu_to_le64(high),
		.on_true = cpu_to_le32(on_true),
		.on_false = cpu_to_le32(on_false),
		.argument = (u8)argument,
	};
	return GABION_OUTCOME_TEST | index;
}

u64 random_next(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

static u32 below(u64 *state, u32 n)
{
	return (u32)((random_next(state) >> 32) % n);
}

static u32 random_end(u64 *state)
{
	static const u32 ends[] = {
		ALLOW,	       ALLOW,	     LOG,	TRACE(0),
		TRACE(0xffff), ERRNO(1),     ERRNO(38), ERRNO(4095),
		TRAP(0),       TRAP(0xffff), KILL,	ERRNO(1) | GABION_OUTCOME_QUIET,
	};

	return ends[below(state, sizeof(ends) / sizeof(*ends))];
}

static u64 random_mask(u64 *state)
{
	static const u64 masks[] = {
		~0ULL,	    ~0ULL, ~0ULL, 0xffffffff, 0xffffffff,  0xff,	 0xf0f0,
		0x7e020000, 1,	   0,	  1ULL << 63, ~0ULL << 32, 0xff000000ff, 0x80000001,
	};
	u32 i = below(state, sizeof(masks) / sizeof(*masks) + 2);

	return i < sizeof(masks) / sizeof(*masks) ? masks[i] : random_next(state);
}

/* Numbers that are near to something. */
static u64 random_value(u64 *state)
{
	u64 r = random_next(state);

	switch (below(state, 6)) {
	case 0:
		return r % 17;
	case 1:
		return (1ULL << r % 64) - 1 + below(state, 3);
	case 2:
		return 0xffffffff00000000ULL | (r & 0xffffffff);
	case 3:
		return (r % 5) << 32 | r % 7;
	case 4:
		return r & 0xffffffff;
	default:
		return r;
	}
}

static u32 random_test(struct test_view *v, u64 *state, u32 on_true, u32 on_false)
{
	u64 mask = random_mask(state), low = random_value(state), high;

	if (below(state, 8))
		low &= mask; /* otherwise perhaps never true */
	switch (below(state, 8)) {
	case 0:
		high = ~0ULL;
		break;
	case 1:
		high = low;
		low = 0;
		break;
	case 2:
		high = low + below(state, 20); /* may wrap: never true */
		break;
	case 3:
		high = random_value(state);
		break;
	default:
		high = low;
	}
	/* Few arguments, so that tests of one meet on a path. */
	return view_test(v, below(state, 5) ? below(state, 2) : below(state, 6), mask, low, high,
			 on_true, on_false);
}

/* A graph: what is led to is often led to from elsewhere as well. */
static u32 random_graph(struct test_view *v, u64 *state)
{
	u32 nodes[6], n = 0, i, size = 1 + below(state, 5), to[2];

	if (v->view.ntests + size >= VIEW_TESTS_MAX)
		return random_end(state);
	while (n < size) {
		for (i = 0; i < 2; i++)
			to[i] = n && below(state, 5) > 1 ? nodes[n - 1 - below(state, n) % 2]
							 : random_end(state);
		nodes[n++] = random_test(v, state, to[0], to[1]);
	}
	return nodes[n - 1];
}

void view_random(struct test_view *v, u64 *state)
{
	static const u32 otherwise[] = {ERRNO(38), ERRNO(38), ERRNO(1), KILL, TRAP(3), TRACE(9)};
	u32 abi, number, mostly, count = 1 + below(state, below(state, 4) ? 24 : 500);

	view_init(v, count, ERRNO(38));
	for (abi = 0; abi < GABION_ABI_END; abi++) {
		v->filter.abi[abi].otherwise = cpu_to_le32(otherwise[below(state, 6)]);
		v->filter.abi[abi].count = cpu_to_le32(below(state, count + 1));
		mostly = random_end(state);
		for (number = 0; number < count; number++)
			v->calls[abi * count + number] =
				cpu_to_le32(below(state, 4)   ? mostly
					    : below(state, 4) ? random_end(state)
							      : random_graph(v, state));
	}
}

/* The value at, or next to, a bound of @t, with anything where it does not look. */
static u64 near(const struct gabion_policy_test *t, u64 *state)
{
	u64 value = below(state, 2) ? le64_to_cpu(t->low) : le64_to_cpu(t->high);
	u64 mask = le64_to_cpu(t->mask), noise = below(state, 3) ? random_next(state) : 0;

	switch (below(state, 6)) {
	case 0:
		value++;
		break;
	case 1:
		value--;
		break;
	case 2:
		value ^= 1ULL << below(state, 64);
		break;
	}
	return below(state, 4) ? (value & mask) | (noise & ~mask) : value;
}

void call_random(const struct gabion_view *view, const struct gabion_policy_filter *filter,
		 u64 *state, struct test_call *call)
{
	static const u32 odd[] = {0xffffffff, 0x3fffffff, 0x80000000, 0xbfffffff, 0x7fffffff, 700};
	u32 count, outcome, i;

	call->abi = below(state, GABION_ABI_END);
	count = le32_to_cpu(filter->abi[call->abi].count);
	call->number = below(state, 16) ? below(state, count + 2) : odd[below(state, 6)];
	/* Bit 30 makes it x32's, but -1 is of x86-64. */
	if (call->abi == GABION_ABI_X32)
		call->number &= ~GABION_X32_BIT;
	if (call->abi == GABION_ABI_X86_64 && call->number != 0xffffffff)
		call->number &= ~GABION_X32_BIT;
	if (call->abi == GABION_ABI_X32 && (call->number | GABION_X32_BIT) == 0xffffffff)
		call->number = 0;
	for (i = 0; i < 6; i++)
		call->arguments[i] = random_value(state);
	/*
	 * Down the graph: each argument gets what one test of it, not always the first, looks
	 * for.
	 */
	outcome = gabion_filter_entry(view, filter, call->abi, call->number);
	while (outcome & GABION_OUTCOME_TEST) {
		const struct gabion_policy_test *t = &view->tests[outcome & ~GABION_OUTCOME_TEST];

		if (below(state, 4))
			call->arguments[t->argument] = near(t, state);
		outcome = le32_to_cpu(below(state, 2) ? t->on_true : t->on_false);
	}
	for (i = 0; call->abi == GABION_ABI_I386 && i < 6; i++)
		call->arguments[i] &= 0xffffffff;
}

void call_data(const struct test_call *call, struct seccomp_data *data)
{
	memset(data, 0, sizeof(*data));
	data->arch = call->abi == GABION_ABI_I386 ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64;
	data->nr = (int)call_raw_number(call);
	data->instruction_pointer = 0x401000;
	memcpy(data->args, call->arguments, sizeof(data->args));
}

u32 call_expected(const struct gabion_view *view, const struct gabion_policy_filter *filter,
		  const struct test_call *call)
{
	u32 outcome = gabion_filter_judge(view, filter, call->abi, call->number, call->arguments);
	u32 data = GABION_OUTCOME_DATA(outcome);

	switch (GABION_OUTCOME_ACTION(outcome)) {
	case GABION_ACTION_ALLOW:
		return SECCOMP_RET_ALLOW;
	case GABION_ACTION_LOG:
		return SECCOMP_RET_LOG;
	case GABION_ACTION_TRACE:
		return SECCOMP_RET_TRACE | data;
	case GABION_ACTION_ERRNO:
		return SECCOMP_RET_ERRNO | data;
	case GABION_ACTION_TRAP:
		return SECCOMP_RET_TRAP | data;
	default:
		return SECCOMP_RET_KILL_PROCESS;
	}
}
