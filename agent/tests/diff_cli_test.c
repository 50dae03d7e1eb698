// SPDX-License-Identifier: GPL-2.0
/* gabion diff: given two policies, what it says changes, and its exit status. */
#include "cli_process.h"

static int diff(void **state, const char *old, const char *new)
{
	struct cli *cli = *state;

	cli_file(cli, "old", old);
	cli_file(cli, "new", new);
	return cli_run(cli, "diff old new");
}

#define LEVELS "level low < high\n"

static void same(void **state)
{
	struct cli *cli = *state;

	/* Other words and another order, and the same decisions. */
	assert_int_equal(diff(state, "domain a {\n read /a, /b/**\n capability chown, kill\n}\n",
			      "resource files file /b/**, /a\n"
			      "domain a {\n capability kill\n capability chown\n read files\n}\n"),
			 0);
	assert_string_equal(cli->out, "");
	assert_int_equal(cli_run(cli, "--json diff old new"), 0);
	cli_says(cli, "\"same\":true");
}

static void permissions_by_name(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state, "domain a { read /srv/** }\n",
			      "domain a { read /srv/*\n append /srv/x\n deny read /srv/secret }\n"),
			 1);
	assert_string_equal(cli->out, "--- old\n+++ new\n"
				      "domain a\n"
				      "  - read,stat  /srv/a/a  (/srv/** -> no resource)\n"
				      "  - read  /srv/secret  (/srv/** -> /srv/*,/srv/secret)\n"
				      "  + append,lock  /srv/x  (/srv/** -> /srv/*,/srv/x)\n");
	assert_int_equal(cli_run(cli, "diff --json old new"), 1);
	cli_says(cli, "{\"kind\":\"access\",\"class\":\"file\",\"object\":\"/srv/secret\","
		      "\"old_resources\":\"/srv/**\",\"new_resources\":\"/srv/*,/srv/secret\","
		      "\"lost\":[\"read\"],\"gained\":[]}");
}

/* A name that no example would hit by chance. */
static void a_single_name(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state, "domain a { read /srv/** }\n",
			      "resource s file /srv/** except /srv/q7/zz[^k]9\n"
			      "domain a { read s }\n"),
			 1);
	cli_says(cli, "  - read,stat  /srv/q7/zza9  (/srv/** -> no resource)\n");
}

static void endpoints(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state, "resource h tcp port 80, 443\ndomain a { listen h }\n",
			      "resource h tcp port 80\nresource d udp 10.0.0.0/8 port 53\n"
			      "domain a { listen h\n connect d }\n"),
			 1);
	cli_says(cli, "  - bind,listen  tcp :: port 443  (h -> no resource)\n");
	cli_says(cli, "  + connect  udp 10.0.0.0 port 53  (no resource -> d)\n");
}

static void levels(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state,
			      LEVELS "resource r file /r level low\n"
				     "domain a {\n level low\n trusted read r }\n",
			      LEVELS "resource r file /r level high\n"
				     "domain a {\n level low\n trusted read r }\n"),
			 1);
	cli_says(cli, "policy\n  ~ level low -> high  /r  (r)\n");
	/* What was implied goes with it; the exception stays. */
	cli_says(cli, "domain a\n  - search  /r  (r)\n");
	assert_int_equal(
		diff(state, LEVELS "domain a { level low }\n", LEVELS "domain a { level high }\n"),
		1);
	cli_says(cli, "domain a\n  ~ level low -> high\n");
	assert_int_equal(diff(state, "level x < y\ndomain a { level x }\ndomain b { level y }\n",
			      "level y < x\ndomain a { level x }\ndomain b { level y }\n"),
			 1);
	cli_says(cli, "  + level x dominates y\n");
	cli_says(cli, "  - level y dominates x\n");
}

static void domains_come_and_go(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state,
			      "domain a { enter /a\n exec /b as b }\ndomain b { enter /b }\n",
			      "domain a { enter /a\n signal c }\n"
			      "domain c { enter /c\n syscalls read\n mode complain }\n"),
			 1);
	cli_says(cli, "domain host\n");
	cli_says(cli, "  - execute  /b  as b  (b_program,/b -> no resource)\n");
	cli_says(cli, "  + execute  /c  as c  (no resource -> c_program)\n");
	cli_says(cli, "domain b (removed)\n  - level default\n  - mode enforce\n");
	cli_says(cli, "domain c (added)\n  + level default\n  + mode complain\n");
	cli_says(cli, "  + syscalls of x86-64: no domain -> allow\n      read\n");
	cli_says(cli, "  + signal  domain c\n");
}

static void unconfined(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(
		diff(state, "domain a { read /a }\n", "domain a { read /a\n mode unconfined }\n"),
		1);
	cli_says(cli, "domain a\n  ~ mode enforce -> unconfined\n"
		      "    (unconfined it may do everything: the rest is not listed)\n");
}

