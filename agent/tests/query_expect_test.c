// SPDX-License-Identifier: GPL-2.0
/* gabion test: expectations of every class; one that is not met says why. */
#include "cli_process.h"

static int test(void **state, const char *policy)
{
	struct cli *cli = *state;

	cli_file(cli, "p.gabion", policy);
	return cli_run(cli, "test p.gabion");
}

#define POLICY                                                                                     \
	"level low < high\n"                                                                       \
	"resource notes file /notes level low\n"                                                   \
	"resource dns udp port 53\n"                                                               \
	"domain a {\n"                                                                             \
	"	level high\n"                                                                            \
	"	read notes\n"                                                                            \
	"	trusted connect dns\n"                                                                   \
	"	ioctl(TIOCSTI) tty\n"                                                                    \
	"	signal b\n"                                                                              \
	"	capability chown\n"                                                                      \
	"	netlink route\n"                                                                         \
	"	control jit\n"                                                                           \
	"	syscalls read, openat(flags == 0)\n"                                                     \
	"	exec /bin/b as b\n"                                                                      \
	"}\n"                                                                                      \
	"domain b {\n enter /bin/b\n level high\n}\n"                                              \
	"resource tty file /dev/tty level high\n"

static void every_class(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(test(state, POLICY "expect a allow read /notes\n"
					    "expect a deny write /notes\n"
					    "expect a deny read unreachable\n"
					    "expect a allow connect udp 192.0.2.1 port 53\n"
					    "expect a deny connect icmp ::1\n"
					    "expect a allow signal b\n"
					    "expect b deny connect domain a\n"
					    "expect a allow schedule self\n"
					    "expect a allow ioctl(TIOCSTI) /dev/tty\n"
					    "expect a deny ioctl /dev/tty\n"
					    "expect a allow capability chown\n"
					    "expect a deny socket packet\n"
					    "expect a allow netlink route\n"
					    "expect a allow control jit\n"
					    "expect a allow syscall openat(flags = 0)\n"
					    "expect a deny syscall i386:read\n"
					    "expect b deny syscall x32:read\n"
					    "expect a allow execute /bin/b as b\n"
					    "expect host allow execute /bin/b as b\n"
					    "expect host allow execute /bin/c as host\n"),
			 0);
	cli_says(cli, "1..20\n");
	cli_says(cli, "ok 18 - p.gabion:38 a allow execute /bin/b as b\n");
	cli_says(cli, "# 20 expectations, 0 not met\n");
}

static void why_not(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(test(state, POLICY "expect a deny read /notes\n"
					    "expect a allow lock /notes\n"
					    "expect a deny syscall openat\n"
					    "expect host allow execute /bin/b as a\n"
					    "expect a allow delete /notes\n"),
			 1);
	cli_says(cli, "not ok 1 - p.gabion:21 a deny read /notes\n"
		      "# expected deny, is allowed (allowed)\n"
		      "# allowed\n"
		      "#   the level order permits it: the domain has level high, notes has level "
		      "low\n"
		      "#   p.gabion:6: allow read,stat notes\n");
	cli_says(cli, "not ok 3 - p.gabion:23 a deny syscall openat\n"
		      "# expected deny, is undecided (arguments)\n"
		      "# undecided\n#   it depends on arguments: give flags\n");
	cli_says(cli, "not ok 4 - p.gabion:24 host allow execute /bin/b as a\n"
		      "# expected allow, is allowed (allowed)\n"
		      "# expected in domain a, is in b\n");
	cli_says(cli, "#   no rule grants delete on notes\n");
	cli_says(cli, "# 5 expectations, 5 not met\n");
	assert_int_equal(cli_run(cli, "test --json p.gabion"), 1);
	cli_says(cli, "\"answer\":{\"domain\":\"a\",\"permission\":\"read\"");
	cli_says(cli, "\"expected_domain\":\"a\"");
}

static void wrong(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(test(state, POLICY "expect a allow execute /bin/b as c\n"), 2);
	cli_says(cli, "p.gabion:21:34: error: unknown domain \"c\"");
	cli_says(cli, "Bail out!");
	assert_int_equal(test(state, POLICY "expect a deny execute /bin/b as b\n"), 2);
	cli_says(cli, "error: `as` says which domain an execution enters");
	assert_int_equal(test(state, POLICY "expect a allow read /notes as b\n"), 2);
	cli_says(cli, "write: expect DOMAIN allow execute PATH as DOMAIN");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, cli_setup, cli_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_class),
		TEST(why_not),
		TEST(wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
