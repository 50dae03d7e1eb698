// SPDX-License-Identifier: GPL-2.0
#include "publish.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../common/log.h"
#include "listen.h"

#define READERS_MAX	32
/* Bytes of backlog for each reader; the kernel doubles it for its overhead. */
#define BACKLOG		(512 << 10)

/**
 * struct reader - one connection
 * @fd:		owned, -1: the slot is free
 * @io:		owned; waits for EPOLLOUT only while something was missed
 * @missed:	records since the backlog was full
 */
struct reader {
	struct gabion_publisher *publisher;
	int fd;
	sd_event_source *io;
	uint64_t missed;
};

/**
 * struct gabion_publisher - the listening socket and who is connected
 * @path:	borrowed
 * @fd:		owned; at @address
 * @accept:	owned
 */
struct gabion_publisher {
	struct gabion_sink sink;
	const char *path;
	struct gabion_address address;
	uint64_t instance;
	int fd;
	sd_event *loop;
	sd_event_source *accept;
	struct reader readers[READERS_MAX];
};

static void hang_up(struct reader *reader)
{
	reader->io = sd_event_source_disable_unref(reader->io);
	if (reader->fd >= 0)
		close(reader->fd);
	reader->fd = -1;
}

/* 1: sent; 0: the backlog is full; -1: the reader is gone. */
static int send_line(struct reader *reader, const char *line, size_t length)
{
	if (send(reader->fd, line, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 1;
	if (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE)
		return 0;
	hang_up(reader);
	return -1;
}

static bool send_missed(struct reader *reader)
{
	cleanup_json struct gabion_json json = { 0 };
	struct gabion_record record = {
		.kind = GABION_RECORD_MISSED,
		.instance = reader->publisher->instance,
		.count = reader->missed,
	};
	struct timespec now;

	if (!reader->missed)
		return true;
	clock_gettime(CLOCK_REALTIME, &now);
	record.time = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	gabion_record_encode(&json, &record);
	gabion_json_raw(&json, "\n", 1);
	if (json.failed || send_line(reader, json.data, json.length) <= 0)
		return false;
	reader->missed = 0;
	sd_event_source_set_io_events(reader->io, EPOLLIN);
	return true;
}

static void publish(struct reader *reader, const char *line, size_t length)
{
	/* What was missed comes before what follows it. */
	if (send_missed(reader) && send_line(reader, line, length) > 0)
		return;
	if (reader->fd < 0)
		return;
	if (!reader->missed++)
		sd_event_source_set_io_events(reader->io, EPOLLIN | EPOLLOUT);
}

static int on_reader(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct reader *reader = data;
	ssize_t n;
	char byte;

	(void)source;
	if (events & EPOLLOUT)
		send_missed(reader);
	if (reader->fd < 0 || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return 0;
	/* Readers have nothing to say; the end of the connection is all that comes. */
	n = recv(fd, &byte, 1, MSG_DONTWAIT);
	if (!n || (n < 0 && errno != EAGAIN && errno != EINTR))
		hang_up(reader);
	return 0;
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct gabion_publisher *p = data;
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), size = BACKLOG, i;
	struct reader *reader = NULL;

	(void)source;
	(void)events;
	if (connection < 0)
		return 0;
	for (i = 0; i < READERS_MAX && !reader; i++)
		if (p->readers[i].fd < 0)
			reader = &p->readers[i];
	setsockopt(connection, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (!reader || sd_event_add_io(p->loop, &reader->io, connection, EPOLLIN, on_reader,
				       reader) < 0) {
		gabion_log(LOG_WARNING, "a connection to %s is refused: at most %d readers",
			   p->path, READERS_MAX);
		close(connection);
		return 0;
	}
	reader->fd = connection;
	reader->missed = 0;
	return 0;
}

static int publisher_put(struct gabion_sink *sink, const struct gabion_record *record,
			 const char *line, size_t length, struct gabion_error *error)
{
	struct gabion_publisher *p = (struct gabion_publisher *)sink;
	size_t i;

	(void)record;
	(void)error;
	for (i = 0; i < READERS_MAX; i++)
		if (p->readers[i].fd >= 0)
			publish(&p->readers[i], line, length);
	return 0;
}

static void publisher_close(struct gabion_sink *sink)
{
	struct gabion_publisher *p = (struct gabion_publisher *)sink;
	size_t i;

	for (i = 0; i < READERS_MAX; i++)
		hang_up(&p->readers[i]);
	sd_event_source_disable_unref(p->accept);
	gabion_listen_end(&p->address, p->fd);
	free(p);
}

static const struct gabion_sink_ops publisher_ops = {
	.put = publisher_put,
	.close = publisher_close,
};

int gabion_publisher_open(struct gabion_publisher **publisher, sd_event *loop, const char *path,
			  uint64_t instance, struct gabion_error *error)
{
	struct gabion_publisher *p = calloc(1, sizeof(*p));
	int err;
	size_t i;

	if (!p)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	*p = (struct gabion_publisher){
		.sink = { .ops = &publisher_ops, .name = "monitor", .transient = true },
		.path = path,
		.fd = -1,
		.instance = instance,
		.loop = loop,
	};
	for (i = 0; i < READERS_MAX; i++)
		p->readers[i] = (struct reader){ .publisher = p, .fd = -1 };
	err = gabion_address_unix(&p->address, path, error);
	if (!err) {
		p->fd = gabion_listen(&p->address, SOCK_SEQPACKET, error);
		err = p->fd < 0 ? p->fd : 0;
	}
	if (!err) {
		err = sd_event_add_io(loop, &p->accept, p->fd, EPOLLIN, on_connection, p);
		if (err < 0)
			gabion_error_set(error, err, "cannot watch %s: %s", path, strerror(-err));
	}
	if (err < 0) {
		publisher_close(&p->sink);
		return err;
	}
	*publisher = p;
	return 0;
}

struct gabion_sink *gabion_publisher_sink(struct gabion_publisher *publisher)
{
	return &publisher->sink;
}
