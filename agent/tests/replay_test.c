// SPDX-License-Identifier: GPL-2.0
/*
 * A file output and what it was rotated to, as a reader has them: given files, then the numbers
 * of the events that are handed out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../stream/replay.h"
#include "test.h"

struct fixture {
	char dir[32];
	char path[64];
	struct gabion_replay *replay;
	char got[1024];	/* "1 2 loss " */
	int stop;	/* after this event, 0: never */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/gabion-replay-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/events", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];

	gabion_replay_close(f->replay);
	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	if (system(command))
		return -1;
	free(f);
	return 0;
}

/* Path of a file, the next call's at another place. */
static const char *name(struct fixture *f, const char *suffix)
{
	static char names[2][96];
	static int turn;

	turn = !turn;
	snprintf(names[turn], sizeof(names[turn]), "%s%s", f->path, suffix);
	return names[turn];
}

static void put(struct fixture *f, const char *suffix, const char *text)
{
	FILE *file = fopen(name(f, suffix), "a");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* An event that happened in minute @number of the hour. */
static void put_event(struct fixture *f, const char *suffix, int number)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000aa\","
		 "\"sequence\":%d,\"time\":\"2023-11-14T22:%02d:00Z\"}\n", number, number);
	put(f, suffix, text);
}

static void put_loss(struct fixture *f, unsigned int total)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "{\"version\":1,\"type\":\"loss\",\"instance\":\"00000000000000aa\",\"domain\":"
		 "\"web\",\"cpu\":1,\"count\":1,\"total\":%u,\"time\":\"2023-11-14T22:30:00Z\"}\n",
		 total);
	put(f, "", text);
}

static void move(struct fixture *f, const char *from, const char *to)
{
	assert_int_equal(rename(name(f, from), name(f, to)), 0);
}

static int take(const struct gabion_record *record, const char *line, size_t length, void *data,
		struct gabion_error *error)
{
	struct fixture *f = data;
	char text[32];

	(void)error;
	assert_int_equal(line[0], '{');
	assert_int_equal(line[length - 1], '}');
	if (record->kind == GABION_RECORD_LOSS)
		strcpy(text, "loss ");
	else
		snprintf(text, sizeof(text), "%d ", (int)record->event.sequence);
	strcat(f->got, text);
	return f->stop && (int)record->event.sequence == f->stop;
}

static void open_since(struct fixture *f, int minute)
{
	struct gabion_error error = { 0 };
	uint64_t since = minute ? (1699999200ULL + 60 * (uint64_t)minute) * 1000000000 : 0;

	if (gabion_replay_open(&f->replay, f->path, since, &error))
		fail_msg("%s", error.text);
}

/* What comes now. */
static void assert_comes(struct fixture *f, const char *expected)
{
	struct gabion_error error = { 0 };

	f->got[0] = '\0';
	if (gabion_replay_run(f->replay, take, f, &error) < 0)
		fail_msg("%s", error.text);
	assert_string_equal(f->got, expected);
}

static void oldest_file_first_and_then_what_is_added(void **state)
{
	struct fixture *f = *state;

	put_event(f, ".10", 1);
	put_event(f, ".2", 2);
	put_event(f, ".1", 3);
	put_event(f, "", 4);
	open_since(f, 0);
	assert_comes(f, "1 2 3 4 ");
	assert_comes(f, "");
	put_event(f, "", 5);
	assert_comes(f, "5 ");
}

static void what_is_older_is_left_out(void **state)
{
	struct fixture *f = *state;

	put_event(f, ".1", 1);
	put_event(f, ".1", 2);
	put_event(f, "", 3);
	open_since(f, 2);
	assert_comes(f, "2 3 ");
}

static void file_that_was_last_written_before_is_not_read(void **state)
{
	struct fixture *f = *state;
	struct timespec times[2] = { { .tv_sec = 1699999200 }, { .tv_sec = 1699999200 } };

	put(f, ".1", "not a record\n");
	put_event(f, "", 3);
	assert_int_equal(utimensat(AT_FDCWD, name(f, ".1"), times, 0), 0);
	open_since(f, 2);
	assert_comes(f, "3 ");
}

static void rotation_loses_nothing(void **state)
{
	struct fixture *f = *state;

	put_event(f, "", 1);
	open_since(f, 0);
	assert_comes(f, "1 ");
	put_event(f, "", 2);	/* behind what was read, before it got its new name */
	move(f, "", ".1");
	put_event(f, "", 3);
	assert_comes(f, "2 3 ");
	/* Twice. */
	put_event(f, "", 4);
	move(f, ".1", ".2");
	move(f, "", ".1");
	put_event(f, "", 5);
	move(f, ".2", ".3");
	move(f, ".1", ".2");
	move(f, "", ".1");
	put_event(f, "", 6);
	assert_comes(f, "4 5 6 ");
}

static void rotation_that_is_not_finished_is_waited_for(void **state)
{
	struct fixture *f = *state;

	put_event(f, "", 1);
	open_since(f, 0);
	assert_comes(f, "1 ");
	move(f, "", ".1");
	assert_comes(f, "");
	put_event(f, "", 2);
	assert_comes(f, "2 ");
}

