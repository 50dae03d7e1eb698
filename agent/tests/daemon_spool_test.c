// SPDX-License-Identifier: GPL-2.0
/*
 * The file of records that wait: in order, each once, whatever dies in between.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../stream/spool.h"
#include "test.h"

#define LIMIT	(1 << 20)

struct fixture {
	char dir[32];
	struct gabion_spool spool;
	struct gabion_error error;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/gabion-spool-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(gabion_spool_open(&f->spool, f->dir, "file:/a", LIMIT, &f->error), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];

	gabion_spool_close(&f->spool);
	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static int reopen(struct fixture *f, uint64_t limit)
{
	gabion_spool_close(&f->spool);
	return gabion_spool_open(&f->spool, f->dir, "file:/a", limit, &f->error);
}

static int append(struct fixture *f, uint64_t sequence)
{
	char line[64];

	snprintf(line, sizeof(line), "{\"sequence\":%08d}\n", (int)sequence);
	return gabion_spool_append(&f->spool, 7, sequence, line, strlen(line), &f->error);
}

/* Takes a record; its number, 0: there is none. */
static uint64_t take(struct fixture *f)
{
	struct gabion_spooled record = { 0 };
	uint64_t offset = f->spool.head;
	char line[64];
	int found = gabion_spool_read(&f->spool, &offset, &record, &f->error);

	assert_true(found >= 0);
	assert_int_equal(gabion_spool_consume(&f->spool, found ? record.end : offset, &f->error), 0);
	if (!found)
		return 0;
	snprintf(line, sizeof(line), "{\"sequence\":%08d}\n", (int)record.sequence);
	assert_int_equal(record.length, strlen(line));
	assert_memory_equal(record.line, line, record.length);
	assert_int_equal(record.instance, 7);
	gabion_spooled_free(&record);
	return record.sequence;
}

static void records_come_back_in_their_order(void **state)
{
	struct fixture *f = *state;
	uint64_t i;

	for (i = 1; i <= 5; i++)
		assert_int_equal(append(f, i), 0);
	assert_int_equal(gabion_spool_sync(&f->spool, &f->error), 0);
	for (i = 1; i <= 5; i++)
		assert_int_equal(take(f), i);
	assert_int_equal(take(f), 0);
}

/* Not durable before its name is: whoever acknowledges after that loses nothing. */
static void name_of_the_file_is_synced_too(void **state)
{
	struct fixture *f = *state;
	char elsewhere[48];

	snprintf(elsewhere, sizeof(elsewhere), "%s-moved", f->dir);
	append(f, 1);
	assert_int_equal(rename(f->dir, elsewhere), 0);
	assert_int_equal(gabion_spool_sync(&f->spool, &f->error), -ENOENT);
	assert_non_null(strstr(f->error.text, f->dir));
	assert_int_equal(rename(elsewhere, f->dir), 0);
	assert_int_equal(gabion_spool_sync(&f->spool, &f->error), 0);
	append(f, 2);
	assert_int_equal(rename(f->dir, elsewhere), 0);
	assert_int_equal(gabion_spool_sync(&f->spool, &f->error), 0);
	assert_int_equal(rename(elsewhere, f->dir), 0);
}

