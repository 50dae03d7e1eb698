// SPDX-License-Identifier: GPL-2.0
/*
 * The compiler against the reference interpreter: random policies, a million
 * calls.  GABION_SEED=N begins with another policy; a difference is shrunk.
 */
#include "../../core/syscall.h"
#include "policy_fixture.h"
#include "seed.h"
#include "syscall_random.h"

#define POLICIES 250
#define SAMPLES	 5000

static void show(const struct gabion_random_policy *p, const struct gabion_random_sample *s,
		 uint32_t got, uint32_t expected)
{
	fprintf(stderr, "seed %llu:\n%s\n", (unsigned long long)p->seed, p->text);
	fprintf(stderr,
		"domain %s, ABI %u, number %u (%s), arguments %#llx %#llx %#llx %#llx %#llx "
		"%#llx\n",
		p->domains[s->domain].name, s->abi, s->number,
		gabion_reference_name(s->abi, s->number) ?: "unknown",
		(unsigned long long)s->arguments[0], (unsigned long long)s->arguments[1],
		(unsigned long long)s->arguments[2], (unsigned long long)s->arguments[3],
		(unsigned long long)s->arguments[4], (unsigned long long)s->arguments[5]);
	fprintf(stderr, "the filter says %#x, the reference %#x\n", got, expected);
}

static uint32_t judge(const struct gabion_compiled *c, const struct gabion_random_sample *s)
{
	/* Domain 0 is the host. */
	const struct gabion_policy_filter *filter = gabion_filter_find(&c->view, s->domain + 1);

	assert_non_null(filter);
	return gabion_filter_judge(&c->view, filter, s->abi, s->number, s->arguments);
}

static bool differs(const struct gabion_random_policy *p, const struct gabion_random_sample *s)
{
	struct gabion_compiled c;
	bool differs;

	policy_compile(&c, p->text);
	differs = judge(&c, s) != gabion_reference_judge(p, s);
	gabion_compiled_free(&c);
	return differs;
}

/* Leave out what does not matter, but for the last item: without one there is no filter. */
static void shrink(struct gabion_random_policy *p, const struct gabion_random_sample *s)
{
	size_t d, i, left;

	for (d = 0; d < GABION_RANDOM_DOMAINS; d++) {
		left = p->domains[d].filter.nitems;
		for (i = 0; i < p->domains[d].filter.nitems && left > 1; i++) {
			/* What keeps io_uring out has to stay. */
			if (p->domains[d].items[i].nnames &&
			    strstr(p->domains[d].items[i].names[0], "uring"))
				continue;
			gabion_random_policy_omit(p, d, i, true);
			if (d == s->domain && !differs(p, s))
				gabion_random_policy_omit(p, d, i, false);
			else
				left--;
		}
	}
}

static void agree(void **state)
{
	uint64_t seed = test_seed(), i, n;
	uint64_t actions[GABION_ACTION_END] = {};
	uint32_t got, expected, a;

	(void)state;
	for (n = 0; n < POLICIES; n++) {
		struct gabion_random_policy *p = gabion_random_policy_new(seed + n);
		struct gabion_random_sample s;
		struct gabion_compiled c;

		policy_compile(&c, p->text);
		for (i = 0; i < SAMPLES; i++) {
			gabion_random_sample(p, i, &s);
			got = judge(&c, &s);
			expected = gabion_reference_judge(p, &s);
			actions[GABION_OUTCOME_ACTION(got)]++;
			if (got == expected)
				continue;
			shrink(p, &s);
			show(p, &s, got, expected);
			fail_msg("the filter differs from the reference");
		}
		gabion_compiled_free(&c);
		gabion_random_policy_free(p);
	}
	/* Samples that all end alike would say nothing. */
	for (a = 0; a < GABION_ACTION_END; a++)
		assert_true(actions[a] > (uint64_t)POLICIES * SAMPLES / 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
