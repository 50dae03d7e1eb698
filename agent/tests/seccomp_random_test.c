// SPDX-License-Identifier: GPL-2.0
/*
 * Filters at random: the program that is made of one says of any call what
 * gabion_filter_judge(), which the kernel uses, says of it.  GABION_SEED=N repeats a run.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "../policy/syscall_names.h"
#include "../seccomp/program.h"
#include "seccomp_bpf.h"
#include "seccomp_views.h"
#include "seed.h"
#include "test.h"

#define SAMPLES	 1200000UL
#define PER_VIEW 3000U /* libseccomp takes longer to generate than they take to run */

static void compare(const struct gabion_view *view, const struct gabion_policy_filter *filter,
		    const struct gabion_program *program, u64 *state, unsigned int samples)
{
	struct seccomp_data data;
	struct test_call call;
	u32 expected, got;

	while (samples--) {
		call_random(view, filter, state, &call);
		call_data(&call, &data);
		expected = call_expected(view, filter, &call);
		got = seccomp_bpf_run(program->insns, &data);
		if (got != expected)
			fail_msg("%s %#x(%#llx, %#llx, %#llx, %#llx, %#llx, %#llx): %#x instead of "
				 "%#x",
				 gabion_abi_name(call.abi), call.number,
				 (unsigned long long)call.arguments[0],
				 (unsigned long long)call.arguments[1],
				 (unsigned long long)call.arguments[2],
				 (unsigned long long)call.arguments[3],
				 (unsigned long long)call.arguments[4],
				 (unsigned long long)call.arguments[5], got, expected);
	}
}

/* Linear and binary search in turn. */
static void random_filters(void **data)
{
	unsigned long done = 0, views = 0, refused = 0;
	struct test_view *v = malloc(sizeof(*v));
	u64 state = test_seed();
	const char *why;
	int err;

	(void)data;
	for (; done < SAMPLES; views++) {
		cleanup_program struct gabion_program program = {0};
		struct gabion_error error = {0};

		view_random(v, &state);
		err = gabion_program_build(&program, &v->view, &v->filter, views & 1, &error);
		if (err == -E2BIG) {
			refused++;
			continue;
		}
		if (err)
			fail_msg("%s", error.text);
		why = seccomp_bpf_check(program.insns, program.n);
		if (why)
			fail_msg("the kernel would refuse the program: %s", why);
		compare(&v->view, &v->filter, &program, &state, PER_VIEW);
		done += PER_VIEW;
	}
	free(v);
	print_message("%lu samples of %lu filters; %lu refused as too large\n", done,
		      views - refused, refused);
	/* Or the bounds keep the test from what it is for. */
	assert_true(refused * 3 < views);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
