// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <sys/random.h>

#include "devices.h"
#include "server.h"

#define QUEUE_SIZE 64
#define MAX_BYTES  4096 /* of one request; a driver asks again for more */

/* Fill a request; how many bytes, 0 when the host has none. */
static int64_t fill(struct gabion_server *server)
{
	const struct gabion_chain *chain = &server->chain;
	unsigned char bytes[MAX_BYTES];
	size_t n = chain->writable < sizeof(bytes) ? chain->writable : sizeof(bytes);
	ssize_t got = getrandom(bytes, n, 0);

	return got > 0 ? gabion_chain_write(chain, 0, bytes, got) : 0;
}

static void destroy(struct gabion_virtio *virtio)
{
	struct gabion_server *server = (struct gabion_server *)virtio;

	gabion_server_stop(server);
	free(server);
}

static const struct gabion_virtio_ops ops = {
	.name = "entropy",
	.id = VIRTIO_ID_RNG,
	.queues = 1,
	.queue_size = QUEUE_SIZE,
	.start = gabion_server_start,
	.notify = gabion_server_notify,
	.activate = gabion_server_activate,
	.transfer = gabion_server_transfer,
	.destroy = destroy,
};

int gabion_rng_create(struct gabion_virtio **virtio, const struct gabion_limiter_options *options,
		      struct gabion_error *error)
{
	struct gabion_server *server = calloc(1, sizeof(*server));

	if (!server)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	server->serve = fill;
	server->limits = *options;
	server->virtio.ops = &ops;
	*virtio = &server->virtio;
	return 0;
}
