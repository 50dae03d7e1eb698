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
	snprintf(path, sizeof(path), "%s/syscalls", top);
	if (mkdir(path, 0700))
		return -1;
	/* Two below: the folder beside a policy's own is looked in, too. */
	snprintf(path, sizeof(path), "%s/far", top);
	if (mkdir(path, 0700))
		return -1;
	snprintf(path, sizeof(path), "%s/far/away", top);
	if (mkdir(path, 0700))
		return -1;
	put("far/away/p.gabion", "domain p {\n use one\n syscalls @some\n}\n"
				"resource common file /common\n");
	put("far/away/q.gabion", "domain q {\n syscalls @sone, raed, @qqqqq\n}\n");
	put("far/away/qqqqqq.gabion", "# no set\n");
	put("syscalls/some.gabion", "set some { syscalls read }\n");
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

static int compile_in(struct gabion_compiled *c, const char *name)
{
	char path[256];
	const char *paths[] = { path };
	struct gabion_error error;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return gabion_policy_compile_in(c, top, paths, 1, &error);
}

/* A policy elsewhere uses what lies in the policy directory, unless it has its own. */
static void library(void **state)
{
	char path[256];
	struct gabion_compiled c;

	(void)state;
	assert_int_equal(compile(&c, "far/away/p.gabion"), -EINVAL);
	gabion_compiled_free(&c);
	assert_int_equal(compile_in(&c, "far/away/p.gabion"), 0);
	assert_int_equal(c.view.ndomains, 2);
	policy_expect(&c, "p", "read", "/two", GABION_ANSWER_ALLOWED);
	policy_expect(&c, "p", "syscall", "read", GABION_ANSWER_ALLOWED);
	gabion_compiled_free(&c);
	snprintf(path, sizeof(path), "%s/far/away/syscalls", top);
	assert_int_equal(mkdir(path, 0700), 0);
	put("far/away/syscalls/some.gabion", "set some { syscalls write }\n");
	assert_int_equal(compile_in(&c, "far/away/p.gabion"), 0);
	policy_expect(&c, "p", "syscall", "read", GABION_ANSWER_SYSCALL);
	policy_expect(&c, "p", "syscall", "write", GABION_ANSWER_ALLOWED);
	gabion_compiled_free(&c);
}

static const struct gabion_diagnostic *find(const struct gabion_compiled *c, const char *message)
{
	size_t i;

	for (i = 0; i < c->diagnostics.n; i++)
		if (strstr(c->diagnostics.items[i].message, message))
			return &c->diagnostics.items[i];
	fail_msg("no message has \"%s\"", message);
	return NULL;
}

/* Of a set that is not there the nearest of those that are is named, and the line is read on. */
static void unknown_set(void **state)
{
	struct gabion_compiled c;

	(void)state;
	assert_int_equal(compile_in(&c, "far/away/q.gabion"), -EINVAL);
	assert_int_equal(c.diagnostics.nerrors, 3);
	assert_non_null(strstr(find(&c, "set of syscalls \"sone\"")->mend, "`some`"));
	assert_non_null(strstr(find(&c, "syscall \"raed\"")->mend, "`read`"));
	/* The policy beside it is no set. */
	assert_non_null(strstr(find(&c, "set of syscalls \"qqqqq\"")->mend,
			       "far/away/syscalls/qqqqq.gabion"));
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
		cmocka_unit_test(library),
		cmocka_unit_test(unknown_set),
		cmocka_unit_test(abstraction_alone),
		cmocka_unit_test(not_there),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
