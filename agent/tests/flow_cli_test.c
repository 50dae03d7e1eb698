// SPDX-License-Identifier: GPL-2.0
/*
 * gabion flow as a process: given a policy, when asked, then output and exit status.  GABION_BIN
 * is the folder with gabion-mock.  SVG needs dot(1).
 */
#include <jansson.h>

#include "cli_process.h"

/* A low domain gives a high file a low name. */
#define VIOLATED                                                                                   \
	"level low < high\nresource spool file /spool level high\n"                                \
	"domain app {\n level high\n write spool\n}\ndomain web {\n read /out\n}\n"                \
	"domain mover {\n relabel, delete spool\n create /out\n}\n"
#define DECLARED                                                                                   \
	"level low < high\nresource spool file /spool level high\n"                                \
	"resource tty file \"/dev/t\\\"ty\" level any\n"                                           \
	"domain app {\n level high\n write spool, tty\n}\n"                                        \
	"domain web {\n trusted read spool\n read tty\n}\ndomain loader {\n control bpf\n}\n"      \
	"domain trial {\n mode complain\n}\n"

/* gabion flow @arguments on the policy @text; its status. */
static int flow(struct cli *cli, const char *text, const char *arguments)
{
	char command[512];

	cli_file(cli, "p.gabion", text);
	snprintf(command, sizeof(command), "flow --policy p.gabion %s", arguments);
	return cli_run(cli, command);
}

static void violated(void **state)
{
	struct cli *f = *state;

	assert_int_equal(flow(f, VIOLATED, ""), 1);
	cli_says(f, "noninterference is VIOLATED: 2 flows against the order of levels\n");
	cli_says(f, "app can influence web: level low does not dominate level high\n");
	cli_says(f, "-> files spool (level high): app may act on it by write,append,lock\n");
	cli_says(f, "p.gabion:5: allow write,append,stat,lock spool\n");
	cli_says(f, "p.gabion:11: allow delete,relabel spool\n");
	cli_says(f, "[no check applies the order of levels to this]\n");
}

static void declared(void **state)
{
	struct cli *f = *state;

	assert_int_equal(flow(f, DECLARED, ""), 0);
	cli_says(f, "noninterference holds\n");
	cli_says(f, "p.gabion:9: trusted read,stat spool (level high)\n"
		    "      web (level low): against the order read,stat\n");
	cli_says(f, "  host: unconfined\n  loader: control bpf\n  trial: complain mode\n");
	cli_says(f,
		 "not counted (the object is outside of the order (level any)): 1 flow, such as\n");
	/* Only `trusted` rules and modes count as declared. */
	assert_int_equal(flow(f, DECLARED, "--strict"), 1);
	cli_says(f, "VIOLATED");
	cli_says(f, "-> files tty (level any): app may act on it by write,append,lock");
}

/* A file that no domain of its level writes, and one below that moves it to where it may read. */
#define MOVED(trusted)                                                                             \
	"level low < high\nresource keys file /keys level high\n"                                  \
	"resource open file /open level low\n"                                                     \
	"domain web {\n level low\n " trusted "relabel keys\n delete keys\n create, read open\n}\n"

static void what_files_held_from_the_start(void **state)
{
	struct cli *f = *state;

	assert_int_equal(flow(f, MOVED(""), ""), 1);
	cli_says(f, "what files keys held from the start can reach web: level low does not "
		    "dominate level high\n  files keys (level high)\n");
	assert_int_equal(cli_run(f, "check p.gabion"), 2);
	cli_says(f, "p.gabion:6:10: error: what files keys (level high) held from the start can "
		    "reach \"web\" (level low), which may not have it\n");
	cli_says(f, "make it an exception: trusted relabel keys\n");
	assert_int_equal(flow(f, MOVED("trusted "), ""), 0);
	cli_says(f, "noninterference holds\n");
	cli_says(f, "not counted (an exception, by a trusted rule): 1 flow");
}

static void one_level(void **state)
{
	struct cli *f = *state;

	assert_int_equal(flow(f, "domain a {\n write /f\n}\ndomain b {\n read /f\n}\n", "--strict"),
			 0);
	cli_says(f, "noninterference holds\n");
}

static void from_one_to_another(void **state)
{
	struct cli *f = *state;

	assert_int_equal(flow(f, VIOLATED, "app web"), 0);
	cli_says(f, "app can influence web\n  app (level high)\n  -> files spool");
	assert_int_equal(flow(f, VIOLATED, "web app"), 1);
	cli_says(f, "web cannot influence app\n");
	assert_int_equal(flow(f, DECLARED, "app web"), 0);
	cli_says(f, "[an exception, by a trusted rule]");
	assert_int_equal(flow(f, DECLARED, "app loader"), 1);
	cli_says(f, "app cannot influence loader; but with the help of what no rule holds\n");
	cli_says(f, "loader may do anything by control bpf");
	assert_int_equal(flow(f, VIOLATED, "host web"), 1);
	cli_says(f, "the host is not held");
}