static void audit_required(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state, "domain a { enter /a }\n",
			      "domain a { enter /a\n audit required wait }\n"), 1);
	cli_says(cli, "domain a\n  + audit required wait\n");
	assert_int_equal(diff(state, "domain a { enter /a\n audit required wait }\n",
			      "domain a { enter /a\n audit required refuse }\n"), 1);
	cli_says(cli, "domain a\n  ~ audit required wait -> refuse\n");
	assert_int_equal(diff(state, "domain a { enter /a\n audit required refuse }\n",
			      "domain a { audit required refuse\n enter /a }\n"), 0);
}

static void numbers(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state, "domain a { capability chown\n socket unix\n control jit }\n",
			      "domain a { capability kill\n netlink route }\n"),
			 1);
	cli_says(cli, "  - capability chown\n  + capability kill\n");
	cli_says(cli, "  - socket unix\n  + socket netlink\n");
	cli_says(cli, "  + netlink route\n");
	cli_says(cli, "  - control jit\n");
}

static void syscalls(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state, "domain a { syscalls read, write, openat }\n",
			      "domain a { syscalls read, openat(flags & O_CREAT == 0)\n"
			      " syscalls ptrace as kill }\n"),
			 1);
	cli_says(cli, "  - syscalls of x86-64: allow -> errno EPERM\n"
		      "      write, openat(flags = 0x40)\n");
	cli_says(cli, "  ~ syscalls of x86-64: errno EPERM -> kill\n      ptrace\n");
	cli_does_not_say(cli, "i386");
	/* The example is a question with the answers that were told. */
	assert_int_equal(cli_run(cli, "query --policy old a syscall 'openat(flags = 0x40)'"), 0);
	assert_int_equal(cli_run(cli, "query --policy new a syscall 'openat(flags = 0x40)'"), 1);
	/* A filter where there was none, and another ABI. */
	assert_int_equal(diff(state, "domain a { read /a }\n",
			      "domain a { read /a\n abi i386\n syscalls i386:read, @all }\n"
			      "set all { syscalls read }\n"),
			 1);
	cli_says(cli, "  + syscalls of i386: errno ENOSYS -> allow\n      read\n");
	cli_says(cli, "every number without a name");
}

static void commands(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state, "domain a { ioctl(TIOCSTI, 0x5000..0x5010) /dev/tty }\n",
			      "domain a { ioctl(0x5008..0x5020, TCGETS) /dev/tty }\n"),
			 1);
	cli_says(cli, "  - ioctl(0x5000..0x5007, TIOCSTI)  /dev/tty\n"
		      "  + ioctl(0x5011..0x5020)  /dev/tty\n");
	assert_int_equal(diff(state, "domain a { ioctl /dev/tty }\n",
			      "domain a { ioctl(TIOCSTI) /dev/tty }\n"),
			 1);
	cli_says(cli, "  - ioctl  /dev/tty  (/dev/tty)\n  - ioctl(all but TIOCSTI)  /dev/tty\n");
}

static void records_and_expectations(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state, "domain a { read /a }\nexpect a allow read /a\n",
			      "domain a { audit read /a\n quiet deny write /b }\n"
			      "expect a deny read /b\n"),
			 1);
	cli_says(cli, "  - expect  a allow read /a\n  + expect  a deny read /b\n");
	cli_says(cli, "  + audit read  /a  (/a)\n");
	cli_says(cli, "  + quiet deny write,append  /b  (no resource -> /b)\n");
}

static void helpers(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(
		diff(state, "domain a { enter helper /k }\n", "domain a { enter helper }\n"), 1);
	cli_says(cli, "  + execute as helper  /  as a\n");
	cli_does_not_say(cli, "- execute as helper");
}

static void images_and_folders(void **state)
{
	struct cli *cli = *state;

	diff(state, "domain a { read /a }\nexpect a allow read /a\n", "domain a { read /a, /b }\n");
	assert_int_equal(cli_run(cli, "check -o image old"), 0);
	/* An image has no expectations: none is missing. */
	assert_int_equal(cli_run(cli, "diff image old"), 0);
	assert_int_equal(cli_run(cli, "diff image new"), 1);
	cli_says(cli, "  + read,stat  /b");
}

static void wrong(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(diff(state, "domain a { read /a }\n", "domain a { raed /a }\n"), 2);
	cli_says(cli, "new:1:12: error:");
	cli_says(cli, "gabion: new: the policy has 1 error\n");
	assert_int_equal(cli_run(cli, "diff old nowhere"), 2);
	cli_says(cli, "nowhere");
	assert_int_equal(cli_run(cli, "diff old"), 64);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, cli_setup, cli_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(same),
		TEST(permissions_by_name),
		TEST(a_single_name),
		TEST(endpoints),
		TEST(levels),
		TEST(domains_come_and_go),
		TEST(unconfined),
		TEST(audit_required),
		TEST(numbers),
		TEST(syscalls),
		TEST(commands),
		TEST(records_and_expectations),
		TEST(helpers),
		TEST(images_and_folders),
		TEST(wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
