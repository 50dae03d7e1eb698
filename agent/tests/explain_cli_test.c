// SPDX-License-Identifier: GPL-2.0
/*
 * gabion explain: given a policy and an event, what it says, and the change that it proposes. Each
 * change is made to the file as it is told, and `gabion query` asked again.
 */
#include "cli_process.h"

#define POLICY \
	"level public < internal < secret\n" \
	"resource web file /srv/www/** level public\n" \
	"resource keys file /etc/keys/** level secret\n" \
	"domain nginx {\n" \
	"    level internal\n" \
	"    deny write, delete /srv/www/x, /srv/www/y\n" \
	"    syscalls read, write, -ptrace\n" \
	"}\n" \
	"domain php {\n" \
	"    level internal\n" \
	"}\n" \
	"expect nginx deny read /etc/shadow\n"

static void event(struct cli *cli, const char *name, const char *verdict, const char *reason,
		  const char *klass, const char *rest)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "{\"version\":1,\"type\":\"access\",\"instance\":\"0000000000000001\","
		 "\"sequence\":7,\"time\":\"2026-11-29T14:46:05.836000000Z\",\"generation\":3,"
		 "\"verdict\":\"%s\",\"reason\":\"%s\",\"domain\":\"nginx\",\"level\":\"internal\","
		 "\"class\":\"%s\",%s,\"pid\":516,\"uid\":33,\"comm\":\"nginx\","
		 "\"exe\":\"/usr/sbin/nginx\",\"ancestors\":[{\"pid\":1,\"start_ns\":1,"
		 "\"comm\":\"systemd\",\"domain\":\"host\"}]}\n",
		 verdict, reason, klass, rest);
	cli_file(cli, name, text);
}

/* Explain such an event; the exit status. */
static int explain(struct cli *cli, const char *reason, const char *klass, const char *rest)
{
	cli_file(cli, "p.gabion", POLICY);
	event(cli, "event", "denied", reason, klass, rest);
	return cli_run(cli, "explain event");
}

/* With @old replaced by @new in the policy, and @more behind it, is @question answered by yes? */
static void made(struct cli *cli, const char *old, const char *new, const char *more,
		 const char *question)
{
	const char *at = strstr(POLICY, old);
	char text[4096], command[256];

	assert_non_null(at);
	snprintf(command, sizeof(command), "query %s", question);
	assert_int_equal(cli_run(cli, command), 1);
	snprintf(text, sizeof(text), "%.*s%s%s%s", (int)(at - POLICY), POLICY, new,
		 at + strlen(old), more);
	cli_file(cli, "p.gabion", text);
	assert_int_equal(cli_run(cli, command), 0);
}

#define BLOCK "domain nginx {\n"

static void who_did_what(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(explain(cli, "no-rule", "file",
				 "\"wanted\":[\"read\"],\"refused\":[\"read\"],"
				 "\"object\":\"/srv/www/a.html\",\"resources\":[\"web\"]"), 0);
	cli_says(cli, "the program /usr/sbin/nginx (nginx, pid 516, uid 33), started by "
		      "systemd[1], in domain nginx (level internal) was refused read on "
		      "/srv/www/a.html, which belongs to web, by policy generation 3. "
		      "No rule of the domain grants it.\n");
}

static void a_resource_covers_it(void **state)
{
	struct cli *cli = *state;

	who_did_what(state);
	cli_says(cli, "  ./p.gabion:4: in the block of domain nginx add\n      read web\n"
		      "All that it allows, by an example of each sort of objects:\n"
		      "domain nginx\n  + read,stat  /srv/www/a  (web)\n");
	cli_says(cli, "For this object alone:\n  ./p.gabion:4: in the block of domain nginx add\n"
		      "      read /srv/www/a.html\n");
	made(cli, BLOCK, BLOCK "read web\n", "", "nginx read /srv/www/a.html");
	/* As it is now allowed, the event is of an older policy. */
	assert_int_equal(cli_run(cli, "explain event"), 0);
	cli_says(cli, "The policy at hand allows it already");
	cli_does_not_say(cli, "smallest change");
}

static void against_an_expectation(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(explain(cli, "no-rule", "file",
				 "\"wanted\":[\"read\"],\"refused\":[\"read\"],"
				 "\"object\":\"/etc/shadow\""), 0);
	cli_says(cli, "no resource of the policy covers the object");
	cli_says(cli, "      read /etc/shadow\n");
	cli_says(cli, "Warning: it goes against ./p.gabion:12: expect nginx deny read /etc/shadow");
}

