// SPDX-License-Identifier: GPL-2.0
/* Which steps there are between two domains, by each way that information goes. */
#include "../flow/flow.h"
#include "policy_fixture.h"

#define LEVELS "level low < high\n"
#define A      "domain a {\n level high\n"
#define B      "domain b {\n"

static uint32_t domain_of(const struct gabion_view *view, const char *name)
{
	uint32_t d;

	for (d = 0; d < view->ndomains; d++)
		if (!strcmp(gabion_view_string(view, view->domains[d].name), name))
			return d;
	fail_msg("no domain %s", name);
	return 0;
}

/* Steps of a shortest chain from a to b, 0: none; the last but one step's class to *class. */
static size_t ask(const char *text, const char *from, const char *to, uint32_t classes,
		  uint32_t *worst)
{
	struct gabion_flow_chain chain = {};
	struct gabion_compiled c;
	struct gabion_flow *flow;
	size_t n, i;

	policy_compile(&c, text);
	flow = gabion_flow_new(&c.view, GABION_FLOW_EVERY);
	gabion_flow_chain(flow, domain_of(&c.view, from), domain_of(&c.view, to), classes, &chain);
	*worst = 0;
	for (i = 0; i < chain.n; i++)
		if (chain.steps[i].class > *worst)
			*worst = chain.steps[i].class;
	n = chain.n;
	gabion_flow_chain_free(&chain);
	gabion_flow_free(flow);
	gabion_compiled_free(&c);
	return n;
}

/* The chain from a to b has @steps, of which the one least held is of class @worst. */
static void expect_chain(const char *text, size_t steps, enum gabion_flow_class worst)
{
	uint32_t found;
	size_t n = ask(text, "a", "b", GABION_FLOW_GRANTED | GABION_FLOW_BIT(POWER), &found);

	if (n != steps || (n && found != worst))
		fail_msg("expected %zu steps, class %u; got %zu, class %u:\n%s", steps, worst, n,
			 found, text);
}

static void files(void **state)
{
	(void)state;
	expect_chain("domain a {\n write /f\n}\n" B " read /f\n}\n", 2, GABION_FLOW_ORDER);
	expect_chain("domain a {\n write /f\n}\n" B " read /g\n}\n", 0, 0);
	expect_chain("domain a {\n write /f*\n}\n" B " read /*g\n}\n", 2, GABION_FLOW_ORDER);
	expect_chain("domain a {\n write /f*\n}\n" B " read /*g\n deny read /f*\n}\n", 2,
		     GABION_FLOW_ORDER); /* stat is left */
	expect_chain("domain a {\n write /f*\n}\n" B " map /*g\n deny read, map, stat /f*\n}\n", 0,
		     0);
	expect_chain("domain a {\n ioctl(7) /f\n}\n" B " watch /f\n}\n", 2, GABION_FLOW_ORDER);
	expect_chain("domain a {\n write /f\n}\n" B " ioctl(7) /f\n}\n", 2, GABION_FLOW_ORDER);
	/* Up and by exception; down by nothing but the object's own level. */
	expect_chain(LEVELS "resource f file /f level high\n" A " write f\n}\n" B
			    " trusted read f\n}\n",
		     2, GABION_FLOW_TRUSTED);
	expect_chain(LEVELS A " trusted write /f\n}\n" B " read /f\n}\n", 2, GABION_FLOW_TRUSTED);
	expect_chain(LEVELS "resource f file /f level any\n" A " write f\n}\n" B " read f\n}\n", 2,
		     GABION_FLOW_ANY);
}

static void over_others(void **state)
{
	(void)state;
	expect_chain("domain a {\n write /f\n}\ndomain m {\n read /f\n signal b\n}\n" B "}\n", 3,
		     GABION_FLOW_ORDER);
}

static void domains(void **state)
{
	(void)state;
	expect_chain("domain a {\n signal b\n}\n" B "}\n", 1, GABION_FLOW_ORDER);
	expect_chain("domain a {\n}\n" B " inspect a\n}\n", 1, GABION_FLOW_ORDER);
	expect_chain("domain a {\n}\n" B " signal a\n}\n", 0, 0);
	expect_chain("domain a {\n}\n" B " trace a\n}\n", 1, GABION_FLOW_ORDER);
	expect_chain("domain a {\n}\n" B " connect domain a\n}\n", 1, GABION_FLOW_ORDER);
	expect_chain("domain a {\n ipc_write b\n}\n" B "}\n", 1, GABION_FLOW_ORDER);
	expect_chain("domain a {\n ipc_read b\n}\n" B "}\n", 0, 0);
	expect_chain(LEVELS A " trusted signal b\n}\n" B "}\n", 1, GABION_FLOW_TRUSTED);
}

