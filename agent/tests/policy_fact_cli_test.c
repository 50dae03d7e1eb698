// SPDX-License-Identifier: GPL-2.0
/* --fact: given a policy with a condition, what commands answer where other facts hold. */
#include "cli_process.h"

/* One branch has a mistake that only shows where it is taken. */
#define POLICY                                                                                     \
	"level low < high\n"                                                                       \
	"if kernel >= 6.6 {\n"                                                                     \
	"domain a {\n level low\n read /a\n}\n"                                                    \
	"} else {\n"                                                                               \
	"domain a {\n level low\n read nowhere\n}\n"                                               \
	"}\n"

static void query(void **state)
{
	struct cli *cli = *state;

	cli_file(cli, "new", POLICY);
	assert_int_equal(cli_run(cli, "query --policy new --fact kernel=6.12 a read /a"), 0);
	assert_int_equal(cli_run(cli, "query --policy new --fact kernel=6.12 a read /b"), 1);
	assert_int_equal(cli_run(cli, "query --policy new --fact kernel=6.1 a read /a"), 2);
	cli_says(cli, "unknown resource \"nowhere\"");
	assert_int_equal(cli_run(cli, "query --policy new --fact kernel a read /a"), 64);
}

static void diff(void **state)
{
	struct cli *cli = *state;

	cli_file(cli, "old", "level low < high\ndomain a {\n level low\n read /a\n}\n");
	cli_file(cli, "new", POLICY);
	assert_int_equal(cli_run(cli, "diff --fact kernel=6.6 old new"), 0);
	assert_int_equal(cli_run(cli, "diff --fact kernel=6.1 old new"), 2);
	cli_says(cli, "unknown resource \"nowhere\"");
	assert_int_equal(cli_run(cli, "diff --fact nonsense old new"), 64);
	/* What is compiled cannot be compiled otherwise. */
	assert_int_equal(cli_run(cli, "check --output image old"), 0);
	assert_int_equal(cli_run(cli, "diff --fact kernel=6.6 image new"), 2);
	cli_says(cli, "--fact comes too late");
}

static void flow(void **state)
{
	struct cli *cli = *state;

	cli_file(cli, "new", POLICY);
	assert_int_equal(cli_run(cli, "flow --policy new --fact kernel=6.6"), 0);
	assert_int_equal(cli_run(cli, "flow --policy new --fact kernel=6.1"), 2);
	cli_says(cli, "unknown resource \"nowhere\"");
	assert_int_equal(cli_run(cli, "flow --policy new --fact nonsense"), 64);
}

static void load(void **state)
{
	struct cli *cli = *state;

	/* What is loaded: load_flow_test.c, where there is a kernel. */
	cli_file(cli, "new", POLICY);
	assert_int_equal(cli_run(cli, "load --fact kernel=6.6 --image new"), 64);
	cli_says(cli, "--fact comes too late");
	assert_int_equal(cli_run(cli, "load --fact nonsense new"), 64);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, cli_setup, cli_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(query),
		TEST(diff),
		TEST(flow),
		TEST(load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
