// SPDX-License-Identifier: GPL-2.0
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../../agent/common/cleanup.h"
#include "../../agent/common/microhttpd.h"
#include "../listener.h"

#define MAX_CONNECTIONS 16

/**
 * struct gabion_api_server - the server
 * @mhd:	the library's functions
 * @daemon:	the library's server; owned
 * @watch:	tells that there is something to do for @daemon
 * @timer:	rings when it has not done all it could, or a connection has been idle for too
 *		long; owned, watched by @timer_watch
 */
struct gabion_api_server {
	struct gabion_api *api;
	struct gabion_api_limits limits;
	struct gabion_loop *loop;
	struct sockaddr_un address;
	struct gabion_microhttpd mhd;
	struct MHD_Daemon *daemon;
	struct gabion_watch watch, timer_watch;
	int timer;
};

/* What came of a request's body; of one that is too large nothing is kept. */
struct upload {
	char *body;
	size_t size;
	bool too_large, failed;
};

int gabion_api_server_preload(struct gabion_error *error)
{
	struct gabion_microhttpd library;

	return gabion_microhttpd_load(&library, "the API", error);
}

static void keep(const struct gabion_api_server *server, struct upload *upload, const char *data,
		 size_t size)
{
	char *body;

	if (size > server->limits.max_body - upload->size) {
		upload->too_large = true;
		return;
	}
	/* A NUL more than it has, for it may have none. */
	body = realloc(upload->body, upload->size + size + 1);
	if (!body) {
		upload->failed = true;
		return;
	}
	memcpy(body + upload->size, data, size);
	upload->body = body;
	upload->size += size;
}

/* Takes the reference to @answer, which may be NULL. */
static enum MHD_Result respond(const struct gabion_api_server *server,
			       struct MHD_Connection *connection, unsigned int status,
			       json_t *answer)
{
	const struct gabion_microhttpd *mhd = &server->mhd;
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	struct MHD_Response *response = mhd->MHD_create_response_from_buffer(
		text ? strlen(text) : 0, text, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;

	json_decref(answer);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	mhd->MHD_add_response_header(response, "Server", "gabion-vmm");
	mhd->MHD_add_response_header(response, "Content-Type", "application/json");
	result = mhd->MHD_queue_response(connection, status, response);
	mhd->MHD_destroy_response(response);
	return result;
}

/* However long we take, the client has not been idle: it begins to be when there is an answer. */
static unsigned int handle(const struct gabion_api_server *server,
			   struct MHD_Connection *connection, const char *method, const char *url,
			   const struct upload *upload, json_t **answer)
{
	unsigned int status;

	server->mhd.MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
	status = gabion_api_handle(server->api, method, url, upload->body, upload->size, answer);
	server->mhd.MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
					      server->limits.idle_s);
	return status;
}

