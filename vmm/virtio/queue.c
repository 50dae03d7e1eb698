// SPDX-License-Identifier: GPL-2.0
#include "queue.h"

#include <errno.h>
#include <linux/virtio_ring.h>
#include <string.h>

#define DESC_SIZE sizeof(struct vring_desc)
_Static_assert(sizeof(struct vring_desc) == 16, "virtio 1.2, 2.7.5");

/* flags and idx, the ring, and a word for the event index. */
#define AVAIL_SIZE(n) (4 + 2 * (uint64_t)(n) + 2)
#define USED_SIZE(n)  (4 + 8 * (uint64_t)(n) + 2)
#define IDX	      2
#define RING	      4

/* The guest writes at the same time: what is copied is not read a second time. */
static void read_once(void *to, const void *from, size_t n)
{
	memcpy(to, from, n);
	__asm__ volatile("" : : : "memory");
}

static uint16_t load(const unsigned char *ring, uint64_t offset)
{
	return __atomic_load_n((const uint16_t *)(ring + offset), __ATOMIC_ACQUIRE);
}

static void store(unsigned char *ring, uint64_t offset, uint16_t value)
{
	__atomic_store_n((uint16_t *)(ring + offset), value, __ATOMIC_RELEASE);
}

int gabion_queue_enable(struct gabion_queue *queue)
{
	uint16_t n = queue->size;

	queue->ready = false;
	if (!n || n & (n - 1) || n > GABION_CHAIN_SEGMENTS)
		return -EINVAL;
	if (queue->desc & 15 || queue->avail & 1 || queue->used & 3)
		return -EINVAL;
	queue->table = gabion_memory_at(queue->memory, queue->desc, n * DESC_SIZE);
	queue->driver = gabion_memory_at(queue->memory, queue->avail, AVAIL_SIZE(n));
	queue->device = gabion_memory_at(queue->memory, queue->used, USED_SIZE(n));
	if (!queue->table || !queue->driver || !queue->device)
		return -EINVAL;
	queue->next_avail = queue->next_used = queue->signalled = 0;
	queue->ready = true;
	return 0;
}

void gabion_queue_transfer(struct gabion_queue *queue, uint16_t max, struct gabion_state *state)
{
	uint16_t next_avail = queue->next_avail, next_used = queue->next_used;
	uint16_t signalled = queue->signalled;
	bool ready = queue->ready;

	gabion_state_u16(state, &queue->size);
	gabion_state_check(state, queue->size <= max, "a queue is too large");
	gabion_state_bool(state, &ready);
	gabion_state_bool(state, &queue->indirect);
	gabion_state_bool(state, &queue->event_idx);
	gabion_state_u64(state, &queue->desc);
	gabion_state_u64(state, &queue->avail);
	gabion_state_u64(state, &queue->used);
	gabion_state_u16(state, &next_avail);
	gabion_state_u16(state, &next_used);
	gabion_state_u16(state, &signalled);
	if (!state->loading || !ready)
		return;
	gabion_state_check(state, !gabion_queue_enable(queue), "a queue is not where memory is");
	queue->next_avail = next_avail;
	queue->next_used = next_used;
	queue->signalled = signalled;
}

/* One buffer more. */
static int add_segment(const struct gabion_queue *queue, struct gabion_chain *chain,
		       const struct vring_desc *desc)
{
	unsigned int n = chain->nread + chain->nwrite;
	void *data;

	if (n == GABION_CHAIN_SEGMENTS)
		return -EPROTO;
	/* Refuses a length of 0, too, which no driver has a use for. */
	data = gabion_memory_at(queue->memory, desc->addr, desc->len);
	if (!data)
		return -EPROTO;
	chain->segments[n] = (struct iovec){ data, desc->len };
	if (desc->flags & VRING_DESC_F_WRITE) {
		chain->nwrite++;
		chain->writable += desc->len;
		gabion_memory_touch(queue->memory, desc->addr, desc->len);
	} else {
		if (chain->nwrite)
			return -EPROTO;
		chain->nread++;
		chain->readable += desc->len;
	}
	return chain->readable > UINT32_MAX || chain->writable > UINT32_MAX ? -EPROTO : 0;
}

/* The table that an indirect descriptor points to; how many entries, or an error. */
static int enter_indirect(const struct gabion_queue *queue, const struct vring_desc *desc,
			  const unsigned char **table)
{
	uint32_t n = desc->len / DESC_SIZE;

	if (!queue->indirect || desc->flags & VRING_DESC_F_NEXT || desc->len % DESC_SIZE ||
	    n > queue->size)
		return -EPROTO;
	*table = gabion_memory_at(queue->memory, desc->addr, desc->len);
	return *table ? (int)n : -EPROTO;
}

