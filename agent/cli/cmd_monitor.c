// SPDX-License-Identifier: GPL-2.0
/*
 * gabion monitor: decisions as they are made, from gabiond's socket or, with
 * --direct, from the kernel itself.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../daemon/paths.h"
#include "../event/event_line.h"
#include "../netlink/client.h"
#include "../stream/pump.h"
#include "cli.h"
#include "usage.h"

/* Longest record: two paths of PATH_MAX, escaped and in hexadecimal, and then some. */
#define RECORD_MAX (256 << 10)

/**
 * struct monitor - what is asked for
 * @domain:	only events of this domain, or that act on it; NULL = all
 * @left:	events still to show, if @bounded
 * @flags:	of gabion_record_line()
 * The rest are the options of the command.
 */
struct monitor {
	bool json;
	bool direct;
	const char *domain;
	const char *socket;
	unsigned long left;
	bool bounded;
	unsigned int flags;
};

static bool wanted(const struct monitor *m, const struct gabion_record *record)
{
	const struct gabion_event *event = &record->event;

	/* That something is missing concerns every reader. */
	if (!m->domain || record->kind != GABION_RECORD_EVENT)
		return true;
	return (event->domain && !strcmp(event->domain, m->domain)) ||
	       (event->target && !strcmp(event->target, m->domain));
}

/* Show a record; @line is its JSON. 1: that was the last, 0, or -errno. */
static int show(struct monitor *m, const struct gabion_record *record, const char *line,
		size_t length, struct gabion_error *error)
{
	cleanup_free char *text = NULL;

	if (!wanted(m, record))
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

static int connect_daemon(const struct monitor *m, struct gabion_error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_fd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int connected;

	if (fd < 0)
		return gabion_error_set(error, -errno, "socket: %s", strerror(errno));
	if (strlen(m->socket) >= sizeof(address.sun_path))
		return gabion_error_set(error, -ENAMETOOLONG, "%s: too long for a socket",
					m->socket);
	strcpy(address.sun_path, m->socket);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		if (errno == ENOENT || errno == ECONNREFUSED)
			return gabion_error_set(error, -errno,
						"gabiond is not running: start it with 'systemctl "
						"start gabiond', or use --direct");
		return gabion_error_set(error, -errno, "cannot connect to gabiond at %s: %s",
					m->socket, strerror(errno));
	}
	connected = fd;
	fd = -1;
	return connected;
}

static int show_line(struct monitor *m, const char *line, size_t length,
		     struct gabion_error *error)
{
	cleanup_record struct gabion_record record = { 0 };
	int err;

	if (length && line[length - 1] == '\n')
		length--;
	err = gabion_record_parse(&record, line, length, error);
	if (err)
		return gabion_error_prefix(error, "gabiond sent what is no record");
	return show(m, &record, line, length, error);
}

static int monitor_daemon(struct monitor *m, struct gabion_error *error)
{
	cleanup_fd int fd = connect_daemon(m, error);
	cleanup_free char *line = malloc(RECORD_MAX);
	ssize_t n;
	int err;

	if (fd < 0)
		return fd;
	if (!line)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	do {
		n = recv(fd, line, RECORD_MAX, MSG_TRUNC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return gabion_error_set(error, -errno, "cannot read from gabiond: %s",
						strerror(errno));
		if (n == 0)
			return gabion_error_set(error, -ECONNRESET, "gabiond went away");
		if (n > RECORD_MAX)
			return gabion_error_set(error, -EMSGSIZE, "gabiond sent %zd bytes at once",
						n);
		err = show_line(m, line, (size_t)n, error);
	} while (!err);
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

static int parse(struct monitor *m, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{ "domain", required_argument, NULL, 'd' },
		{ "count", required_argument, NULL, 'n' },
		{ "direct", no_argument, NULL, 'D' },
		{ "socket", required_argument, NULL, 's' },
		{ 0 },
	};
	int option;
	char *end;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":d:n:", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			m->domain = optarg;
			break;
		case 'n':
			m->left = strtoul(optarg, &end, 10);
			m->bounded = true;
			if (*end || !m->left)
				return gabion_cli_wrong(error, argv[0], "'%s' is not a count",
							optarg);
			break;
		case 'D':
			m->direct = true;
			break;
		case 's':
			m->socket = optarg;
			break;
		default:
			return gabion_cli_wrong_option(error, argv, option);
		}
	}
	if (optind != argc)
		return gabion_cli_wrong(error, argv[0], "takes no argument '%s'", argv[optind]);
	return GABION_EXIT_OK;
}

int cmd_monitor(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	struct monitor m = {
		.json = cli->json, .socket = GABION_PATH_SOCKET, .flags = GABION_LINE_TIME
	};
	int status = parse(&m, argc, argv, error), err;

	if (status != GABION_EXIT_OK)
		return status;
	if (isatty(STDOUT_FILENO) && !getenv("NO_COLOR"))
		m.flags |= GABION_LINE_COLOUR;
	err = m.direct ? monitor_kernel(&m, error) : monitor_daemon(&m, error);
	return err < 0 ? GABION_EXIT_ERROR : GABION_EXIT_OK;
}