static void restart_goes_on_where_it_was(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	append(f, 1);
	append(f, 2);
	assert_int_equal(stat(f->spool.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(reopen(f, LIMIT), 0);
	assert_int_equal(take(f), 1);
	assert_int_equal(reopen(f, LIMIT), 0);
	append(f, 3);
	assert_int_equal(take(f), 2);
	assert_int_equal(take(f), 3);
	assert_int_equal(reopen(f, LIMIT), 0);
	assert_int_equal(take(f), 0);
	assert_int_equal(f->spool.damaged, 0);
}

/* Nothing is left on the disk by what is over. */
static void empty_spool_has_no_file(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(access(f->spool.path, F_OK), -1);
	append(f, 1);
	assert_int_equal(access(f->spool.path, F_OK), 0);
	take(f);
	assert_int_equal(access(f->spool.path, F_OK), -1);
	append(f, 2);
	assert_int_equal(take(f), 2);
}

static void append_that_was_killed_is_cut_off(void **state)
{
	struct fixture *f = *state;
	uint64_t first, second, length;

	append(f, 1);
	first = f->spool.tail;
	append(f, 2);
	second = f->spool.tail;
	for (length = second - 1; length > first; length--) {
		assert_int_equal(truncate(f->spool.path, (off_t)length), 0);
		assert_int_equal(reopen(f, LIMIT), 0);
		assert_int_equal(f->spool.tail, first);
		assert_int_equal(f->spool.damaged, length - first);
		append(f, 2);
		assert_int_equal(f->spool.tail, second);
	}
	assert_int_equal(take(f), 1);
	assert_int_equal(take(f), 2);
}

static void flip(const struct fixture *f, uint64_t offset)
{
	int fd = open(f->spool.path, O_RDWR);
	char byte;

	assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
	byte ^= 0x55;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
	close(fd);
}

/* Each byte of the middle one of three. */
static void damage_costs_the_record_that_it_hits_and_is_counted(void **state)
{
	struct fixture *f = *state;
	uint64_t first, second, i;

	append(f, 1);
	first = f->spool.tail;
	append(f, 2);
	second = f->spool.tail;
	append(f, 3);
	for (i = first; i < second; i++) {
		struct gabion_spooled record = { 0 };
		uint64_t offset;

		flip(f, i);
		assert_int_equal(reopen(f, LIMIT), 0);
		offset = f->spool.head;
		assert_int_equal(gabion_spool_read(&f->spool, &offset, &record, NULL), 1);
		assert_int_equal(record.sequence, 1);
		gabion_spooled_free(&record);
		offset = record.end;
		assert_int_equal(gabion_spool_read(&f->spool, &offset, &record, NULL), 1);
		assert_int_equal(record.sequence, 3);
		gabion_spooled_free(&record);
		assert_int_equal(f->spool.damaged, second - first);
		flip(f, i);
	}
}

/* Which were taken is not known: they come twice rather than never. */
static void damaged_position_starts_from_the_beginning(void **state)
{
	struct fixture *f = *state;

	append(f, 1);
	append(f, 2);
	assert_int_equal(take(f), 1);
	flip(f, 4017);
	assert_int_equal(reopen(f, LIMIT), 0);
	assert_int_equal(take(f), 1);
	assert_int_equal(take(f), 2);
}

static void spool_of_another_output_is_refused(void **state)
{
	struct fixture *f = *state;

	append(f, 1);
	flip(f, 16);
	assert_int_equal(reopen(f, LIMIT), -EBADMSG);
	assert_non_null(strstr(f->error.text, "is not the spool of output file:/a: move it away"));
}

static void file_that_was_killed_at_birth_is_none(void **state)
{
	struct fixture *f = *state;

	append(f, 1);
	assert_int_equal(truncate(f->spool.path, 100), 0);
	assert_int_equal(reopen(f, LIMIT), 0);
	assert_int_equal(take(f), 0);
	append(f, 1);
	assert_int_equal(take(f), 1);
}

static void spool_says_when_it_is_full(void **state)
{
	struct fixture *f = *state;
	uint64_t n = 0, i;
	struct stat st;

	assert_int_equal(reopen(f, 64 << 10), 0);
	while (!append(f, n + 1))
		n++;
	assert_int_equal(f->error.code, -ENOSPC);
	assert_string_equal(f->error.text, "its spool is full (65536 bytes)");
	assert_true(n > 100);
	/* What was taken makes room, on the disk as well. */
	for (i = 1; i <= 20 * n; i++) {
		assert_int_equal(take(f), i);
		assert_int_equal(append(f, n + i), 0);
	}
	assert_int_equal(stat(f->spool.path, &st), 0);
	assert_true(st.st_size > 15 * (64 << 10));
	assert_true(st.st_blocks * 512 < 2 * (64 << 10));
	assert_int_equal(reopen(f, 64 << 10), 0);
	assert_int_equal(take(f), i);
}

/* The limit cuts the record in the middle, as a full disk would. */
static void full_disk_leaves_no_half_record(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, limit;

	append(f, 1);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = f->spool.tail + 40;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_true(append(f, 2) < 0);
	assert_non_null(strstr(f->error.text, f->spool.path));
	setrlimit(RLIMIT_FSIZE, &before);
	append(f, 3);
	assert_int_equal(take(f), 1);
	assert_int_equal(take(f), 3);
	assert_int_equal(f->spool.damaged, 0);
}

/* Appends, takes now and then, and tells what it did, until it is killed. */
static void work_until_killed(struct fixture *f, uint64_t taken, uint64_t stored, int told)
{
	uint64_t done[2];

	for (;;) {
		if (append(f, ++stored))
			_exit(1);
		if (stored % 3 == 0)
			while (taken + 2 < stored)
				taken = take(f);
		done[0] = taken;
		done[1] = stored;
		if (write(told, done, sizeof(done)) < 0)
			_exit(1);
	}
}

static void killed_at_any_moment_it_loses_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t done[2] = { 0, 0 }, goal, next;
	int told[2], i, status;
	pid_t worker;

	for (i = 0; i < 50; i++) {
		goal = done[1] + 1 + (uint64_t)rand() % 40;
		assert_int_equal(pipe(told), 0);
		worker = fork();
		if (!worker)
			work_until_killed(f, done[0], done[1], told[1]);
		close(told[1]);
		while (done[1] < goal)
			assert_int_equal(read(told[0], done, sizeof(done)), sizeof(done));
		kill(worker, SIGKILL);
		waitpid(worker, &status, 0);
		assert_true(WIFSIGNALED(status));
		while (read(told[0], done, sizeof(done)) == sizeof(done))
			;
		close(told[0]);
		assert_int_equal(reopen(f, LIMIT), 0);
		/* It may have taken more than it could tell, and stored one more. */
		next = take(f);
		assert_true(next > done[0] && next <= done[1] + 1);
		for (done[0] = next; done[0] < done[1]; done[0] = next) {
			next = take(f);
			assert_int_equal(next, done[0] + 1);
		}
		next = take(f);
		assert_true(!next || next == done[1] + 1);
		done[0] = done[1] = next ?: done[1];
		assert_int_equal(gabion_spool_pending(&f->spool), 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(records_come_back_in_their_order),
		TEST(name_of_the_file_is_synced_too),
		TEST(restart_goes_on_where_it_was),
		TEST(empty_spool_has_no_file),
		TEST(append_that_was_killed_is_cut_off),
		TEST(damage_costs_the_record_that_it_hits_and_is_counted),
		TEST(damaged_position_starts_from_the_beginning),
		TEST(spool_of_another_output_is_refused),
		TEST(file_that_was_killed_at_birth_is_none),
		TEST(spool_says_when_it_is_full),
		TEST(full_disk_leaves_no_half_record),
		TEST(killed_at_any_moment_it_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
