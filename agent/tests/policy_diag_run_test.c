// SPDX-License-Identifier: GPL-2.0
/*
 * One run finds every mistake of a policy, of whatever kind, and says nothing of
 * what only follows from one.
 */
#include <errno.h>

#include "policy_fixture.h"

struct mistake {
	uint32_t line, column;
	const char *message; /* part of it */
	const char *mend;    /* part of it */
};

static void run(const char *text, const struct mistake *mistakes, size_t n)
{
	struct gabion_compiled c;
	struct gabion_error error;
	size_t i, m = 0;

	assert_int_equal(gabion_policy_compile_text(&c, "bad", text, strlen(text), &error),
			 -EINVAL);
	assert_null(c.image);
	for (i = 0; i < c.diagnostics.n; i++) {
		const struct gabion_diagnostic *d = &c.diagnostics.items[i];

		if (d->severity != GABION_SEVERITY_ERROR)
			continue;
		/* In order of their places. */
		if (m == n || d->line != mistakes[m].line || d->column != mistakes[m].column ||
		    !strstr(d->message, mistakes[m].message) ||
		    !strstr(d->mend ? d->mend : "", mistakes[m].mend)) {
			gabion_diagnostics_print(&c.diagnostics, stderr);
			fail_msg("%u:%u: %s (%s), expected number %zu", d->line, d->column,
				 d->message, d->mend ? d->mend : "no mend", m + 1);
		}
		m++;
	}
	if (m != n)
		fail_msg("not found: %s", mistakes[m].message);
	gabion_compiled_free(&c);
}

#define RUN(text, mistakes) run(text, mistakes, sizeof(mistakes) / sizeof(mistakes[0]))

static void all_kinds(void **state)
{
	static const char text[] = "level public < internal < secret\n"
				   "categroy finance\n"
				   "resource web file /srv/www/**\tlevel internl\n"
				   "resource keys file /etc/keys/**\tlevel secret\n"
				   "resource logs flie /var/log/**\n"
				   "resource over file /etc/**\n"
				   "domian lost {\n"
				   "\traed web\n"
				   "}\n"
				   "domain web {\n"
				   "\tenter /usr/sbin/web\n"
				   "\tlevel internal\n"
				   "\tread webb, keys, logs, lost\n"
				   "\tcapability net_bind_servic\n"
				   "\tcontrol modul\n"
				   "\tsyscalls raed, read(fdd == 1)\n"
				   "\texec /usr/bin/php as phpp\n"
				   "\tmode enfroce\n"
				   "\tread /etc/\n"
				   "}\n"
				   "domain php {\n"
				   "\tenter /usr/sbin/w*\n"
				   "\ttrusted raed keys\n"
				   "\tread keys\n"
				   "}\n"
				   "expect phh deny read /x\n"
				   "expect php deny raed /x\n";
	static const struct mistake mistakes[] = {
		{2, 1, "unexpected \"categroy\"", "`category`"},
		{3, 37, "unknown level \"internl\"", "`internal`"},
		{5, 15, "unexpected \"flie\"", "`file`"},
		{6, 10, "\"keys\" (level secret) and \"over\" (level public) both match", "except"},
		{7, 1, "unexpected \"domian\"", "`domain`"},
		{8, 2, "unexpected \"raed\"", "`read`"},
		{13, 7, "unknown resource \"webb\"", "`web`"},
		{13, 13, "\"web\" (level internal) may not read \"keys\"", "trusted read keys"},
		{14, 13, "unknown capability \"net_bind_servic\"", "`net_bind_service`"},
		{15, 10, "unknown control point \"modul\"", "`module`"},
		{16, 11, "unknown syscall \"raed\"", "`read`"},
		{16, 22, "unknown parameter \"fdd\"", "read has: fd,"},
		{17, 23, "unknown domain \"phpp\"", "`php`"},
		{18, 7, "unknown mode \"enfroce\"", "`enforce`"},
		{19, 7, "impossible glob", "/dir{,/**}"},
		{22, 8, "executes /usr/sbin/web it enters \"web\" or \"php\"", "disjoint"},
		/* That keys is not readable follows from this one. */
		{23, 10, "unexpected \"raed\"", "`read`"},
		{26, 8, "unknown domain \"phh\"", "`php`"},
		{27, 17, "unexpected \"raed\"", "`read`"},
	};

	(void)state;
	RUN(text, mistakes);
}

/* What text that could not be read may have said is not missed. */
static void consequences(void **state)
{
	static const char block[] = "domain a {\n read /x\ndomain b {\n read /y\n}\n"
				    "domain c {\n signal b\n read c\n}\n";
	static const struct mistake in_block[] = {
		{3, 1, "unexpected \"domain\"", "close the block before it with '}'"},
		{8, 7, "unknown resource \"c\"", "`domain c`"},
	};
	static const char levels[] = "level a < b <\nresource r file /r level b\n"
				     "domain d {\n level a\n read r\n raed /x\n}\n";
	static const struct mistake in_levels[] = {
		{1, 14, "ends too early", ""},
		{6, 2, "unexpected \"raed\"", "`read`"},
	};
	static const char include[] = "include \"/nonexistent/x\"\n"
				      "domain d {\n read r, s\n signal e\n capability chwon\n}\n";
	static const struct mistake in_include[] = {
		{1, 9, "No such file", "relative"},
		{5, 13, "unknown capability", "`chown`"},
	};
	static const char use[] = "resource near file /n\ndomain d {\n use nothing_here\n"
				  " read nearr, of_that_file\n}\n";
	static const struct mistake in_use[] = {
		{3, 6, "unknown abstraction \"nothing_here\"", "it would be in"},
		{4, 7, "unknown resource \"nearr\"", "`near`"},
	};

	(void)state;
	RUN(block, in_block);
	RUN(include, in_include);
	RUN(use, in_use);
	RUN(levels, in_levels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_kinds),
		cmocka_unit_test(consequences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
