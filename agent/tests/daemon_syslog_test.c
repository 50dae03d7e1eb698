// SPDX-License-Identifier: GPL-2.0
/*
 * What a syslog daemon gets, and what becomes of it when there is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "output_fixture.h"

static int setup(void **state)
{
	struct output_fixture *f;
	char text[80];

	setenv("TZ", "UTC", 1);
	output_setup(state);
	f = *state;
	snprintf(text, sizeof(text), "syslog:%s", f->path);
	return output_open(f, text);
}

/* A daemon, which reads when it is asked to. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static const char *take(int fd)
{
	static char text[4096];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static int put_record(struct output_fixture *f, struct gabion_record *record, const char *line)
{
	return f->sink->ops->put(f->sink, record, line, strlen(line), &f->error);
}

static void record_comes_in_the_form_of_syslog(void **state)
{
	struct output_fixture *f = *state;
	struct gabion_record record = {
		.time = 1000000000ULL * 1796000000,	/* Nov 30 2026, 00:53:20 */
		.event = { .type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED },
	};
	int fd = listen_at(f->path);

	/* authpriv (10) * 8 + warning (4) */
	assert_int_equal(put_record(f, &record, "{\"a\":\"b\\n\"}\n"), 0);
	assert_string_equal(take(fd), "<84>Nov 30 00:53:20 gabion: @cee: {\"a\":\"b\\n\"}");
	record.event.verdict = GABION_VERDICT_ALLOWED;
	assert_int_equal(put_record(f, &record, "{}\n"), 0);
	assert_string_equal(take(fd), "<86>Nov 30 00:53:20 gabion: @cee: {}");
	record.kind = GABION_RECORD_LOSS;
	assert_int_equal(put_record(f, &record, "{}\n"), 0);
	assert_string_equal(take(fd), "<83>Nov 30 00:53:20 gabion: @cee: {}");
	close(fd);
}

static void without_a_daemon_nothing_is_taken(void **state)
{
	struct output_fixture *f = *state;
	int fd;

	assert_int_equal(output_put(f, "{}\n"), -ENOENT);
	assert_non_null(strstr(f->error.text, f->path));
	assert_non_null(strstr(f->error.text, "it does not run"));
	/* Its socket is there, and nobody behind it. */
	fd = listen_at(f->path);
	close(fd);
	assert_int_equal(output_put(f, "{}\n"), -ECONNREFUSED);
	/* Another daemon, another socket. */
	unlink(f->path);
	fd = listen_at(f->path);
	assert_int_equal(output_put(f, "{}\n"), 0);
	assert_non_null(strstr(take(fd), "@cee: {}"));
	close(fd);
}

static void daemon_that_stands_still_holds_nobody_up(void **state)
{
	struct output_fixture *f = *state;
	int fd = listen_at(f->path), taken = 0, got = 0;

	while (!output_put(f, "{}\n"))
		taken++;
	assert_int_equal(f->error.code, -EAGAIN);
	assert_non_null(strstr(f->error.text, "it does not read"));
	while (*take(fd))
		got++;
	assert_int_equal(got, taken);
	assert_int_equal(output_put(f, "{}\n"), 0);
	close(fd);
}

/* It would never fit: something is said in its place, and what follows gets on. */
static void record_that_is_too_long_is_told_and_got_past(void **state)
{
	struct output_fixture *f = *state;
	static const size_t length = 16 << 20;
	struct gabion_record record = { .event = { .sequence = 12 } };
	char *line = malloc(length);
	int fd = listen_at(f->path);
	const char *text;

	memset(line, 'x', length);
	line[length - 1] = '\n';
	assert_int_equal(f->sink->ops->put(f->sink, &record, line, length, &f->error), 0);
	free(line);
	text = take(fd);
	assert_non_null(strstr(text, "\"type\":\"malformed\""));
	assert_non_null(strstr(text, "event 12, of 16777216 bytes, is too long for syslog"));
	close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, output_teardown)
	const struct CMUnitTest tests[] = {
		TEST(record_comes_in_the_form_of_syslog),
		TEST(without_a_daemon_nothing_is_taken),
		TEST(daemon_that_stands_still_holds_nobody_up),
		TEST(record_that_is_too_long_is_told_and_got_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