static void a_level(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(explain(cli, "level", "file",
				 "\"wanted\":[\"read\"],\"refused\":[\"read\"],"
				 "\"object\":\"/etc/keys/a b\",\"resources\":[\"keys\"],"
				 "\"object_level\":\"secret\""), 0);
	cli_says(cli, "who reads must have a level that dominates the object's. The domain has "
		      "level internal, the object level secret.");
	cli_says(cli, "      trusted read keys\n");
	cli_says(cli, "Warning: trusted is an exception to the order of levels");
	cli_says(cli, "      resource nginx_a_b file \"/etc/keys/a b\" level none\n");
	made(cli, BLOCK, BLOCK "trusted read nginx_a_b\n",
	     "resource nginx_a_b file \"/etc/keys/a b\" level none\n",
	     "nginx read '/etc/keys/a b'");
	assert_int_equal(cli_run(cli, "query nginx read /etc/keys/a"), 1);
}

static void a_deny_rule(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(explain(cli, "deny-rule", "file",
				 "\"wanted\":[\"write\"],\"refused\":[\"write\",\"append\"],"
				 "\"object\":\"/srv/www/x\",\"resources\":[\"web\"],"
				 "\"rules\":[\"./p.gabion:6\"]"), 0);
	cli_says(cli, "The deny rule at ./p.gabion:6 takes it away, whatever else grants it.");
	cli_says(cli, "  ./p.gabion:6: in place of\n"
		      "      deny write, delete /srv/www/x, /srv/www/y\n    write\n"
		      "      deny delete /srv/www/x\n"
		      "      deny write,append,delete /srv/www/y\n");
	cli_says(cli, "      trusted write web\n");
	made(cli, "deny write, delete /srv/www/x, /srv/www/y",
	     "deny delete /srv/www/x\ndeny write,append,delete /srv/www/y\ntrusted write web", "",
	     "nginx write /srv/www/x");
	assert_int_equal(cli_run(cli, "query nginx write /srv/www/y"), 1);
	assert_int_equal(cli_run(cli, "query nginx delete /srv/www/x"), 1);
}

static void an_endpoint(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(explain(cli, "no-rule", "net",
				 "\"wanted\":[\"connect\"],\"refused\":[\"connect\"],\"net\":"
				 "{\"protocol\":\"tcp\",\"address\":\"10.0.0.1\",\"port\":80}"), 0);
	cli_says(cli, "      connect nginx_tcp\n");
	cli_says(cli, "      resource nginx_tcp tcp 10.0.0.1 port 80 level internal\n");
	cli_says(cli, "  + socket inet,inet6\n");
	made(cli, BLOCK, BLOCK "connect nginx_tcp\n",
	     "resource nginx_tcp tcp 10.0.0.1 port 80 level internal\n",
	     "nginx connect tcp 10.0.0.1 port 80");
}

static void by_a_word(void **state)
{
	static const struct {
		const char *reason, *klass, *rest, *rule, *question;
	} cases[] = {
		{"no-rule", "domain", "\"wanted\":[\"signal\"],\"refused\":[\"signal\"],"
		 "\"target\":\"php\"", "signal domain php", "nginx signal php"},
		{"capability", "capability", "\"wanted\":[\"chown\"],\"refused\":[\"chown\"]",
		 "capability chown", "nginx capability chown"},
		{"no-rule", "family", "\"wanted\":[\"packet\"],\"refused\":[\"packet\"]",
		 "socket packet", "nginx socket packet"},
		{"no-rule", "netlink", "\"wanted\":[\"route\"],\"refused\":[\"route\"]",
		 "netlink route", "nginx netlink route"},
		{"no-rule", "control", "\"wanted\":[\"mount\"],\"refused\":[\"mount\"]",
		 "control mount", "nginx control mount"},
		{"relabel", "file", "\"wanted\":[\"delete\",\"relabel\"],\"refused\":[\"relabel\"],"
		 "\"object\":\"/srv/www/q\",\"object2\":\"/etc/q\"", "trusted relabel web",
		 "nginx relabel /srv/www/q"},
	};
	struct cli *cli = *state;
	char told[128], block[128];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(explain(cli, cases[i].reason, cases[i].klass, cases[i].rest), 0);
		snprintf(told, sizeof(told), "      %s\n", cases[i].rule);
		cli_says(cli, told);
		snprintf(block, sizeof(block), BLOCK "%s\n", cases[i].rule);
		made(cli, BLOCK, block, "", cases[i].question);
	}
}

static void unreachable(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(explain(cli, "unreachable", "file",
				 "\"wanted\":[\"read\"],\"refused\":[\"read\"],"
				 "\"object\":\"/memfd:x (deleted)\""), 0);
	cli_says(cli, "The object has no host-absolute name");
	made(cli, BLOCK, BLOCK "read nginx_unreachable\n",
	     "resource nginx_unreachable file unreachable\n", "nginx read unreachable");
}

