// SPDX-License-Identifier: GPL-2.0
#include "vsock.h"

#include <errno.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUEUE_SIZE 256
enum { RX, TX, EVENT };
#define HOST_CID 2
#define HEADER	 sizeof(struct virtio_vsock_hdr)
_Static_assert(HEADER == 44, "virtio 1.2, 5.10.6");
#define FIRST_PORT (1U << 30)

uint32_t vsock_credit(const struct vsock_stream *stream)
{
	uint32_t outstanding = stream->sent - stream->credit_taken;

	/* A guest that counts wrongly gets nothing. */
	return outstanding < stream->credit_size ? stream->credit_size - outstanding : 0;
}

/* A buffer of the guest for one packet. */
static bool next_buffer(struct vsock *vsock)
{
	if (!gabion_virtio_pop(&vsock->virtio, RX, &vsock->chain)) {
		vsock->rx_empty = true;
		return false;
	}
	if (vsock->chain.writable < HEADER) {
		gabion_virtio_fail(&vsock->virtio, "a receive buffer without room for the header");
		return false;
	}
	return true;
}

/* Fill in and give back the buffer of next_buffer(), whose data are there already. */
static void finish_buffer(struct vsock *vsock, struct virtio_vsock_hdr *header)
{
	header->src_cid = HOST_CID;
	header->dst_cid = vsock->config.guest_cid;
	header->type = VIRTIO_VSOCK_TYPE_STREAM;
	gabion_chain_write(&vsock->chain, 0, header, HEADER);
	gabion_queue_push(&vsock->virtio.queues[RX], &vsock->chain, HEADER + header->len);
	gabion_virtio_signal(&vsock->virtio, RX);
}

static struct virtio_vsock_hdr header_of(struct vsock_stream *stream, uint16_t op)
{
	stream->told = stream->forwarded;
	return (struct virtio_vsock_hdr){
		.src_port = stream->host_port,
		.dst_port = stream->guest_port,
		.op = op,
		.buf_alloc = VSOCK_BUFFER,
		.fwd_cnt = stream->forwarded,
	};
}

/* The most urgent of what is pending. */
static uint16_t next_op(struct vsock_stream *stream)
{
	static const struct {
		unsigned int bit;
		uint16_t op;
	} order[] = {
		{ VSOCK_SEND_RESET, VIRTIO_VSOCK_OP_RST },
		{ VSOCK_SEND_REQUEST, VIRTIO_VSOCK_OP_REQUEST },
		{ VSOCK_SEND_RESPONSE, VIRTIO_VSOCK_OP_RESPONSE },
		{ VSOCK_SEND_CREDIT, VIRTIO_VSOCK_OP_CREDIT_UPDATE },
		{ VSOCK_SEND_SHUTDOWN, VIRTIO_VSOCK_OP_SHUTDOWN },
	};
	size_t i;

	for (i = 0; !(stream->pending & order[i].bit); i++)
		;
	stream->pending &= ~order[i].bit;
	return order[i].op;
}

void vsock_send_pending(struct vsock *vsock)
{
	struct virtio_vsock_hdr header;
	struct vsock_stream *stream;

	while (vsock->reset_count && next_buffer(vsock)) {
		struct vsock_reset *reset = &vsock->resets[--vsock->reset_count];

		header = (struct virtio_vsock_hdr){ .src_port = reset->host_port,
						    .dst_port = reset->guest_port,
						    .op = VIRTIO_VSOCK_OP_RST };
		finish_buffer(vsock, &header);
	}
	for (stream = vsock->streams; stream < vsock->streams + VSOCK_STREAMS; stream++) {
		while (stream->state != VSOCK_FREE && stream->pending) {
			if (!next_buffer(vsock))
				return;
			header = header_of(stream, next_op(stream));
			if (header.op == VIRTIO_VSOCK_OP_SHUTDOWN)
				header.flags = stream->host_shut;
			finish_buffer(vsock, &header);
			if (header.op == VIRTIO_VSOCK_OP_RST)
				vsock_stream_free(stream);
		}
	}
}

ssize_t vsock_send_data(struct vsock_stream *stream)
{
	struct vsock *vsock = stream->vsock;
	struct iovec slice[GABION_CHAIN_SEGMENTS];
	uint32_t most = vsock_credit(stream);
	struct virtio_vsock_hdr header;
	unsigned int count;
	ssize_t n;

	/* What the guest must know first goes first. */
	vsock_send_pending(vsock);
	if (stream->state != VSOCK_OPEN || !most || stream->pending || !next_buffer(vsock))
		return -EAGAIN;
	count = gabion_chain_slice(&vsock->chain, true, HEADER, most, slice);
	n = count ? readv(stream->fd, slice, count) : -1;
	if (n <= 0) {
		n = n < 0 ? count && errno != EINTR && errno != EAGAIN ? -errno : -EAGAIN : 0;
		gabion_queue_unpop(&vsock->virtio.queues[RX]);
		return n;
	}
	header = header_of(stream, VIRTIO_VSOCK_OP_RW);
	header.len = n;
	finish_buffer(vsock, &header);
	stream->sent += n;
	return n;
}

