// SPDX-License-Identifier: GPL-2.0
/* Warnings: given a policy, which there are, where, and what makes them go. */
#include "policy_fixture.h"

struct expected {
	const char *place; /* "LINE:COLUMN", or NULL: no warning at all */
	const char *message;
	const char *mend;
};

static void check(const char *text, const struct expected *e)
{
	const struct gabion_diagnostic *d = NULL;
	struct gabion_compiled c;
	char place[32] = "";
	size_t i;

	policy_compile(&c, text);
	for (i = 0; i < c.diagnostics.n && !d; i++)
		if (c.diagnostics.items[i].severity == GABION_SEVERITY_WARNING)
			d = &c.diagnostics.items[i];
	if (d)
		snprintf(place, sizeof(place), "%u:%u", d->line, d->column);
	if (c.diagnostics.nwarnings != (e->place != NULL) ||
	    (e->place && (strcmp(place, e->place) || !strstr(d->message, e->message) ||
			  !strstr(d->mend ?: "", e->mend) || !d->source))) {
		gabion_diagnostics_print(&c.diagnostics, stderr);
		fail_msg("of\n%s\nexpected %s %s", text, e->place ?: "no warning",
			 e->place ? e->message : "");
	}
	gabion_compiled_free(&c);
}

#define WARNS(text, ...) check(text, &(struct expected){__VA_ARGS__})
#define SILENT(text)	 check(text, &(struct expected){NULL, NULL, NULL})

static void said_twice(void **state)
{
	(void)state;
	WARNS("domain d {\n read /a/**\n read /a/b\n}\n", "3:7",
	      "read of \"/a/b\" is granted by other rules here anyway", "drop it");
	/* By two rules together, and by none of them alone. */
	WARNS("resource both file /a, /b\ndomain d {\n read /a\n read /b\n read both\n}\n", "5:7",
	      "read of \"both\"", "drop it");
	WARNS("domain d {\n write /a\n append /a\n}\n", "3:9", "append of \"/a\"", "drop it");
	WARNS("domain d {\n ioctl /a\n ioctl(TIOCSTI) /a\n}\n", "3:17", "ioctl(TIOCSTI) of",
	      "drop");
	WARNS("domain d {\n signal self\n}\n", "2:9", "signal of \"d\"", "drop it");
	WARNS("resource a tcp port 1-9\nresource b tcp port 5\ndomain d {\n connect a, b\n}\n",
	      "4:13", "connect of \"b\"", "drop it");
	WARNS("domain d {\n capability kill, chown\n capability kill\n}\n", "3:13",
	      "kill is said twice", "drop it");
	WARNS("domain d {\n search /a\n}\n", "2:9", "search of \"/a\" needs no rule", "drop it");
	SILENT("domain d {\n deny search /a\n}\n");
	/* Of two that say the same, one is too many. */
	WARNS("resource a file /a\nresource b file /a\ndomain d {\n read a\n read b\n}\n", "5:7",
	      "read of \"b\"", "drop it");

	SILENT("domain d {\n read /a/**\n read /b\n stat /a\n}\n");
	SILENT("domain d {\n read /a/*\n write /a/b\n}\ndomain e {\n read /a/b\n}\n");
	/* What is recorded is another thing. */
	SILENT("domain d {\n read /a/*\n audit read /a/b\n}\n");
}

/* What an abstraction grants is no reason to leave a rule out. */
static void blocks_are_looked_at_alone(void **state)
{
	(void)state;
	SILENT("abstraction x {\n read /a\n}\ndomain d {\n use x\n read /a\n}\n");
	SILENT("abstraction x {\n read /a\n}\nabstraction y {\n read /a\n}\n"
	       "domain d {\n use x, y\n}\n");
	WARNS("abstraction x {\n read /a\n stat /a\n}\ndomain d {\n use x\n}\ndomain e {\n use "
	      "x\n}\n",
	      "3:7", "stat of \"/a\"", "drop it");
	SILENT("abstraction x {\n write /a\n}\ndomain d {\n use x\n deny write /a\n}\n");
}

static void taken_away(void **state)
{
	(void)state;
	WARNS("domain d {\n read /a/b\n deny read /a/**\n}\n", "2:7",
	      "this rule grants nothing: `deny` takes all of it away", "drop one");
	WARNS("domain d {\n capability chown\n deny capability chown\n}\n", "2:13",
	      "this rule grants nothing", "drop one");
	WARNS("domain d {\n signal e\n deny signal e\n}\ndomain e { }\n", "2:9",
	      "this rule grants nothing", "drop one");
	SILENT("domain d {\n read /a/**\n deny read /a/b\n}\n");
	SILENT("domain d {\n read, append /a\n deny append /a\n}\n");
	SILENT("domain d {\n deny capability chown\n deny read /a\n}\n");
}

