// SPDX-License-Identifier: GPL-2.0
/* See server.h. */
#include "server.h"

/* How much is moved until others have their turn; one request may be larger. */
#define TURN_BYTES (8U << 20)

void gabion_server_notify(struct gabion_virtio *virtio, unsigned int queue)
{
	struct gabion_server *server = (struct gabion_server *)virtio;
	unsigned int budget = virtio->ops->queue_size;
	uint64_t moved = 0;
	int64_t written;

	while (budget && moved < TURN_BYTES && gabion_limiter_allows(&server->limiter) &&
	       gabion_virtio_pop(virtio, queue, &server->chain)) {
		written = server->serve(server);
		if (written < 0) {
			gabion_virtio_fail(virtio, "a request that no driver makes");
			return;
		}
		gabion_limiter_charge(&server->limiter, server->chain.readable + written);
		gabion_queue_push(&virtio->queues[queue], &server->chain, written);
		gabion_virtio_signal(virtio, queue);
		moved += server->chain.readable + server->chain.writable;
		budget--;
	}
	if (!budget || moved >= TURN_BYTES)
		gabion_virtio_requeue(virtio, queue);
}

static void resume(void *opaque)
{
	struct gabion_virtio *virtio = opaque;

	if (gabion_virtio_is_active(virtio))
		gabion_server_notify(virtio, 0);
}

void gabion_server_activate(struct gabion_virtio *virtio)
{
	gabion_server_notify(virtio, 0);
}

int gabion_server_start(struct gabion_virtio *virtio, struct gabion_error *error)
{
	struct gabion_server *server = (struct gabion_server *)virtio;

	return gabion_limiter_start(&server->limiter, &server->limits, virtio->loop, resume, virtio,
				    error);
}

void gabion_server_transfer(struct gabion_virtio *virtio, struct gabion_state *state)
{
	gabion_limiter_transfer(&((struct gabion_server *)virtio)->limiter, state);
}

void gabion_server_stop(struct gabion_server *server)
{
	gabion_limiter_stop(&server->limiter);
}
