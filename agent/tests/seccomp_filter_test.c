// SPDX-License-Identifier: GPL-2.0
/*
 * Given a filter, when it is translated for seccomp(2), then the program gives
 * each call the action that the filter gives it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/syscall_names.h"
#include "../seccomp/cubes.h"
#include "../seccomp/program.h"
#include "../seccomp/userns.h"
#include "seccomp_bpf.h"
#include "seccomp_views.h"
#include "test.h"

static struct test_view v;

static void build(struct gabion_program *program, bool binary_tree)
{
	struct gabion_error error = {0};
	const char *why;

	if (gabion_program_build(program, &v.view, &v.filter, binary_tree, &error))
		fail_msg("%s", error.text);
	why = seccomp_bpf_check(program->insns, program->n);
	if (why)
		fail_msg("the kernel would refuse the program: %s", why);
}

static u32 run(const struct gabion_program *program, const struct test_call *call)
{
	struct seccomp_data data;

	call_data(call, &data);
	return seccomp_bpf_run(program->insns, &data);
}

/* Linear and binary search both give @call the @expected action. */
static void expect(struct test_call call, u32 expected)
{
	int tree;

	assert_int_equal(call_expected(&v.view, &v.filter, &call), expected);
	for (tree = 0; tree < 2; tree++) {
		cleanup_program struct gabion_program program = {0};

		build(&program, tree);
		if (run(&program, &call) != expected)
			fail_msg("%s %u: %#x instead of %#x", gabion_abi_name(call.abi),
				 call.number, run(&program, &call), expected);
	}
}

static void every_action_with_its_data(void **state)
{
	static const struct {
		u32 outcome, seccomp;
	} actions[] = {
		{ALLOW, SECCOMP_RET_ALLOW},
		{LOG, SECCOMP_RET_LOG},
		{TRACE(0), SECCOMP_RET_TRACE},
		{TRACE(0xffff), SECCOMP_RET_TRACE | 0xffff},
		{ERRNO(1), SECCOMP_RET_ERRNO | 1},
		{ERRNO(4095), SECCOMP_RET_ERRNO | 4095},
		{ERRNO(13) | GABION_OUTCOME_QUIET, SECCOMP_RET_ERRNO | 13},
		{TRAP(0), SECCOMP_RET_TRAP},
		{TRAP(0xffff), SECCOMP_RET_TRAP | 0xffff},
		{KILL, SECCOMP_RET_KILL_PROCESS},
	};
	u32 abi, i;

	(void)state;
	view_init(&v, 20, ERRNO(38));
	for (i = 0; i < 10; i++)
		view_set_all(&v, i, actions[i].outcome);
	for (abi = 0; abi < GABION_ABI_END; abi++)
		for (i = 0; i < 10; i++)
			expect((struct test_call){.abi = abi, .number = i}, actions[i].seccomp);
}

static void each_abi_has_numbers_and_default_of_its_own(void **state)
{
	(void)state;
	view_init(&v, 10, ERRNO(38));
	v.filter.abi[GABION_ABI_I386].otherwise = cpu_to_le32(KILL);
	v.filter.abi[GABION_ABI_X32].otherwise = cpu_to_le32(TRAP(5));
	view_set(&v, GABION_ABI_X86_64, 3, ALLOW);
	view_set(&v, GABION_ABI_I386, 3, LOG);
	view_set(&v, GABION_ABI_X32, 3, ERRNO(1));
	expect((struct test_call){GABION_ABI_X86_64, 3, {0}}, SECCOMP_RET_ALLOW);
	expect((struct test_call){GABION_ABI_I386, 3, {0}}, SECCOMP_RET_LOG);
	expect((struct test_call){GABION_ABI_X32, 3, {0}}, SECCOMP_RET_ERRNO | 1);
	expect((struct test_call){GABION_ABI_X86_64, 10, {0}}, SECCOMP_RET_ERRNO | 38);
	expect((struct test_call){GABION_ABI_I386, 10, {0}}, SECCOMP_RET_KILL_PROCESS);
	expect((struct test_call){GABION_ABI_X32, 10, {0}}, SECCOMP_RET_TRAP | 5);
	/* -1 has x32's bit and is of x86-64; 0xc0000000 is of x32, 0x80000000 is not. */
	expect((struct test_call){GABION_ABI_X86_64, 0xffffffff, {0}}, SECCOMP_RET_ERRNO | 38);
	expect((struct test_call){GABION_ABI_X86_64, 0x80000000, {0}}, SECCOMP_RET_ERRNO | 38);
	expect((struct test_call){GABION_ABI_X32, 0x80000000, {0}}, SECCOMP_RET_TRAP | 5);
	expect((struct test_call){GABION_ABI_I386, 0xffffffff, {0}}, SECCOMP_RET_KILL_PROCESS);
	expect((struct test_call){GABION_ABI_I386, 0x40000003, {0}}, SECCOMP_RET_KILL_PROCESS);
}