#define LEVELS "level low < high\nresource l file /l level low\nresource h file /h level high\n"

static void exceptions(void **state)
{
	(void)state;
	WARNS(LEVELS "domain d {\n level high\n trusted read l\n}\n", "6:15",
	      "the order of levels permits this", "drop `trusted`");
	WARNS("domain d {\n trusted read /a\n}\n", "2:15", "the order of levels permits this",
	      "drop `trusted`");
	SILENT(LEVELS "domain d {\n level low\n trusted read h\n}\n");
	SILENT(LEVELS "domain d {\n level high\n trusted write l\n}\n");
}

static void levels(void **state)
{
	(void)state;
	WARNS("level low < high\nresource a file /a\ndomain d {\n read a\n}\n", "2:10",
	      "resource \"a\" has no level, in a policy with levels", "level low");
	SILENT("level low < high\nresource a file /a level low\ndomain d {\n read a\n}\n");
	SILENT("resource a file /a\ndomain d {\n read a\n}\n");
	SILENT("level low < high\nresource a file /a level any\n");
}

static void everything(void **state)
{
	(void)state;
	WARNS("domain d {\n write /**\n}\n", "2:8",
	      "domain \"d\" may write,append every file there is", "knowingly write,append");
	WARNS("domain d {\n execute /{,**}\n}\n", "2:10", "may execute every file",
	      "knowingly execute");
	/* Spelt otherwise: all names are said in two parts. */
	WARNS("resource r file /[^a]{,**}, /a{,**}\ndomain d {\n delete r\n}\n", "3:9",
	      "may delete every file", "knowingly");
	SILENT("domain d {\n knowingly write /**\n}\n");
	SILENT("domain d {\n read /**\n}\n");
	SILENT("resource r file /** except /etc/**\ndomain d {\n write r\n}\n");
	SILENT("domain d {\n write /*\n}\n");
	SILENT("domain d {\n write /srv/**\n}\n");
	SILENT("domain d {\n write /srv\n}\n");
}

static void programs(void **state)
{
	(void)state;
	WARNS("domain d {\n execute /p/*\n write /p/plug-[0-9]\n}\n", "3:8",
	      "domain \"d\" may write what it may execute: /p/plug-0", "knowingly");
	WARNS("domain d {\n enter /bin/d\n append /bin/*\n}\n", "3:9",
	      "may write what it may execute: /bin/d", "apart");
	SILENT("domain d {\n execute /p/*\n knowingly write /p/x\n}\n");
	SILENT("domain d {\n knowingly execute /p/*\n write /p/x\n}\n");
	SILENT("domain d {\n execute /p/*\n write /p/x\n deny execute /p/x\n deny map /p/x\n}\n");
	SILENT("domain d {\n execute /p/*\n write /q/x\n}\n");
	/* The order of levels keeps them apart. */
	SILENT(LEVELS "domain d {\n level high\n execute l\n write h\n}\n");
}

static void unconfined(void **state)
{
	(void)state;
	WARNS("domain d {\n mode unconfined\n read /a\n write /b\n}\n", "3:7",
	      "domain \"d\" is unconfined: no rule of it is asked", "drop");
	SILENT("domain d {\n mode unconfined\n enter /d\n exec /e as e\n}\ndomain e { enter /e "
	       "}\n");
}

static void nothing(void **state)
{
	(void)state;
	WARNS("resource r file /a except /*\ndomain d { read r }\n", "1:10",
	      "resource \"r\" matches no name", "except");
}

/* Where it may not stand. */
static void knowingly(void **state)
{
	static const char *const wrong[] = {
		"domain d { knowingly deny read /a }\n",
		"domain d { knowingly capability kill }\n",
		"domain d { knowingly syscalls read }\n",
	};
	struct gabion_compiled c;
	struct gabion_error error;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_not_equal(
			gabion_policy_compile_text(&c, "t", wrong[i], strlen(wrong[i]), &error), 0);
		assert_non_null(strstr(c.diagnostics.items[0].message, "knowingly"));
		gabion_compiled_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(said_twice), cmocka_unit_test(blocks_are_looked_at_alone),
		cmocka_unit_test(taken_away), cmocka_unit_test(exceptions),
		cmocka_unit_test(levels),     cmocka_unit_test(everything),
		cmocka_unit_test(programs),   cmocka_unit_test(unconfined),
		cmocka_unit_test(nothing),    cmocka_unit_test(knowingly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
