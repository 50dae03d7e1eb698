/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of the vsock device: vsock.c speaks with the guest, vsock_stream.c with the
 * unix sockets of the host.
 */
#ifndef GABION_VMM_VIRTIO_VSOCK_H
#define GABION_VMM_VIRTIO_VSOCK_H

#include <linux/virtio_vsock.h>
#include <sys/un.h>

#include "devices.h"

#define VSOCK_STREAMS 256
#define VSOCK_RESETS  64
/* What the guest may send before we have passed it on, for each stream. */
#define VSOCK_BUFFER 65536

enum vsock_state {
	VSOCK_FREE,
	VSOCK_GREETING,	  /* the host's program has not said "CONNECT port" yet */
	VSOCK_CONNECTING, /* the guest was asked, and has not answered */
	VSOCK_OPEN,
};

/* What the guest is still to be told of a stream. */
enum {
	VSOCK_SEND_REQUEST = 1 << 0,
	VSOCK_SEND_RESPONSE = 1 << 1,
	VSOCK_SEND_CREDIT = 1 << 2,
	VSOCK_SEND_SHUTDOWN = 1 << 3,
	VSOCK_SEND_RESET = 1 << 4, /* and then it is over */
};

/**
 * struct vsock_stream - one connection
 * @fd:		the unix socket; owned; -1 when the host's side is closed
 * @watching:	events that the loop waits for, 0 for none
 * @host_port, @guest_port: the pair is unique
 * @pending:	VSOCK_SEND_*
 * @credit_size, @credit_taken, @sent: the guest's buffer, what it has taken from it, and
 *		what we sent; all counted modulo 2^32, as in the packets
 * @forwarded, @told: what the socket has taken, and what of that the guest knows
 * @guest_shut, @host_shut: VIRTIO_VSOCK_SHUTDOWN_*: RCV and SEND of the guest, of the host
 * @buffer:	@buffered bytes that the socket has not taken; VSOCK_BUFFER, or NULL; owned
 * @greeting:	what was read of "CONNECT port\n"
 */
struct vsock_stream {
	struct vsock *vsock;
	enum vsock_state state;
	struct gabion_watch watch;
	int fd;
	uint32_t watching;
	uint32_t host_port, guest_port;
	unsigned int pending;
	uint32_t credit_size, credit_taken, sent;
	uint32_t forwarded, told;
	uint32_t guest_shut, host_shut;
	char *buffer;
	uint32_t buffered;
	char greeting[32];
	unsigned int greeted;
};

/* A packet that belongs to no stream is answered by this. */
struct vsock_reset {
	uint32_t host_port, guest_port;
};

/**
 * struct vsock - the device
 * @listener:	accepts the host's programs; owned
 * @rx_empty:	the guest gave no buffers: nothing is read from sockets until it does
 * @next_port:	of the host, for the next stream that begins there
 * @orphaned:	the guest has streams of before a snapshot, and is to be told that they are gone
 */
struct vsock {
	struct gabion_virtio virtio;
	struct virtio_vsock_config config;
	struct sockaddr_un address;
	int listener;
	struct gabion_watch watch;
	bool rx_empty, orphaned;
	uint32_t next_port;
	struct vsock_stream streams[VSOCK_STREAMS];
	struct vsock_reset resets[VSOCK_RESETS];
	unsigned int reset_count;
	struct gabion_chain chain;
};

/* vsock.c */

/* Tell the guest what is pending, as far as it has buffers for it. */
void vsock_send_pending(struct vsock *vsock);

/*
 * Read from the stream's socket into a buffer of the guest. Bytes; 0 at the end of the
 * input; -EAGAIN when there is none, no buffer or no credit.
 */
ssize_t vsock_send_data(struct vsock_stream *stream);

/* How much the guest may be sent. */
uint32_t vsock_credit(const struct vsock_stream *stream);

/* vsock_stream.c */

/* Listen on the device's address. */
int vsock_listen(struct vsock *vsock, struct gabion_error *error);

/* An unused stream, or NULL. */
struct vsock_stream *vsock_stream_new(struct vsock *vsock);

/* Close everything, and free the place. */
void vsock_stream_free(struct vsock_stream *stream);

/* The guest asks for a stream to @host_port: connect to the socket of that name. 0 or -errno. */
int vsock_stream_connect(struct vsock_stream *stream);

/* The guest accepted the stream that the host asked for. */
void vsock_stream_accepted(struct vsock_stream *stream);

/* Pass on @n bytes of the guest at @offset of the device's chain; -ENOBUFS when it had no credit.
 */
int vsock_stream_forward(struct vsock_stream *stream, uint32_t offset, uint32_t n);

/* The guest closed directions (@guest_shut): do the same on the socket, when all is written. */
void vsock_stream_shutdown(struct vsock_stream *stream);

/* Wait for what the stream can now do, and for nothing else. */
void vsock_stream_watch(struct vsock_stream *stream);

#endif /* GABION_VMM_VIRTIO_VSOCK_H */