/* libseccomp by itself has no rule for them outside of the native ABI. */
static void numbers_that_libseccomp_has_no_name_for(void **state)
{
	(void)state;
	view_init(&v, 512, ERRNO(38));
	assert_null(gabion_call_name(GABION_ABI_I386, 500));
	view_set_all(&v, 500, ALLOW);
	expect((struct test_call){GABION_ABI_X86_64, 500, {0}}, SECCOMP_RET_ALLOW);
	expect((struct test_call){GABION_ABI_I386, 500, {0}}, SECCOMP_RET_ALLOW);
	expect((struct test_call){GABION_ABI_X32, 500, {0}}, SECCOMP_RET_ALLOW);
	expect((struct test_call){GABION_ABI_I386, 501, {0}}, SECCOMP_RET_ERRNO | 38);
}

/* By itself it would grant socketcall(SYS_SOCKET) along with socket. */
static void i386_socket_does_not_bring_socketcall(void **state)
{
	(void)state;
	view_init(&v, 400, ERRNO(1));
	view_set(&v, GABION_ABI_I386, 359, ALLOW);
	expect((struct test_call){GABION_ABI_I386, 359, {2}}, SECCOMP_RET_ALLOW);
	expect((struct test_call){GABION_ABI_I386, 102, {1}}, SECCOMP_RET_ERRNO | 1);
}

/* By itself it would look at the lower halves only. */
static void x32_arguments_are_compared_whole(void **state)
{
	(void)state;
	view_init(&v, 4, ERRNO(1));
	view_set(&v, GABION_ABI_X32, 2, view_test(&v, 0, ~0ULL, 7, 7, ALLOW, ERRNO(1)));
	expect((struct test_call){GABION_ABI_X32, 2, {7}}, SECCOMP_RET_ALLOW);
	expect((struct test_call){GABION_ABI_X32, 2, {1ULL << 32 | 7}}, SECCOMP_RET_ERRNO | 1);
}

/* What a test says of the values around its bounds, for each operator of the policy. */
static void every_operator_at_its_bounds(void **state)
{
	static const u64 values[] = {0,		  1,	       7,	   0xfffffffe, 0xffffffff,
				     0x100000000, 0x700000000, ~0ULL >> 1, ~0ULL - 1,  ~0ULL};
	static const u64 masks[] = {~0ULL, 0xffffffff, 0xf0f, 1ULL << 63 | 1, 0};
	static const u64 steps[] = {0, 1, -1ULL, 1ULL << 32, 1ULL << 63};
	u32 abi, argument, m, a, b, negate, s;

	(void)state;
	for (m = 0; m < 5; m++)
		for (a = 0; a < 10; a++)
			for (b = 0; b < 10; b += 3)
				for (negate = 0; negate < 2; negate++) {
					cleanup_program struct gabion_program program = {0};
					u64 low = values[a] & masks[m], high = low + values[b];

					argument = (a + b) % 6;
					if (high < low)
						high = ~0ULL;
					view_init(&v, 2, ERRNO(38));
					view_set_all(&v, 1,
						     view_test(&v, argument, masks[m], low, high,
							       negate ? KILL : ALLOW,
							       negate ? ALLOW : KILL));
					build(&program, a & 1);
					for (abi = 0; abi < GABION_ABI_END; abi++)
						for (s = 0; s < 10; s++) {
							struct test_call call = {abi, 1, {0}};
							u64 x = (s & 1 ? low : high) + steps[s / 2];

							if (abi == GABION_ABI_I386)
								x &= 0xffffffff;
							call.arguments[argument] = x;
							assert_int_equal(run(&program, &call),
									 call_expected(&v.view,
										       &v.filter,
										       &call));
						}
				}
}

/* Neither condition nor its negation takes a rule for each combination of bits. */
static void conditions_on_several_arguments_stay_small(void **state)
{
	cleanup_program struct gabion_program program = {0};
	u32 either;

	(void)state;
	view_init(&v, 42, ERRNO(38));
	either = view_test(&v, 2, 0xffffffff, 0, 0, ALLOW, ERRNO(1));
	either = view_test(&v, 1, 0xffffffff, 2, 2, ALLOW, either);
	either = view_test(&v, 0, 0xffffffff, 16, 16, ALLOW, either);
	view_set(&v, GABION_ABI_X86_64, 41, either);
	expect((struct test_call){GABION_ABI_X86_64, 41, {1, 1, 1}}, SECCOMP_RET_ERRNO | 1);
	expect((struct test_call){GABION_ABI_X86_64, 41, {1, 1, 0}}, SECCOMP_RET_ALLOW);
	expect((struct test_call){GABION_ABI_X86_64, 41, {1, 2, 1}}, SECCOMP_RET_ALLOW);
	build(&program, false);
	assert_true(program.n < 600);
}

static void too_many_conditions_are_refused_by_name(void **state)
{
	cleanup_program struct gabion_program program = {0};
	struct gabion_error error = {0};
	u32 i, outcome = ALLOW;

	(void)state;
	view_init(&v, 42, ERRNO(38));
	/* Two outcomes, each on a product of negations: none can be the fallback of both. */
	outcome = view_test(&v, 5, ~0ULL, 7, 7, ALLOW, LOG);
	for (i = 0; i < 3; i++)
		outcome = view_test(&v, i, ~0ULL, 7, 7, KILL, outcome);
	view_set(&v, GABION_ABI_X86_64, 41, outcome);
	assert_int_equal(gabion_program_build(&program, &v.view, &v.filter, false, &error), -E2BIG);
	assert_non_null(strstr(error.text, "syscall socket of x86-64: its conditions on arguments "
					   "take more than 64 rules"));
}

