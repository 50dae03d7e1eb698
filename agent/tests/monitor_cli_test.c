// SPDX-License-Identifier: GPL-2.0
/*
 * gabion monitor as a process, with the test in gabiond's place.
 */
#include "live_process.h"

/* An event of @domain on /etc/N; "more" are members behind that. */
static const char *event(unsigned int sequence, const char *domain, const char *more)
{
	static char text[1024];

	snprintf(text, sizeof(text),
		 "{\"version\":1,\"type\":\"access\",\"instance\":\"00000000000000aa\","
		 "\"sequence\":%u,\"time\":\"2023-11-14T22:%02u:00Z\",\"verdict\":\"denied\","
		 "\"domain\":\"%s\",\"class\":\"file\",\"refused\":[\"read\"],"
		 "\"object\":\"/etc/%u\"%s}\n", sequence, sequence, domain, sequence, more);
	return text;
}

static void put(struct live_process *p, const char *name, const char *record)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	file = fopen(path, "a");
	assert_non_null(file);
	fputs(record, file);
	assert_int_equal(fclose(file), 0);
}

static void filters_and_counts_what_it_shows(void **state)
{
	struct live_process *p = *state;

	live_start(p, "monitor --socket sock --domain web --domain db --path '/etc/[2-9]' --count 2");
	live_accept(p);
	live_send(p, event(1, "web", ""));
	live_send(p, event(2, "mail", ""));
	live_send(p, event(3, "web", ""));
	live_send(p, "{\"version\":1,\"type\":\"missed\",\"instance\":\"aa\",\"count\":7}\n");
	live_send(p, event(4, "db", ""));
	live_send(p, event(5, "db", ""));
	live_says(p, "DENIED  web  read  /etc/3");
	live_says(p, "MISSED  7 records");
	live_says(p, "DENIED  db  read  /etc/4");
	assert_int_equal(live_end(p), 0);
}

static void no_colour_but_on_a_terminal(void **state)
{
	struct live_process *p = *state;

	/* Its whole line: no escape sequence around the verdict. */
	live_start(p, "monitor --socket sock --count 1");
	live_accept(p);
	live_send(p, event(1, "web", ""));
	live_says(p, ".000 DENIED  web");
	assert_int_equal(live_end(p), 0);
}

static void follows_a_process_that_runs_and_its_descendants(void **state)
{
	struct live_process *p = *state;
	char arguments[128], more[256];

	/* That it is this process and no other with its number is known by when it started. */
	snprintf(arguments, sizeof(arguments), "monitor --socket sock --count 2 --follow %d "
		 "--follow 77:5000", getpid());
	live_start(p, arguments);
	live_accept(p);
	snprintf(more, sizeof(more), ",\"pid\":%d,\"start_ns\":5", getpid());
	live_send(p, event(1, "web", more));
	snprintf(more, sizeof(more), ",\"pid\":9,\"ancestors\":[{\"pid\":%d}]", getpid());
	live_send(p, event(2, "web", more));
	live_send(p, event(3, "web", ",\"pid\":9,\"ancestors\":[{\"pid\":77,\"start_ns\":5001}]"));
	live_send(p, event(4, "web", ",\"pid\":9,\"ancestors\":[{\"pid\":77,\"start_ns\":5000}]"));
	live_says(p, "/etc/2");
	live_says(p, "/etc/4");
	assert_int_equal(live_end(p), 0);
}

static void replays_the_file_and_goes_live_without_gap_or_duplicate(void **state)
{
	struct live_process *p = *state;

	put(p, "events.1", event(1, "web", ""));
	put(p, "events.1", event(2, "web", ""));
	put(p, "events", event(3, "web", ""));
	live_start(p, "monitor --socket sock --from events --since 2023-11-14T22:02:00Z --count 8");
	live_accept(p);
	live_says(p, "/etc/2");
	live_says(p, "/etc/3");
	/* Written while the connection was not accepted yet: it is in the file only. */
	put(p, "events", event(4, "web", ""));
	/* Both in the file and sent. */
	put(p, "events", event(5, "web", ""));
	live_send(p, event(5, "web", ""));
	live_says(p, "/etc/4");
	live_says(p, "/etc/5");
	/* Only sent. */
	live_send(p, event(6, "web", ""));
	live_says(p, "/etc/6");
	/* Rotated, and the reader was too slow for 7. */
	put(p, "events", event(6, "web", ""));
	put(p, "events", event(7, "web", ""));
	assert_int_equal(rename(strcat(strcpy((char[64]){ 0 }, p->dir), "/events"),
				strcat(strcpy((char[64]){ 0 }, p->dir), "/events.1")), 0);
	put(p, "events", event(8, "web", ""));
	live_send(p, "{\"version\":1,\"type\":\"missed\",\"instance\":\"aa\",\"count\":1}\n");
	live_send(p, event(8, "web", ""));
	live_send(p, event(9, "web", ""));
	live_says(p, "/etc/7");
	live_says(p, "/etc/8");
	live_says(p, "MISSED  1 records");
	live_says(p, "/etc/9");
	assert_int_equal(live_end(p), 0);
}

static void replay_shows_while_nothing_is_sent(void **state)
{
	struct live_process *p = *state;

	put(p, "events", event(1, "web", ""));
	live_start(p, "monitor --json --socket sock --from events --count 2");
	live_says(p, "\"sequence\":1,");
	/* Nobody has accepted the connection. */
	put(p, "events", event(2, "web", ""));
	live_says(p, "\"sequence\":2,");
	assert_int_equal(live_end(p), 0);
}

static void end_of_gabiond_is_an_error(void **state)
{
	struct live_process *p = *state;

	live_start(p, "monitor --socket sock");
	live_accept(p);
	close(p->reader);
	p->reader = -1;
	live_says(p, "gabion: gabiond went away");
	assert_int_equal(live_end(p), 2);
}

static void wrong(struct live_process *p, const char *arguments, const char *says)
{
	char command[256];

	snprintf(command, sizeof(command), "monitor --socket sock %s", arguments);
	live_start(p, command);
	live_says(p, says);
	assert_int_equal(live_end(p), 64);
}

static void wrong_words_are_named_before_anything_is_read(void **state)
{
	wrong(*state, "--class fiel", "monitor: unknown class 'fiel': did you mean 'file'?; see");
	wrong(*state, "--path etc", "monitor: impossible glob 'etc': path is not absolute");
	wrong(*state, "--follow x", "monitor: --follow: 'x' is not PID or PID:START_NS");
	wrong(*state, "--follow 12:", "monitor: --follow: '12:' is not PID or PID:START_NS");
	wrong(*state, "--follow 2147483647", "monitor: --follow: no process 2147483647 runs");
	wrong(*state, "--since 5m", "monitor: --since needs --from FILE");
	wrong(*state, "--since 5 --from events", "monitor: --since: '5' is no time");
	wrong(*state, "--direct --from events", "monitor: --direct does not go with --from");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
	const struct CMUnitTest tests[] = {
		TEST(filters_and_counts_what_it_shows),
		TEST(no_colour_but_on_a_terminal),
		TEST(follows_a_process_that_runs_and_its_descendants),
		TEST(replays_the_file_and_goes_live_without_gap_or_duplicate),
		TEST(replay_shows_while_nothing_is_sent),
		TEST(end_of_gabiond_is_an_error),
		TEST(wrong_words_are_named_before_anything_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
