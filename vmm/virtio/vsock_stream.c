// SPDX-License-Identifier: GPL-2.0
/*
 * The host's side of vsock, by Firecracker's convention: a program that connects to
 * PATH and writes "CONNECT port\n" gets "OK port\n" and is then connected to that port
 * of the guest; a guest that connects to a port of the host reaches who listens on
 * PATH_port.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../listener.h"
#include "vsock.h"

struct vsock_stream *vsock_stream_new(struct vsock *vsock)
{
	struct vsock_stream *stream;

	for (stream = vsock->streams; stream < vsock->streams + VSOCK_STREAMS; stream++) {
		if (stream->state != VSOCK_FREE)
			continue;
		*stream = (struct vsock_stream){ .vsock = vsock, .fd = -1, .watch = { .fd = -1 } };
		return stream;
	}
	return NULL;
}

static void close_socket(struct vsock_stream *stream)
{
	gabion_loop_remove(stream->vsock->virtio.loop, &stream->watch);
	stream->watching = 0;
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
	stream->buffered = 0;
}

void vsock_stream_free(struct vsock_stream *stream)
{
	close_socket(stream);
	free(stream->buffer);
	stream->buffer = NULL;
	stream->state = VSOCK_FREE;
}

/* Nobody is there any more: the guest learns that both directions are closed. */
static void host_closed(struct vsock_stream *stream)
{
	close_socket(stream);
	if (stream->state != VSOCK_OPEN) {
		vsock_stream_free(stream);
		return;
	}
	stream->host_shut = VIRTIO_VSOCK_SHUTDOWN_RCV | VIRTIO_VSOCK_SHUTDOWN_SEND;
	stream->pending |= VSOCK_SEND_SHUTDOWN;
}

/* When all that the guest wrote is out, its closing goes on to the socket. */
void vsock_stream_shutdown(struct vsock_stream *stream)
{
	uint32_t both = VIRTIO_VSOCK_SHUTDOWN_RCV | VIRTIO_VSOCK_SHUTDOWN_SEND;

	if (stream->buffered)
		return;
	if ((stream->guest_shut & both) == both) {
		close_socket(stream);
		stream->pending = VSOCK_SEND_RESET;
	} else if (stream->guest_shut & VIRTIO_VSOCK_SHUTDOWN_SEND && stream->fd >= 0) {
		shutdown(stream->fd, SHUT_WR);
	}
}

static void count_forwarded(struct vsock_stream *stream, uint32_t n)
{
	stream->forwarded += n;
	/* Early enough for a guest that writes without a pause. */
	if (stream->forwarded - stream->told >= VSOCK_BUFFER / 4)
		stream->pending |= VSOCK_SEND_CREDIT;
}

static void flush(struct vsock_stream *stream)
{
	ssize_t n;

	while (stream->buffered) {
		n = send(stream->fd, stream->buffer, stream->buffered, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			host_closed(stream);
		if (n < 0)
			return;
		stream->buffered -= n;
		memmove(stream->buffer, stream->buffer + n, stream->buffered);
		count_forwarded(stream, n);
	}
	vsock_stream_shutdown(stream);
}

int vsock_stream_forward(struct vsock_stream *stream, uint32_t offset, uint32_t n)
{
	if (n > VSOCK_BUFFER - stream->buffered)
		return -ENOBUFS;
	/* Whom it was for is gone, and the guest is about to hear of that. */
	if (stream->fd < 0)
		return 0;
	if (!stream->buffer)
		stream->buffer = malloc(VSOCK_BUFFER);
	if (!stream->buffer)
		return -ENOMEM;
	gabion_chain_read(&stream->vsock->chain, offset, stream->buffer + stream->buffered, n);
	stream->buffered += n;
	flush(stream);
	return 0;
}

/* What was written so far of "CONNECT port\n", a byte at a time: what follows is the guest's. */
static void read_greeting(struct vsock_stream *stream)
{
	char *end;
	unsigned long port;
	ssize_t n;

	for (;;) {
		n = read(stream->fd, stream->greeting + stream->greeted, 1);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0)
			break;
		if (stream->greeting[stream->greeted] == '\n') {
			stream->greeting[stream->greeted] = '\0';
			if (strncasecmp(stream->greeting, "CONNECT ", 8) ||
			    stream->greeting[8] < '0' || stream->greeting[8] > '9')
				break;
			errno = 0;
			port = strtoul(stream->greeting + 8, &end, 10);
			if (*end || errno || port >= UINT32_MAX)
				break;
			stream->guest_port = port;
			stream->host_port = stream->vsock->next_port++;
			stream->state = VSOCK_CONNECTING;
			stream->pending = VSOCK_SEND_REQUEST;
			return;
		}
		if (++stream->greeted == sizeof(stream->greeting))
			break;
	}
	vsock_stream_free(stream);
}

