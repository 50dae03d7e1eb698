// SPDX-License-Identifier: GPL-2.0
/* gabion check: how warnings are shown, and when they are errors. */
#include "cli_process.h"

static void shown_and_let_pass(void **state)
{
	struct cli *cli = *state;

	cli_file(cli, "p.gabion", "domain d {\n\texecute /p/*\n\twrite\t/p/x\n}\n");
	assert_int_equal(cli_run(cli, "check p.gabion -o image"), 0);
	cli_says(cli, "p.gabion:3:8: warning: domain \"d\" may write what it may execute: /p/x\n"
		      "    3 | \twrite\t/p/x\n"
		      "      | \t     \t^~~~\n"
		      "      = keep what is written and what is executed apart; or, if it is meant "
		      "so, write `knowingly` before the rule\n"
		      "p.gabion:2:10: note: it may execute it by this\n");
	assert_true(cli_has(cli, "image"));
	/* Who asks is not told of them again. */
	assert_int_equal(cli_run(cli, "query --policy p.gabion d write /p/x"), 0);
	cli_does_not_say(cli, "warning");
	assert_int_equal(cli_run(cli, "check --json p.gabion"), 0);
	cli_says(cli, "\"severity\":\"warning\"");
}

static void taken_for_errors(void **state)
{
	struct cli *cli = *state;

	cli_file(cli, "p.gabion", "domain d {\n\texecute /p/*\n\twrite /p/x\n}\n");
	assert_int_equal(cli_run(cli, "check --werror -o image p.gabion"), 2);
	cli_says(cli, "gabion: the policy has 1 warning\n");
	assert_false(cli_has(cli, "image"));
	cli_file(cli, "q.gabion", "domain d {\n\texecute /p/*\n\tknowingly write /p/x\n}\n");
	assert_int_equal(cli_run(cli, "check --werror q.gabion"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, cli_setup, cli_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shown_and_let_pass),
		TEST(taken_for_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
