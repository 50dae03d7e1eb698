// SPDX-License-Identifier: GPL-2.0
/*
 * Rotation by size, whatever comes in between; and when files are synced.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "output_fixture.h"

/* The program's own come before the library's: what the output asks the kernel for. */
static int syncs, sync_errno;
static time_t frozen;

int fdatasync(int fd)
{
	syncs++;
	if (sync_errno) {
		errno = sync_errno;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	if (frozen) {
		*now = (struct timespec){ .tv_sec = frozen };
		return 0;
	}
	return (int)syscall(SYS_clock_gettime, id, now);
}

static int setup(void **state)
{
	syncs = sync_errno = 0;
	frozen = 0;
	return output_setup(state);
}

/* A line of 256 bytes, of which four fill a file. */
static const char *line_of(unsigned int number)
{
	static char line[257];

	snprintf(line, sizeof(line), "%-255u\n", number);
	return line;
}

static char *rotated(const struct output_fixture *f, unsigned int number)
{
	static char path[80];

	snprintf(path, sizeof(path), number ? "%s.%u" : "%s", f->path, number);
	return path;
}

/* The number in the first line of a file, and how many lines; -1: there is no file. */
static int first_of(const char *path, int *lines)
{
	FILE *file = fopen(path, "r");
	char line[512];
	int first = -1;

	*lines = 0;
	if (!file)
		return -1;
	for (; fgets(line, sizeof(line), file); ++*lines) {
		assert_int_equal(strlen(line), 256);
		if (!*lines)
			first = atoi(line);
		else
			assert_int_equal(atoi(line), first + *lines);
	}
	fclose(file);
	return first;
}

static void file_is_rotated_before_it_is_too_large(void **state)
{
	struct output_fixture *f = *state;
	unsigned int i;
	struct stat st;
	int lines;

	assert_int_equal(output_open_file(f, ",rotate=1K,keep=2"), 0);
	for (i = 0; i < 18; i++)
		assert_int_equal(output_put(f, line_of(i)), 0);
	assert_int_equal(first_of(rotated(f, 0), &lines), 16);
	assert_int_equal(lines, 2);
	assert_int_equal(first_of(rotated(f, 1), &lines), 12);
	assert_int_equal(lines, 4);
	assert_int_equal(first_of(rotated(f, 2), &lines), 8);
	assert_int_equal(lines, 4);
	assert_int_equal(first_of(rotated(f, 3), &lines), -1);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void line_that_is_larger_than_the_limit_is_not_cut(void **state)
{
	struct output_fixture *f = *state;
	char line[2000];

	memset(line, 'x', sizeof(line) - 1);
	strcpy(line + sizeof(line) - 2, "\n");
	assert_int_equal(output_open_file(f, ",rotate=1K"), 0);
	assert_int_equal(output_put(f, line), 0);
	assert_int_equal(output_put(f, "next\n"), 0);
	assert_file(f->path, "next\n");
	assert_file(rotated(f, 1), line);
}

/* Killed between two renames: the gap is filled, and the oldest stays. */
static void gap_that_a_killed_rotation_left_costs_no_file(void **state)
{
	struct output_fixture *f = *state;

	write_text(rotated(f, 1), "1\n");
	write_text(rotated(f, 3), "3\n");
	write_text(f->path, line_of(0));
	assert_int_equal(output_open_file(f, ",rotate=1K,keep=3"), 0);
	while (access(rotated(f, 2), F_OK))
		assert_int_equal(output_put(f, line_of(0)), 0);
	assert_file(rotated(f, 2), "1\n");
	assert_file(rotated(f, 3), "3\n");
}

/* Killed before the new file got its name. */
static void unfinished_new_file_is_got_over(void **state)
{
	struct output_fixture *f = *state;
	char fresh[80];
	int lines, i;

	snprintf(fresh, sizeof(fresh), "%s.new", f->path);
	write_text(fresh, "rubbish");
	write_text(rotated(f, 1), "1\n");
	assert_int_equal(output_open_file(f, ",rotate=1K"), 0);
	for (i = 0; i < 5; i++)
		assert_int_equal(output_put(f, line_of((unsigned int)i)), 0);
	assert_int_equal(first_of(f->path, &lines), 4);
	assert_int_equal(lines, 1);
	assert_file(rotated(f, 2), "1\n");
}

/* logrotate was quicker. */
static void file_that_another_rotated_is_not_rotated_again(void **state)
{
	struct output_fixture *f = *state;
	char other[80];
	int lines, i;

	snprintf(other, sizeof(other), "%s-20261129", f->path);
	assert_int_equal(output_open_file(f, ",rotate=1K"), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(output_put(f, line_of((unsigned int)i)), 0);
	rename(f->path, other);
	assert_int_equal(output_put(f, line_of(4)), 0);
	assert_int_equal(first_of(other, &lines), 0);
	assert_int_equal(lines, 4);
	assert_int_equal(first_of(f->path, &lines), 4);
	assert_int_equal(access(rotated(f, 1), F_OK), -1);
}

/* No new file can be made: the line is refused, and what is there stays as it is. */
static void rotation_that_fails_leaves_all_as_it_was(void **state)
{
	struct output_fixture *f = *state;
	char fresh[80];
	int lines, i;

	assert_int_equal(output_open_file(f, ",rotate=1K"), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(output_put(f, line_of((unsigned int)i)), 0);
	snprintf(fresh, sizeof(fresh), "%s.new", f->path);
	mkdir(fresh, 0700);
	assert_int_equal(output_put(f, line_of(4)), -EISDIR);
	assert_non_null(strstr(f->error.text, ".new"));
	assert_int_equal(first_of(f->path, &lines), 0);
	assert_int_equal(lines, 4);
	rmdir(fresh);
	assert_int_equal(output_put(f, line_of(4)), 0);
	assert_int_equal(first_of(f->path, &lines), 4);
	assert_int_equal(first_of(rotated(f, 1), &lines), 0);
}

/* Writes for ever, and says after each line that it counts as stored. */
static void write_until_killed(struct output_fixture *f, unsigned int next, int told)
{
	assert_int_equal(output_open_file(f, ",rotate=1K,keep=999,fsync=none"), 0);
	for (;; next++)
		if (output_put(f, line_of(next)) || write(told, &next, sizeof(next)) < 0)
			_exit(1);
}

/* Runs it until it has stored some lines more; kills it; returns the first not stored. */
static unsigned int run_and_kill(struct output_fixture *f, unsigned int next)
{
	unsigned int stored = next, some = 1 + (unsigned int)rand() % 40;
	int told[2], status;
	pid_t writer;

	assert_int_equal(pipe(told), 0);
	writer = fork();
	if (!writer) {
		close(told[0]);
		write_until_killed(f, next, told[1]);
	}
	close(told[1]);
	while (stored < next + some)
		assert_int_equal(read(told[0], &stored, sizeof(stored)), sizeof(stored));
	kill(writer, SIGKILL);
	waitpid(writer, &status, 0);
	assert_true(WIFSIGNALED(status));
	while (read(told[0], &stored, sizeof(stored)) == sizeof(stored))
		;
	close(told[0]);
	return stored + 1;
}

static void killed_at_any_moment_no_stored_line_is_lost_or_cut(void **state)
{
	struct output_fixture *f = *state;
	unsigned int next = 0, highest = 0, i, n = 0;
	bool *seen = calloc(1 << 20, sizeof(*seen));
	char line[512];
	FILE *file;

	for (i = 0; i < 50; i++)
		next = run_and_kill(f, next);
	for (i = 0; i <= 999; i++) {
		file = fopen(rotated(f, i), "r");
		while (file && fgets(line, sizeof(line), file)) {
			assert_int_equal(strlen(line), 256);
			n = (unsigned int)atoi(line);
			seen[n] = true;
			highest = n > highest ? n : highest;
		}
		if (file)
			fclose(file);
	}
	assert_true(highest < 1 << 20);
	for (i = 0; i < next; i++)
		if (!seen[i])
			fail_msg("line %u of %u was stored and is not there", i, next);
	free(seen);
}

static void always_means_before_it_counts_as_stored(void **state)
{
	struct output_fixture *f = *state;

	assert_int_equal(output_open_file(f, ""), 0);
	output_put(f, "one\n");
	output_put(f, "two\n");
	assert_int_equal(syncs, 2);
	sync_errno = EIO;
	assert_int_equal(output_put(f, "three\n"), -EIO);
	assert_non_null(strstr(f->error.text, "cannot sync"));
}

static void always_holds_for_a_file_that_is_rotated_away(void **state)
{
	struct output_fixture *f = *state;
	struct gabion_record record = { 0 };
	int i;

	assert_int_equal(output_open_file(f, ",rotate=1K"), 0);
	for (i = 0; i < 5; i++)
		f->sink->ops->put(f->sink, &record, line_of(0), 256, &f->error);
	assert_int_equal(access(rotated(f, 1), F_OK), 0);
	assert_int_equal(syncs, 1);
	f->sink->ops->flush(f->sink, &f->error);
	assert_int_equal(syncs, 2);
}

/* Those before it are in the old file by then, and count as taken. */
static void a_line_that_fails_behind_a_rotation_fails_alone(void **state)
{
	struct output_fixture *f = *state;
	int i, lines;

	assert_int_equal(output_open_file(f, ",rotate=1K"), 0);
	limit_files(1100);
	for (i = 0; i < 5; i++)
		assert_int_equal(output_put_only(f, line_of((unsigned int)i)), 0);
	limit_files(300);
	assert_int_equal(output_put_only(f, line_of(5)), -EFBIG);
	assert_int_equal(f->sink->ops->flush(f->sink, &f->error), 0);
	limit_files(RLIM_INFINITY);
	first_of(rotated(f, 1), &lines);
	assert_int_equal(lines, 4);
	first_of(f->path, &lines);
	assert_int_equal(lines, 1);
}

/* The old file is full: neither does it take the lines before, nor is it rotated. */
static void lines_that_cannot_be_written_before_a_rotation_fail_with_the_flush(void **state)
{
	struct output_fixture *f = *state;
	int i, lines;

	assert_int_equal(output_open_file(f, ",rotate=1K"), 0);
	limit_files(600);
	for (i = 0; i < 4; i++)
		assert_int_equal(output_put_only(f, line_of((unsigned int)i)), 0);
	assert_int_equal(output_put_only(f, line_of(4)), -EFBIG);
	assert_int_equal(f->sink->ops->flush(f->sink, &f->error), -EFBIG);
	limit_files(RLIM_INFINITY);
	first_of(f->path, &lines);
	assert_int_equal(lines, 0);
	for (i = 0; i < 5; i++)
		assert_int_equal(output_put_only(f, line_of((unsigned int)i)), 0);
	assert_int_equal(f->sink->ops->flush(f->sink, &f->error), 0);
	first_of(rotated(f, 1), &lines);
	assert_int_equal(lines, 4);
}

static void interval_means_once_a_second(void **state)
{
	struct output_fixture *f = *state;
	int i;

	frozen = 1000;
	assert_int_equal(output_open_file(f, ",fsync=interval"), 0);
	for (i = 0; i < 5; i++)
		output_put(f, "one\n");
	assert_int_equal(syncs, 1);
	frozen++;
	/* The daemon flushes each second, events or not. */
	f->sink->ops->flush(f->sink, &f->error);
	assert_int_equal(syncs, 2);
	frozen++;
	f->sink->ops->flush(f->sink, &f->error);
	assert_int_equal(syncs, 2);
	output_put(f, "two\n");
	output_put(f, "three\n");
	output_close(f);
	assert_int_equal(syncs, 4);
}

static void none_means_never(void **state)
{
	struct output_fixture *f = *state;

	assert_int_equal(output_open_file(f, ",fsync=none"), 0);
	output_put(f, "one\n");
	output_close(f);
	assert_int_equal(syncs, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, output_teardown)
	const struct CMUnitTest tests[] = {
		TEST(file_is_rotated_before_it_is_too_large),
		TEST(line_that_is_larger_than_the_limit_is_not_cut),
		TEST(gap_that_a_killed_rotation_left_costs_no_file),
		TEST(unfinished_new_file_is_got_over),
		TEST(file_that_another_rotated_is_not_rotated_again),
		TEST(rotation_that_fails_leaves_all_as_it_was),
		TEST(killed_at_any_moment_no_stored_line_is_lost_or_cut),
		TEST(always_means_before_it_counts_as_stored),
		TEST(always_holds_for_a_file_that_is_rotated_away),
		TEST(a_line_that_fails_behind_a_rotation_fails_alone),
		TEST(lines_that_cannot_be_written_before_a_rotation_fail_with_the_flush),
		TEST(interval_means_once_a_second),
		TEST(none_means_never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
