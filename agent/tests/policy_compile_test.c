// SPDX-License-Identifier: GPL-2.0
/*
 * Given a policy, when a domain does something, then this is the verdict.
 */
#include "../../core/decide.h"
#include "policy_fixture.h"

#define ALLOWED GABION_ANSWER_ALLOWED
#define NO_RULE GABION_ANSWER_NO_RULE
#define DENIED	GABION_ANSWER_DENIED
#define LEVEL	GABION_ANSWER_LEVEL

#define LEVELS "level public < internal < secret\ncategory finance, web\n"

struct verdict {
	const char *domain, *verb, *object;
	enum gabion_answer_reason reason;
};

static void hold(const char *policy, const struct verdict *v, size_t n)
{
	struct gabion_compiled compiled;

	policy_compile(&compiled, policy);
	for (; n--; v++)
		policy_expect(&compiled, v->domain, v->verb, v->object, v->reason);
	gabion_compiled_free(&compiled);
}

#define HOLD(policy, ...)                                                                          \
	do {                                                                                       \
		static const struct verdict verdicts_[] = { __VA_ARGS__ };                         \
		hold(policy, verdicts_, sizeof(verdicts_) / sizeof(verdicts_[0]));                 \
	} while (0)

static void nothing_is_granted(void **state)
{
	(void)state;
	HOLD("domain d { }\n", { "d", "read", "/", NO_RULE },
	     { "d", "stat", "/etc/passwd", NO_RULE }, { "d", "read", "unreachable", NO_RULE },
	     { "d", "connect", "tcp ::1 port 1", NO_RULE }, { "d", "connect", "domain d", NO_RULE },
	     { "d", "trace", "d", NO_RULE }, { "d", "signal", "host", NO_RULE },
	     { "d", "capability", "chown", NO_RULE }, { "d", "socket", "inet", NO_RULE },
	     { "d", "control", "mount", NO_RULE }, { "d", "signal", "self", ALLOWED },
	     { "d", "inspect", "d", ALLOWED }, { "d", "schedule", "self", ALLOWED },
	     { "d", "ipc_read", "self", ALLOWED }, { "d", "ipc_write", "d", ALLOWED },
	     { "d", "schedule", "host", NO_RULE }, { "d", "ipc_read", "host", NO_RULE },
	     { "d", "netlink", "route", NO_RULE }, { "d", "lock", "/etc/passwd", NO_RULE },
	     { "d", "control", "jit", NO_RULE }, { "host", "netlink", "9", ALLOWED }, { "host", "read", "/etc/shadow", ALLOWED },
	     { "host", "control", "module", ALLOWED });
}

static void words_imply(void **state)
{
	(void)state;
	HOLD("domain d {\n read /r\n write /w\n append /a\n create /c\n delete /d\n execute /x\n"
	     " map /m\n stat /s\n connect /sock\n mknod, setattr, chown, link, relabel /n\n"
	     " lock /l\n ioctl /i\n watch /v\n}\n",
	     { "d", "read", "/r", ALLOWED }, { "d", "stat", "/r", ALLOWED },
	     { "d", "write", "/r", NO_RULE }, { "d", "map", "/r", NO_RULE },
	     { "d", "write", "/w", ALLOWED }, { "d", "append", "/w", ALLOWED },
	     { "d", "read", "/w", NO_RULE }, { "d", "append", "/a", ALLOWED },
	     { "d", "write", "/a", NO_RULE }, { "d", "create", "/c", ALLOWED },
	     { "d", "write", "/c", NO_RULE }, { "d", "delete", "/d", ALLOWED },
	     { "d", "stat", "/d", NO_RULE }, { "d", "execute", "/x", ALLOWED },
	     { "d", "map", "/x", ALLOWED }, { "d", "read", "/x", ALLOWED },
	     { "d", "map", "/m", ALLOWED }, { "d", "read", "/m", ALLOWED },
	     { "d", "execute", "/m", NO_RULE }, { "d", "stat", "/s", ALLOWED },
	     { "d", "read", "/s", NO_RULE }, { "d", "connect", "/sock", ALLOWED },
	     { "d", "lock", "/w", ALLOWED }, { "d", "lock", "/a", ALLOWED },
	     { "d", "lock", "/r", NO_RULE }, { "d", "lock", "/l", ALLOWED },
	     { "d", "stat", "/l", NO_RULE }, { "d", "ioctl", "/w", NO_RULE },
	     { "d", "ioctl", "/i", ALLOWED }, { "d", "watch", "/r", NO_RULE },
	     { "d", "watch", "/v", ALLOWED }, { "d", "stat", "/v", NO_RULE },
	     { "d", "relabel", "/n", ALLOWED }, { "d", "mknod", "/n", ALLOWED },
	     { "d", "create", "/n", NO_RULE });
}