/* A low mover that reads nothing gives a high file a low name. */
static void moves(void **state)
{
#define MOVED "resource s file /s{,/**} level high\n" LEVELS A " write s\n}\n" B " read /p\n}\n"
	(void)state;
	expect_chain(MOVED "domain m {\n relabel, delete s\n create /p\n}\n", 4,
		     GABION_FLOW_UNCHECKED);
	expect_chain(MOVED "domain m {\n relabel, link s\n create /p\n}\n", 4,
		     GABION_FLOW_UNCHECKED);
	expect_chain(MOVED "domain m {\n trusted relabel s\n delete s\n create /p\n}\n", 4,
		     GABION_FLOW_TRUSTED);
	expect_chain(MOVED "domain m {\n relabel s\n create /p\n}\n", 0, 0);
	expect_chain(MOVED "domain m {\n relabel, delete s\n}\n", 0, 0);
	expect_chain(MOVED "domain m {\n delete s\n create /p\n}\n", 0, 0);
	/* By the directory that it is in: neither the file's label nor the new one's is asked for.
	 */
#define BELOW                                                                                      \
	LEVELS "resource s file /d/s level high\n" A " write s\n}\n" B " read /e/f\n}\n"           \
	       "domain m {\n relabel, delete /d\n create /e\n"
	expect_chain(BELOW "}\n", 4, GABION_FLOW_UNCHECKED);
	expect_chain(BELOW " deny relabel /d\n}\n", 0, 0);
	/* What is written by the second name is read by the first; by a move only if it is held. */
#define BACK LEVELS "resource s file /s level high\n" A " write s\n}\n" B " read /p\n}\n"
	expect_chain(BACK "domain m {\n relabel, link /p\n create s\n}\n", 4,
		     GABION_FLOW_UNCHECKED);
	expect_chain(BACK "domain m {\n relabel, delete /p\n create s\n}\n", 4,
		     GABION_FLOW_UNMEDIATED);
}

static void bound(void **state)
{
	(void)state;
	/* Whoever may make the name is behind the socket. */
	expect_chain("domain a {\n connect /s\n}\n" B " create /s\n socket unix\n}\n", 2,
		     GABION_FLOW_ORDER);
	expect_chain("domain a {\n connect /s\n}\n" B " create /s\n}\n", 0, 0);
	expect_chain(LEVELS "resource s file /s level high\n" A " connect s\n}\n" B
			    " create s\n socket unix\n}\n",
		     2, GABION_FLOW_UNCHECKED);
	expect_chain(LEVELS "resource s file /s level high\n" A " connect s\n}\n" B
			    " trusted create s\n socket unix\n}\n",
		     2, GABION_FLOW_TRUSTED);
	/* Connecting is not reading the file. */
	expect_chain("domain a {\n write /s\n}\n" B " connect /s\n}\n", 0, 0);
#define E LEVELS "resource e udp port 99 level high\nresource t tcp port 99 level high\n"
	expect_chain(E A " connect e\n}\n" B " bind e\n}\n", 2, GABION_FLOW_UNCHECKED);
	expect_chain(E A " connect e\n}\n" B " trusted bind e\n}\n", 2, GABION_FLOW_TRUSTED);
	expect_chain(E A " connect t\n}\n" B " bind t\n}\n", 0, 0);
	/* Bound to no address in particular, and called at one. */
#define W                                                                                          \
	LEVELS "resource l udp 127.0.0.1 port 99 level high\nresource w udp 0.0.0.0 port 99\n"     \
	       "resource v udp :: port 99\nresource o udp 0.0.0.0 port 98\n"                       \
	       "resource s udp ::1 port 99 level high\n"
	expect_chain(W A " connect l\n}\n" B " bind w\n}\n", 2, GABION_FLOW_UNCHECKED);
	expect_chain(W A " connect l\n}\n" B " bind v\n}\n", 2, GABION_FLOW_UNCHECKED);
	expect_chain(W A " connect s\n}\n" B " bind v\n}\n", 2, GABION_FLOW_UNCHECKED);
	expect_chain(W A " connect l\n}\n" B " trusted bind w\n}\n", 2, GABION_FLOW_TRUSTED);
	expect_chain(W A " connect l\n}\n" B " trusted bind w\n bind v\n}\n", 2,
		     GABION_FLOW_UNCHECKED);
	expect_chain(W A " connect l\n}\n" B " bind o\n}\n", 0, 0);
	expect_chain(W A " connect s\n}\n" B " bind w\n}\n", 0, 0);
	/* Of a connection the kernel asks at the address where it arrives. */
	expect_chain("resource l tcp 127.0.0.1 port 9\nresource w tcp 0.0.0.0 port 9\n"
		     "domain a {\n connect l\n}\n" B " bind, listen w\n}\n",
		     0, 0);
	expect_chain(E A " connect t\n}\n" B " trusted listen t\n}\n", 2, GABION_FLOW_TRUSTED);
	/* The answer of who is bound, where it may send at all. */
#define F "resource e udp port 99\nresource r udp port 98\n"
	expect_chain(F "domain a {\n bind e\n}\n" B " connect e\n}\n", 0, 0);
	expect_chain(F "domain a {\n bind e\n connect r\n}\n" B " connect e\n}\n", 2,
		     GABION_FLOW_ORDER);
}

