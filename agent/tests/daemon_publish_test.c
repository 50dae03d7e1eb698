// SPDX-License-Identifier: GPL-2.0
/*
 * The socket of `gabion monitor`: readers that keep up, that do not, that leave.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../daemon/output.h"
#include "../daemon/publish.h"
#include "test.h"

struct fixture {
	char dir[32];
	char path[64];
	sd_event *loop;
	struct gabion_publisher *publisher;
	struct gabion_sink *sink;
	struct gabion_error error;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/gabion-publish-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/events.sock", f->dir);
	assert_true(sd_event_new(&f->loop) >= 0);
	assert_int_equal(gabion_publisher_open(&f->publisher, f->loop, f->path, 1, &f->error), 0);
	f->sink = gabion_publisher_sink(f->publisher);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gabion_sink_close(f->sink);
	sd_event_unref(f->loop);
	assert_int_equal(access(f->path, F_OK), -1);
	rmdir(f->dir);
	free(f);
	return 0;
}

static void turn(struct fixture *f)
{
	while (sd_event_run(f->loop, 0) > 0)
		;
}

static int connect_reader(struct fixture *f)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	strcpy(address.sun_path, f->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	turn(f);
	return fd;
}

static void put(struct fixture *f, const char *line)
{
	struct gabion_record record = { 0 };

	assert_int_equal(f->sink->ops->put(f->sink, &record, line, strlen(line), &f->error), 0);
}

/* Reads one record without waiting; its length or -1. */
static ssize_t take(int fd, char *line, size_t size)
{
	ssize_t n = recv(fd, line, size - 1, MSG_DONTWAIT);

	line[n > 0 ? n : 0] = '\0';
	return n;
}

static void only_root_may_connect(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void all_readers_get_all_records(void **state)
{
	struct fixture *f = *state;
	int a = connect_reader(f), b = connect_reader(f);
	char line[256];

	put(f, "one\n");
	put(f, "two\n");
	take(a, line, sizeof(line));
	assert_string_equal(line, "one\n");
	take(a, line, sizeof(line));
	assert_string_equal(line, "two\n");
	take(b, line, sizeof(line));
	assert_string_equal(line, "one\n");
	close(a);
	close(b);
}

static void slow_reader_is_told_what_it_missed_and_holds_nobody_up(void **state)
{
	struct fixture *f = *state;
	int slow = connect_reader(f), quick = connect_reader(f), sent, seen = 0;
	unsigned int missed = 0;
	char line[4096], big[2048];

	memset(big, 'x', sizeof(big) - 2);
	strcpy(big + sizeof(big) - 2, "\n");
	for (sent = 0; sent < 5000; sent++) {
		put(f, big);
		assert_int_equal(take(quick, line, sizeof(line)), strlen(big));
	}
	/* Its backlog, then the notice without any further event, then what follows. */
	while (take(slow, line, sizeof(line)) > 0 && line[0] == 'x')
		seen++;
	assert_true(seen > 10 && seen < sent);
	turn(f);
	assert_true(take(slow, line, sizeof(line)) > 0);
	assert_int_equal(sscanf(strstr(line, "\"count\":"), "\"count\":%u", &missed), 1);
	assert_non_null(strstr(line, "\"type\":\"missed\""));
	assert_int_equal(seen + (int)missed, sent);
	put(f, "next\n");
	take(slow, line, sizeof(line));
	assert_string_equal(line, "next\n");
	close(slow);
	close(quick);
}

static void reader_that_left_is_forgotten(void **state)
{
	struct fixture *f = *state;
	int i, fd;

	/* Many more than may be connected at once. */
	for (i = 0; i < 100; i++) {
		fd = connect_reader(f);
		put(f, "one\n");
		close(fd);
		if (i % 2)
			put(f, "two\n");	/* finds out by sending */
		else
			turn(f);		/* finds out by listening */
	}
}

static void too_many_readers_are_hung_up_on(void **state)
{
	struct fixture *f = *state;
	int fds[40], i, refused = 0;
	char line[16];

	for (i = 0; i < 40; i++)
		fds[i] = connect_reader(f);
	put(f, "one\n");
	for (i = 0; i < 40; i++) {
		refused += take(fds[i], line, sizeof(line)) == 0;
		close(fds[i]);
	}
	assert_int_equal(refused, 8);
}

static void what_readers_say_is_ignored(void **state)
{
	struct fixture *f = *state;
	int fd = connect_reader(f);
	char line[16];

	assert_int_equal(send(fd, "hello", 5, 0), 5);
	turn(f);
	put(f, "one\n");
	take(fd, line, sizeof(line));
	assert_string_equal(line, "one\n");
	close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(only_root_may_connect),
		TEST(all_readers_get_all_records),
		TEST(slow_reader_is_told_what_it_missed_and_holds_nobody_up),
		TEST(reader_that_left_is_forgotten),
		TEST(too_many_readers_are_hung_up_on),
		TEST(what_readers_say_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
