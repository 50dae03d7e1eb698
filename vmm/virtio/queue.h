/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A split virtqueue (virtio 1.2, 2.7), and the one place that follows what a guest
 * wrote into it.  Nothing in it is believed: every index, address and length is
 * checked when it is read, once, and every loop is bounded by the size of a table.
 */
#ifndef GABION_VMM_VIRTIO_QUEUE_H
#define GABION_VMM_VIRTIO_QUEUE_H

#include <stdbool.h>
#include <sys/uio.h>

#include "../memory.h"
#include "../snapshot/state.h"

#define GABION_CHAIN_SEGMENTS 256 /* also the largest size of a queue */

/**
 * struct gabion_chain - the buffers of one request, all of them in guest memory
 * @head:	what gabion_queue_push() wants to know
 * @nread, @nwrite: segments that the device reads, and after them those that it writes
 * @readable, @writable: bytes in them; each fits into 32 bits
 *
 * The pointers are good as long as the memory is; the bytes may change at any time.
 */
struct gabion_chain {
	uint16_t head;
	unsigned int nread, nwrite;
	uint64_t readable, writable;
	struct iovec segments[GABION_CHAIN_SEGMENTS];
};

/**
 * struct gabion_queue - one virtqueue
 * @memory:	not owned
 * @size:	entries, a power of two
 * @ready:	the addresses were checked, and the pointers are good
 * @desc, @avail, @used: guest-physical addresses, as the guest gave them
 * @indirect, @event_idx: the feature was negotiated
 * @table, @driver, @device: the three, in our memory
 * @next_avail, @next_used: where we are in the rings
 * @signalled:	@next_used when the guest was last interrupted
 */
struct gabion_queue {
	const struct gabion_memory *memory;
	uint16_t size;
	bool ready, indirect, event_idx;
	uint64_t desc, avail, used;
	unsigned char *table, *driver, *device;
	uint16_t next_avail, next_used, signalled;
};

/* Check size and addresses and begin at the start of the rings. -EINVAL when they are wrong. */
int gabion_queue_enable(struct gabion_queue *queue);

/* Save or load all of it; @max is the largest size that it may have. */
void gabion_queue_transfer(struct gabion_queue *queue, uint16_t max, struct gabion_state *state);

/*
 * The next request: 1 and @chain, or 0 when there is none and the guest will notify us
 * of the next. -EPROTO when the ring breaks a rule: the queue is of no more use.
 */
int gabion_queue_pop(struct gabion_queue *queue, struct gabion_chain *chain);

/* Undo the last gabion_queue_pop(); not after a push. */
void gabion_queue_unpop(struct gabion_queue *queue);

/* Give a request back, with @written bytes in its writable part. */
void gabion_queue_push(struct gabion_queue *queue, const struct gabion_chain *chain,
		       uint32_t written);

/* Whether the guest wants an interrupt for what was pushed since the last time. */
bool gabion_queue_must_signal(struct gabion_queue *queue);

/* Copy from the readable part at @offset; how many bytes there were, at most @n. */
size_t gabion_chain_read(const struct gabion_chain *chain, uint64_t offset, void *to, size_t n);

/* Copy into the writable part at @offset; how many bytes had room, at most @n. */
size_t gabion_chain_write(const struct gabion_chain *chain, uint64_t offset, const void *from,
			  size_t n);

/*
 * The @length bytes at @offset of the readable or the writable part, as vectors in
 * @slice (GABION_CHAIN_SEGMENTS of them). How many; they hold less when the part is shorter.
 */
unsigned int gabion_chain_slice(const struct gabion_chain *chain, bool writable, uint64_t offset,
				uint64_t length, struct iovec *slice);

#endif /* GABION_VMM_VIRTIO_QUEUE_H */