static void resources(void **state)
{
	(void)state;
	HOLD("resource www file /srv/www{,/**}, \"/srv/with space/*\" except "
	     "/srv/www/private{,/**}\n"
	     "resource www2 file /srv/www/x\n"
	     "resource none file unreachable\n"
	     "domain d {\n read www\n write www2, /srv/www/y\n read none\n}\n",
	     { "d", "read", "/srv/www", ALLOWED }, { "d", "read", "/srv/www/a/b", ALLOWED },
	     { "d", "read", "/srv/with space/a", ALLOWED }, { "d", "read", "/srv/www/x", ALLOWED },
	     { "d", "write", "/srv/www/x", ALLOWED }, { "d", "write", "/srv/www/z", NO_RULE },
	     { "d", "write", "/srv/www/y", ALLOWED }, { "d", "read", "/srv/www/y", ALLOWED },
	     { "d", "read", "/srv/www/private", NO_RULE },
	     { "d", "read", "/srv/www/private/x", NO_RULE },
	     { "d", "read", "/srv/www/private2", ALLOWED }, { "d", "read", "unreachable", ALLOWED },
	     { "d", "write", "unreachable", NO_RULE });
}

static void network(void **state)
{
	(void)state;
	HOLD("resource http tcp port 80, 8000-8999\nresource local udp 127.0.0.0/8\n"
	     "resource v6 tcp 2001:db8::/32 port 22\nresource any_udp udp ::1\n"
	     "domain d {\n listen http\n connect local, v6\n bind any_udp\n}\n"
	     "domain e { socket unix, packet\n deny socket packet\n}\n",
	     { "d", "listen", "tcp 0.0.0.0 port 80", ALLOWED },
	     { "d", "bind", "tcp :: port 8080", ALLOWED },
	     { "d", "connect", "tcp 0.0.0.0 port 80", NO_RULE },
	     { "d", "listen", "tcp 0.0.0.0 port 81", NO_RULE },
	     { "d", "listen", "tcp 0.0.0.0 port 9000", NO_RULE },
	     { "d", "connect", "udp 127.1.2.3 port 5353", ALLOWED },
	     { "d", "connect", "tcp 127.1.2.3 port 5353", NO_RULE },
	     { "d", "connect", "udp 128.0.0.1 port 5353", NO_RULE },
	     { "d", "connect", "tcp 2001:db8:1::1 port 22", ALLOWED },
	     { "d", "connect", "tcp 2001:db9::1 port 22", NO_RULE },
	     { "d", "bind", "udp ::1 port 1", ALLOWED }, { "d", "socket", "inet", ALLOWED },
	     { "d", "socket", "inet6", ALLOWED }, { "d", "socket", "unix", NO_RULE },
	     { "e", "socket", "unix", ALLOWED }, { "e", "socket", "inet", NO_RULE },
	     { "e", "socket", "packet", DENIED });
}

