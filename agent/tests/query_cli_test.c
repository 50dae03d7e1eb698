// SPDX-License-Identifier: GPL-2.0
/* gabion query: one question and why, who may do something, what a domain may do. */
#include "cli_process.h"

static const char policy[] = "level low < high\n"
			     "resource notes file /srv/notes/** level low\n"
			     "resource keys file /srv/keys/* level high\n"
			     "resource root_key file /srv/keys/root level high\n"
			     "resource web tcp port 80 level high\n"
			     "domain web {\n"
			     "	enter /usr/bin/web\n"
			     "	level high\n"
			     "	read notes\n"
			     "	read, write keys\n"
			     "	deny write root_key\n"
			     "	listen web\n"
			     "	capability chown, kill\n"
			     "	ioctl(TIOCSTI) keys\n"
			     "	trusted write notes\n"
			     "	exec /usr/bin/php as php\n"
			     "	syscalls read, openat(flags == 0)\n"
			     "	syscalls write as log\n"
			     "}\n"
			     "domain php {\n"
			     "	enter /usr/bin/php\n"
			     "	level high\n"
			     "	read /srv/notes/todo\n"
			     "	signal web\n"
			     "	mode complain\n"
			     "	audit required wait\n"
			     "}\n"
			     "domain free { mode unconfined }\n";

static int query(void **state, const char *words)
{
	struct cli *cli = *state;
	char arguments[256];

	cli_file(cli, "p.gabion", policy);
	snprintf(arguments, sizeof(arguments), "query --policy p.gabion %s", words);
	return cli_run(cli, arguments);
}

static void why(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(query(state, "web read /srv/notes/a"), 0);
	assert_string_equal(cli->out,
			    "allowed\n"
			    "  the level order permits it: the domain has level high, notes has "
			    "level low\n"
			    "  p.gabion:9: allow read,stat notes\n");
	assert_int_equal(query(state, "web write /srv/notes/a"), 0);
	cli_says(cli, "the level order is not asked (trusted): the domain has level high");
	cli_says(cli, "  p.gabion:15: trusted write,append,stat,lock notes\n");
	assert_int_equal(query(state, "web write /srv/keys/root"), 1);
	cli_says(cli, "  p.gabion:11: deny write,append root_key\n");
	assert_int_equal(query(state, "php connect domain web"), 1);
	assert_int_equal(query(state, "php search /srv"), 0);
	cli_says(cli, "  it needs no rule\n");
	/* Implied by what the rule grants, and forbidden by the order. */
	assert_int_equal(query(state, "php lock /srv/notes/todo"), 1);
	assert_int_equal(query(state, "php syscall i386:read"), 1);
	cli_says(cli, "  the domain does not have the ABI i386: errno ENOSYS\n");
	assert_int_equal(query(state, "php syscall read"), 0);
	cli_says(cli, "  the domain has no syscall filter\n");
}

/* Of a syscall the items that say something, up to the one that decides. */
static void why_of_syscalls(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(query(state, "web syscall read"), 0);
	assert_string_equal(cli->out, "allowed\n"
				      "  by the syscall filter (x86-64): allow\n"
				      "  p.gabion:17: syscalls read as allow\n");
	assert_int_equal(query(state, "web syscall openat"), 1);
	cli_says(cli, "  p.gabion:17: syscalls openat(...) as allow\n");
	assert_int_equal(query(state, "web syscall i386:read"), 1);
	cli_says(cli, "errno ENOSYS");
	cli_does_not_say(cli, "p.gabion:");
	assert_int_equal(query(state, "--json web syscall write"), 0);
	cli_says(cli, "\"items\":[{\"item\":\"write\",\"outcome\":\"log\",\"file\":\"p.gabion\","
		      "\"line\":18,\"column\":11}]");
	cli_file(cli, "q.gabion",
		 "set s { syscalls read, ptrace }\n"
		 "abstraction a { syscalls @s }\n"
		 "domain d {\n use a\n abi i386\n"
		 " syscalls write, -ptrace\n"
		 " syscalls ptrace(request == 0) as kill\n}\n");
	assert_int_equal(cli_run(cli, "query --policy q.gabion d syscall ptrace"), 1);
	cli_says(cli, "  q.gabion:7: syscalls ptrace(...) as kill\n"
		      "  q.gabion:6: syscalls -ptrace as errno EPERM\n");
	cli_does_not_say(cli, "@s");
	assert_int_equal(cli_run(cli, "query --policy q.gabion d syscall i386:read"), 0);
	cli_says(cli, "  q.gabion:2: syscalls @s as allow\n");
}

