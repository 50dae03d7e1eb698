// SPDX-License-Identifier: GPL-2.0
/*
 * gabion monitor: decisions as they are made, from gabiond's socket or, with
 * --direct, from the kernel itself.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../common/moment.h"
#include "../daemon/paths.h"
#include "../event/event_line.h"
#include "../netlink/client.h"
#include "../stream/pump.h"
#include "../stream/replay.h"
#include "cli.h"
#include "filter_options.h"
#include "live.h"
#include "usage.h"

/* While nothing came from the socket yet, the file is looked at so often. */
#define REPLAY_MS 500

/**
 * struct monitor - what is asked for
 * @filter:	owned
 * @from:	file to begin with, NULL: none
 * @since:	ns of CLOCK_REALTIME, 0: all of @from
 * @left:	events still to show, if @bounded
 * @flags:	of gabion_record_line()
 * The rest are the options of the command.
 */
struct monitor {
	bool json;
	bool direct;
	struct gabion_event_filter *filter;
	const char *socket;
	const char *from;
	uint64_t since;
	unsigned long left;
	bool bounded;
	unsigned int flags;
};

/* Show a record; @line is its JSON. 1: that was the last, 0, or -errno. */
static int show(struct monitor *m, const struct gabion_record *record, const char *line,
		size_t length, struct gabion_error *error)
{
	cleanup_free char *text = NULL;

	if (!gabion_event_filter_passes(m->filter, record))
		return 0;
	if (!m->json) {
		text = gabion_record_line(record, m->flags);
		if (!text)
			return gabion_error_set(error, -ENOMEM, "out of memory");
		line = text;
		length = strlen(text);
	}
	fwrite(line, 1, length, stdout);
	putchar('\n');
	if (fflush(stdout))
		return gabion_error_set(error, -errno, "cannot write: %s", strerror(errno));
	if (record->kind != GABION_RECORD_EVENT || !m->bounded)
		return 0;
	return --m->left == 0;
}

/* ---- from gabiond ---- */

static int open_live(struct gabion_live *live, const struct monitor *m, struct gabion_error *error)
{
	int err = gabion_live_open(live, m->socket, error);

	if (err == -ENOENT || err == -ECONNREFUSED)
		gabion_error_set(error, err, "gabiond is not running: start it with 'systemctl "
					     "start gabiond', or use --direct");
	return err;
}

static int show_replayed(const struct gabion_record *record, const char *line, size_t length,
			 void *data, struct gabion_error *error)
{
	return show(data, record, line, length, error);
}

static int monitor_live(struct monitor *m, struct gabion_error *error)
{
	cleanup_live struct gabion_live live = { .fd = -1 };
	int err = open_live(&live, m, error);

	while (!err) {
		cleanup_record struct gabion_record record = { 0 };

		err = gabion_live_read(&live, -1, &record, error);
		if (err > 0)
			err = show(m, &record, live.line, live.length, error);
	}
	return err;
}

/*
 * gabiond hands each record to its file and to the readers of its socket before it turns to the
 * next one, but accepts a connection when it has time.  So the file is read on until a
 * first record comes from the socket, and up to its end then: all before that record is in
 * it. What is in both is shown once.  What the socket misses later is in the file, too.
 */
static int monitor_replayed(struct monitor *m, struct gabion_error *error)
{
	cleanup_replay struct gabion_replay *replay = NULL;
	cleanup_live struct gabion_live live = { .fd = -1 };
	bool joined = false, behind;
	int err, n;

	err = open_live(&live, m, error) ?:
	      gabion_replay_open(&replay, m->from, m->since, error) ?:
	      gabion_replay_run(replay, show_replayed, m, error);
	while (!err) {
		cleanup_record struct gabion_record record = { 0 };

		n = gabion_live_read(&live, joined ? -1 : REPLAY_MS, &record, error);
		if (n < 0)
			return n;
		behind = !joined || (n && record.kind == GABION_RECORD_MISSED);
		if (behind)
			err = gabion_replay_run(replay, show_replayed, m, error);
		if (err || !n)
			continue;
		joined = true;
		err = gabion_replay_claim(replay, &record, error);
		if (err > 0)
			err = show(m, &record, live.line, live.length, error);
	}
	return err;
}

/* ---- from the kernel ---- */

/* struct screen - the reader of this command, as an output of the pump */
struct screen {
	struct gabion_sink sink;
	struct monitor *monitor;
	bool done;
};

static int screen_put(struct gabion_sink *sink, const struct gabion_record *record,
		      const char *line, size_t length, struct gabion_error *error)
{
	struct screen *screen = (struct screen *)sink;
	int result;

	/* Not taken, so not acknowledged: whoever reads next gets it. */
	if (screen->done)
		return gabion_error_set(error, -ECANCELED, "enough was shown");
	result = show(screen->monitor, record, line, length - 1, error);
	screen->done = result > 0;
	return result < 0 ? result : 0;
}

