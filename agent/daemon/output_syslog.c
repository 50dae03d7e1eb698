// SPDX-License-Identifier: GPL-2.0
/*
 * Records to a syslog daemon at its local socket: in the form that syslog(3) has,
 * which is what daemons expect there; journald knows no RFC 5424. The message is
 * "@cee:" and the record, so that rsyslog's mmjsonparse and others find the members.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "datagram.h"
#include "output.h"
#include "priority.h"

#define DEFAULT_SOCKET	"/dev/log"

/* @path: borrowed; @fd: owned */
struct syslog_output {
	struct gabion_sink sink;
	const char *path;
	int fd;
};

static int send_line(const struct syslog_output *s, const struct gabion_record *record,
		     const char *line, size_t length)
{
	time_t seconds = (time_t)(record->time / 1000000000);
	char date[32], head[64];
	struct iovec iov[2];
	struct tm tm;
	int n;

	localtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%b %e %H:%M:%S", &tm);
	n = snprintf(head, sizeof(head), "<%d>%s gabion: @cee: ",
		     LOG_AUTHPRIV | gabion_record_priority(record), date);
	iov[0] = (struct iovec){ head, (size_t)n };
	iov[1] = (struct iovec){ (char *)(uintptr_t)line, length - 1 };
	return gabion_datagram_send(s->fd, s->path, iov, 2);
}

/* No datagram is so long, now or later: what can be said is said in its place. */
static int send_too_long(const struct syslog_output *s, const struct gabion_record *record,
			 size_t length)
{
	cleanup_json struct gabion_json line = { 0 };
	struct gabion_record other;
	char text[128];

	return gabion_output_too_long(&other, &line, text, sizeof(text), record, length, "syslog") ?:
	       send_line(s, &other, line.data, line.length);
}

static int syslog_put(struct gabion_sink *sink, const struct gabion_record *record,
		      const char *line, size_t length, struct gabion_error *error)
{
	const struct syslog_output *s = (struct syslog_output *)sink;
	int err = send_line(s, record, line, length);

	if (err == -EMSGSIZE || err == -ENOBUFS)
		err = send_too_long(s, record, length);
	if (err)
		return gabion_error_set(error, err, "cannot write to the syslog daemon at %s: %s",
					s->path, gabion_datagram_reason(err));
	return 0;
}

static void syslog_close(struct gabion_sink *sink)
{
	struct syslog_output *s = (struct syslog_output *)sink;

	close(s->fd);
	free(s);
}

static const struct gabion_sink_ops syslog_ops = {
	.put = syslog_put,
	.close = syslog_close,
};

int gabion_output_syslog_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			      struct gabion_error *error)
{
	struct syslog_output *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	s->sink.ops = &syslog_ops;
	s->sink.name = spec->name;
	s->path = spec->path ?: DEFAULT_SOCKET;
	s->fd = gabion_datagram_socket();
	if (s->fd < 0) {
		err = s->fd;
		free(s);
		return gabion_error_set(error, err, "no socket for syslog: %s", strerror(-err));
	}
	*sink = &s->sink;
	return 0;
}