static void who_by_name(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(query(state, "--who read /srv/notes/todo"), 0);
	assert_string_equal(cli->out, "host  (unconfined)\n"
				      "web\n"
				      "    p.gabion:9: allow read,stat notes\n"
				      "php\n"
				      "    p.gabion:23: allow read,stat /srv/notes/todo\n"
				      "free  (unconfined)\n");
	/* Nobody that the policy confines. */
	assert_int_equal(query(state, "--who delete /srv/notes/todo"), 1);
	assert_string_equal(cli->out, "host  (unconfined)\nfree  (unconfined)\n");
	assert_int_equal(query(state, "--who execute /usr/bin/php"), 0);
	cli_says(cli, "web  enters php\n");
	assert_int_equal(query(state, "--who listen tcp :: port 80"), 0);
	cli_says(cli, "web\n    p.gabion:12: allow bind,listen web\n");
	assert_int_equal(query(state, "--who signal web"), 0);
	cli_says(cli, "php\n    p.gabion:24: allow signal web\n");
	assert_int_equal(query(state, "--who capability kill"), 0);
	cli_says(cli, "web\n    p.gabion:13: allow capability kill\n");
	assert_int_equal(query(state, "--who syscall 'openat'"), 0);
	cli_says(cli, "web  (on some arguments)\n");
	assert_int_equal(query(state, "--who ioctl TIOCSTI /srv/keys/a"), 0);
	cli_says(cli, "web\n    p.gabion:14: allow ioctl(...) keys\n");
}

static void who_by_resource(void **state)
{
	struct cli *cli = *state;

	/* Of a resource each sort of objects is asked about. */
	assert_int_equal(query(state, "--who write keys"), 0);
	cli_says(cli, "web  /srv/keys/a\n    p.gabion:10: allow ");
	cli_does_not_say(cli, "web  /srv/keys/root");
	assert_int_equal(query(state, "--json --who write keys"), 0);
	cli_says(cli,
		 "{\"permission\":\"write\",\"object\":\"keys\",\"answers\":[{\"domain\":\"host\"");
	cli_says(cli, "\"rules\":[{\"kind\":\"allow\"");
}

static void what(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(query(state, "web"), 0);
	cli_says(cli, "domain web\nlevel high\nmode enforce\nfiles\n");
	cli_says(cli, "  read,write,append,stat,lock  /srv/keys/a  (keys)\n");
	cli_says(cli, "  read,stat,lock  /srv/keys/root  (keys,root_key)\n");
	cli_says(cli, "  read,execute,map,stat  /usr/bin/php  (");
	cli_says(cli, "  execute  /usr/bin/php  enters php  (");
	cli_says(cli, "network endpoints\n  bind,listen  tcp :: port 80  (web)\n");
	cli_says(cli, "domains\n  signal,inspect,schedule,ipc_read,ipc_write  domain web\n");
	cli_says(cli, "capability\n  chown,kill\n");
	cli_says(cli, "socket\n  inet,inet6\n");
	cli_says(cli, "syscalls of x86-64, allow\n  read, openat(flags = 0x0)\n");
	cli_says(cli, "syscalls of x86-64, log\n  write\n");
	cli_says(cli, "entered\n  by host executing /usr/bin/web\n");
	assert_int_equal(query(state, "--why web"), 0);
	cli_says(cli, "  chown\n      p.gabion:13: allow capability chown\n");
	cli_says(cli, "(keys)\n      p.gabion:10: allow read,write,append,stat,lock keys\n");
	assert_int_equal(query(state, "--json web"), 0);
	cli_says(cli, "\"kind\":\"syscalls\"");
	assert_int_equal(query(state, "php"), 0);
	cli_says(cli, "domain php\nlevel high\nmode complain\naudit required wait\n");
	assert_int_equal(query(state, "free"), 0);
	assert_string_equal(cli->out,
			    "domain free\nlevel low\nmode unconfined\n"
			    "files\n"
			    "  execute  /usr/bin/php  enters php  (php_program,/usr/bin/php)\n"
			    "  execute  /usr/bin/web  enters web  (web_program)\n"
			    "unconfined: it may do everything\n");
	assert_int_equal(query(state, "wbe"), 2);
	cli_says(cli, "unknown domain \"wbe\": did you mean `web`?");
}

static void usage(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(query(state, "web read"), 64);
	assert_int_equal(query(state, "--who read"), 64);
	assert_int_equal(query(state, "--who raed /a"), 2);
	cli_says(cli, "did you mean `read`?");
	/* An image answers like its source. */
	assert_int_equal(cli_run(cli, "check -o image p.gabion"), 0);
	assert_int_equal(cli_run(cli, "query --policy image php read /srv/notes/todo"), 0);
	cli_says(cli, "p.gabion:23: allow");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, cli_setup, cli_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(why),  TEST(why_of_syscalls), TEST(who_by_name), TEST(who_by_resource),
		TEST(what), TEST(usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