static const struct gabion_sink_ops screen_ops = { .put = screen_put };

static int pump(struct gabion_pump *p, struct screen *screen, struct gabion_error *error)
{
	int more;

	do {
		more = gabion_pump_run(p, error);
		if (screen->sink.failure.code && !screen->done) {
			*error = screen->sink.failure;
			return error->code;
		}
	} while (more > 0 && !screen->done);
	return more < 0 ? more : 0;
}

static int monitor_kernel(struct monitor *m, struct gabion_error *error)
{
	cleanup_netlink struct gabion_netlink *client = NULL;
	struct screen screen = {
		.sink = { .ops = &screen_ops, .name = "screen" }, .monitor = m
	};
	struct gabion_sink *sinks[] = { &screen.sink };
	struct gabion_pump p = { .sinks = sinks, .nsinks = 1 };
	struct gabion_status status = { 0 };
	int err;

	err = gabion_netlink_open(&client, error) ?:
	      gabion_netlink_status(client, &status, error) ?:
	      gabion_netlink_subscribe(client, error);
	if (err == -EBUSY)
		gabion_error_set(error, err, "something reads the events already, such as gabiond: "
					     "leave --direct out");
	p.client = client;
	p.instance = status.instance;
	while (!err && !screen.done) {
		err = pump(&p, &screen, error);
		/* The timeout is for a notice that got lost. */
		if (!err && !screen.done)
			err = gabion_netlink_wait(client, 1000, error);
		if (err > 0)
			err = 0;
	}
	/* The last acknowledgement; what comes with it is left for the next reader. */
	if (!err)
		err = gabion_pump_run(&p, error);
	gabion_progress_free(&screen.sink.progress);
	return err < 0 ? err : 0;
}

/* ---- arguments ---- */

static int set_since(struct monitor *m, const char *command, const char *text,
		     struct gabion_error *error)
{
	struct gabion_error why = { 0 };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (gabion_moment_parse(&m->since, text,
				(uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec, &why))
		return gabion_cli_wrong(error, command, "--since: %s", why.text);
	return GABION_EXIT_OK;
}

static int set_count(struct monitor *m, const char *command, const char *text,
		     struct gabion_error *error)
{
	char *end;

	m->left = strtoul(text, &end, 10);
	m->bounded = true;
	if (*end || !m->left)
		return gabion_cli_wrong(error, command, "'%s' is not a count", text);
	return GABION_EXIT_OK;
}

/* What does not go together. */
static int check(const struct monitor *m, const char *command, struct gabion_error *error)
{
	if (m->since && !m->from)
		return gabion_cli_wrong(error, command, "--since needs --from FILE, the file of "
					"gabiond's --output file:FILE");
	if (m->from && m->direct)
		return gabion_cli_wrong(error, command, "--direct does not go with --from: nobody "
					"writes the file then");
	return GABION_EXIT_OK;
}

static int parse(struct monitor *m, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		GABION_FILTER_OPTIONS,
		{ "count", required_argument, NULL, 'n' },
		{ "direct", no_argument, NULL, 'D' },
		{ "from", required_argument, NULL, 'F' },
		{ "since", required_argument, NULL, 'S' },
		{ "socket", required_argument, NULL, 's' },
		{ 0 },
	};
	int option, status;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":d:n:", options, NULL)) != -1) {
		status = GABION_EXIT_OK;
		switch (option) {
		case 'n':
			status = set_count(m, argv[0], optarg, error);
			break;
		case 'D':
			m->direct = true;
			break;
		case 'F':
			m->from = optarg;
			break;
		case 'S':
			status = set_since(m, argv[0], optarg, error);
			break;
		case 's':
			m->socket = optarg;
			break;
		default:
			status = gabion_filter_option(m->filter, argv[0], option, optarg, error);
			if (status < 0)
				return gabion_cli_wrong_option(error, argv, option);
		}
		if (status != GABION_EXIT_OK)
			return status;
	}
	if (optind != argc)
		return gabion_cli_wrong(error, argv[0], "takes no argument '%s'", argv[optind]);
	return check(m, argv[0], error);
}

int cmd_monitor(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	struct monitor m = {
		.json = cli->json, .socket = GABION_PATH_SOCKET, .flags = GABION_LINE_TIME,
		.filter = gabion_event_filter_new(),
	};
	int status = parse(&m, argc, argv, error), err;

	if (status == GABION_EXIT_OK) {
		if (isatty(STDOUT_FILENO) && !getenv("NO_COLOR"))
			m.flags |= GABION_LINE_COLOUR;
		err = m.direct ? monitor_kernel(&m, error) :
		      m.from   ? monitor_replayed(&m, error) :
				 monitor_live(&m, error);
		status = err < 0 ? GABION_EXIT_ERROR : GABION_EXIT_OK;
	}
	gabion_event_filter_free(m.filter);
	return status;
}
