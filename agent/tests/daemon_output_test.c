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
#include <sys/stat.h>
#include <unistd.h>

#include "output_fixture.h"

static void lines_are_appended_for_root_only(void **state)
{
	struct output_fixture *f = *state;
	struct stat st;

	assert_int_equal(output_open_file(f, ""), 0);
	assert_int_equal(output_put(f, "one\n"), 0);
	assert_int_equal(output_put(f, "two\n"), 0);
	assert_file(f->path, "one\ntwo\n");
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void file_that_moved_away_is_made_anew_on_reopen(void **state)
{
	struct output_fixture *f = *state;
	char old[80];

	snprintf(old, sizeof(old), "%s.1", f->path);
	assert_int_equal(output_open_file(f, ""), 0);
	output_put(f, "one\n");
	rename(f->path, old);
	output_put(f, "two\n");
	assert_int_equal(f->sink->ops->reopen(f->sink, &f->error), 0);
	output_put(f, "three\n");
	assert_file(old, "one\ntwo\n");
	assert_file(f->path, "three\n");
}

/* The limit cuts the second line in the middle. */
static void half_a_line_is_taken_back(void **state)
{
	struct output_fixture *f = *state;

	assert_int_equal(output_open_file(f, ""), 0);
	limit_files(6);
	assert_int_equal(output_put(f, "one\n"), 0);
	assert_int_equal(output_put(f, "two\n"), -EFBIG);
	limit_files(RLIM_INFINITY);
	assert_file(f->path, "one\n");
	assert_int_equal(output_put(f, "two\n"), 0);
	assert_file(f->path, "one\ntwo\n");
}

/* None of them counts as taken, so both come again. */
static void of_lines_that_are_flushed_together_all_or_none_are_there(void **state)
{
	struct output_fixture *f = *state;

	assert_int_equal(output_open_file(f, ""), 0);
	assert_int_equal(output_put(f, "one\n"), 0);
	limit_files(10);
	assert_int_equal(output_put_only(f, "two\n"), 0);
	assert_int_equal(output_put(f, "three\n"), -EFBIG);
	assert_non_null(strstr(f->error.text, f->path));
	assert_file(f->path, "one\n");
	limit_files(RLIM_INFINITY);
	assert_int_equal(output_put_only(f, "two\n"), 0);
	assert_int_equal(output_put(f, "three\n"), 0);
	assert_file(f->path, "one\ntwo\nthree\n");
}

static void full_device_is_an_error(void **state)
{
	struct output_fixture *f = *state;

	assert_int_equal(output_open(f, "file:/dev/full"), 0);
	assert_int_equal(output_put(f, "one\n"), -ENOSPC);
	assert_non_null(strstr(f->error.text, "/dev/full"));
}

static void symbolic_link_is_not_followed(void **state)
{
	struct output_fixture *f = *state;

	assert_int_equal(symlink("/tmp/elsewhere", f->path), 0);
	assert_int_equal(output_open_file(f, ""), 0);
	assert_int_equal(output_put(f, "one\n"), -ELOOP);
	assert_int_equal(access("/tmp/elsewhere", F_OK), -1);
}

static void deleted_file_is_made_anew(void **state)
{
	struct output_fixture *f = *state;

	assert_int_equal(output_open_file(f, ""), 0);
	assert_int_equal(output_put(f, "one\n"), 0);
	unlink(f->path);
	assert_int_equal(output_put(f, "two\n"), 0);
	assert_file(f->path, "two\n");
}

static void directory_that_was_taken_away_is_an_error_until_it_is_back(void **state)
{
	struct output_fixture *f = *state;

	assert_int_equal(output_open_file(f, ""), 0);
	assert_int_equal(output_put(f, "one\n"), 0);
	unlink(f->path);
	rmdir(f->dir);
	assert_int_equal(output_put(f, "two\n"), -ENOENT);
	assert_non_null(strstr(f->error.text, f->path));
	mkdir(f->dir, 0700);
	assert_int_equal(output_put(f, "two\n"), 0);
	assert_file(f->path, "two\n");
}

/* What is not at the end of the file, because somebody else appended, is not cut off. */
static void half_a_line_before_others_stays(void **state)
{
	struct output_fixture *f = *state;
	FILE *other;

	assert_int_equal(output_open_file(f, ""), 0);
	assert_int_equal(output_put(f, "one\n"), 0);
	assert_int_equal(output_put_only(f, "three\n"), 0);
	other = fopen(f->path, "a");
	fputs("two\n", other);
	fclose(other);
	limit_files(10);
	assert_int_equal(f->sink->ops->flush(f->sink, &f->error), -EBUSY);
	limit_files(RLIM_INFINITY);
	assert_file(f->path, "one\ntwo\nth");
	assert_int_equal(output_put_only(f, "three\n"), 0);
	assert_file(f->path, "one\ntwo\nth\nthree\n");
	assert_int_equal(output_put(f, "four\n"), 0);
	assert_file(f->path, "one\ntwo\nth\nthree\nfour\n");
}

/* Killed in the middle of a write. */
static void half_a_line_of_the_last_run_is_cut_off(void **state)
{
	struct output_fixture *f = *state;

	write_text(f->path, "{\"version\":1,\"a\":1}\n{\"version\":1,\"a");
	assert_int_equal(output_open_file(f, ""), 0);
	assert_int_equal(output_put(f, "{\"version\":1,\"a\":2}\n"), 0);
	assert_file(f->path, "{\"version\":1,\"a\":1}\n{\"version\":1,\"a\":2}\n");
}

static void half_a_line_of_somebody_else_stays(void **state)
{
	struct output_fixture *f = *state;

	write_text(f->path, "my notes");
	assert_int_equal(output_open_file(f, ""), 0);
	assert_file(f->path, "my notes");
}

/* Reads what is there. */
static void drain(int fd, char *text, size_t size)
{
	ssize_t n;

	while ((n = read(fd, text, size)) > 0) {
		text += n;
		size -= (size_t)n;
	}
	*text = '\0';
}

/* A reader that stops holds nobody up, and gets each line once and whole. */
static void full_pipe_is_an_error_and_no_line_is_cut(void **state)
{
	struct output_fixture *f = *state;
	static char line[10000], text[256 << 10];
	int fd, taken = 0, lines = 0;
	char *at;

	assert_int_equal(mkfifo(f->path, 0600), 0);
	fd = open(f->path, O_RDONLY | O_NONBLOCK);
	assert_int_equal(output_open_file(f, ""), 0);
	memset(line, 'x', sizeof(line) - 2);
	line[sizeof(line) - 2] = '\n';
	while (!output_put(f, line))
		taken++;
	assert_int_equal(f->error.code, -EAGAIN);
	assert_true(taken >= 1);
	drain(fd, text, sizeof(text) - 1);
	assert_int_not_equal(text[strlen(text) - 1], '\n');
	/* The one that failed comes again. */
	at = text + strlen(text);
	assert_int_equal(output_put(f, line), 0);
	assert_int_equal(output_put(f, "last\n"), 0);
	drain(fd, at, sizeof(text) - 1 - (size_t)(at - text));
	for (at = text; !strncmp(at, line, sizeof(line) - 1); at += sizeof(line) - 1)
		lines++;
	assert_int_equal(lines, taken + 1);
	assert_string_equal(at, "last\n");
	close(fd);
}

/* Where no journal runs, nothing may count as taken. */
static void journal_that_does_not_run_takes_nothing(void **state)
{
	struct output_fixture *f = *state;
	int err;

	assert_int_equal(output_open(f, "journald"), 0);
	err = output_put(f, "{}\n");
	assert_int_equal(err, access("/run/systemd/journal/socket", F_OK) ? -ENOENT : 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, output_setup, output_teardown)
	const struct CMUnitTest tests[] = {
		TEST(lines_are_appended_for_root_only),
		TEST(file_that_moved_away_is_made_anew_on_reopen),
		TEST(half_a_line_is_taken_back),
		TEST(of_lines_that_are_flushed_together_all_or_none_are_there),
		TEST(full_device_is_an_error),
		TEST(symbolic_link_is_not_followed),
		TEST(deleted_file_is_made_anew),
		TEST(directory_that_was_taken_away_is_an_error_until_it_is_back),
		TEST(half_a_line_before_others_stays),
		TEST(half_a_line_of_the_last_run_is_cut_off),
		TEST(half_a_line_of_somebody_else_stays),
		TEST(full_pipe_is_an_error_and_no_line_is_cut),
		TEST(journal_that_does_not_run_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
