// SPDX-License-Identifier: GPL-2.0
/*
 * gabion fmt as a process: which files it changes, what it says, how it ends.
 * GABION_BIN is the folder with gabion-mock.
 */
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "cli_process.h"

#define WRONG  "domain   d { read   /a }\n"
#define RIGHT  "domain d { read /a }\n"
#define BROKEN "domain d { raed /a }\n"

static const char *path_of(const struct cli *f, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	return path;
}

static void holds(const struct cli *f, const char *name, const char *text)
{
	char bytes[4096] = "";
	FILE *file = fopen(path_of(f, name), "r");

	assert_non_null(file);
	assert_true(fread(bytes, 1, sizeof(bytes) - 1, file) > 0);
	fclose(file);
	assert_string_equal(bytes, text);
}

static int fmt(struct cli *cli, const char *arguments)
{
	char command[512];

	snprintf(command, sizeof(command), "fmt %s", arguments);
	return cli_run(cli, command);
}

static void files(void **state)
{
	struct cli *f = *state;
	struct stat before, after;

	cli_file(f, "a.gabion", WRONG);
	cli_file(f, "b.gabion", RIGHT);
	assert_int_equal(stat(path_of(f, "b.gabion"), &before), 0);
	assert_int_equal(fmt(f, "a.gabion b.gabion"), 0);
	assert_string_equal(f->out, "");
	holds(f, "a.gabion", RIGHT);
	/* What has the form already is not written again. */
	assert_int_equal(stat(path_of(f, "b.gabion"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(fmt(f, "none.gabion"), 2);
	cli_says(f, "No such file");
}

static void metadata(void **state)
{
	struct cli *f = *state;
	char value[8] = "";
	struct stat st;
	bool attributes;

	cli_file(f, "real", WRONG);
	assert_int_equal(chmod(path_of(f, "real"), 0640), 0);
	/* Not every file system has any. */
	attributes = !setxattr(path_of(f, "real"), "user.mark", "here", 4, 0);
	assert_int_equal(symlink("real", path_of(f, "link.gabion")), 0);
	assert_int_equal(fmt(f, "link.gabion"), 0);
	assert_int_equal(lstat(path_of(f, "link.gabion"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	holds(f, "real", RIGHT);
	assert_int_equal(stat(path_of(f, "real"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	if (attributes) {
		assert_int_equal(getxattr(path_of(f, "real"), "user.mark", value, 8), 4);
		assert_string_equal(value, "here");
	}
	/* Nothing is left beside it. */
	assert_int_equal(fmt(f, "real; ls -A"), 0);
	assert_string_equal(f->out, "link.gabion\nreal\n");
}

static void mistakes(void **state)
{
	struct cli *f = *state;

	cli_file(f, "a.gabion", BROKEN);
	cli_file(f, "b.gabion", WRONG);
	assert_int_equal(fmt(f, "a.gabion b.gabion"), 2);
	cli_says(f, "a.gabion:1:12: error: unexpected \"raed\"");
	cli_says(f, "did you mean `read`?");
	cli_says(f, "a.gabion: left as it is: 1 error of syntax");
	holds(f, "a.gabion", BROKEN);
	/* That is no reason to leave others. */
	holds(f, "b.gabion", RIGHT);
}

static void check(void **state)
{
	struct cli *f = *state;

	cli_file(f, "a.gabion", WRONG);
	cli_file(f, "b.gabion", RIGHT);
	cli_file(f, "c.gabion", WRONG);
	assert_int_equal(fmt(f, "--check a.gabion b.gabion c.gabion"), 1);
	assert_string_equal(f->out, "a.gabion\nc.gabion\n");
	holds(f, "a.gabion", WRONG);
	assert_int_equal(fmt(f, "--check b.gabion"), 0);
	assert_string_equal(f->out, "");
	assert_int_equal(fmt(f, "--check --json a.gabion b.gabion"), 1);
	cli_says(f, "{\"file\":\"a.gabion\",\"changed\":true,\"diagnostics\":[]}");
	cli_says(f, "{\"file\":\"b.gabion\",\"changed\":false,\"diagnostics\":[]}");
}

static void diff(void **state)
{
	struct cli *f = *state;

	cli_file(f, "a.gabion", WRONG);
	assert_int_equal(fmt(f, "--diff a.gabion"), 0);
	assert_string_equal(f->out, "--- a.gabion\n+++ a.gabion\n@@ -1 +1 @@\n-" WRONG "+" RIGHT);
	holds(f, "a.gabion", WRONG);
	assert_int_equal(fmt(f, "--diff --check a.gabion"), 1);
}

static void input(void **state)
{
	struct cli *f = *state;

	cli_file(f, "a.gabion", WRONG);
	cli_file(f, "b.gabion", BROKEN);
	assert_int_equal(fmt(f, "- <a.gabion"), 0);
	assert_string_equal(f->out, RIGHT);
	assert_int_equal(fmt(f, "- <b.gabion"), 2);
	cli_says(f, "<stdin>:1:12: error");
	assert_int_equal(fmt(f, "--check - <a.gabion"), 1);
	assert_string_equal(f->out, "-\n");
}

/* All policies in it, and in its folders; nothing else. */
static void folder(void **state)
{
	struct cli *f = *state;

	assert_int_equal(mkdir(path_of(f, "abstractions"), 0700), 0);
	cli_file(f, "a.gabion", WRONG);
	cli_file(f, "notes.txt", WRONG);
	cli_file(f, ".hidden.gabion", WRONG);
	cli_file(f, "abstractions/b.gabion", WRONG);
	assert_int_equal(fmt(f, "--check ."), 1);
	assert_string_equal(f->out, "./a.gabion\n./abstractions/b.gabion\n");
	assert_int_equal(fmt(f, "."), 0);
	holds(f, "abstractions/b.gabion", RIGHT);
	holds(f, "notes.txt", WRONG);
	holds(f, ".hidden.gabion", WRONG);
}

#define test(f) cmocka_unit_test_setup_teardown(f, cli_setup, cli_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(files), test(metadata), test(mistakes), test(check),
		test(diff),  test(input),    test(folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
