// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <sys/random.h>

#include "devices.h"

#define QUEUE_SIZE 64
#define MAX_BYTES  4096 /* of one request; a driver asks again for more */

struct rng {
	struct gabion_virtio virtio;
	struct gabion_limiter_options limits;
	struct gabion_limiter limiter;
	struct gabion_chain chain;
};

/* Fill a request; how many bytes, 0 when the host has none. */
static uint32_t fill(const struct gabion_chain *chain)
{
	unsigned char bytes[MAX_BYTES];
	size_t n = chain->writable < sizeof(bytes) ? chain->writable : sizeof(bytes);
	ssize_t got = getrandom(bytes, n, 0);

	return got > 0 ? gabion_chain_write(chain, 0, bytes, got) : 0;
}

static void notify(struct gabion_virtio *virtio, unsigned int queue)
{
	struct rng *rng = (struct rng *)virtio;
	unsigned int budget = QUEUE_SIZE;
	uint32_t n;

	while (budget && gabion_limiter_allows(&rng->limiter) &&
	       gabion_virtio_pop(virtio, queue, &rng->chain)) {
		n = fill(&rng->chain);
		gabion_limiter_charge(&rng->limiter, n);
		gabion_queue_push(&virtio->queues[queue], &rng->chain, n);
		gabion_virtio_signal(virtio, queue);
		budget--;
	}
	if (!budget)
		gabion_virtio_requeue(virtio, queue);
}

static void resume(void *opaque)
{
	struct gabion_virtio *virtio = opaque;

	if (gabion_virtio_is_active(virtio))
		notify(virtio, 0);
}

static void activate(struct gabion_virtio *virtio)
{
	notify(virtio, 0);
}

static int start(struct gabion_virtio *virtio, struct gabion_error *error)
{
	struct rng *rng = (struct rng *)virtio;

	return gabion_limiter_start(&rng->limiter, &rng->limits, virtio->loop, resume, virtio,
				    error);
}

static void destroy(struct gabion_virtio *virtio)
{
	struct rng *rng = (struct rng *)virtio;

	gabion_limiter_stop(&rng->limiter);
	free(rng);
}

static const struct gabion_virtio_ops ops = {
	.name = "entropy",
	.id = VIRTIO_ID_RNG,
	.queues = 1,
	.queue_size = QUEUE_SIZE,
	.start = start,
	.notify = notify,
	.activate = activate,
	.destroy = destroy,
};

int gabion_rng_create(struct gabion_virtio **virtio, const struct gabion_limiter_options *options,
		      struct gabion_error *error)
{
	struct rng *rng = calloc(1, sizeof(*rng));

	if (!rng)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	rng->limits = *options;
	rng->virtio.ops = &ops;
	*virtio = &rng->virtio;
	return 0;
}
