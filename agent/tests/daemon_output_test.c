// SPDX-License-Identifier: GPL-2.0
/*
 * Outputs: files that fill up, move away, or are none.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../daemon/output.h"
#include "test.h"

struct fixture {
	char dir[32];
	char path[64];
	char spec[80];
	struct gabion_sink *sink;
	struct gabion_error error;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/gabion-output-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/events.json", f->dir);
	snprintf(f->spec, sizeof(f->spec), "file:%s", f->path);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char old[80];

	gabion_sink_close(f->sink);
	snprintf(old, sizeof(old), "%s.1", f->path);
	unlink(old);
	unlink(f->path);
	rmdir(f->dir);
	free(f);
	return 0;
}

static int put(struct fixture *f, const char *line)
{
	struct gabion_record record = { 0 };
	int err = f->sink->ops->put(f->sink, &record, line, strlen(line), &f->error);

	return err ? err : f->sink->ops->flush(f->sink, &f->error);
}

static void assert_file(const char *path, const char *expected)
{
	char text[256] = { 0 };
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_string_equal(text, expected);
}

static void lines_are_appended_for_root_only(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(gabion_output_open(&f->sink, f->spec, &f->error), 0);
	assert_int_equal(put(f, "one\n"), 0);
	assert_int_equal(put(f, "two\n"), 0);
	assert_file(f->path, "one\ntwo\n");
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void file_that_moved_away_is_made_anew_on_reopen(void **state)
{
	struct fixture *f = *state;
	char old[80];

	snprintf(old, sizeof(old), "%s.1", f->path);
	assert_int_equal(gabion_output_open(&f->sink, f->spec, &f->error), 0);
	put(f, "one\n");
	rename(f->path, old);
	put(f, "two\n");
	assert_int_equal(f->sink->ops->reopen(f->sink, &f->error), 0);
	put(f, "three\n");
	assert_file(old, "one\ntwo\n");
	assert_file(f->path, "three\n");
}

/* The limit cuts the second line in the middle, as a full disk would. */
static void half_a_line_is_taken_back(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, limit;

	assert_int_equal(gabion_output_open(&f->sink, f->spec, &f->error), 0);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 6;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(put(f, "one\n"), 0);
	assert_int_equal(put(f, "two\n"), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_file(f->path, "one\n");
	assert_int_equal(put(f, "two\n"), 0);
	assert_file(f->path, "one\ntwo\n");
}

static void full_device_is_an_error(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion_output_open(&f->sink, "file:/dev/full", &f->error), 0);
	assert_int_equal(put(f, "one\n"), -ENOSPC);
	assert_non_null(strstr(f->error.text, "/dev/full"));
}

static void symbolic_link_is_not_followed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(symlink("/tmp/elsewhere", f->path), 0);
	assert_int_equal(gabion_output_open(&f->sink, f->spec, &f->error), -ELOOP);
}

static void unknown_outputs_are_named(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion_output_open(&f->sink, "syslog", &f->error), -EINVAL);
	assert_int_equal(gabion_output_open(&f->sink, "file:relative", &f->error), -EINVAL);
	assert_non_null(strstr(f->error.text, "file:relative"));
}

/* Where no journal runs, nothing may count as taken. */
static void journal_that_does_not_run_takes_nothing(void **state)
{
	struct fixture *f = *state;
	int err;

	assert_int_equal(gabion_output_open(&f->sink, "journald", &f->error), 0);
	err = put(f, "{}\n");
	assert_int_equal(err, access("/run/systemd/journal/socket", F_OK) ? -ENOENT : 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(lines_are_appended_for_root_only),
		TEST(file_that_moved_away_is_made_anew_on_reopen),
		TEST(half_a_line_is_taken_back),
		TEST(full_device_is_an_error),
		TEST(symbolic_link_is_not_followed),
		TEST(unknown_outputs_are_named),
		TEST(journal_that_does_not_run_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
