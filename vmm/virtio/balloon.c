// SPDX-License-Identifier: GPL-2.0
/*
 * The guest names pages that it will not use; they go back to the host. Pages that it
 * takes back need nothing: they are there, and zero, when it touches them.
 *
 * Statistics: the guest hands in a buffer with them; we keep it, and give it back to ask
 * for new ones.
 */
#include <errno.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "devices.h"

#define QUEUE_SIZE 256
enum { INFLATE, DEFLATE, STATS };
/* Linux names 256 pages at once. */
#define MAX_PAGES 1024
#define PAGE	  4096ULL

static uint32_t pages(uint32_t mib)
{
	return mib << 8;
}

_Static_assert(sizeof(struct virtio_balloon_stat) == 10, "virtio 1.2, 5.5.6.3");

/* @stats_held: @stats_chain is the guest's buffer, which we are to give back. */
struct balloon {
	struct gabion_virtio virtio;
	struct virtio_balloon_config config;
	struct gabion_chain chain, stats_chain;
	struct gabion_balloon_stats stats;
	uint16_t interval_s;
	bool stats_held;
	int timer;
	struct gabion_watch watch;
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

/* Ask for new ones, if the guest has answered what was asked last. */
static void ask(struct balloon *balloon)
{
	struct gabion_virtio *virtio = &balloon->virtio;

	if (!balloon->stats_held || !gabion_virtio_is_active(virtio))
		return;
	gabion_queue_push(&virtio->queues[STATS], &balloon->stats_chain, 0);
	gabion_virtio_signal(virtio, STATS);
	balloon->stats_held = false;
}

/* What it does not know of, the guest leaves out; a newer guest knows more than we do. */
static void take_stats(struct balloon *balloon)
{
	struct virtio_balloon_stat stat;
	size_t offset;

	balloon->stats.known = 0;
	for (offset = 0; offset < 64 * sizeof(stat); offset += sizeof(stat)) {
		if (gabion_chain_read(&balloon->stats_chain, offset, &stat, sizeof(stat)) !=
		    sizeof(stat))
			return;
		if (stat.tag >= GABION_BALLOON_STATS)
			continue;
		balloon->stats.values[stat.tag] = stat.val;
		balloon->stats.known |= 1U << stat.tag;
	}
}

static void receive_stats(struct balloon *balloon)
{
	unsigned int budget = QUEUE_SIZE;

	while (budget && gabion_virtio_pop(&balloon->virtio, STATS, &balloon->chain)) {
		/* There is to be one buffer; of two we keep the newer. */
		ask(balloon);
		balloon->stats_chain = balloon->chain;
		balloon->stats_held = true;
		take_stats(balloon);
		budget--;
	}
	if (!budget)
		gabion_virtio_requeue(&balloon->virtio, STATS);
}

static void expired(void *opaque, uint32_t events)
{
	struct balloon *balloon = opaque;
	uint64_t count;

	(void)events;
	if (read(balloon->timer, &count, sizeof(count)) == sizeof(count))
		ask(balloon);
}

/* Guests give a buffer when they start: before that there is none to ask with. */
static void arm(const struct balloon *balloon)
{
	struct itimerspec when = { .it_interval.tv_sec = balloon->interval_s,
				   .it_value.tv_nsec = 1 };

	timerfd_settime(balloon->timer, 0, &when, NULL);
}

static int start(struct gabion_virtio *virtio, struct gabion_error *error)
{
	struct balloon *balloon = (struct balloon *)virtio;
	int err;

	if (!balloon->interval_s)
		return 0;
	balloon->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	err = balloon->timer < 0 ? -errno : 0;
	if (!err)
		err = gabion_loop_add(virtio->loop, &balloon->watch, balloon->timer, EPOLLIN,
				      expired, balloon);
	if (err)
		return gabion_error_set(error, err, "timer of the balloon: %s", strerror(-err));
	arm(balloon);
	return 0;
}

static void notify(struct gabion_virtio *virtio, unsigned int queue)
{
	struct balloon *balloon = (struct balloon *)virtio;
	unsigned int budget = QUEUE_SIZE;

	if (queue == STATS) {
		receive_stats(balloon);
		return;
	}
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

/* Linux hands in its first statistics before it says that it is ready. */
static void activate(struct gabion_virtio *virtio)
{
	if (virtio->ops->queues > STATS)
		receive_stats((struct balloon *)virtio);
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
	struct balloon *balloon = (struct balloon *)virtio;

	balloon->config.actual = 0;
	balloon->stats_held = false;
	balloon->stats.known = 0;
}

static void transfer(struct gabion_virtio *virtio, struct gabion_state *state)
{
	struct balloon *balloon = (struct balloon *)virtio;
	bool held = balloon->stats_held;
	unsigned int i;

	gabion_state_u32(state, &balloon->config.actual);
	gabion_state_bool(state, &held);
	gabion_state_u16(state, &balloon->stats_chain.head);
	gabion_state_check(state,
			   !held || (virtio->queues[STATS].ready &&
				     balloon->stats_chain.head < virtio->queues[STATS].size),
			   "the balloon holds a buffer that there is not");
	gabion_state_u32(state, &balloon->stats.known);
	for (i = 0; i < GABION_BALLOON_STATS; i++)
		gabion_state_u64(state, &balloon->stats.values[i]);
	balloon->stats_held = held && !state->error.code;
}

static void destroy(struct gabion_virtio *virtio)
{
	struct balloon *balloon = (struct balloon *)virtio;

	if (virtio->loop)
		gabion_loop_remove(virtio->loop, &balloon->watch);
	if (balloon->timer >= 0)
		close(balloon->timer);
	free(balloon);
}

#define OPS(n)                                                                                     \
	{                                                                                          \
		.name = "balloon", .id = VIRTIO_ID_BALLOON, .queues = (n),                         \
		.queue_size = QUEUE_SIZE, .start = start, .notify = notify,                        \
		.activate = activate, .reset = reset, .write_config = write_config,                \
		.transfer = transfer, .destroy = destroy,                                          \
	}

static const struct gabion_virtio_ops ops = OPS(STATS), ops_with_stats = OPS(STATS + 1);

void gabion_balloon_resize(struct gabion_virtio *virtio, uint32_t mib)
{
	((struct balloon *)virtio)->config.num_pages = pages(mib);
	gabion_virtio_config_changed(virtio);
}

void gabion_balloon_set_interval(struct gabion_virtio *virtio, uint16_t seconds)
{
	struct balloon *balloon = (struct balloon *)virtio;

	balloon->interval_s = seconds;
	arm(balloon);
}

void gabion_balloon_read(const struct gabion_virtio *virtio, struct gabion_balloon_stats *stats)
{
	const struct balloon *balloon = (const struct balloon *)virtio;

	*stats = balloon->stats;
	stats->target_pages = balloon->config.num_pages;
	stats->actual_pages = balloon->config.actual;
}

int gabion_balloon_create(struct gabion_virtio **virtio,
			  const struct gabion_balloon_options *options, struct gabion_error *error)
{
	struct balloon *balloon = calloc(1, sizeof(*balloon));

	if (!balloon)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	balloon->config.num_pages = pages(options->mib);
	balloon->interval_s = options->stats_interval_s;
	balloon->timer = balloon->watch.fd = -1;
	balloon->virtio.ops = balloon->interval_s ? &ops_with_stats : &ops;
	balloon->virtio.config = &balloon->config;
	/* Up to what the negotiated features have. */
	balloon->virtio.config_size = offsetof(struct virtio_balloon_config, actual) + 4;
	balloon->virtio.features =
		(uint64_t)options->deflate_on_oom << VIRTIO_BALLOON_F_DEFLATE_ON_OOM |
		(uint64_t)!!options->stats_interval_s << VIRTIO_BALLOON_F_STATS_VQ;
	*virtio = &balloon->virtio;
	return 0;
}