static void deny_outranks(void **state)
{
	(void)state;
	HOLD("resource all file /**\nresource keys file /keys/**\n"
	     "domain d {\n deny read keys\n read, write all\n map all\n deny map keys\n"
	     " trusted append keys\n deny append keys\n"
	     " capability chown, kill\n deny capability kill\n control bpf, perf\n deny control "
	     "perf\n"
	     " deny signal self\n deny ipc_write self\n write /locks\n deny lock /locks\n"
	     " write /kept\n deny write /kept\n}\n",
	     { "d", "read", "/keys/a", DENIED }, { "d", "read", "/other", ALLOWED },
	     { "d", "write", "/keys/a", ALLOWED }, { "d", "stat", "/keys/a", ALLOWED },
	     { "d", "map", "/keys/a", DENIED }, { "d", "append", "/keys/a", DENIED },
	     { "d", "capability", "chown", ALLOWED }, { "d", "capability", "kill", DENIED },
	     { "d", "control", "bpf", ALLOWED }, { "d", "control", "perf", DENIED },
	     { "d", "signal", "self", DENIED }, { "d", "ipc_write", "self", DENIED },
	     { "d", "ipc_read", "self", ALLOWED }, { "d", "lock", "/locks", DENIED },
	     { "d", "write", "/locks", ALLOWED }, { "d", "lock", "/kept", ALLOWED });
}

static void level_order(void **state)
{
	(void)state;
	HOLD(LEVELS "resource pub file /pub level public\nresource int file /int level internal\n"
		    "resource sec file /sec level secret\nresource null file /null level any\n"
		    "resource fin file /fin level internal:finance\n"
		    "domain d {\n level internal\n read, stat pub, int, null\n append int, sec, "
		    "null, fin\n"
		    " trusted read sec\n trusted write pub\n}\n"
		    "domain f {\n level internal:finance\n read fin, int\n append fin\n}\n",
	     { "d", "read", "/pub", ALLOWED }, { "d", "read", "/int", ALLOWED },
	     { "d", "append", "/int", ALLOWED }, { "d", "append", "/sec", ALLOWED },
	     { "d", "read", "/null", ALLOWED }, { "d", "append", "/null", ALLOWED },
	     /* append implies stat, which is masked where the order forbids it. */
	     { "d", "stat", "/fin", LEVEL }, { "d", "append", "/fin", ALLOWED },
	     /* So it is with lock, which flows both ways. */
	     { "d", "lock", "/fin", LEVEL }, { "d", "lock", "/int", ALLOWED },
	     { "d", "lock", "/null", ALLOWED }, { "d", "lock", "/pub", ALLOWED },
	     { "d", "stat", "/int", ALLOWED },
	     /* The trusted read brings its own stat. */
	     { "d", "read", "/sec", ALLOWED }, { "d", "stat", "/sec", ALLOWED },
	     { "d", "write", "/pub", ALLOWED }, { "f", "read", "/fin", ALLOWED },
	     { "f", "read", "/int", ALLOWED }, { "f", "append", "/fin", ALLOWED });
}

/* Nobody grants it: it is there until denied, or until the order forbids it. */
static void search_is_implied(void **state)
{
	(void)state;
	HOLD(LEVELS "resource pub file /pub level public\nresource sec file /sec, /sec/out level secret\n"
		    "resource in file /sec/in level secret\n"
		    "domain d {\n level internal\n deny search /shut\n trusted search in\n}\n"
		    "domain f {\n level secret\n}\n",
	     { "d", "search", "/", ALLOWED }, { "d", "search", "/pub", ALLOWED },
	     { "d", "search", "/sec", LEVEL }, { "d", "search", "/sec/in", ALLOWED },
	     { "d", "search", "/sec/out", LEVEL }, { "d", "search", "/shut", DENIED },
	     { "d", "read", "/pub", NO_RULE }, { "f", "search", "/sec", ALLOWED },
	     { "f", "search", "/shut", ALLOWED });
}

