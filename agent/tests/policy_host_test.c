// SPDX-License-Identifier: GPL-2.0
/* The host's default domain: `domain host { }`, and resources without a level of their own. */
#include "../flow/check.h"
#include "../flow/flow.h"
#include "policy_fixture.h"

#define LEVELS	"level low < middle < high\n"
#define ALLOWED	GABION_ANSWER_ALLOWED
#define NO_RULE	GABION_ANSWER_NO_RULE
#define DENIED	GABION_ANSWER_DENIED
#define LEVEL	GABION_ANSWER_LEVEL

#define ADMIN	" control admin\n capability mac_admin\n netlink generic\n"

static uint16_t transition(const struct gabion_compiled *c, const char *domain, const char *path)
{
	struct gabion_answer a = policy_ask(c, domain, "execute", path);

	gabion_answer_free(&a);
	return a.transition;
}

static uint16_t helper(const struct gabion_compiled *c, const char *path)
{
	struct gabion_answer a = policy_ask(c, "host", "execute", path);

	gabion_answer_free(&a);
	return a.helper;
}

/* One diagnostic of @severity: at the place, with the words. */
static void complains(const char *text, enum gabion_severity severity, uint32_t line,
		      uint32_t column, const char *message)
{
	struct gabion_compiled c;
	struct gabion_error error;
	size_t i, n = 0;

	gabion_policy_compile_text(&c, "test.gabion", text, strlen(text), &error);
	for (i = 0; i < c.diagnostics.n; i++) {
		const struct gabion_diagnostic *d = &c.diagnostics.items[i];

		if (d->severity == severity && d->line == line && d->column == column &&
		    strstr(d->message, message))
			n++;
		else
			print_message("%u:%u %s\n", d->line, d->column, d->message);
	}
	assert_int_equal(n, 1);
	gabion_compiled_free(&c);
}

static void without_a_block_it_is_not_held(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, "domain d { }\n");
	assert_true(le32_to_cpu(c.view.domains[0].flags) & GABION_DOMAIN_UNCONFINED);
	policy_expect(&c, "host", "read", "/etc/shadow", ALLOWED);
	gabion_compiled_free(&c);
}

static void it_may_what_its_rules_grant(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, "domain host {\n read /usr/**\n deny read /usr/secret\n signal d\n" ADMIN
			   " use more\n}\nabstraction more {\n write /tmp/*\n}\n"
			   "domain d {\n inspect host\n}\n");
	assert_int_equal(c.view.ndomains, 2);
	assert_false(le32_to_cpu(c.view.domains[0].flags) & GABION_DOMAIN_UNCONFINED);
	policy_expect(&c, "host", "read", "/usr/x", ALLOWED);
	policy_expect(&c, "host", "read", "/usr/secret", DENIED);
	policy_expect(&c, "host", "read", "/etc/shadow", NO_RULE);
	policy_expect(&c, "host", "write", "/tmp/x", ALLOWED);
	policy_expect(&c, "host", "search", "/etc", ALLOWED);
	policy_expect(&c, "host", "signal", "d", ALLOWED);
	policy_expect(&c, "host", "signal", "self", ALLOWED);
	policy_expect(&c, "host", "trace", "self", NO_RULE);
	policy_expect(&c, "host", "capability", "chown", NO_RULE);
	policy_expect(&c, "host", "control", "admin", ALLOWED);
	policy_expect(&c, "d", "inspect", "host", ALLOWED);
	gabion_compiled_free(&c);
}

static void its_syscalls_are_filtered(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, "domain host {\n" ADMIN " syscalls read, write\n}\ndomain d { }\n");
	assert_int_equal(c.view.nfilters, 1);
	assert_int_equal(le32_to_cpu(c.view.filters[0].domain), 0);
	gabion_compiled_free(&c);
}

