// SPDX-License-Identifier: GPL-2.0
/*
 * gabion fmt as a process: which files it changes, what it says, how it ends.
 * GABION_BIN is the folder with gabion-mock.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "test.h"

#define WRONG  "domain   d { read   /a }\n"
#define RIGHT  "domain d { read /a }\n"
#define BROKEN "domain d { raed /a }\n"

struct fixture {
	char dir[32];
	char out[4096]; /* stdout and stderr of the last command */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/gabion-fmt-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	if (system(command))
		return -1;
	free(f);
	return 0;
}

static const char *path_of(const struct fixture *f, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	return path;
}

static void put(const struct fixture *f, const char *name, const char *text)
{
	FILE *file = fopen(path_of(f, name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void holds(const struct fixture *f, const char *name, const char *text)
{
	char bytes[4096] = "";
	FILE *file = fopen(path_of(f, name), "r");

	assert_non_null(file);
	assert_true(fread(bytes, 1, sizeof(bytes) - 1, file) > 0);
	fclose(file);
	assert_string_equal(bytes, text);
}

/* Exit status of `cd DIR; gabion fmt ARGUMENTS`, as a shell reads them. */
static int fmt(struct fixture *f, const char *arguments)
{
	const char *bin = getenv("GABION_BIN") ?: "build/asan/tests";
	char *whole = realpath(bin, NULL), command[1024];
	FILE *pipe;
	size_t n;
	int status;

	assert_non_null(whole);
	snprintf(command, sizeof(command), "cd %s && exec 2>&1; %s/gabion-mock fmt %s", f->dir,
		 whole, arguments);
	free(whole);
	pipe = popen(command, "r");
	n = fread(f->out, 1, sizeof(f->out) - 1, pipe);
	f->out[n] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void has(const struct fixture *f, const char *text)
{
	if (!strstr(f->out, text))
		fail_msg("no \"%s\" in:\n%s", text, f->out);
}

static void files(void **state)
{
	struct fixture *f = *state;
	struct stat before, after;

	put(f, "a.gabion", WRONG);
	put(f, "b.gabion", RIGHT);
	assert_int_equal(stat(path_of(f, "b.gabion"), &before), 0);
	assert_int_equal(fmt(f, "a.gabion b.gabion"), 0);
	assert_string_equal(f->out, "");
	holds(f, "a.gabion", RIGHT);
	/* What has the form already is not written again. */
	assert_int_equal(stat(path_of(f, "b.gabion"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(fmt(f, "none.gabion"), 2);
	has(f, "No such file");
}

static void metadata(void **state)
{
	struct fixture *f = *state;
	char value[8] = "";
	struct stat st;
	bool attributes;

	put(f, "real", WRONG);
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
	struct fixture *f = *state;

	put(f, "a.gabion", BROKEN);
	put(f, "b.gabion", WRONG);
	assert_int_equal(fmt(f, "a.gabion b.gabion"), 2);
	has(f, "a.gabion:1:12: error: unexpected \"raed\"");
	has(f, "did you mean `read`?");
	has(f, "a.gabion: left as it is: 1 error of syntax");
	holds(f, "a.gabion", BROKEN);
	/* That is no reason to leave others. */
	holds(f, "b.gabion", RIGHT);
}

static void check(void **state)
{
	struct fixture *f = *state;

	put(f, "a.gabion", WRONG);
	put(f, "b.gabion", RIGHT);
	put(f, "c.gabion", WRONG);
	assert_int_equal(fmt(f, "--check a.gabion b.gabion c.gabion"), 1);
	assert_string_equal(f->out, "a.gabion\nc.gabion\n");
	holds(f, "a.gabion", WRONG);
	assert_int_equal(fmt(f, "--check b.gabion"), 0);
	assert_string_equal(f->out, "");
	assert_int_equal(fmt(f, "--check --json a.gabion b.gabion"), 1);
	has(f, "{\"file\":\"a.gabion\",\"changed\":true,\"diagnostics\":[]}");
	has(f, "{\"file\":\"b.gabion\",\"changed\":false,\"diagnostics\":[]}");
}

static void diff(void **state)
{
	struct fixture *f = *state;

	put(f, "a.gabion", WRONG);
	assert_int_equal(fmt(f, "--diff a.gabion"), 0);
	assert_string_equal(f->out, "--- a.gabion\n+++ a.gabion\n@@ -1 +1 @@\n-" WRONG "+" RIGHT);
	holds(f, "a.gabion", WRONG);
	assert_int_equal(fmt(f, "--diff --check a.gabion"), 1);
}

static void input(void **state)
{
	struct fixture *f = *state;

	put(f, "a.gabion", WRONG);
	put(f, "b.gabion", BROKEN);
	assert_int_equal(fmt(f, "- <a.gabion"), 0);
	assert_string_equal(f->out, RIGHT);
	assert_int_equal(fmt(f, "- <b.gabion"), 2);
	has(f, "<stdin>:1:12: error");
	assert_int_equal(fmt(f, "--check - <a.gabion"), 1);
	assert_string_equal(f->out, "-\n");
}

/* All policies in it, and in its folders; nothing else. */
static void folder(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mkdir(path_of(f, "abstractions"), 0700), 0);
	put(f, "a.gabion", WRONG);
	put(f, "notes.txt", WRONG);
	put(f, ".hidden.gabion", WRONG);
	put(f, "abstractions/b.gabion", WRONG);
	assert_int_equal(fmt(f, "--check ."), 1);
	assert_string_equal(f->out, "./a.gabion\n./abstractions/b.gabion\n");
	assert_int_equal(fmt(f, "."), 0);
	holds(f, "abstractions/b.gabion", RIGHT);
	holds(f, "notes.txt", WRONG);
	holds(f, ".hidden.gabion", WRONG);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(files), test(metadata), test(mistakes), test(check),
		test(diff),  test(input),    test(folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
