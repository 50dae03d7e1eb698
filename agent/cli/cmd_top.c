// SPDX-License-Identifier: GPL-2.0
/*
 * gabion top: which domains are busy, from what the kernel counts and from gabiond's events.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../daemon/paths.h"
#include "cli.h"
#include "filter_options.h"
#include "live.h"
#include "top_view.h"
#include "usage.h"

#define SECOND 1000000000ULL
/* Rows of a screen that are not the domains': status, heads, what is left out, empty lines. */
#define SCREEN_EXTRA 8
#define SCREEN_TOP "\033[H\033[J"

/**
 * struct top - what is asked for, and where it is
 * @filter:	of the events that are counted; owned
 * @interval:	ns
 * @once:	one interval, then end
 * @live:	connection to gabiond, .fd = -1: none
 * @counted:	it was there from the beginning of this interval
 * @signals:	signalfd(2) of what ends it
 * @terminal:	stdout is one
 */
struct top {
	bool json;
	struct gabion_event_filter *filter;
	const char *socket;
	uint64_t interval;
	bool once;
	struct gabion_netlink *client;
	struct gabion_live live;
	struct gabion_tally tally;
	bool counted;
	int signals;
	bool terminal;
};

/* ---- events ---- */

/* Connect unless that is done. That gabiond does not run is no error. */
static int join(struct top *t, struct gabion_error *error)
{
	struct gabion_error why = { 0 };
	int err;

	t->counted = true;
	if (t->live.fd >= 0)
		return 0;
	err = gabion_live_open(&t->live, t->socket, &why);
	if (!err)
		return 0;
	gabion_live_close(&t->live);
	t->counted = false;
	if (err == -ENOENT || err == -ECONNREFUSED)
		return 0;
	*error = why;
	return err;
}