static void lists(void **state)
{
	struct cli *f = *state;

	assert_int_equal(flow(f, VIOLATED, "--from app"), 0);
	cli_says(f, "web     low        4  what is granted\n");
	cli_says(f, "mover   low        4  what is granted\n");
	assert_int_equal(flow(f, VIOLATED, "--to app"), 0);
	assert_string_equal(f->out,
			    "DOMAIN  LEVEL  STEPS  BY\nmover   low        2  what is granted\n");
}

static void json(void **state)
{
	struct cli *f = *state;
	json_t *v, *chain, *step;

	assert_int_equal(flow(f, VIOLATED, "--json"), 1);
	v = json_loads(f->out, 0, NULL);
	assert_true(json_is_false(json_object_get(v, "holds")));
	assert_int_equal(json_array_size(json_object_get(v, "violations")), 2);
	chain = json_array_get(json_object_get(v, "violations"), 0);
	assert_int_equal(json_array_size(json_object_get(chain, "steps")), 4);
	step = json_array_get(json_object_get(chain, "steps"), 1);
	assert_string_equal(json_string_value(json_object_get(step, "class")), "unchecked");
	assert_string_equal(json_string_value(json_object_get(step, "how")), "moved");
	step = json_array_get(json_object_get(step, "rules"), 0);
	assert_int_equal(json_integer_value(json_object_get(step, "line")), 11);
	json_decref(v);

	assert_int_equal(flow(f, DECLARED, "--json"), 0);
	v = json_loads(f->out, 0, NULL);
	assert_true(json_is_true(json_object_get(v, "holds")));
	assert_int_equal(json_array_size(json_object_get(v, "exceptions")), 1);
	assert_int_equal(json_array_size(json_object_get(v, "not_held")), 3);
	json_decref(v);

	assert_int_equal(flow(f, VIOLATED, "--json app web"), 0);
	v = json_loads(f->out, 0, NULL);
	assert_true(json_is_true(json_object_get(v, "granted")));
	json_decref(v);

	assert_int_equal(flow(f, VIOLATED, "--json --from app"), 0);
	v = json_loads(f->out, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(v, "domains")), 2);
	json_decref(v);
}

static void pictures(void **state)
{
	struct cli *f = *state;
	char *path;

	assert_int_equal(flow(f, VIOLATED, "--format dot"), 1);
	cli_says(f, "digraph flow {\n");
	cli_says(f, "label=\"app\\nhigh\"");
	cli_says(f, "color=red");
	assert_int_equal(flow(f, DECLARED, "--format dot app web"), 0);
	assert_null(strstr(f->out, "color=red"));
	cli_says(f, "color=orange");
	assert_int_equal(flow(f, VIOLATED, "--format svg"), 1);
	cli_says(f, "<svg");
	cli_says(f, "names that mover gives");
	path = strdup(getenv("PATH"));
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(flow(f, VIOLATED, "--format svg"), 2);
	cli_says(f, "graphviz");
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(flow(f, VIOLATED, "--format dot web app"), 2);
	cli_says(f, "nothing to draw");
}

static void wrong_questions(void **state)
{
	struct cli *f = *state;

	assert_int_equal(flow(f, VIOLATED, "app wep"), 2);
	cli_says(f, "unknown domain \"wep\": did you mean `web`?");
	assert_int_equal(flow(f, "domain a {\n read\n}\n", ""), 2);
	cli_says(f, "p.gabion:2:");
	assert_int_equal(flow(f, VIOLATED, "app"), 64);
	assert_int_equal(flow(f, VIOLATED, "--format png"), 64);
	assert_int_equal(flow(f, VIOLATED, "--from app web"), 64);
	assert_int_equal(flow(f, VIOLATED, "--format dot --from app"), 64);
	assert_int_equal(flow(f, VIOLATED, "--format dot --json"), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(violated, cli_setup, cli_teardown),
		cmocka_unit_test_setup_teardown(declared, cli_setup, cli_teardown),
		cmocka_unit_test_setup_teardown(one_level, cli_setup, cli_teardown),
		cmocka_unit_test_setup_teardown(what_files_held_from_the_start, cli_setup, cli_teardown),
		cmocka_unit_test_setup_teardown(from_one_to_another, cli_setup, cli_teardown),
		cmocka_unit_test_setup_teardown(lists, cli_setup, cli_teardown),
		cmocka_unit_test_setup_teardown(json, cli_setup, cli_teardown),
		cmocka_unit_test_setup_teardown(pictures, cli_setup, cli_teardown),
		cmocka_unit_test_setup_teardown(wrong_questions, cli_setup, cli_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