/* Other domains are entered from it as from a host that is not held. */
static void what_is_executed_leads_on(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, "domain host {\n exec /bin/tool as tool\n exec /bin/stay inherit\n"
			   " deny execute /bin/shut\n" ADMIN "}\n"
			   "domain web {\n enter /bin/web, /bin/shut\n exec /bin/out unconfined\n}\n"
			   "domain tool {\n map /bin/tool\n}\n"
			   "domain free {\n mode unconfined\n}\n");
	assert_int_equal(transition(&c, "host", "/bin/web"), 1);
	assert_int_equal(transition(&c, "host", "/bin/tool"), 2);
	/* It is in it already: a helper, which is not, must not be led to it. */
	assert_int_equal(transition(&c, "host", "/bin/stay"), GABION_TRANSITION_NONE);
	assert_int_equal(transition(&c, "web", "/bin/out"), 0);
	/* Rules of the host's own are of no other domain. */
	assert_int_equal(transition(&c, "free", "/bin/web"), 1);
	assert_int_equal(transition(&c, "free", "/bin/tool"), GABION_TRANSITION_NONE);
	policy_expect(&c, "host", "execute", "/bin/web", ALLOWED);
	policy_expect(&c, "host", "read", "/bin/web", NO_RULE);
	policy_expect(&c, "host", "execute", "/bin/shut", DENIED);
	policy_expect(&c, "host", "execute", "/bin/other", NO_RULE);
	gabion_compiled_free(&c);
	policy_compile(&c, "domain host {\n" ADMIN "}\ndomain d {\n exec /x as host\n}\n");
	assert_int_equal(transition(&c, "d", "/x"), 0);
	gabion_compiled_free(&c);
	complains("domain host {\n exec /bin/w* as a\n" ADMIN "}\ndomain a {\n map /bin/w*\n}\n"
		  "domain b {\n enter /bin/web\n}\n",
		  GABION_SEVERITY_ERROR, 2, 7,
		  "when a task of the host executes /bin/web it enters \"b\" or \"a\"");
}

static void helpers_are_not_unless_it_says_so(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, "domain host {\n" ADMIN "}\ndomain d {\n enter /bin/d\n}\n");
	assert_null(c.view.classes[GABION_CLASS_FILE].helpers);
	gabion_compiled_free(&c);
	policy_compile(&c, "domain host {\n enter helper\n" ADMIN "}\n"
			   "domain d {\n enter helper /bin/d\n}\n");
	assert_int_equal(helper(&c, "/bin/d"), 1);
	assert_int_equal(helper(&c, "/bin/other"), 0);
	gabion_compiled_free(&c);
	complains("domain host {\n enter /bin/x\n" ADMIN "}\n", GABION_SEVERITY_ERROR, 2, 2,
		  "not entered by a program");
}

/* Who could not load another policy any more must have meant it. */
static void somebody_administers(void **state)
{
	static const char *const fine[] = {
		"domain host {\n" ADMIN "}\n",
		"domain host {\n mode unconfined\n}\n",
		"domain host {\n deny control admin\n}\n",
		"domain host {\n mode complain\n control admin\n}\n",
		"domain host { }\ndomain a {\n enter /bin/gabion\n" ADMIN "}\n",
		"domain host { }\ndomain a {\n enter /bin/su\n exec /bin/gabion as b\n}\n"
		"domain b {\n map /bin/gabion\n" ADMIN "}\n",
	};
	static const char *const locked_out[] = {
		"domain host { }\n",
		"domain host {\n control admin\n}\n",
		"domain host {\n control admin\n capability mac_admin\n netlink route\n}\n",
		"domain host {\n mode complain\n}\n",
		"domain host { }\ndomain a {\n" ADMIN "}\n",
		"domain host {\n deny execute /bin/gabion\n}\n"
		"domain a {\n enter /bin/gabion\n" ADMIN "}\n",
		"domain host { }\ndomain a {\n enter helper\n" ADMIN "}\n",
	};
	struct gabion_compiled c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		policy_compile(&c, fine[i]);
		gabion_compiled_free(&c);
	}
	for (i = 0; i < sizeof(locked_out) / sizeof(locked_out[0]); i++)
		complains(locked_out[i], GABION_SEVERITY_ERROR, 1, 8,
			  "nobody could administer");
}

static void warnings_are_about_it_too(void **state)
{
	(void)state;
	complains("domain host {\n write /**\n" ADMIN "}\n", GABION_SEVERITY_WARNING, 2, 8,
		  "every file");
	complains("domain host {\n mode unconfined\n read /x\n}\n", GABION_SEVERITY_WARNING, 3, 7,
		  "no rule of it is asked");
	complains("domain host {\n read /x\n deny read /x\n" ADMIN "}\n", GABION_SEVERITY_WARNING, 2,
		  7, "");
}