static int count_one(struct top *t, struct gabion_error *error)
{
	cleanup_record struct gabion_record record = { 0 };
	int n = gabion_live_read(&t->live, 0, &record, error);

	if (n == -ECONNRESET) {
		gabion_live_close(&t->live);
		t->counted = false;
		return 0;
	}
	if (n > 0 && gabion_event_filter_passes(t->filter, &record))
		gabion_tally_add(&t->tally, &record);
	return n < 0 ? n : 0;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* Count until @end. 1: a signal wants it to end; 0; or -errno. */
static int count(struct top *t, uint64_t end, struct gabion_error *error)
{
	struct pollfd ready[] = { { .fd = t->signals, .events = POLLIN }, { .events = POLLIN } };
	uint64_t time;
	int err = 0;

	for (time = now(); !err && time < end; time = now()) {
		ready[1].fd = t->live.fd;	/* poll(2) passes over -1 */
		ready[1].revents = 0;
		if (poll(ready, 2, (int)((end - time) / 1000000) + 1) < 0 && errno != EINTR)
			return gabion_error_set(error, -errno, "poll: %s", strerror(errno));
		if (ready[0].revents)
			return 1;
		if (ready[1].revents)
			err = count_one(t, error);
	}
	return err;
}

/* ---- screens ---- */

static size_t rows_of(const struct top *t)
{
	struct winsize size;

	if (!t->terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		return 0;
	/* Of what is left three quarters are domains', a quarter hooks'. */
	return size.ws_row > SCREEN_EXTRA + 4 ? (size.ws_row - SCREEN_EXTRA) * 3U / 4 : 3;
}

static int show(const struct top *t, const struct gabion_sample *before,
		const struct gabion_sample *after, struct gabion_error *error)
{
	cleanup_json struct gabion_json json = { 0 };
	struct gabion_top top = { 0 };
	int err;

	gabion_top_compare(&top, before, after, t->counted ? &t->tally : NULL);
	if (t->json) {
		gabion_top_encode(&json, &top);
		err = gabion_json_print(&json);
	} else {
		if (t->terminal)
			fputs(SCREEN_TOP, stdout);
		err = gabion_top_print(&top, rows_of(t));
		if (!t->terminal && !t->once)
			putchar('\n');
	}
	gabion_top_free(&top);
	if (!err && fflush(stdout))
		err = -errno;
	return err ? gabion_error_set(error, err, "cannot write: %s", strerror(-err)) : 0;
}

/* One interval after @before, which becomes its end. 1: enough; 0; or -errno. */
static int run_interval(struct top *t, struct gabion_sample *before, struct gabion_error *error)
{
	struct gabion_sample after = { 0 };
	int err;

	gabion_tally_reset(&t->tally);
	err = join(t, error) ?: count(t, before->time + t->interval, error) ?:
	      gabion_sample_take(&after, t->client, error) ?: show(t, before, &after, error);
	gabion_sample_reset(before);
	*before = after;
	return err ?: t->once;
}

static int run(struct top *t, struct gabion_error *error)
{
	struct gabion_sample before = { 0 };
	int err = gabion_netlink_open(&t->client, error) ?:
		  gabion_sample_take(&before, t->client, error);

	while (!err)
		err = run_interval(t, &before, error);
	gabion_sample_reset(&before);
	gabion_tally_reset(&t->tally);
	gabion_live_close(&t->live);
	gabion_netlink_close(t->client);
	return err < 0 ? GABION_EXIT_ERROR : GABION_EXIT_OK;
}

static int catch_signals(struct top *t, struct gabion_error *error)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	t->signals = sigprocmask(SIG_BLOCK, &ends, NULL) ? -1 : signalfd(-1, &ends, SFD_CLOEXEC);
	if (t->signals >= 0)
		return GABION_EXIT_OK;
	gabion_error_set(error, -errno, "signalfd: %s", strerror(errno));
	return GABION_EXIT_ERROR;
}

/* ---- arguments ---- */

static int set_interval(struct top *t, const char *command, const char *text,
			struct gabion_error *error)
{
	char *end;
	double seconds = strtod(text, &end);

	/* Written so that NaN is refused. */
	if (*end || end == text || !(seconds >= 0.1 && seconds <= 3600))
		return gabion_cli_wrong(error, command, "--interval: '%s' is not a number of "
					"seconds from 0.1 to 3600", text);
	t->interval = (uint64_t)(seconds * 1e9);
	return GABION_EXIT_OK;
}

static int parse(struct top *t, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		GABION_FILTER_OPTIONS,
		{ "interval", required_argument, NULL, 'i' },
		{ "once", no_argument, NULL, 'o' },
		{ "socket", required_argument, NULL, 's' },
		{ 0 },
	};
	int option, status;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":d:i:", options, NULL)) != -1) {
		status = GABION_EXIT_OK;
		switch (option) {
		case 'i':
			status = set_interval(t, argv[0], optarg, error);
			break;
		case 'o':
			t->once = true;
			break;
		case 's':
			t->socket = optarg;
			break;
		default:
			status = gabion_filter_option(t->filter, argv[0], option, optarg, error);
			if (status < 0)
				return gabion_cli_wrong_option(error, argv, option);
		}
		if (status != GABION_EXIT_OK)
			return status;
	}
	if (optind != argc)
		return gabion_cli_wrong(error, argv[0], "takes no argument '%s'", argv[optind]);
	return GABION_EXIT_OK;
}

int cmd_top(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	struct top t = {
		.json = cli->json, .socket = GABION_PATH_SOCKET, .interval = 2 * SECOND,
		.filter = gabion_event_filter_new(), .live.fd = -1, .signals = -1,
	};
	int status = parse(&t, argc, argv, error);

	t.terminal = isatty(STDOUT_FILENO) && !t.once;
	if (status == GABION_EXIT_OK)
		status = catch_signals(&t, error);
	if (status == GABION_EXIT_OK)
		status = run(&t, error);
	if (t.signals >= 0)
		close(t.signals);
	gabion_event_filter_free(t.filter);
	return status;
}