static void executions(void **state)
{
	(void)state;
	expect_chain("domain a {\n exec /p as b\n}\n" B " map /p\n}\n", 1, GABION_FLOW_ORDER);
	/* What it inherited leads back. */
	expect_chain(B " exec /p as a\n}\ndomain a {\n map /p\n}\n", 1, GABION_FLOW_ORDER);
	expect_chain("domain a {\n exec /p\n}\n" B " enter /p\n}\n", 0, 0);
	expect_chain(LEVELS A " exec /p as b\n}\n" B " map /p\n}\n", 1, GABION_FLOW_UNCHECKED);
	expect_chain(LEVELS A " exec /p as b\n trusted ipc_write b\n}\n" B " map /p\n}\n", 1,
		     GABION_FLOW_TRUSTED);
	expect_chain(LEVELS A " exec /p as b\n}\n" B " map /p\n trusted ipc_read a\n}\n", 1,
		     GABION_FLOW_TRUSTED);
	/* Down leads only the exit status. */
	expect_chain(LEVELS B " exec /p as a\n}\n" A " map /p\n}\n", 0, 0);
	expect_chain("domain a {\n}\n" B " enter helper /p\n}\n", 1, GABION_FLOW_UNMEDIATED);
}

static void powers(void **state)
{
#define P "domain a {\n write /f\n}\n" B " read /g\n}\ndomain m {\n "
	(void)state;
	expect_chain(P "}\n", 0, 0);
	expect_chain(P "control bpf\n}\n", 2, GABION_FLOW_POWER);
	expect_chain(P "control module\n}\n", 0, 0);
	expect_chain(P "control module\n capability sys_module\n}\n", 2, GABION_FLOW_POWER);
	expect_chain(P "control mount\n capability sys_admin\n}\n", 2, GABION_FLOW_POWER);
	expect_chain(P "control perf\n capability net_admin\n}\n", 2, GABION_FLOW_POWER);
	expect_chain(P "control perf\n capability sys_pacct\n}\n", 2, GABION_FLOW_POWER);
	expect_chain(P "control watch\n}\n", 0, 0);
	expect_chain(P "control watch\n capability sys_admin\n}\n", 2, GABION_FLOW_POWER);
	expect_chain(P "capability mknod\n create, mknod, read /d\n}\n", 2, GABION_FLOW_POWER);
	expect_chain(P "capability mknod\n create, mknod /d\n}\n", 0, 0);
	expect_chain("domain a {\n control keys\n}\n" B " control keys\n}\n", 2, GABION_FLOW_POWER);
	expect_chain("domain a {\n socket vsock\n}\n" B " socket vsock\n}\n", 2, GABION_FLOW_POWER);
	expect_chain("domain a {\n socket vsock\n}\n" B " socket alg\n}\n", 0, 0);
	expect_chain("domain a {\n netlink route\n}\n" B " netlink route\n}\n", 0, 0);
	expect_chain("domain a {\n netlink route\n capability net_admin\n}\n" B
		     " netlink route\n}\n",
		     2, GABION_FLOW_POWER);
	expect_chain("domain a {\n netlink usersock\n}\n" B " netlink usersock\n}\n", 2,
		     GABION_FLOW_POWER);
	expect_chain("resource t tcp port 9\ndomain a {\n connect t\n}\n" B
		     " socket packet\n capability net_raw\n}\n",
		     2, GABION_FLOW_POWER);
	expect_chain("resource t tcp port 9\ndomain a {\n connect t\n}\n" B " socket packet\n}\n",
		     0, 0);
	expect_chain("resource t tcp port 9\ndomain a {\n connect t\n}\n" B
		     " socket inet\n capability net_raw\n}\n",
		     2, GABION_FLOW_POWER);
	/* Who says where packets go. */
	expect_chain("resource t tcp port 9\ndomain a {\n connect t\n}\n" B
		     " netlink route\n capability net_admin\n}\n",
		     2, GABION_FLOW_POWER);
	expect_chain("resource t tcp port 9\ndomain a {\n connect t\n}\n" B " netlink route\n}\n",
		     0, 0);
	expect_chain("resource t tcp port 9\ndomain a {\n connect t\n}\n" B
		     " netlink generic\n capability net_admin\n}\n",
		     0, 0);
}