static void a_program_too_long_for_the_kernel_is_refused(void **state)
{
	cleanup_program struct gabion_program program = {0};
	struct gabion_error error = {0};
	u32 i;

	(void)state;
	view_init(&v, 512, ERRNO(38));
	for (i = 0; i < 200; i++)
		view_set_all(&v, i, view_test(&v, i % 6, ~0ULL, i, 0xffff + i, ALLOW, ERRNO(1)));
	assert_int_equal(gabion_program_build(&program, &v.view, &v.filter, false, &error), -E2BIG);
	assert_non_null(strstr(error.text, "more than the 4096 instructions"));
}

/* All masks, lows and highs of six bits, which lie apart in the number. */
static u64 apart(u32 six)
{
	return (six & 3) | (u64)(six >> 2 & 3) << 31 | (u64)(six >> 4) << 62;
}

static void cubes_of_a_range_are_the_range(void **state)
{
	u32 mask, low, high, x, hits;
	size_t i;

	(void)state;
	for (mask = 0; mask < 64; mask++)
		for (low = 0; low < 64; low++)
			for (high = 0; high < 64; high += 3) {
				cleanup_cubes struct gabion_cubes set = {0};

				assert_int_equal(gabion_cubes_add_range(&set, apart(mask),
									apart(low), apart(high)),
						 0);
				assert_true(set.n <= 12);
				for (x = 0; x < 64; x++) {
					u64 value = apart(x) & apart(mask);

					for (hits = 0, i = 0; i < set.n; i++)
						hits += (apart(x) & set.cubes[i].mask) ==
							set.cubes[i].value;
					if (hits != (value >= apart(low) && value <= apart(high)))
						fail_msg("mask %u, %u..%u: %u is in %u cubes", mask,
							 low, high, x, hits);
				}
			}
}

/* Given what a domain may clone, unshare or clone3, then the ways to a user namespace are found. */
static void ways_to_a_user_namespace(void **state)
{
	const u64 newuser = 0x10000000;
	u32 i;

	(void)state;
	view_init(&v, 500, ERRNO(1));
	const struct {
		u32 clone;
		const char *calls;
	} cases[] = {
		{ALLOW, "clone"},
		{LOG, "clone"},
		{TRACE(0), "clone"},
		{ERRNO(38), ""},
		{view_test(&v, 0, newuser, newuser, newuser, KILL, ALLOW), ""},
		{view_test(&v, 0, newuser, 0, 0, ALLOW, TRAP(0)), ""},
		{view_test(&v, 0, newuser, newuser, newuser, LOG, ALLOW), "clone"},
		/* Only what threads take, and only another bit. */
		{view_test(&v, 0, 0xffffffff, 0x3d0f00, 0x3d0f00, ALLOW, ERRNO(1)), ""},
		{view_test(&v, 0, 0x20000000, 0, 0, ALLOW, ERRNO(1)), "clone"},
		{view_test(&v, 1, ~0ULL, 0, 0, ERRNO(1), ALLOW), "clone"},
	};
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *calls;

		view_set(&v, GABION_ABI_X86_64, 56, cases[i].clone);
		calls = gabion_userns_calls(&v.view, &v.filter);
		if (strcmp(calls, cases[i].calls))
			fail_msg("case %u: '%s' instead of '%s'", i, calls, cases[i].calls);
		free(calls);
	}
	view_init(&v, 500, ERRNO(1));
	view_set(&v, GABION_ABI_X86_64, 272, ALLOW);
	view_set(&v, GABION_ABI_I386, 120, ALLOW);
	/* Flags in memory: what a filter knows of the call cannot help. */
	view_set(&v, GABION_ABI_X32, 435, view_test(&v, 0, newuser, 0, 0, ALLOW, KILL));
	char *calls = gabion_userns_calls(&v.view, &v.filter);

	assert_string_equal(calls, "unshare, i386 clone, x32 clone3");
	free(calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_action_with_its_data),
		cmocka_unit_test(each_abi_has_numbers_and_default_of_its_own),
		cmocka_unit_test(numbers_that_libseccomp_has_no_name_for),
		cmocka_unit_test(i386_socket_does_not_bring_socketcall),
		cmocka_unit_test(x32_arguments_are_compared_whole),
		cmocka_unit_test(every_operator_at_its_bounds),
		cmocka_unit_test(conditions_on_several_arguments_stay_small),
		cmocka_unit_test(too_many_conditions_are_refused_by_name),
		cmocka_unit_test(a_program_too_long_for_the_kernel_is_refused),
		cmocka_unit_test(cubes_of_a_range_are_the_range),
		cmocka_unit_test(ways_to_a_user_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