static void file_that_is_gone_is_followed_by_what_is_left(void **state)
{
	struct fixture *f = *state;

	put_event(f, "", 1);
	open_since(f, 0);
	assert_comes(f, "1 ");
	put_event(f, "", 2);
	assert_int_equal(unlink(name(f, "")), 0);
	put_event(f, ".1", 3);
	put_event(f, "", 4);
	assert_comes(f, "2 3 4 ");
}

static void file_that_was_emptied_is_read_from_its_beginning(void **state)
{
	struct fixture *f = *state;

	put_event(f, "", 1);
	put_event(f, "", 2);
	open_since(f, 0);
	assert_comes(f, "1 2 ");
	assert_int_equal(truncate(name(f, ""), 0), 0);
	put_event(f, "", 3);
	assert_comes(f, "3 ");
}

static void half_a_line_waits_for_its_rest(void **state)
{
	struct fixture *f = *state;

	put_event(f, "", 1);
	put(f, "", "{\"version\":1,\"type\":\"access\",\"instance\":\"aa\",");
	open_since(f, 0);
	assert_comes(f, "1 ");
	put(f, "", "\"sequence\":2}\n");
	assert_comes(f, "2 ");
}

static void each_event_comes_once(void **state)
{
	struct fixture *f = *state;
	struct gabion_record live = { .instance = 0xaa, .event.sequence = 3 };
	struct gabion_error error;

	/* gabiond was killed before it knew that it had written 2. */
	put_event(f, "", 1);
	put_event(f, "", 2);
	put_event(f, "", 2);
	open_since(f, 0);
	assert_comes(f, "1 2 ");
	assert_int_equal(gabion_replay_claim(f->replay, &live, &error), 1);
	put_event(f, "", 3);
	put_event(f, "", 4);
	assert_comes(f, "4 ");
	live.event.sequence = 4;
	assert_int_equal(gabion_replay_claim(f->replay, &live, &error), 0);
	/* The same number in another load of the module is another event. */
	live.instance = 0xbb;
	assert_int_equal(gabion_replay_claim(f->replay, &live, &error), 1);
}

static void losses_come_once_and_other_notices_always(void **state)
{
	struct fixture *f = *state;
	struct gabion_record live = { .kind = GABION_RECORD_LOSS, .instance = 0xaa, .cpu = 1,
				      .count = 1, .total = 5, .text = "web" };
	struct gabion_error error;

	put_loss(f, 4);
	put_loss(f, 5);
	open_since(f, 0);
	assert_comes(f, "loss loss ");
	assert_int_equal(gabion_replay_claim(f->replay, &live, &error), 0);
	live.total = 6;
	assert_int_equal(gabion_replay_claim(f->replay, &live, &error), 1);
	live.kind = GABION_RECORD_MISSED;
	assert_int_equal(gabion_replay_claim(f->replay, &live, &error), 1);
	assert_int_equal(gabion_replay_claim(f->replay, &live, &error), 1);
}

static void reader_that_has_enough_ends_it(void **state)
{
	struct fixture *f = *state;

	put_event(f, "", 1);
	put_event(f, "", 2);
	f->stop = 1;
	open_since(f, 0);
	assert_comes(f, "1 ");
}

static void what_is_no_record_is_named_by_file_and_line(void **state)
{
	struct fixture *f = *state;
	struct gabion_error error = { 0 };
	char expected[128];

	put_event(f, ".1", 1);
	put(f, ".1", "hello\n");
	put_event(f, "", 2);
	open_since(f, 0);
	assert_int_equal(gabion_replay_run(f->replay, take, f, &error), -EBADMSG);
	snprintf(expected, sizeof(expected), "%s.1:2: not a JSON object", f->path);
	assert_int_equal(strncmp(error.text, expected, strlen(expected)), 0);
}

static void file_has_to_be_there_and_a_file(void **state)
{
	struct fixture *f = *state;
	struct gabion_error error;

	assert_int_equal(gabion_replay_open(&f->replay, f->path, 0, &error), -ENOENT);
	assert_int_equal(gabion_replay_open(&f->replay, f->dir, 0, &error), -EINVAL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(oldest_file_first_and_then_what_is_added),
		TEST(what_is_older_is_left_out),
		TEST(file_that_was_last_written_before_is_not_read),
		TEST(rotation_loses_nothing),
		TEST(rotation_that_is_not_finished_is_waited_for),
		TEST(file_that_is_gone_is_followed_by_what_is_left),
		TEST(file_that_was_emptied_is_read_from_its_beginning),
		TEST(half_a_line_waits_for_its_rest),
		TEST(each_event_comes_once),
		TEST(losses_come_once_and_other_notices_always),
		TEST(reader_that_has_enough_ends_it),
		TEST(what_is_no_record_is_named_by_file_and_line),
		TEST(file_has_to_be_there_and_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