static int walk(const struct gabion_queue *queue, struct gabion_chain *chain)
{
	const unsigned char *table = queue->table;
	unsigned int entries = queue->size, index = chain->head, steps;
	bool inside = false;
	struct vring_desc desc;
	int n;

	/* A chain that is longer than its table goes round in circles. */
	for (steps = 0; steps < entries; steps++) {
		if (index >= entries)
			return -EPROTO;
		read_once(&desc, table + index * DESC_SIZE, DESC_SIZE);
		if (desc.flags & VRING_DESC_F_INDIRECT) {
			n = inside ? -EPROTO : enter_indirect(queue, &desc, &table);
			if (n < 0)
				return n;
			inside = true;
			entries = n;
			index = 0;
			steps = -1;
			continue;
		}
		n = add_segment(queue, chain, &desc);
		if (n < 0)
			return n;
		if (!(desc.flags & VRING_DESC_F_NEXT))
			return 0;
		index = desc.next;
	}
	return -EPROTO;
}

/* How many requests wait; asks to be told of the next when there are none. */
static uint16_t waiting(struct gabion_queue *queue)
{
	uint16_t n = load(queue->driver, IDX) - queue->next_avail;

	if (n || !queue->event_idx)
		return n;
	gabion_memory_touch(queue->memory, queue->used, USED_SIZE(queue->size));
	store(queue->device, RING + 8 * (uint64_t)queue->size, queue->next_avail);
	/* Pairs with the driver's, between its index and its look at ours. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return load(queue->driver, IDX) - queue->next_avail;
}

int gabion_queue_pop(struct gabion_queue *queue, struct gabion_chain *chain)
{
	uint16_t n;
	int err;

	if (!queue->ready)
		return 0;
	n = waiting(queue);
	if (!n)
		return 0;
	if (n > queue->size)
		return -EPROTO;
	chain->head =
		load(queue->driver, RING + 2 * (uint64_t)(queue->next_avail & (queue->size - 1)));
	chain->nread = chain->nwrite = 0;
	chain->readable = chain->writable = 0;
	err = walk(queue, chain);
	if (err)
		return err;
	queue->next_avail++;
	return 1;
}

void gabion_queue_unpop(struct gabion_queue *queue)
{
	queue->next_avail--;
}

void gabion_queue_push(struct gabion_queue *queue, const struct gabion_chain *chain,
		       uint32_t written)
{
	struct vring_used_elem used = { chain->head, written };
	uint16_t slot = queue->next_used & (queue->size - 1);

	gabion_memory_touch(queue->memory, queue->used, USED_SIZE(queue->size));
	memcpy(queue->device + RING + slot * sizeof(used), &used, sizeof(used));
	store(queue->device, IDX, ++queue->next_used);
}

bool gabion_queue_must_signal(struct gabion_queue *queue)
{
	uint16_t old = queue->signalled, event;

	if (!queue->ready || old == queue->next_used)
		return false;
	queue->signalled = queue->next_used;
	/* Pairs with the driver's, between enabling interrupts and its look at the ring. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!queue->event_idx)
		return !(load(queue->driver, 0) & VRING_AVAIL_F_NO_INTERRUPT);
	event = load(queue->driver, RING + 2 * (uint64_t)queue->size);
	return vring_need_event(event, queue->next_used, old);
}

unsigned int gabion_chain_slice(const struct gabion_chain *chain, bool writable, uint64_t offset,
				uint64_t length, struct iovec *slice)
{
	const struct iovec *segment = chain->segments + (writable ? chain->nread : 0);
	const struct iovec *end = segment + (writable ? chain->nwrite : chain->nread);
	unsigned int n = 0;
	size_t part;

	for (; segment < end && length; segment++) {
		if (offset >= segment->iov_len) {
			offset -= segment->iov_len;
			continue;
		}
		part = segment->iov_len - offset;
		if (part > length)
			part = length;
		slice[n++] = (struct iovec){ (char *)segment->iov_base + offset, part };
		length -= part;
		offset = 0;
	}
	return n;
}

size_t gabion_chain_read(const struct gabion_chain *chain, uint64_t offset, void *to, size_t n)
{
	struct iovec slice[GABION_CHAIN_SEGMENTS];
	unsigned int count = gabion_chain_slice(chain, false, offset, n, slice), i;
	size_t done = 0;

	for (i = 0; i < count; i++) {
		read_once((char *)to + done, slice[i].iov_base, slice[i].iov_len);
		done += slice[i].iov_len;
	}
	return done;
}

size_t gabion_chain_write(const struct gabion_chain *chain, uint64_t offset, const void *from,
			  size_t n)
{
	struct iovec slice[GABION_CHAIN_SEGMENTS];
	unsigned int count = gabion_chain_slice(chain, true, offset, n, slice), i;
	size_t done = 0;

	for (i = 0; i < count; i++) {
		memcpy(slice[i].iov_base, (const char *)from + done, slice[i].iov_len);
		done += slice[i].iov_len;
	}
	return done;
}
