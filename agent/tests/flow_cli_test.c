// SPDX-License-Identifier: GPL-2.0
/*
 * gabion flow as a process: given a policy, when asked, then output and exit status.  GABION_BIN
 * is the folder with gabion-mock.  SVG needs dot(1).
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

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

struct fixture {
	char dir[32];
	char *out; /* of the last command, standard error too */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/gabion-flow-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char path[64];

	snprintf(path, sizeof(path), "%s/p.gabion", f->dir);
	unlink(path);
	if (rmdir(f->dir))
		return -1;
	free(f->out);
	free(f);
	return 0;
}

/* gabion flow @arguments on the policy @text, in an environment with @variable; its status. */
static int flow(struct fixture *f, const char *text, const char *variable, const char *arguments)
{
	char path[64], command[512];
	size_t room = 1 << 16, n;
	FILE *file;
	int status;

	snprintf(path, sizeof(path), "%s/p.gabion", f->dir);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
	snprintf(command, sizeof(command),
		 "env %s %s/gabion-mock flow --policy %s %s 2>&1 </dev/null", variable,
		 getenv("GABION_BIN") ?: "build/asan/tests", path, arguments);
	file = popen(command, "r");
	free(f->out);
	f->out = calloc(room, 1);
	n = fread(f->out, 1, room - 1, file);
	f->out[n] = '\0';
	status = pclose(file);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void has(const struct fixture *f, const char *part)
{
	if (!strstr(f->out, part))
		fail_msg("'%s' is not in '%s'", part, f->out);
}

static void violated(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(flow(f, VIOLATED, "", ""), 1);
	has(f, "noninterference is VIOLATED: 2 flows against the order of levels\n");
	has(f, "app can influence web: level low does not dominate level high\n");
	has(f, "-> files spool (level high): app may act on it by write,append,lock\n");
	has(f, "p.gabion:5: allow write,append,stat,lock spool\n");
	has(f, "p.gabion:11: allow delete,relabel spool\n");
	has(f, "[no check applies the order of levels to this]\n");
}

static void declared(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(flow(f, DECLARED, "", ""), 0);
	has(f, "noninterference holds\n");
	has(f, "p.gabion:9: trusted read,stat spool (level high)\n"
	       "      web (level low): against the order read,stat\n");
	has(f, "  host: unconfined\n  loader: control bpf\n  trial: complain mode\n");
	has(f, "not counted (the object is outside of the order (level any)): 1 flow, such as\n");
	/* Only `trusted` rules and modes count as declared. */
	assert_int_equal(flow(f, DECLARED, "", "--strict"), 1);
	has(f, "VIOLATED");
	has(f, "-> files tty (level any): app may act on it by write,append,lock");
}

static void one_level(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		flow(f, "domain a {\n write /f\n}\ndomain b {\n read /f\n}\n", "", "--strict"), 0);
	has(f, "noninterference holds\n");
}

static void from_one_to_another(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(flow(f, VIOLATED, "", "app web"), 0);
	has(f, "app can influence web\n  app (level high)\n  -> files spool");
	assert_int_equal(flow(f, VIOLATED, "", "web app"), 1);
	has(f, "web cannot influence app\n");
	assert_int_equal(flow(f, DECLARED, "", "app web"), 0);
	has(f, "[an exception, by a trusted rule]");
	assert_int_equal(flow(f, DECLARED, "", "app loader"), 1);
	has(f, "app cannot influence loader; but with the help of what no rule holds\n");
	has(f, "loader may do anything by control bpf");
	assert_int_equal(flow(f, VIOLATED, "", "host web"), 1);
	has(f, "the host is not held");
}

static void lists(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(flow(f, VIOLATED, "", "--from app"), 0);
	has(f, "web     low        4  what is granted\n");
	has(f, "mover   low        4  what is granted\n");
	assert_int_equal(flow(f, VIOLATED, "", "--to app"), 0);
	assert_string_equal(f->out,
			    "DOMAIN  LEVEL  STEPS  BY\nmover   low        2  what is granted\n");
}

static void json(void **state)
{
	struct fixture *f = *state;
	json_t *v, *chain, *step;

	assert_int_equal(flow(f, VIOLATED, "", "--json"), 1);
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

	assert_int_equal(flow(f, DECLARED, "", "--json"), 0);
	v = json_loads(f->out, 0, NULL);
	assert_true(json_is_true(json_object_get(v, "holds")));
	assert_int_equal(json_array_size(json_object_get(v, "exceptions")), 1);
	assert_int_equal(json_array_size(json_object_get(v, "not_held")), 3);
	json_decref(v);

	assert_int_equal(flow(f, VIOLATED, "", "--json app web"), 0);
	v = json_loads(f->out, 0, NULL);
	assert_true(json_is_true(json_object_get(v, "granted")));
	json_decref(v);

	assert_int_equal(flow(f, VIOLATED, "", "--json --from app"), 0);
	v = json_loads(f->out, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(v, "domains")), 2);
	json_decref(v);
}

static void pictures(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(flow(f, VIOLATED, "", "--format dot"), 1);
	has(f, "digraph flow {\n");
	has(f, "label=\"app\\nhigh\"");
	has(f, "color=red");
	assert_int_equal(flow(f, DECLARED, "", "--format dot app web"), 0);
	assert_null(strstr(f->out, "color=red"));
	has(f, "color=orange");
	assert_int_equal(flow(f, VIOLATED, "", "--format svg"), 1);
	has(f, "<svg");
	has(f, "names that mover gives");
	assert_int_equal(flow(f, VIOLATED, "PATH=/nonexistent", "--format svg"), 2);
	has(f, "graphviz");
	assert_int_equal(flow(f, VIOLATED, "", "--format dot web app"), 2);
	has(f, "nothing to draw");
}

static void wrong_questions(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(flow(f, VIOLATED, "", "app wep"), 2);
	has(f, "unknown domain \"wep\": did you mean `web`?");
	assert_int_equal(flow(f, "domain a {\n read\n}\n", "", ""), 2);
	has(f, "p.gabion:2:");
	assert_int_equal(flow(f, VIOLATED, "", "app"), 64);
	assert_int_equal(flow(f, VIOLATED, "", "--format png"), 64);
	assert_int_equal(flow(f, VIOLATED, "", "--from app web"), 64);
	assert_int_equal(flow(f, VIOLATED, "", "--format dot --from app"), 64);
	assert_int_equal(flow(f, VIOLATED, "", "--format dot --json"), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(violated, setup, teardown),
		cmocka_unit_test_setup_teardown(declared, setup, teardown),
		cmocka_unit_test_setup_teardown(one_level, setup, teardown),
		cmocka_unit_test_setup_teardown(from_one_to_another, setup, teardown),
		cmocka_unit_test_setup_teardown(lists, setup, teardown),
		cmocka_unit_test_setup_teardown(json, setup, teardown),
		cmocka_unit_test_setup_teardown(pictures, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_questions, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