void vsock_stream_accepted(struct vsock_stream *stream)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "OK %u\n", stream->host_port);

	stream->state = VSOCK_OPEN;
	/* The first bytes on an empty socket: they fit. */
	if (send(stream->fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT) != n)
		host_closed(stream);
}

static void receive(struct vsock_stream *stream)
{
	ssize_t n = vsock_send_data(stream);

	if (n > 0 || n == -EAGAIN)
		return;
	if (n < 0) {
		host_closed(stream);
		return;
	}
	/* The host's program will write no more, but may still read. */
	stream->host_shut |= VIRTIO_VSOCK_SHUTDOWN_SEND;
	stream->pending |= VSOCK_SEND_SHUTDOWN;
}

static void socket_ready(void *opaque, uint32_t events)
{
	struct vsock_stream *stream = opaque;
	struct vsock *vsock = stream->vsock;

	if (stream->state == VSOCK_GREETING)
		read_greeting(stream);
	else if (stream->watching & EPOLLIN && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		receive(stream);
	else if (stream->state == VSOCK_CONNECTING)
		host_closed(stream);
	if (stream->state == VSOCK_OPEN && stream->fd >= 0 && stream->buffered)
		flush(stream);
	/* Closed by its program altogether, and all is read. */
	if (stream->state == VSOCK_OPEN && stream->fd >= 0 && events & EPOLLHUP &&
	    stream->host_shut & VIRTIO_VSOCK_SHUTDOWN_SEND)
		host_closed(stream);
	if (stream->state != VSOCK_FREE)
		vsock_stream_watch(stream);
	vsock_send_pending(vsock);
}

void vsock_stream_watch(struct vsock_stream *stream)
{
	struct gabion_loop *loop;
	uint32_t events = 0;

	if (stream->state == VSOCK_FREE || stream->fd < 0)
		return;
	loop = stream->vsock->virtio.loop;
	if (stream->state == VSOCK_GREETING ||
	    (stream->state == VSOCK_OPEN && !stream->vsock->rx_empty && vsock_credit(stream) &&
	     !(stream->host_shut & VIRTIO_VSOCK_SHUTDOWN_SEND) &&
	     !(stream->guest_shut & VIRTIO_VSOCK_SHUTDOWN_RCV)))
		events |= EPOLLIN;
	if (stream->buffered)
		events |= EPOLLOUT;
	/* That the program goes away is of interest, when nothing of its is waiting to be read. */
	if (stream->host_shut & VIRTIO_VSOCK_SHUTDOWN_SEND || stream->state == VSOCK_CONNECTING)
		events |= EPOLLHUP;
	if (events == stream->watching)
		return;
	/* Removed, not set to 0: a hang-up would be told of all the same, again and again. */
	if (stream->watching)
		gabion_loop_remove(loop, &stream->watch);
	stream->watching = 0;
	if (events &&
	    !gabion_loop_add(loop, &stream->watch, stream->fd, events, socket_ready, stream))
		stream->watching = events;
}

static void accept_one(void *opaque, uint32_t events)
{
	struct vsock *vsock = opaque;
	struct vsock_stream *stream;
	int fd = accept4(vsock->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	stream = gabion_virtio_is_active(&vsock->virtio) ? vsock_stream_new(vsock) : NULL;
	if (!stream) {
		close(fd);
		return;
	}
	stream->fd = fd;
	stream->state = VSOCK_GREETING;
	vsock_stream_watch(stream);
}

int vsock_stream_connect(struct vsock_stream *stream)
{
	struct sockaddr_un address = stream->vsock->address;
	size_t used = strlen(address.sun_path);
	int n = snprintf(address.sun_path + used, sizeof(address.sun_path) - used, "_%u",
			 stream->host_port);

	if (n < 0 || (size_t)n >= sizeof(address.sun_path) - used)
		return -ENAMETOOLONG;
	stream->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (stream->fd < 0 || connect(stream->fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	stream->state = VSOCK_OPEN;
	return 0;
}

int vsock_listen(struct vsock *vsock, struct gabion_error *error)
{
	int err;

	vsock->listener = gabion_listener_open("vsock", &vsock->address, 0777, error);
	if (vsock->listener < 0)
		return vsock->listener;
	err = gabion_loop_add(vsock->virtio.loop, &vsock->watch, vsock->listener, EPOLLIN,
			      accept_one, vsock);
	return err ? gabion_error_set(error, err, "vsock: %s: %s", vsock->address.sun_path,
				      strerror(-err))
		   : 0;
}