static enum MHD_Result take(void *opaque, struct MHD_Connection *connection, const char *url,
			    const char *method, const char *version, const char *data, size_t *size,
			    void **state)
{
	struct gabion_api_server *server = opaque;
	struct upload *upload = *state;
	unsigned int status;
	json_t *answer;

	(void)version;
	if (!upload) {
		*state = calloc(1, sizeof(*upload));
		return *state ? MHD_YES : MHD_NO;
	}
	if (*size) {
		if (!upload->too_large)
			keep(server, upload, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (upload->failed)
		return MHD_NO;
	if (upload->too_large)
		return respond(server, connection, 413,
			       gabion_api_fault("The body of the request is too large."));
	status = handle(server, connection, method, url, upload, &answer);
	return respond(server, connection, status, answer);
}

static void complete(void *opaque, struct MHD_Connection *connection, void **state,
		     enum MHD_RequestTerminationCode how)
{
	struct upload *upload = *state;

	(void)opaque;
	(void)connection;
	(void)how;
	if (upload)
		free(upload->body);
	free(upload);
	*state = NULL;
}

static unsigned int connections(const struct gabion_api_server *server)
{
	return server->mhd.MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
		->num_connections;
}

/* Ring in so many nanoseconds; 0: not any more. */
static void set_timer(const struct gabion_api_server *server, uint64_t ns)
{
	struct itimerspec when = { .it_value = { ns / 1000000000, ns % 1000000000 } };

	timerfd_settime(server->timer, 0, &when, NULL);
}

/*
 * A client that is never still must not keep the loop from the guest: one round at a time.
 * When there are as many connections as there can be, the library waits for no others, and
 * it begins to again in the round after one has gone: nothing else would bring that about.
 * Nor does anything else have it look for those that have been idle for too long.
 */
static void work(void *opaque, uint32_t events)
{
	struct gabion_api_server *server = opaque;
	unsigned int before = connections(server);
	MHD_UNSIGNED_LONG_LONG timeout;

	(void)events;
	server->mhd.MHD_run(server->daemon);
	if (connections(server) < before)
		set_timer(server, 1);
	else if (server->mhd.MHD_get_timeout(server->daemon, &timeout) == MHD_YES)
		set_timer(server, timeout * 1000000 + 1);
	else
		set_timer(server, 0);
}

static void work_again(void *opaque, uint32_t events)
{
	struct gabion_api_server *server = opaque;
	uint64_t count;

	if (read(server->timer, &count, sizeof(count)) == sizeof(count))
		work(server, events);
}

static int start_daemon(struct gabion_api_server *server, struct gabion_error *error)
{
	const union MHD_DaemonInfo *info;
	int fd = gabion_listener_open("API", &server->address, 0600, error), err;

	if (fd < 0)
		return fd;
	server->daemon = server->mhd.MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, take, server, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		server->limits.idle_s, MHD_OPTION_NOTIFY_COMPLETED, complete, server,
		MHD_OPTION_END);
	if (!server->daemon) {
		close(fd);
		unlink(server->address.sun_path);
		return gabion_error_set(error, -ENOMEM, "API: libmicrohttpd does not start");
	}
	info = server->mhd.MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	err = gabion_loop_add(server->loop, &server->watch, info->epoll_fd, EPOLLIN, work, server);
	server->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (!err)
		err = gabion_loop_add(server->loop, &server->timer_watch, server->timer, EPOLLIN,
				      work_again, server);
	return err ? gabion_error_set(error, err, "API: %s", strerror(-err)) : 0;
}

int gabion_api_server_create(struct gabion_api_server **result, struct gabion_api *api,
			     const char *path, const struct gabion_api_limits *limits,
			     struct gabion_loop *loop, struct gabion_error *error)
{
	struct gabion_api_server *server;
	int err;

	if (!*path || strlen(path) >= sizeof(server->address.sun_path))
		return gabion_error_set(error, -ENAMETOOLONG,
					"API: '%s': a socket's name has 1 to %zu characters", path,
					sizeof(server->address.sun_path) - 1);
	server = calloc(1, sizeof(*server));
	if (!server)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	server->api = api;
	server->limits = *limits;
	server->loop = loop;
	server->address.sun_family = AF_UNIX;
	strcpy(server->address.sun_path, path);
	server->watch.fd = server->timer_watch.fd = server->timer = -1;
	err = gabion_microhttpd_load(&server->mhd, "the API", error);
	if (!err)
		err = start_daemon(server, error);
	if (err) {
		gabion_api_server_destroy(server);
		return err;
	}
	*result = server;
	return 0;
}

void gabion_api_server_destroy(struct gabion_api_server *server)
{
	if (!server)
		return;
	gabion_loop_remove(server->loop, &server->watch);
	gabion_loop_remove(server->loop, &server->timer_watch);
	if (server->timer >= 0)
		close(server->timer);
	if (server->daemon) {
		server->mhd.MHD_stop_daemon(server->daemon);
		unlink(server->address.sun_path);
	}
	free(server);
}
