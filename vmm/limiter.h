/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Token buckets that hold a device to so many bytes and operations in a time.  What
 * is begun is finished: a bucket may go into debt by one operation, which the next
 * then wait for.
 */
#ifndef GABION_VMM_LIMITER_H
#define GABION_VMM_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "loop.h"
#include "snapshot/state.h"

/**
 * struct gabion_bucket_options - how much
 * @size:	tokens in @refill_ms milliseconds, and how many can be saved up; 0: no limit
 * @burst:	as many more, once
 * @refill_ms:	above 0 when @size is
 */
struct gabion_bucket_options {
	uint64_t size, burst, refill_ms;
};

struct gabion_limiter_options {
	struct gabion_bucket_options bandwidth, ops;
};

/* @tokens may be negative, a debt; @filled: until when it was, on the monotonic clock, in ns. */
struct gabion_bucket {
	struct gabion_bucket_options options;
	int64_t tokens;
	uint64_t burst;
	uint64_t filled;
};

/**
 * struct gabion_limiter - both buckets of one device, and the timer
 * @resume:	called when an operation is allowed again after one was not
 */
struct gabion_limiter {
	struct gabion_bucket bandwidth, ops;
	struct gabion_loop *loop;
	struct gabion_watch watch;
	int timer;
	void (*resume)(void *opaque);
	void *opaque;
};

/* Fill the buckets. A limiter without limits needs no timer, and never says no. */
int gabion_limiter_start(struct gabion_limiter *limiter,
			 const struct gabion_limiter_options *options, struct gabion_loop *loop,
			 void (*resume)(void *opaque), void *opaque, struct gabion_error *error);

/* All that can go wrong with gabion_limiter_update(); changes no limit. */
int gabion_limiter_prepare(struct gabion_limiter *limiter,
			   const struct gabion_limiter_options *options,
			   struct gabion_error *error);

/*
 * Other limits from now on, which were prepared: a bucket whose options are new begins full,
 * the other goes on. @resume will be called for what may have waited.
 */
void gabion_limiter_update(struct gabion_limiter *limiter,
			   const struct gabion_limiter_options *options);

/* Save or load what the buckets hold, for the same limits. */
void gabion_limiter_transfer(struct gabion_limiter *limiter, struct gabion_state *state);

/* Free the timer. Harmless on one that is zero. */
void gabion_limiter_stop(struct gabion_limiter *limiter);

/* Whether an operation may begin; when not, @resume will be called. */
bool gabion_limiter_allows(struct gabion_limiter *limiter);

/* One operation of @bytes was begun. */
void gabion_limiter_charge(struct gabion_limiter *limiter, uint64_t bytes);

/* Pure part of the above: what a bucket has at @now, and nanoseconds until it has a token. */
void gabion_bucket_fill(struct gabion_bucket *bucket, uint64_t now);
uint64_t gabion_bucket_wait(const struct gabion_bucket *bucket);
void gabion_bucket_take(struct gabion_bucket *bucket, uint64_t n);

#endif /* GABION_VMM_LIMITER_H */