static void syscalls(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(explain(cli, "syscall", "syscall",
				 "\"wanted\":[\"ptrace\"],\"refused\":[\"ptrace\"],\"syscall\":"
				 "{\"abi\":\"x86-64\",\"number\":101,\"name\":\"ptrace\","
				 "\"arguments\":[\"0x10\",\"0x1\",\"0x0\",\"0x0\",\"0x0\",\"0x0\"],"
				 "\"action\":\"errno\",\"errno\":\"EPERM\"}"), 0);
	cli_says(cli, "The domain's syscall filter decided: errno EPERM.");
	cli_says(cli, "in place of\n      -ptrace\n    write\n      ptrace\n");
	made(cli, "-ptrace", "ptrace", "", "nginx syscall ptrace");
	assert_int_equal(explain(cli, "syscall", "syscall",
				 "\"wanted\":[\"getpid\"],\"refused\":[\"getpid\"],\"syscall\":"
				 "{\"abi\":\"i386\",\"number\":20,\"name\":\"getpid\","
				 "\"action\":\"errno\",\"errno\":\"ENOSYS\"}"), 0);
	cli_says(cli, "      abi i386\n      syscalls i386:getpid\n");
	/* What had been written for the other ABI holds for this one, too. */
	cli_says(cli, "      read, write, getpid\n");
	made(cli, BLOCK, BLOCK "abi i386\nsyscalls i386:getpid\n", "",
	     "nginx syscall i386:getpid");
}

static void no_change(void **state)
{
	struct cli *cli = *state;

	assert_int_equal(explain(cli, "transition", "domain",
				 "\"wanted\":[],\"refused\":[],\"target\":\"php\""), 0);
	cli_says(cli, "The domain cannot be changed here");
	assert_int_equal(explain(cli, "memory", "file",
				 "\"wanted\":[\"read\"],\"refused\":[\"read\"],\"object\":\"/x\""),
			 0);
	cli_says(cli, "no rule was asked");
	cli_does_not_say(cli, "smallest change");
	event(cli, "event", "allowed", "none", "file",
	      "\"wanted\":[\"read\"],\"object\":\"/x\",\"rules\":[\"p.gabion:4\"]");
	assert_int_equal(cli_run(cli, "explain event"), 0);
	cli_says(cli, "was granted read on /x");
	cli_says(cli, "what grants it is p.gabion:4.");
	cli_does_not_say(cli, "smallest change");
	event(cli, "event", "complain", "no-rule", "capability",
	      "\"wanted\":[\"kill\"],\"refused\":[\"kill\"]");
	assert_int_equal(cli_run(cli, "--json explain event"), 0);
	cli_says(cli, "complain mode");
	cli_says(cli, "\"now\":\"refused\",\"changes\":[{\"edits\":[{\"file\":\"./p.gabion\","
		      "\"line\":4,\"domain\":\"nginx\",\"new\":\"capability kill\"}]");
	/* What a domain is not asked about. */
	cli_file(cli, "p.gabion", "domain other { }\n");
	assert_int_equal(cli_run(cli, "explain event"), 1);
	cli_says(cli, "cannot be asked about it: unknown domain \"nginx\"");
}

static void choosing(void **state)
{
	struct cli *cli = *state;

	explain(cli, "capability", "capability", "\"wanted\":[\"kill\"],\"refused\":[\"kill\"]");
	assert_int_equal(cli_run(cli, "explain \"$(cat event)\""), 0);
	assert_int_equal(cli_run(cli, "explain - < event"), 0);
	assert_int_equal(cli_run(cli, "explain --from event 7"), 0);
	assert_int_equal(cli_run(cli, "explain --from event --last"), 0);
	cli_says(cli, "capability kill");
	assert_int_equal(cli_run(cli, "explain --from event 8"), 2);
	cli_says(cli, "event: no event has the sequence number 8");
	assert_int_equal(cli_run(cli, "explain nowhere"), 2);
	cli_says(cli, "nowhere: No such file or directory");
	assert_int_equal(cli_run(cli, "explain --last"), 64);
	assert_int_equal(cli_run(cli, "explain --from event x"), 64);
	cli_file(cli, "event", "\n{\"version\":1}\n");
	assert_int_equal(cli_run(cli, "explain event"), 2);
	cli_says(cli, "event:2: a record has no type");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, cli_setup, cli_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_did_what),
		TEST(a_resource_covers_it),
		TEST(against_an_expectation),
		TEST(a_level),
		TEST(a_deny_rule),
		TEST(an_endpoint),
		TEST(by_a_word),
		TEST(unreachable),
		TEST(syscalls),
		TEST(no_change),
		TEST(choosing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