/* With the help of those whom nothing holds, or by little. */
static void unheld_and_hints(void **state)
{
	static const char apart[] = "domain a {\n write /f\n}\n" B " read /g\n}\n",
			  directory[] = "domain a {\n create /d/x\n}\n" B " read /d\n}\n",
			  deep[] = "domain a {\n create /d/x/y\n}\n" B " read /d\n}\n",
			  root[] = "domain a {\n create /x\n}\n" B " read /\n}\n",
			  searched[] = "domain a {\n write /f\n}\n" B "}\n",
			  complains[] = "domain a {\n mode complain\n}\n" B "}\n";
	uint32_t class;

	(void)state;
	assert_int_equal(ask(apart, "a", "b", GABION_FLOW_POSSIBLE, &class), 0);
	assert_int_equal(ask(apart, "a", "b", GABION_FLOW_BIT(HOST), &class), 2);
	assert_int_equal(class, GABION_FLOW_HOST);
	assert_int_equal(ask(apart, "host", "b", GABION_FLOW_BIT(HOST), &class), 1);
	assert_int_equal(ask(apart, "host", "b", GABION_FLOW_GRANTED, &class), 0);
	assert_int_equal(ask(complains, "a", "b", GABION_FLOW_POSSIBLE, &class), 1);
	assert_int_equal(ask(complains, "a", "b", GABION_FLOW_GRANTED, &class), 0);
	assert_int_equal(ask(directory, "a", "b", GABION_FLOW_GRANTED, &class), 0);
	assert_int_equal(ask(directory, "a", "b", GABION_FLOW_STRICT, &class), 2);
	assert_int_equal(class, GABION_FLOW_HINT);
	assert_int_equal(ask(root, "a", "b", GABION_FLOW_STRICT, &class), 2);
	/* Only search, of /d/x. */
	assert_int_equal(ask(deep, "a", "b", GABION_FLOW_STRICT, &class), 2);
	assert_int_equal(ask(searched, "a", "b", GABION_FLOW_GRANTED, &class), 0);
	assert_int_equal(ask(searched, "a", "b", GABION_FLOW_STRICT, &class), 2);
}

static void violations(void **state)
{
	static const struct {
		const char *text;
		uint32_t classes;
		size_t n;
	} cases[] = {
		{"domain a {\n write /f\n}\n" B " read /f\n}\n", GABION_FLOW_STRICT, 0},
		{LEVELS A " trusted write /f\n}\n" B " read /f\n}\n", GABION_FLOW_STRICT, 0},
		{LEVELS B " read /f\n}\ndomain c {\n read /f\n}\n" A " exec /p as b\n}\n",
		 GABION_FLOW_PROOF, 1},
		/* It ends with the first who may not have it: c has it from b. */
		{LEVELS B " write /f\n}\ndomain c {\n read /f\n}\n" A " exec /p as b\n}\n",
		 GABION_FLOW_PROOF, 1},
		{LEVELS "resource n file /n level any\n" A " write n\n}\n" B " read n\n}\n",
		 GABION_FLOW_PROOF, 0},
		{LEVELS "resource n file /n level any\n" A " write n\n}\n" B " read n\n}\n",
		 GABION_FLOW_STRICT, 1},
		{LEVELS A " mode unconfined\n}\n" B "}\n", GABION_FLOW_STRICT, 0},
		/* To b, and to m, which may stat what it made. */
		{MOVED "domain m {\n relabel, delete s\n create /p\n}\n", GABION_FLOW_PROOF, 2},
		/* Categories: neither dominates. */
		{"level l\ncategory x, y\n" B " level l:x\n exec /p as a\n}\n"
		 "domain a {\n level l:y\n exec /q as b\n}\n",
		 GABION_FLOW_PROOF, 2},
	};
	struct gabion_flow_violations v;
	struct gabion_compiled c;
	struct gabion_flow *flow;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		policy_compile(&c, cases[i].text);
		flow = gabion_flow_new(&c.view, GABION_FLOW_EVERY);
		gabion_flow_violations(flow, cases[i].classes, &v);
		if (v.n != cases[i].n)
			fail_msg("%zu violations, not %zu:\n%s", v.n, cases[i].n, cases[i].text);
		gabion_flow_violations_free(&v);
		gabion_flow_free(flow);
		gabion_compiled_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files),      cmocka_unit_test(over_others),
		cmocka_unit_test(domains),    cmocka_unit_test(moves),
		cmocka_unit_test(bound),      cmocka_unit_test(executions),
		cmocka_unit_test(powers),     cmocka_unit_test(unheld_and_hints),
		cmocka_unit_test(violations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
