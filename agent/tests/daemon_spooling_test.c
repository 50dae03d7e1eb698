// SPDX-License-Identifier: GPL-2.0
/*
 * gabiond with an output that fails beside one that works: nothing waits for it,
 * and it misses nothing.
 */
#include "gabiond_process.h"

/* struct scene - output b, in a folder that comes and goes */
struct scene {
	struct gabiond *g;
	char folder[64];
	char b[80];
	char option[128];
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	gabiond_setup((void **)&s->g);
	snprintf(s->folder, sizeof(s->folder), "%s/folder", s->g->dir);
	snprintf(s->b, sizeof(s->b), "%s/b", s->folder);
	snprintf(s->option, sizeof(s->option), "--output=file:%s", s->b);
	s->g->option = s->option;
	mkdir(s->folder, 0700);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	gabiond_teardown((void **)&s->g);
	free(s);
	return 0;
}

static void take_folder_away(struct scene *s)
{
	unlink(s->b);
	assert_int_equal(rmdir(s->folder), 0);
}

/* Events @first to @last, named by their numbers. */
static void make_events(struct scene *s, unsigned int first, unsigned int last)
{
	char object[16];

	for (; first <= last; first++) {
		snprintf(object, sizeof(object), "/object-%02u", first);
		mock_event(s->g->mock, first, 0, object);
	}
}

static void await_event(const char *path, unsigned int number)
{
	char object[16];

	snprintf(object, sizeof(object), "/object-%02u", number);
	await_text(path, object);
}

/* Each of @first to @last once, in order, and nothing else. */
static void assert_events(const char *path, unsigned int first, unsigned int last)
{
	static char text[256 << 10];
	char *at = text;
	char object[16];

	read_text(path, text, sizeof(text));
	assert_int_equal(count(path, "\n"), last - first + 1);
	for (; first <= last; first++) {
		snprintf(object, sizeof(object), "/object-%02u", first);
		at = strstr(at, object);
		if (!at)
			fail_msg("no %s, or not in its place, in: %s", object, text);
	}
}

static void output_that_fails_holds_nobody_up_and_misses_nothing(void **state)
{
	struct scene *s = *state;

	start(s->g);
	await_notify(s->g, "READY=1");
	make_events(s, 1, 1);
	await_event(s->b, 1);
	take_folder_away(s);
	make_events(s, 2, 3);
	await_event(s->g->events, 3);
	await_acknowledged(s->g);
	await_text(s->g->log, "No such file or directory; its events wait in its spool");
	await_notify(s->g, "failing output: file:");
	/* Killed, and started again while it still fails. */
	stop(s->g, SIGKILL);
	start(s->g);
	await_text(s->g->log, "it is tried again with each event");
	make_events(s, 4, 4);
	await_event(s->g->events, 4);
	await_acknowledged(s->g);
	mkdir(s->folder, 0700);
	await_event(s->b, 4);
	await_text(s->g->log, "works again");
	make_events(s, 5, 5);
	await_event(s->b, 5);
	assert_events(s->b, 2, 5);
	assert_events(s->g->events, 1, 5);
	assert_int_equal(stop(s->g, SIGTERM), 0);
	assert_int_equal(rmdir(s->g->spool), 0);
}

/* Killed after the spool has an event and before the kernel hears of it. */
static void killed_daemon_does_not_spool_twice(void **state)
{
	struct scene *s = *state;

	take_folder_away(s);
	make_events(s, 1, 1);
	s->g->mock->last_read = 1;
	start(s->g);
	await_text(s->g->state, "[1,1]");
	stop(s->g, SIGKILL);
	/* Nor without the state. */
	unlink(s->g->state);
	s->g->mock->last_read = 0;
	start(s->g);
	await_acknowledged(s->g);
	mkdir(s->folder, 0700);
	make_events(s, 2, 2);
	await_event(s->b, 2);
	assert_events(s->b, 1, 2);
}

static void full_spool_leaves_events_in_the_kernel(void **state)
{
	struct scene *s = *state;
	int waited;

	snprintf(s->option, sizeof(s->option), "--output=file,spool=2K:%s", s->b);
	take_folder_away(s);
	start(s->g);
	await_notify(s->g, "READY=1");
	make_events(s, 1, 20);
	await_event(s->g->events, 20);
	await_text(s->g->log, "its spool is full (2048 bytes); events wait in the kernel");
	assert_events(s->g->events, 1, 20);
	/* What the spool took is acknowledged with the next read, and no more than that. */
	for (waited = 0; waited < PATIENCE_MS && mock_pending(s->g->mock) == 20; waited += 10)
		usleep(10000);
	assert_true(mock_pending(s->g->mock) > 0 && mock_pending(s->g->mock) < 20);
	mkdir(s->folder, 0700);
	await_event(s->b, 20);
	await_acknowledged(s->g);
	assert_events(s->b, 1, 20);
	assert_events(s->g->events, 1, 20);
}

static void without_a_spool_events_wait_in_the_kernel(void **state)
{
	struct scene *s = *state;

	snprintf(s->option, sizeof(s->option), "--output=file,spool=none:%s", s->b);
	take_folder_away(s);
	make_events(s, 1, 2);
	start(s->g);
	await_event(s->g->events, 2);
	await_text(s->g->log, "events wait in the kernel");
	assert_int_equal(mock_pending(s->g->mock), 2);
	mkdir(s->folder, 0700);
	await_event(s->b, 2);
	await_acknowledged(s->g);
	assert_events(s->b, 1, 2);
}

static void spool_of_an_output_that_is_gone_is_named(void **state)
{
	struct scene *s = *state;

	take_folder_away(s);
	start(s->g);
	await_notify(s->g, "READY=1");
	make_events(s, 1, 1);
	await_text(s->g->log, "wait in its spool");
	stop(s->g, SIGTERM);
	s->g->option = NULL;
	start(s->g);
	await_text(s->g->log, " for output file:");
	await_text(s->g->log, "give it again, or remove the file");
}

static void wrong_outputs_are_refused(void **state)
{
	static const char *const wrong[] = {
		"--output=file,rotate=1X:/tmp/x", "--output=syslogd", "--output=stdout:/x",
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		s->g->option = wrong[i];
		start(s->g);
		assert_int_equal(WEXITSTATUS(stop(s->g, 0)), 64);
	}
	snprintf(s->option, sizeof(s->option), "--output=file,keep=2,rotate=1M:%s", s->g->events);
	s->g->option = s->option;
	start(s->g);
	assert_int_equal(WEXITSTATUS(stop(s->g, 0)), 64);
	await_text(s->g->log, "is given twice");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(output_that_fails_holds_nobody_up_and_misses_nothing),
		TEST(killed_daemon_does_not_spool_twice),
		TEST(full_spool_leaves_events_in_the_kernel),
		TEST(without_a_spool_events_wait_in_the_kernel),
		TEST(spool_of_an_output_that_is_gone_is_named),
		TEST(wrong_outputs_are_refused),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