static void netlink(void **state)
{
	(void)state;
	HOLD("domain one {\n netlink route, audit, 30\n}\n"
	     "domain all {\n socket netlink\n deny netlink xfrm, 31\n}\n"
	     "domain none {\n netlink route\n socket netlink\n deny socket netlink\n}\n"
	     "domain taken {\n deny netlink generic\n netlink generic, route\n}\n",
	     { "one", "netlink", "route", ALLOWED }, { "one", "netlink", "0", ALLOWED },
	     { "one", "netlink", "9", ALLOWED }, { "one", "netlink", "30", ALLOWED },
	     { "one", "netlink", "generic", NO_RULE }, { "one", "netlink", "31", NO_RULE },
	     { "one", "socket", "netlink", ALLOWED }, { "one", "socket", "unix", NO_RULE },
	     { "all", "netlink", "smc", ALLOWED }, { "all", "netlink", "29", ALLOWED },
	     { "all", "netlink", "xfrm", DENIED }, { "all", "netlink", "31", DENIED },
	     { "none", "netlink", "route", DENIED }, { "none", "socket", "netlink", DENIED },
	     { "taken", "netlink", "generic", DENIED }, { "taken", "netlink", "route", ALLOWED });
}

/* In the image: bits, and none without the family. */
static void netlink_bits(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, "domain a {\n netlink route, 31\n}\ndomain b {\n socket netlink\n}\n"
			   "domain c {\n socket netlink\n deny socket netlink\n}\n"
			   "domain d {\n socket unix\n}\n");
	assert_int_equal(le32_to_cpu(c.view.domains[0].netlink), 0);
	assert_int_equal(le32_to_cpu(c.view.domains[1].netlink), 0x80000001);
	assert_int_equal(le64_to_cpu(c.view.domains[1].families), 1ULL << 16);
	assert_int_equal(le32_to_cpu(c.view.domains[2].netlink), UINT32_MAX);
	assert_int_equal(le64_to_cpu(c.view.domains[2].families), 1ULL << 16);
	assert_int_equal(le32_to_cpu(c.view.domains[3].netlink), 0);
	assert_int_equal(le64_to_cpu(c.view.domains[3].families), 0);
	assert_int_equal(le32_to_cpu(c.view.domains[4].netlink), 0);
	gabion_compiled_free(&c);
}

static void domains(void **state)
{
	(void)state;
	HOLD("domain a {\n signal b\n connect domain b, self\n trusted trace b\n inspect host\n"
	     " schedule, ipc_read b\n}\n"
	     "domain b {\n mode unconfined\n}\n",
	     { "a", "signal", "b", ALLOWED }, { "a", "connect", "domain b", ALLOWED },
	     { "a", "connect", "domain a", ALLOWED }, { "a", "trace", "b", ALLOWED },
	     { "a", "schedule", "b", ALLOWED }, { "a", "ipc_read", "domain b", ALLOWED },
	     { "a", "ipc_write", "b", NO_RULE }, { "a", "inspect", "host", ALLOWED }, { "a", "inspect", "b", NO_RULE },
	     { "b", "trace", "host", ALLOWED }, { "b", "read", "/any", ALLOWED });
}

static void abstractions(void **state)
{
	(void)state;
	HOLD("resource r file /r\nabstraction one { use two\n read r\n signal self\n}\n"
	     "abstraction two { write r\n capability chown\n}\n"
	     "domain d { use one, two }\ndomain e { use two }\n",
	     { "d", "read", "/r", ALLOWED }, { "d", "write", "/r", ALLOWED },
	     { "e", "write", "/r", ALLOWED }, { "e", "read", "/r", NO_RULE },
	     { "e", "capability", "chown", ALLOWED });
}

static uint16_t transition(const struct gabion_compiled *c, const char *domain, const char *path)
{
	struct gabion_answer a = policy_ask(c, domain, "execute", path);

	gabion_answer_free(&a);
	return a.transition;
}

