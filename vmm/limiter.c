// SPDX-License-Identifier: GPL-2.0
#include "limiter.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000ULL

static uint64_t monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

void gabion_bucket_fill(struct gabion_bucket *bucket, uint64_t now)
{
	uint64_t size = bucket->options.size, period = bucket->options.refill_ms * MS;
	unsigned __int128 fresh;

	if (!size || now <= bucket->filled)
		return;
	fresh = (unsigned __int128)(now - bucket->filled) * size / period;
	if (!fresh)
		return;
	if (bucket->tokens + (__int128)fresh >= (__int128)size) {
		bucket->tokens = size;
		bucket->filled = now;
		return;
	}
	bucket->tokens += (int64_t)fresh;
	/* Only the time that these took: a fraction of a token is not lost. */
	bucket->filled += (uint64_t)(fresh * period / size);
}

uint64_t gabion_bucket_wait(const struct gabion_bucket *bucket)
{
	unsigned __int128 wait;

	if (!bucket->options.size || bucket->tokens > 0 || bucket->burst)
		return 0;
	wait = (unsigned __int128)(1 - (__int128)bucket->tokens) * bucket->options.refill_ms * MS /
	       bucket->options.size;
	/* Not more often than a thousand times a second, nor beyond what a timer takes. */
	if (wait < MS)
		return MS;
	return wait > 3600 * 1000 * MS ? 3600 * 1000 * MS : (uint64_t)wait;
}

void gabion_bucket_take(struct gabion_bucket *bucket, uint64_t n)
{
	uint64_t burst = n < bucket->burst ? n : bucket->burst;

	if (!bucket->options.size)
		return;
	bucket->burst -= burst;
	bucket->tokens -= (int64_t)(n - burst);
}

static void start_bucket(struct gabion_bucket *bucket, const struct gabion_bucket_options *options)
{
	bucket->options = *options;
	bucket->tokens = options->size;
	bucket->burst = options->burst;
	bucket->filled = monotonic();
}

static void expired(void *opaque, uint32_t events)
{
	struct gabion_limiter *limiter = opaque;
	uint64_t count;

	(void)events;
	if (read(limiter->timer, &count, sizeof(count)) == sizeof(count))
		limiter->resume(limiter->opaque);
}

/* A limiter without limits needs no timer. */
int gabion_limiter_prepare(struct gabion_limiter *limiter,
			   const struct gabion_limiter_options *options, struct gabion_error *error)
{
	int err;

	if (limiter->timer >= 0 || (!options->bandwidth.size && !options->ops.size))
		return 0;
	limiter->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	err = limiter->timer < 0 ? -errno : 0;
	if (!err)
		err = gabion_loop_add(limiter->loop, &limiter->watch, limiter->timer, EPOLLIN,
				      expired, limiter);
	return err ? gabion_error_set(error, err, "timer of a rate limiter: %s", strerror(-err))
		   : 0;
}

int gabion_limiter_start(struct gabion_limiter *limiter,
			 const struct gabion_limiter_options *options, struct gabion_loop *loop,
			 void (*resume)(void *opaque), void *opaque, struct gabion_error *error)
{
	*limiter = (struct gabion_limiter){ .loop = loop,
					    .watch = GABION_WATCH_NONE,
					    .timer = -1,
					    .resume = resume,
					    .opaque = opaque };
	start_bucket(&limiter->bandwidth, &options->bandwidth);
	start_bucket(&limiter->ops, &options->ops);
	return gabion_limiter_prepare(limiter, options, error);
}

void gabion_limiter_update(struct gabion_limiter *limiter,
			   const struct gabion_limiter_options *options)
{
	struct itimerspec when = { 0 };

	if (memcmp(&options->bandwidth, &limiter->bandwidth.options, sizeof(options->bandwidth)))
		start_bucket(&limiter->bandwidth, &options->bandwidth);
	if (memcmp(&options->ops, &limiter->ops.options, sizeof(options->ops)))
		start_bucket(&limiter->ops, &options->ops);
	/* What may have waited for the timer. */
	when.it_value.tv_nsec = 1;
	if (limiter->timer >= 0)
		timerfd_settime(limiter->timer, 0, &when, NULL);
}

static void transfer_bucket(struct gabion_bucket *bucket, struct gabion_state *state)
{
	uint64_t tokens = bucket->tokens, burst = bucket->burst;
	/* A debt is that of one operation. */
	const int64_t most = (int64_t)bucket->options.size, least = -(1LL << 40);

	gabion_state_u64(state, &tokens);
	gabion_state_u64(state, &burst);
	gabion_state_check(state,
			   (int64_t)tokens >= least && (int64_t)tokens <= most &&
				   burst <= bucket->options.burst,
			   "a rate limiter has more than it can hold");
	if (!state->loading || state->error.code)
		return;
	bucket->tokens = (int64_t)tokens;
	bucket->burst = burst;
}

void gabion_limiter_transfer(struct gabion_limiter *limiter, struct gabion_state *state)
{
	transfer_bucket(&limiter->bandwidth, state);
	transfer_bucket(&limiter->ops, state);
}

void gabion_limiter_stop(struct gabion_limiter *limiter)
{
	/* One that was never started has no loop. */
	if (!limiter->loop || limiter->timer < 0)
		return;
	gabion_loop_remove(limiter->loop, &limiter->watch);
	close(limiter->timer);
	limiter->timer = -1;
}

bool gabion_limiter_allows(struct gabion_limiter *limiter)
{
	uint64_t now = monotonic(), wait, other;
	struct itimerspec when = { 0 };

	gabion_bucket_fill(&limiter->bandwidth, now);
	gabion_bucket_fill(&limiter->ops, now);
	wait = gabion_bucket_wait(&limiter->bandwidth);
	other = gabion_bucket_wait(&limiter->ops);
	wait = wait > other ? wait : other;
	if (!wait)
		return true;
	when.it_value.tv_sec = wait / 1000000000;
	when.it_value.tv_nsec = wait % 1000000000;
	timerfd_settime(limiter->timer, 0, &when, NULL);
	return false;
}

void gabion_limiter_charge(struct gabion_limiter *limiter, uint64_t bytes)
{
	gabion_bucket_take(&limiter->bandwidth, bytes);
	gabion_bucket_take(&limiter->ops, 1);
}
