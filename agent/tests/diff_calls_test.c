// SPDX-License-Identifier: GPL-2.0
/*
 * Differences of random syscall filters: whatever a call shows is told, and what is
 * told is so, with the arguments of the example.  GABION_SEED=N begins elsewhere.
 */
#include "../../core/syscall.h"
#include "../query/call_pairs.h"
#include "policy_fixture.h"
#include "seed.h"
#include "syscall_random.h"

#define POLICIES 60
#define SAMPLES	 1500

struct told {
	const struct gabion_compiled *both;
	uint32_t begin[2];
	struct gabion_call_pair pairs[256];
	size_t n;
};

static void tell(const struct gabion_call_pair *pair, void *data)
{
	struct told *told = data;
	int side;

	assert_int_not_equal(pair->outcome[0], pair->outcome[1]);
	for (side = 0; side < 2; side++)
		assert_int_equal(gabion_outcome_resolve(told->both[side].view.tests,
							told->begin[side], pair->arguments),
				 pair->outcome[side]);
	assert_true(told->n < 256);
	told->pairs[told->n++] = *pair;
}

static bool is_told(const struct told *told, const uint32_t outcome[2])
{
	size_t i;

	for (i = 0; i < told->n; i++)
		if (!memcmp(told->pairs[i].outcome, outcome, sizeof(told->pairs[i].outcome)))
			return true;
	return false;
}

/* What is told of the call that @s is one of. */
static struct told tell_all(const struct gabion_compiled both[2],
			    const struct gabion_random_sample *s)
{
	const struct gabion_policy_test *tests[2] = {both[0].view.tests, both[1].view.tests};
	struct told told = {.both = both};
	int side;

	for (side = 0; side < 2; side++) {
		const struct gabion_view *view = &both[side].view;

		told.begin[side] = gabion_filter_entry(
			view, gabion_filter_find(view, s->domain + 1), s->abi, s->number);
	}
	assert_int_equal(
		gabion_call_pairs(tests, told.begin, s->abi == GABION_ABI_I386, tell, &told), 0);
	return told;
}

/* True if the arguments of @s see a difference. */
static bool compare(const struct gabion_compiled both[2], const struct gabion_random_sample *s)
{
	struct told told = tell_all(both, s);
	uint32_t outcome[2];
	int side;

	for (side = 0; side < 2; side++)
		outcome[side] = gabion_outcome_resolve(both[side].view.tests, told.begin[side],
						       s->arguments);
	if (outcome[0] == outcome[1])
		return false;
	assert_true(is_told(&told, outcome));
	return true;
}

static void agree(void **state)
{
	uint64_t seed = test_seed(), n, i, differ = 0;

	(void)state;
	for (n = 0; n < POLICIES; n++) {
		struct gabion_random_policy *p = gabion_random_policy_new(seed + n);
		struct gabion_compiled both[2];
		struct gabion_random_sample s;

		policy_compile(&both[0], p->text);
		/* Another policy altogether; or the same, of which nothing may be told. */
		policy_compile(&both[1], p->text);
		for (i = 0; i < SAMPLES / 10; i++) {
			gabion_random_sample(p, i, &s);
			assert_false(compare(both, &s));
		}
		gabion_compiled_free(&both[1]);
		gabion_random_policy_free(p);
		p = gabion_random_policy_new(seed + n + 1);
		policy_compile(&both[1], p->text);
		for (i = 0; i < SAMPLES; i++) {
			gabion_random_sample(p, i, &s);
			differ += compare(both, &s);
		}
		gabion_compiled_free(&both[0]);
		gabion_compiled_free(&both[1]);
		gabion_random_policy_free(p);
	}
	assert_true(differ > (uint64_t)POLICIES * SAMPLES / 20);
}

/* Tests that look at different bits of one argument are seen together. */
static void bits_of_one_argument(void **state)
{
	static const char *const old = "domain d { syscalls clone(flags & 3 == 1) }\n";
	static const char *const new =
		"domain d { syscalls clone(flags & 3 == 1 and flags & 6 != 6) }\n";
	struct gabion_random_sample s = {.domain = 0, .number = 56};
	struct gabion_compiled both[2];

	(void)state;
	/* flags & 3 == 1 means that the bit of 2 is not set, so that the second test always holds.
	 */
	policy_compile(&both[0], old);
	policy_compile(&both[1], new);
	assert_int_equal(tell_all(both, &s).n, 0);
	gabion_compiled_free(&both[0]);
	gabion_compiled_free(&both[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agree),
		cmocka_unit_test(bits_of_one_argument),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
