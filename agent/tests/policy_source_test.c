// SPDX-License-Identifier: GPL-2.0
/*
 * Where policy text comes from: directories, includes, abstractions.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy_fixture.h"

static char top[] = "/tmp/gabion-policy-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int make_tree(void **state)
{
	char path[256];

	(void)state;
	if (!mkdtemp(top))
		return -1;
	snprintf(path, sizeof(path), "%s/abstractions", top);
	if (mkdir(path, 0700))
		return -1;
	put("b.gabion", "domain b {\n use one\n}\ninclude \"common.inc\"\n");
	put("a.gabion", "include \"common.inc\"\ninclude \"./a.gabion\"\ndomain a {\n use two\n}\n");
	put("common.inc", "resource common file /common\n");
	put("ignored.txt", "this is no policy\n");
	put(".hidden.gabion", "neither is this\n");
	put("abstractions/one.gabion", "abstraction one {\n use two\n read common\n}\n");
	put("abstractions/two.gabion", "resource two file /two\nabstraction two {\n read two\n}\n");
	put("abstractions/unused.gabion", "abstraction unused {\n capability chwon\n}\n");
	return 0;
}

static int remove_tree(void **state)
{
	char command[256];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

static int compile(struct gabion_compiled *c, const char *name)
{
	char path[256];
	const char *paths[] = { path };
	struct gabion_error error;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return gabion_policy_compile(c, paths, 1, &error);
}

/* Files in order of their names; included and used ones once; the rest not at all. */
static void directory(void **state)
{
	struct gabion_compiled c;

	(void)state;
	assert_int_equal(compile(&c, ""), 0);
	assert_int_equal(c.diagnostics.n, 0);
	assert_int_equal(c.stats.files, 5);
	assert_int_equal(c.view.ndomains, 3);
	assert_string_equal(gabion_view_string(&c.view, c.view.domains[1].name), "a");
	policy_expect(&c, "b", "read", "/common", GABION_ANSWER_ALLOWED);
	policy_expect(&c, "b", "read", "/two", GABION_ANSWER_ALLOWED);
	policy_expect(&c, "a", "read", "/common", GABION_ANSWER_NO_RULE);
	gabion_compiled_free(&c);
}

/* One file alone finds the abstractions beside it. */
static void one_file(void **state)
{
	struct gabion_compiled c;

	(void)state;
	assert_int_equal(compile(&c, "b.gabion"), 0);
	assert_int_equal(c.view.ndomains, 2);
	gabion_compiled_free(&c);
}

/* A file of abstractions is checked although nothing uses it. */
static void abstraction_alone(void **state)
{
	struct gabion_compiled c;

	(void)state;
	assert_int_equal(compile(&c, "abstractions/two.gabion"), 0);
	assert_int_equal(c.view.ndomains, 1);
	assert_int_equal(c.view.nrules, 0);
	gabion_compiled_free(&c);
	assert_int_equal(compile(&c, "abstractions/unused.gabion"), -EINVAL);
	assert_int_equal(c.diagnostics.items[0].line, 2);
	gabion_compiled_free(&c);
}

static void not_there(void **state)
{
	struct gabion_compiled c;

	(void)state;
	assert_int_equal(compile(&c, "absent"), -ENOENT);
	gabion_compiled_free(&c);
	put("../gabion-empty-test.gabion", "domain x {\n use one\n}\n");
	assert_int_equal(compile(&c, "../gabion-empty-test.gabion"), -EINVAL);
	assert_non_null(strstr(c.diagnostics.items[0].message, "unknown abstraction"));
	gabion_compiled_free(&c);
	unlink("/tmp/gabion-empty-test.gabion");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directory),
		cmocka_unit_test(one_file),
		cmocka_unit_test(abstraction_alone),
		cmocka_unit_test(not_there),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
