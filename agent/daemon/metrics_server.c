// SPDX-License-Identifier: GPL-2.0
#include "metrics_server.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>

#include "../common/microhttpd.h"

#define CONNECTIONS_MAX	16
#define IDLE_SECONDS	10U
#define CONTENT_TYPE	"application/openmetrics-text; version=1.0.0; charset=utf-8"

/**
 * struct gabion_metrics_server - the server
 * @fd:		listening; @daemon's
 * @daemon:	owned
 * @io:		owned; tells that there is something to do for @daemon
 * @timer:	owned; rings when a connection may have been idle for too long
 */
struct gabion_metrics_server {
	const struct gabion_address *address;
	gabion_metrics_fn text;
	void *data;
	struct gabion_microhttpd mhd;
	struct MHD_Daemon *daemon;
	int fd;
	sd_event_source *io;
	sd_event_source *timer;
};

/* Takes @text over. */
static enum MHD_Result respond(const struct gabion_metrics_server *s,
			       struct MHD_Connection *connection, unsigned int status, char *text,
			       size_t length, const char *type)
{
	struct MHD_Response *response =
		s->mhd.MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;

	if (!response) {
		free(text);
		return MHD_NO;
	}
	s->mhd.MHD_add_response_header(response, "Content-Type", type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		s->mhd.MHD_add_response_header(response, "Allow", "GET, HEAD");
	result = s->mhd.MHD_queue_response(connection, status, response);
	s->mhd.MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(const struct gabion_metrics_server *s,
			      struct MHD_Connection *connection, unsigned int status,
			      const char *why)
{
	char *text = strdup(why);

	return text ? respond(s, connection, status, text, strlen(text), "text/plain") : MHD_NO;
}

/*
 * A page of another site may have its own name lead to this address, and its script in a
 * browser here then asks us: the name it asks for gives it away. Who says none is no browser.
 */
static bool is_asked_for(const struct gabion_metrics_server *s, struct MHD_Connection *connection)
{
	static const char *const names[] = { "127.0.0.1", "[::1]", "localhost" };
	const char *host = s->mhd.MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							      MHD_HTTP_HEADER_HOST);
	size_t i, length;

	if (!host || s->address->any.sa_family == AF_UNIX)
		return true;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		length = strlen(names[i]);
		if (!strncasecmp(host, names[i], length) &&
		    (!host[length] || host[length] == ':'))
			return true;
	}
	return false;
}

static enum MHD_Result answer(void *data, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *body,
			      size_t *size, void **state)
{
	struct gabion_metrics_server *s = data;
	size_t length = 0;
	char *text;

	(void)version;
	(void)body;
	/* The first call is about the headers only; a body is not listened to. */
	if (!*state) {
		*state = s;
		return MHD_YES;
	}
	if (*size) {
		*size = 0;
		return MHD_YES;
	}
	if (!is_asked_for(s, connection))
		return refuse(s, connection, MHD_HTTP_MISDIRECTED_REQUEST,
			      "ask for 127.0.0.1, [::1] or localhost\n");
	if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		return refuse(s, connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only\n");
	if (strcmp(url, "/metrics"))
		return refuse(s, connection, MHD_HTTP_NOT_FOUND, "there is /metrics\n");
	text = s->text(s->data, &length);
	if (!text)
		return refuse(s, connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
	return respond(s, connection, MHD_HTTP_OK, text, length, CONTENT_TYPE);
}

static unsigned int connections(const struct gabion_metrics_server *s)
{
	return s->mhd.MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
		->num_connections;
}

/*
 * With as many connections as there can be the library waits for no others, and begins to
 * again in the round after one has gone, which nothing else would bring about. Nor does
 * anything else have it look for those that are idle.
 */
static void work(struct gabion_metrics_server *s)
{
	unsigned int before = connections(s), after;

	s->mhd.MHD_run(s->daemon);
	after = connections(s);
	sd_event_source_set_time_relative(s->timer, after < before ? 0 : 1000000);
	sd_event_source_set_enabled(s->timer, after || after < before ? SD_EVENT_ONESHOT :
									SD_EVENT_OFF);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	(void)source;
	(void)fd;
	(void)events;
	work(data);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *data)
{
	(void)source;
	(void)usec;
	work(data);
	return 0;
}

static int start(struct gabion_metrics_server *s, sd_event *loop, struct gabion_error *error)
{
	const union MHD_DaemonInfo *info;
	int err;

	s->fd = gabion_listen(s->address, SOCK_STREAM, error);
	if (s->fd < 0)
		return s->fd;
	s->daemon = s->mhd.MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, s,
					    MHD_OPTION_LISTEN_SOCKET, s->fd,
					    MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
					    MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS,
					    MHD_OPTION_END);
	if (!s->daemon)
		return gabion_error_set(error, -ENOMEM, "metrics: libmicrohttpd does not start");
	info = s->mhd.MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	err = sd_event_add_io(loop, &s->io, info->epoll_fd, EPOLLIN, on_io, s);
	if (err >= 0)
		err = sd_event_add_time_relative(loop, &s->timer, CLOCK_MONOTONIC, 1000000, 0,
						 on_timer, s);
	if (err >= 0)
		err = sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	if (err < 0)
		return gabion_error_set(error, err, "metrics: %s", strerror(-err));
	return 0;
}

int gabion_metrics_server_open(struct gabion_metrics_server **server, sd_event *loop,
			       const struct gabion_address *address, gabion_metrics_fn text,
			       void *data, struct gabion_error *error)
{
	struct gabion_metrics_server *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	*s = (struct gabion_metrics_server){
		.address = address, .text = text, .data = data, .fd = -1
	};
	err = gabion_microhttpd_load(&s->mhd, "--metrics", error) ?: start(s, loop, error);
	if (err) {
		gabion_metrics_server_close(s);
		return err;
	}
	*server = s;
	return 0;
}

void gabion_metrics_server_close(struct gabion_metrics_server *s)
{
	if (!s)
		return;
	sd_event_source_disable_unref(s->io);
	sd_event_source_disable_unref(s->timer);
	if (s->daemon) {
		/* It closes the socket, too. */
		s->mhd.MHD_stop_daemon(s->daemon);
		if (s->address->any.sa_family == AF_UNIX)
			unlink(s->address->un.sun_path);
	} else {
		gabion_listen_end(s->address, s->fd);
	}
	free(s);
}
