// SPDX-License-Identifier: GPL-2.0
/*
 * The policies of this tree compile, and are what they say of themselves.
 * Run from the top of the tree, or with GABION_POLICIES.
 */
#include "policy_fixture.h"

static void met(void **state)
{
	const char *path = getenv("GABION_POLICIES");
	struct gabion_compiled c;
	struct gabion_error error;
	size_t i;

	(void)state;
	path = path ? path : "policies";
	if (gabion_policy_compile(&c, &path, 1, &error)) {
		gabion_diagnostics_print(&c.diagnostics, stderr);
		fail_msg("%s", error.text);
	}
	assert_int_equal(c.diagnostics.n, 0);
	assert_true(c.expectations.n >= 20);
	for (i = 0; i < c.expectations.n; i++) {
		const struct gabion_expectation *e = &c.expectations.items[i];
		struct gabion_answer answer;

		if (gabion_expectation_check(e, &c.view, &answer, &error) != 1)
			fail_msg("%s:%u: %s %s %s", e->file, e->line, e->domain, e->verb,
				 e->object);
		gabion_answer_free(&answer);
	}
	gabion_compiled_free(&c);
}

static void not_met_is_seen(void **state)
{
	static const char text[] =
		"domain d {\n read /a\n}\nexpect d deny read /a\nexpect d allow read /b\n"
		"expect d allow read \"/a\"\n";
	struct gabion_compiled c;
	struct gabion_answer answer;
	struct gabion_error error;
	size_t i;

	(void)state;
	policy_compile(&c, text);
	assert_int_equal(c.expectations.n, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(gabion_expectation_check(&c.expectations.items[i], &c.view,
							  &answer, &error),
				 i == 2);
		gabion_answer_free(&answer);
	}
	assert_int_equal(c.expectations.items[1].line, 5);
	gabion_compiled_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(met),
		cmocka_unit_test(not_met_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
