// SPDX-License-Identifier: GPL-2.0
/*
 * Policies at random, as text: the reference interpreter, the decision that kernel
 * and agent share, and the program made with libseccomp say the same of any call.
 * GABION_SEED=N repeats a run.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../../core/syscall.h"
#include "../policy/policy.h"
#include "../policy/syscall_names.h"
#include "../seccomp/program.h"
#include "seccomp_bpf.h"
#include "seccomp_views.h"
#include "seed.h"
#include "syscall_random.h"
#include "test.h"

#define SAMPLES	   1200000UL
#define PER_POLICY 40000U

/* struct subject - a domain of a policy, and its program; none: refused as too large */
struct subject {
	const struct gabion_policy_filter *filter;
	struct gabion_program program;
};

static void find_subjects(const struct gabion_view *view, const struct gabion_random_policy *policy,
			  bool binary_tree, struct subject *subjects, unsigned long *refused)
{
	struct gabion_error error;
	const char *why;
	u32 i, d;
	int err;

	for (i = 0; i < GABION_RANDOM_DOMAINS; i++) {
		for (d = 0; d < view->ndomains; d++)
			if (!strcmp(gabion_view_string(view, view->domains[d].name),
				    policy->domains[i].name))
				subjects[i].filter = gabion_filter_find(view, d);
		if (!subjects[i].filter)
			fail_msg("domain %s has no filter", policy->domains[i].name);
		err = gabion_program_build(&subjects[i].program, view, subjects[i].filter,
					   binary_tree, &error);
		if (err && err != -E2BIG)
			fail_msg("%s", error.text);
		if (err) {
			*refused += 1;
			gabion_program_free(&subjects[i].program);
			continue;
		}
		why = seccomp_bpf_check(subjects[i].program.insns, subjects[i].program.n);
		if (why)
			fail_msg("the kernel would refuse the program: %s", why);
	}
}

static void try_policy(const struct gabion_random_policy *policy, const struct gabion_view *view,
		       struct subject *subjects, unsigned long *done)
{
	struct gabion_random_sample sample;
	struct seccomp_data data;
	struct test_call call;
	u32 i, wanted, judged, got;

	for (i = 0; i < PER_POLICY; i++) {
		const struct subject *subject;

		gabion_random_sample(policy, i, &sample);
		subject = &subjects[sample.domain];
		wanted = gabion_reference_judge(policy, &sample);
		judged = gabion_filter_judge(view, subject->filter, sample.abi, sample.number,
					     sample.arguments);
		if (judged != wanted)
			fail_msg("policy %#llx, sample %u: filter %#x, reference %#x",
				 (unsigned long long)policy->seed, i, judged, wanted);
		/* Numbers with x32's bit reach a program as x32's, but for -1. */
		if (!subject->program.n ||
		    (sample.number & GABION_X32_BIT && sample.number != ~0U &&
		     sample.abi != GABION_ABI_I386))
			continue;
		call = (struct test_call){.abi = sample.abi, .number = sample.number};
		memcpy(call.arguments, sample.arguments, sizeof(call.arguments));
		call_data(&call, &data);
		wanted = call_expected(view, subject->filter, &call);
		got = seccomp_bpf_run(subject->program.insns, &data);
		if (got != wanted)
			fail_msg("policy %#llx, sample %u: %s of %s %u: program %#x, filter %#x",
				 (unsigned long long)policy->seed, i,
				 policy->domains[sample.domain].name, gabion_abi_name(sample.abi),
				 sample.number, got, wanted);
		++*done;
	}
}

static void random_policies(void **state)
{
	unsigned long done = 0, policies = 0, refused = 0;
	u64 seed = test_seed();
	u32 i;

	(void)state;
	for (; done < SAMPLES; policies++) {
		struct gabion_random_policy *policy = gabion_random_policy_new(seed + policies);
		struct subject subjects[GABION_RANDOM_DOMAINS] = {0};
		struct gabion_compiled compiled;
		struct gabion_error error;

		if (gabion_policy_compile_text(&compiled, "random.gabion", policy->text,
					       strlen(policy->text), &error)) {
			gabion_diagnostics_print(&compiled.diagnostics, stderr);
			fail_msg("policy %#llx: %s\n%s", (unsigned long long)policy->seed,
				 error.text, policy->text);
		}
		find_subjects(&compiled.view, policy, policies & 1, subjects, &refused);
		try_policy(policy, &compiled.view, subjects, &done);
		for (i = 0; i < GABION_RANDOM_DOMAINS; i++)
			gabion_program_free(&subjects[i].program);
		gabion_compiled_free(&compiled);
		gabion_random_policy_free(policy);
	}
	print_message("%lu samples of %lu policies; %lu of %lu filters refused as too large\n",
		      done, policies, refused, GABION_RANDOM_DOMAINS * policies);
	/* Or the bounds keep the test from what it is for. */
	assert_true(refused * 4 < GABION_RANDOM_DOMAINS * policies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