static struct vsock_stream *find(struct vsock *vsock, const struct virtio_vsock_hdr *header)
{
	struct vsock_stream *stream;

	for (stream = vsock->streams; stream < vsock->streams + VSOCK_STREAMS; stream++)
		if (stream->state >= VSOCK_CONNECTING && stream->host_port == header->dst_port &&
		    stream->guest_port == header->src_port)
			return stream;
	return NULL;
}

/* When there are too many to remember, the guest's own time-out has to do. */
static void refuse(struct vsock *vsock, const struct virtio_vsock_hdr *header)
{
	if (vsock->reset_count < VSOCK_RESETS)
		vsock->resets[vsock->reset_count++] =
			(struct vsock_reset){ header->dst_port, header->src_port };
}

static void open_stream(struct vsock *vsock, const struct virtio_vsock_hdr *header)
{
	struct vsock_stream *stream = vsock_stream_new(vsock);

	if (!stream) {
		refuse(vsock, header);
		return;
	}
	stream->host_port = header->dst_port;
	stream->guest_port = header->src_port;
	stream->credit_size = header->buf_alloc;
	stream->credit_taken = header->fwd_cnt;
	if (vsock_stream_connect(stream)) {
		vsock_stream_free(stream);
		refuse(vsock, header);
		return;
	}
	stream->pending = VSOCK_SEND_RESPONSE;
	vsock_stream_watch(stream);
}

/* One packet for a stream that there is; @header is our copy, its length was checked. */
static void handle(struct vsock_stream *stream, const struct virtio_vsock_hdr *header)
{
	stream->credit_size = header->buf_alloc;
	stream->credit_taken = header->fwd_cnt;
	switch (header->op) {
	case VIRTIO_VSOCK_OP_RESPONSE:
		if (stream->state == VSOCK_CONNECTING && !stream->pending)
			vsock_stream_accepted(stream);
		else
			stream->pending = VSOCK_SEND_RESET;
		break;
	case VIRTIO_VSOCK_OP_RST:
		vsock_stream_free(stream);
		return;
	case VIRTIO_VSOCK_OP_SHUTDOWN:
		stream->guest_shut |= header->flags;
		vsock_stream_shutdown(stream);
		break;
	case VIRTIO_VSOCK_OP_RW:
		if (stream->state != VSOCK_OPEN ||
		    stream->guest_shut & VIRTIO_VSOCK_SHUTDOWN_SEND ||
		    vsock_stream_forward(stream, HEADER, header->len))
			stream->pending = VSOCK_SEND_RESET;
		break;
	case VIRTIO_VSOCK_OP_CREDIT_REQUEST:
		stream->pending |= VSOCK_SEND_CREDIT;
		break;
	case VIRTIO_VSOCK_OP_CREDIT_UPDATE:
		break;
	default:
		stream->pending = VSOCK_SEND_RESET;
	}
	vsock_stream_watch(stream);
}

static void receive_packet(struct vsock *vsock)
{
	struct virtio_vsock_hdr header;
	struct vsock_stream *stream;

	gabion_chain_read(&vsock->chain, 0, &header, HEADER);
	/* Not from this guest, or not for this host: nobody to answer. */
	if (header.src_cid != vsock->config.guest_cid || header.dst_cid != HOST_CID)
		return;
	if (header.type != VIRTIO_VSOCK_TYPE_STREAM ||
	    header.len > vsock->chain.readable - HEADER) {
		refuse(vsock, &header);
		return;
	}
	stream = find(vsock, &header);
	if (stream && header.op != VIRTIO_VSOCK_OP_REQUEST)
		handle(stream, &header);
	else if (!stream && header.op == VIRTIO_VSOCK_OP_REQUEST)
		open_stream(vsock, &header);
	else if (stream)
		stream->pending = VSOCK_SEND_RESET;
	else if (header.op != VIRTIO_VSOCK_OP_RST)
		refuse(vsock, &header);
}

