// SPDX-License-Identifier: GPL-2.0
/*
 * The guest names pages that it will not use; they go back to the host. Pages that it
 * takes back need nothing: they are there, and zero, when it touches them.
 */
#include <errno.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>

#include "devices.h"

#define QUEUE_SIZE 256
#define INFLATE	   0
/* Linux names 256 pages at once. */
#define MAX_PAGES 1024
#define PAGE	  4096ULL

struct balloon {
	struct gabion_virtio virtio;
	struct virtio_balloon_config config;
	struct gabion_chain chain;
};

/* Neighbours together: the pages of one request mostly are. False: not a list of our pages. */
static bool inflate(const struct gabion_virtio *virtio, const struct gabion_chain *chain)
{
	uint32_t pages[MAX_PAGES];
	size_t n = chain->readable / sizeof(pages[0]), start, end;

	if (chain->readable % sizeof(pages[0]) || n > MAX_PAGES)
		return false;
	gabion_chain_read(chain, 0, pages, chain->readable);
	for (start = 0; start < n; start = end) {
		end = start + 1;
		while (end < n && pages[end] == pages[end - 1] + 1 && pages[end])
			end++;
		if (gabion_memory_discard(virtio->memory, pages[start] * PAGE,
					  (end - start) * PAGE))
			return false;
	}
	return true;
}

static void notify(struct gabion_virtio *virtio, unsigned int queue)
{
	struct balloon *balloon = (struct balloon *)virtio;
	unsigned int budget = QUEUE_SIZE;

	while (budget && gabion_virtio_pop(virtio, queue, &balloon->chain)) {
		if (queue == INFLATE && !inflate(virtio, &balloon->chain)) {
			gabion_virtio_fail(virtio, "pages that the guest does not have");
			return;
		}
		gabion_queue_push(&virtio->queues[queue], &balloon->chain, 0);
		gabion_virtio_signal(virtio, queue);
		budget--;
	}
	if (!budget)
		gabion_virtio_requeue(virtio, queue);
}

/* Only how large the balloon is, is the guest's to write. */
static void write_config(struct gabion_virtio *virtio, uint64_t offset, const void *data,
			 size_t size)
{
	struct balloon *balloon = (struct balloon *)virtio;

	if (offset == offsetof(struct virtio_balloon_config, actual) && size == 4)
		memcpy(&balloon->config.actual, data, size);
}

static void reset(struct gabion_virtio *virtio)
{
	((struct balloon *)virtio)->config.actual = 0;
}

static void destroy(struct gabion_virtio *virtio)
{
	free(virtio);
}

static const struct gabion_virtio_ops ops = {
	.name = "balloon",
	.id = VIRTIO_ID_BALLOON,
	.queues = 2,
	.queue_size = QUEUE_SIZE,
	.notify = notify,
	.reset = reset,
	.write_config = write_config,
	.destroy = destroy,
};

int gabion_balloon_create(struct gabion_virtio **virtio,
			  const struct gabion_balloon_options *options, struct gabion_error *error)
{
	struct balloon *balloon = calloc(1, sizeof(*balloon));

	if (!balloon)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	balloon->config.num_pages = options->mib << 8;
	balloon->virtio.ops = &ops;
	balloon->virtio.config = &balloon->config;
	/* Up to what the negotiated features have. */
	balloon->virtio.config_size = offsetof(struct virtio_balloon_config, actual) + 4;
	balloon->virtio.features = (uint64_t)options->deflate_on_oom
				   << VIRTIO_BALLOON_F_DEFLATE_ON_OOM;
	*virtio = &balloon->virtio;
	return 0;
}