static void transitions(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, "domain web {\n enter /usr/sbin/web\n exec /usr/bin/php* as php\n"
			   " exec /usr/bin/**\n}\n"
			   "domain php {\n enter /usr/bin/php, /opt/php\n map /usr/bin/php*\n}\n"
			   "domain free {\n mode unconfined\n}\n");
	assert_int_equal(transition(&c, "host", "/usr/sbin/web"), 1);
	assert_int_equal(transition(&c, "host", "/opt/php"), 2);
	assert_int_equal(transition(&c, "host", "/usr/bin/php8"), GABION_TRANSITION_NONE);
	assert_int_equal(transition(&c, "web", "/usr/bin/php8"), 2);
	assert_int_equal(transition(&c, "web", "/usr/bin/ls"), GABION_TRANSITION_NONE);
	assert_int_equal(transition(&c, "web", "/usr/sbin/web"), GABION_TRANSITION_NONE);
	assert_int_equal(transition(&c, "free", "/usr/sbin/web"), 1);
	policy_expect(&c, "web", "execute", "/usr/bin/ls", ALLOWED);
	policy_expect(&c, "web", "execute", "/usr/bin/php8", ALLOWED);
	policy_expect(&c, "web", "execute", "/opt/php", NO_RULE);
	policy_expect(&c, "php", "map", "/opt/php", ALLOWED);
	policy_expect(&c, "php", "read", "/usr/bin/php", ALLOWED);
	gabion_compiled_free(&c);
}

static uint16_t helper(const struct gabion_compiled *c, const char *domain, const char *path)
{
	struct gabion_answer a = policy_ask(c, domain, "execute", path);

	gabion_answer_free(&a);
	return a.helper;
}

/* What the kernel executes enters by `enter helper`, else as on the host. */
static void helpers(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, "domain mod {\n enter helper /usr/bin/kmod, /k/*\n enter /usr/bin/tool\n"
			   " enter helper /usr/bin/tool\n}\n"
			   "domain web {\n enter /usr/bin/web, /usr/bin/kmod\n}\n");
	assert_int_equal(helper(&c, "host", "/usr/bin/kmod"), 1);
	assert_int_equal(helper(&c, "host", "/k/x"), 1);
	assert_int_equal(helper(&c, "host", "/usr/bin/tool"), 1);
	assert_int_equal(helper(&c, "host", "/usr/bin/web"), GABION_TRANSITION_NONE);
	assert_int_equal(helper(&c, "host", "/usr/bin/ls"), GABION_TRANSITION_NONE);
	/* Helpers start in the host's domain: other domains have none. */
	assert_int_equal(helper(&c, "web", "/usr/bin/kmod"), GABION_TRANSITION_NONE);
	/* Nobody else enters by it. */
	assert_int_equal(transition(&c, "host", "/usr/bin/kmod"), 2);
	assert_int_equal(transition(&c, "host", "/k/x"), GABION_TRANSITION_NONE);
	assert_int_equal(transition(&c, "host", "/usr/bin/tool"), 1);
	policy_expect(&c, "mod", "map", "/usr/bin/kmod", ALLOWED);
	policy_expect(&c, "mod", "execute", "/k/x", ALLOWED);
	gabion_compiled_free(&c);
	/* The rest of them: what no rule of either kind names, and what has no name. */
	policy_compile(&c, "domain rest {\n enter helper\n}\n"
			   "domain mod {\n enter helper /usr/bin/kmod\n}\n"
			   "domain web {\n enter /usr/bin/web\n}\n");
	assert_int_equal(helper(&c, "host", "/usr/bin/kmod"), 2);
	assert_int_equal(helper(&c, "host", "/usr/bin/web"), GABION_TRANSITION_NONE);
	assert_int_equal(helper(&c, "host", "/usr/bin/ls"), 1);
	assert_int_equal(helper(&c, "host", "unreachable"), 1);
	assert_int_equal(transition(&c, "host", "/usr/bin/ls"), GABION_TRANSITION_NONE);
	policy_expect(&c, "rest", "map", "/usr/bin/ls", NO_RULE);
	gabion_compiled_free(&c);
	/* One that is named like the word is none. */
	policy_compile(&c, "resource helper file /h\ndomain helper {\n read helper\n}\n");
	assert_null(c.view.classes[GABION_CLASS_FILE].helpers);
	gabion_compiled_free(&c);
}