static void transmit(struct vsock *vsock)
{
	struct gabion_virtio *virtio = &vsock->virtio;
	unsigned int budget = QUEUE_SIZE;

	while (budget && gabion_virtio_pop(virtio, TX, &vsock->chain)) {
		if (vsock->chain.readable < HEADER) {
			gabion_virtio_fail(virtio, "a packet without a header");
			return;
		}
		/* Answers wait until it is given back: they need the chain for their own buffers.
		 */
		receive_packet(vsock);
		gabion_queue_push(&virtio->queues[TX], &vsock->chain, 0);
		budget--;
	}
	gabion_virtio_signal(virtio, TX);
	vsock_send_pending(vsock);
	if (!budget)
		gabion_virtio_requeue(virtio, TX);
}

/* There are buffers: what waited for them goes on. */
static void refill(struct vsock *vsock)
{
	struct vsock_stream *stream;

	vsock->rx_empty = false;
	vsock_send_pending(vsock);
	for (stream = vsock->streams; stream < vsock->streams + VSOCK_STREAMS; stream++)
		vsock_stream_watch(stream);
}

/* The sockets are another process's: the guest learns that its streams are broken off. */
static void tell_orphaned(struct vsock *vsock)
{
	const struct virtio_vsock_event event = {VIRTIO_VSOCK_EVENT_TRANSPORT_RESET};
	size_t n;

	if (!vsock->orphaned || !gabion_virtio_pop(&vsock->virtio, EVENT, &vsock->chain))
		return;
	n = gabion_chain_write(&vsock->chain, 0, &event, sizeof(event));
	gabion_queue_push(&vsock->virtio.queues[EVENT], &vsock->chain, n);
	gabion_virtio_signal(&vsock->virtio, EVENT);
	vsock->orphaned = false;
}

static void notify(struct gabion_virtio *virtio, unsigned int queue)
{
	if (queue == EVENT)
		tell_orphaned((struct vsock *)virtio);
	else if (queue == RX)
		refill((struct vsock *)virtio);
	else if (queue == TX)
		transmit((struct vsock *)virtio);
}

static void activate(struct gabion_virtio *virtio)
{
	refill((struct vsock *)virtio);
}

static void reset(struct gabion_virtio *virtio)
{
	struct vsock *vsock = (struct vsock *)virtio;
	struct vsock_stream *stream;

	for (stream = vsock->streams; stream < vsock->streams + VSOCK_STREAMS; stream++)
		if (stream->state != VSOCK_FREE)
			vsock_stream_free(stream);
	vsock->reset_count = 0;
	vsock->rx_empty = true;
	vsock->orphaned = false;
}

/* Streams are not saved: those that the guest has are over where it is loaded. */
static void transfer(struct gabion_virtio *virtio, struct gabion_state *state)
{
	struct vsock *vsock = (struct vsock *)virtio;

	gabion_state_u32(state, &vsock->next_port);
	if (state->loading)
		vsock->orphaned = gabion_virtio_is_active(virtio);
}

static int start(struct gabion_virtio *virtio, struct gabion_error *error)
{
	return vsock_listen((struct vsock *)virtio, error);
}

static void destroy(struct gabion_virtio *virtio)
{
	struct vsock *vsock = (struct vsock *)virtio;

	reset(virtio);
	if (vsock->listener >= 0) {
		gabion_loop_remove(virtio->loop, &vsock->watch);
		close(vsock->listener);
		unlink(vsock->address.sun_path);
	}
	free(vsock);
}

static const struct gabion_virtio_ops ops = {
	.name = "vsock",
	.id = VIRTIO_ID_VSOCK,
	.queues = 3,
	.queue_size = QUEUE_SIZE,
	.start = start,
	.notify = notify,
	.activate = activate,
	.reset = reset,
	.transfer = transfer,
	.destroy = destroy,
};

int gabion_vsock_create(struct gabion_virtio **virtio, const struct gabion_vsock_options *options,
			struct gabion_error *error)
{
	struct vsock *vsock;

	/* "_4294967295" follows it for sockets of the guest's choice. */
	if (strlen(options->path) + 11 >= sizeof(vsock->address.sun_path))
		return gabion_error_set(error, -ENAMETOOLONG,
					"vsock: uds_path %s: a socket's name has "
					"at most %zu characters here",
					options->path, sizeof(vsock->address.sun_path) - 12);
	vsock = calloc(1, sizeof(*vsock));
	if (!vsock)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	vsock->listener = vsock->watch.fd = -1;
	vsock->next_port = FIRST_PORT;
	vsock->address.sun_family = AF_UNIX;
	strcpy(vsock->address.sun_path, options->path);
	vsock->config.guest_cid = options->cid;
	vsock->virtio.ops = &ops;
	vsock->virtio.config = &vsock->config;
	vsock->virtio.config_size = sizeof(vsock->config);
	*virtio = &vsock->virtio;
	return 0;
}