static void level_none(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, LEVELS "resource all file /** level none\nresource net tcp level none\n"
			   "resource mid file /mid/** level middle\n"
			   "resource secret file /high level high\n"
			   "resource web tcp port 80 level high\n"
			   "domain host {\n knowingly read, write all\n connect net\n" ADMIN "}\n"
			   "domain d {\n level middle\n knowingly read, write all\n connect net\n}\n");
	/* The host is outside of the order. */
	policy_expect(&c, "host", "write", "/mid/x", ALLOWED);
	policy_expect(&c, "host", "read", "/high", ALLOWED);
	policy_expect(&c, "host", "write", "/other", ALLOWED);
	policy_expect(&c, "host", "connect", "tcp 10.0.0.1 port 80", ALLOWED);
	/* A domain has of it what the order permits; what has no level is of the lowest. */
	policy_expect(&c, "d", "write", "/mid/x", ALLOWED);
	policy_expect(&c, "d", "read", "/high", LEVEL);
	policy_expect(&c, "d", "append", "/high", ALLOWED);
	policy_expect(&c, "d", "read", "/other", ALLOWED);
	policy_expect(&c, "d", "write", "/other", LEVEL);
	policy_expect(&c, "d", "connect", "tcp 10.0.0.1 port 80", LEVEL);
	gabion_compiled_free(&c);
	complains("level none < high\n", GABION_SEVERITY_ERROR, 1, 7, "without a level of its own");
	complains(LEVELS "domain d {\n level none\n}\n", GABION_SEVERITY_ERROR, 3, 8,
		  "outside of the order");
	complains("category c\nresource r file /r level none:c\n", GABION_SEVERITY_ERROR, 2, 26,
		  "`none` has no categories");
}

static bool flows(const char *text, const char *level, uint32_t classes)
{
	char *policy = NULL;
	struct gabion_flow_chain chain = {};
	struct gabion_compiled c;
	struct gabion_flow *flow;
	struct gabion_error error;
	bool found;

	assert_true(asprintf(&policy, "%sdomain a {\n level high\n write f\n}\n"
			     "domain b {\n level low\n read g\n}\nresource f file /f level high\n"
			     "resource g file /g level low\ndomain host {\n%s%s" ADMIN "}\n",
			     LEVELS, level, text) > 0);
	assert_int_equal(gabion_policy_compile_text(&c, "test.gabion", policy, strlen(policy),
						    &error), 0);
	flow = gabion_flow_new(&c.view, GABION_FLOW_EVERY);
	found = gabion_flow_chain(flow, 1, 2, classes, &chain);
	if (found)
		gabion_flow_chain_free(&chain);
	assert_int_equal(gabion_flow_check(&c.view, NULL, &error), 0);
	gabion_flow_free(flow);
	gabion_compiled_free(&c);
	free(policy);
	return found;
}

/* It is an intermediary as far as its rules go; outside of the order, one that is asked about. */
static void flow_through_the_host(void **state)
{
	const uint32_t granted = GABION_FLOW_GRANTED, host = GABION_FLOW_EVERY;

	(void)state;
	assert_false(flows(" write g\n", "", granted));
	assert_true(flows(" read f\n write g\n", "", host));
	assert_false(flows(" read f\n write g\n", "", granted));
	/* Held to the order it counts as any domain. */
	assert_false(flows(" write g\n", " level low\n", granted));
	assert_true(flows(" trusted read f\n write g\n", " level low\n", granted));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_block_it_is_not_held),
		cmocka_unit_test(it_may_what_its_rules_grant),
		cmocka_unit_test(its_syscalls_are_filtered),
		cmocka_unit_test(what_is_executed_leads_on),
		cmocka_unit_test(helpers_are_not_unless_it_says_so),
		cmocka_unit_test(somebody_administers),
		cmocka_unit_test(warnings_are_about_it_too),
		cmocka_unit_test(level_none),
		cmocka_unit_test(flow_through_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