static void marks(void **state)
{
	struct gabion_compiled c;
	struct gabion_answer a;

	(void)state;
	policy_compile(
		&c,
		"domain d {\n audit read /a\n quiet deny read /q\n read /q\n mode complain\n}\n");
	a = policy_ask(&c, "d", "read", "/a");
	assert_true(a.allowed && a.audit && a.complain);
	gabion_answer_free(&a);
	a = policy_ask(&c, "d", "stat", "/a");
	assert_true(a.allowed && !a.audit);
	gabion_answer_free(&a);
	a = policy_ask(&c, "d", "read", "/q");
	assert_true(!a.allowed && a.quiet);
	gabion_answer_free(&a);
	gabion_compiled_free(&c);
}

/* What is all zero is not there; what is there has the shape of the format. */
static void image_shape(void **state)
{
	struct gabion_compiled c;
	const struct gabion_class_view *file;

	(void)state;
	policy_compile(&c, "domain d {\n read /a\n}\n");
	file = &c.view.classes[GABION_CLASS_FILE];
	assert_int_equal(c.view.ndomains, 2);
	assert_string_equal(gabion_view_string(&c.view, c.view.domains[0].name), "host");
	assert_int_equal(le32_to_cpu(c.view.levels[le32_to_cpu(c.view.domains[0].level)].rank),
			 GABION_RANK_ANY);
	assert_int_equal(file->nlabels, 3);
	assert_non_null(file->allow);
	assert_null(file->trusted);
	assert_null(file->deny);
	assert_null(file->audit);
	assert_null(file->quiet);
	assert_null(file->transition);
	assert_int_equal(gabion_dfa_label(&file->dfa, "/a", 2), 2);
	assert_int_equal(gabion_dfa_label(&file->dfa, "/b", 2), GABION_LABEL_NONE);
	assert_int_equal(c.view.classes[GABION_CLASS_NET].nlabels, 1);
	gabion_compiled_free(&c);
}

static void rules_have_places(void **state)
{
	struct gabion_compiled c;
	struct gabion_answer a;
	const struct gabion_policy_rule *r;

	(void)state;
	policy_compile(&c, "resource r file /r\n\ndomain d {\n\tread /x,\n\t\tr\n}\n");
	a = policy_ask(&c, "d", "read", "/r");
	assert_int_equal(a.nrules, 1);
	r = &c.view.rules[a.rules[0]];
	assert_string_equal(gabion_view_string(&c.view, r->file), "test.gabion");
	assert_int_equal(le32_to_cpu(r->line), 5);
	assert_int_equal(le32_to_cpu(r->column), 3);
	assert_string_equal(gabion_answer_resources(&c.view, &a), "r");
	gabion_answer_free(&a);
	gabion_compiled_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_granted),
		cmocka_unit_test(words_imply),
		cmocka_unit_test(resources),
		cmocka_unit_test(network),
		cmocka_unit_test(deny_outranks),
		cmocka_unit_test(level_order),
		cmocka_unit_test(search_is_implied),
		cmocka_unit_test(netlink),
		cmocka_unit_test(netlink_bits),
		cmocka_unit_test(domains),
		cmocka_unit_test(abstractions),
		cmocka_unit_test(transitions),
		cmocka_unit_test(helpers),
		cmocka_unit_test(marks),
		cmocka_unit_test(image_shape),
		cmocka_unit_test(rules_have_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
