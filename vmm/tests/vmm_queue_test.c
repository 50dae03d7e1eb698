// SPDX-License-Identifier: GPL-2.0
/* The walker: a request as a driver writes it, and every way to write it wrong. */
#include "guest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NEXT	 VRING_DESC_F_NEXT
#define WRITE	 VRING_DESC_F_WRITE
#define INDIRECT VRING_DESC_F_INDIRECT
#define TABLE	 0x80000ULL

struct ring {
	struct guest guest;
	struct gabion_queue queue;
	struct gabion_chain chain;
	uint16_t *avail, *used;
};

static int setup(void **state)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	guest_open(&ring->guest);
	ring->queue = (struct gabion_queue){
		.memory = &ring->guest.memory,
		.size = SIZE,
		.desc = RING_AT(0),
		.indirect = true,
		.avail = RING_AT(0) + AVAIL_OFFSET,
		.used = RING_AT(0) + USED_OFFSET,
	};
	assert_int_equal(gabion_queue_enable(&ring->queue), 0);
	ring->avail = guest_at(&ring->guest, ring->queue.avail, 4 + 2 * SIZE + 2);
	ring->used = guest_at(&ring->guest, ring->queue.used, 4 + 8 * SIZE + 2);
	*state = ring;
	return 0;
}

static int teardown(void **state)
{
	struct ring *ring = *state;

	guest_close(&ring->guest);
	free(ring);
	return 0;
}

static void desc(struct ring *ring, unsigned int index, uint64_t address, uint32_t length,
		 uint16_t flags, uint16_t next)
{
	guest_desc(&ring->guest, RING_AT(0), index, address, length, flags, next);
}

/* What becomes of a request whose chain starts at descriptor 0. */
static int pop(struct ring *ring)
{
	ring->avail[2 + ring->avail[1] % SIZE] = 0;
	ring->avail[1]++;
	return gabion_queue_pop(&ring->queue, &ring->chain);
}

static void a_chain_of_three(void **state)
{
	struct ring *ring = *state;
	char bytes[8] = "";

	desc(ring, 0, BUFFERS, 4, NEXT, 5);
	desc(ring, 5, BUFFERS + 100, 4, NEXT, 2);
	desc(ring, 2, BUFFERS + 200, 3, WRITE, 0);
	memcpy(guest_at(&ring->guest, BUFFERS, 4), "abcd", 4);
	memcpy(guest_at(&ring->guest, BUFFERS + 100, 4), "efgh", 4);
	assert_int_equal(pop(ring), 1);
	assert_int_equal(ring->chain.readable, 8);
	assert_int_equal(ring->chain.writable, 3);
	assert_int_equal(gabion_chain_read(&ring->chain, 0, bytes, 8), 8);
	assert_memory_equal(bytes, "abcdefgh", 8);
	/* Across the seam, and beyond the end. */
	assert_int_equal(gabion_chain_read(&ring->chain, 3, bytes, 8), 5);
	assert_memory_equal(bytes, "defgh", 5);
	assert_int_equal(gabion_chain_read(&ring->chain, 8, bytes, 1), 0);
	assert_int_equal(gabion_chain_read(&ring->chain, UINT64_MAX, bytes, 8), 0);
	assert_int_equal(gabion_chain_write(&ring->chain, 1, "xyz", 3), 2);
	assert_memory_equal(guest_at(&ring->guest, BUFFERS + 201, 3), "xy\0", 3);
	gabion_queue_push(&ring->queue, &ring->chain, 3);
	assert_int_equal(ring->used[1], 1);
	assert_int_equal(ring->used[2], 0);
	assert_int_equal(ring->used[4], 3);
	assert_int_equal(gabion_queue_pop(&ring->queue, &ring->chain), 0);
}

static void an_indirect_table(void **state)
{
	struct ring *ring = *state;

	/* Unaligned, which is allowed. */
	desc(ring, 0, TABLE + 1, 32, INDIRECT, 0);
	guest_desc(&ring->guest, TABLE + 1, 0, BUFFERS, 4, NEXT, 1);
	guest_desc(&ring->guest, TABLE + 1, 1, BUFFERS, 8, WRITE, 0);
	assert_int_equal(pop(ring), 1);
	assert_int_equal(ring->chain.readable, 4);
	assert_int_equal(ring->chain.writable, 8);
}

static void an_indirect_table_that_is_wrong(void **state)
{
	struct ring *ring = *state;
	static const struct {
		uint64_t address;
		uint32_t length;
		uint16_t flags;
	} tables[] = {
		{ TABLE, 0, INDIRECT },		      /* none in it */
		{ TABLE, 24, INDIRECT },	      /* one and a half */
		{ TABLE, 16 * (SIZE + 1), INDIRECT }, /* more than the queue has */
		{ TABLE, 0xfffffff0, INDIRECT },
		{ TABLE, 32, INDIRECT | NEXT },
		{ GUEST_MEMORY - 16, 32, INDIRECT },
		{ UINT64_MAX - 15, 32, INDIRECT },
	};
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		gabion_queue_enable(&ring->queue);
		ring->avail[1] = 0;
		desc(ring, 0, tables[i].address, tables[i].length, tables[i].flags, 0);
		assert_int_equal(pop(ring), -EPROTO);
	}
}

static void indirect_inside_indirect(void **state)
{
	struct ring *ring = *state;

	desc(ring, 0, TABLE, 16, INDIRECT, 0);
	guest_desc(&ring->guest, TABLE, 0, TABLE, 16, INDIRECT, 0);
	assert_int_equal(pop(ring), -EPROTO);
}

static void indirect_without_the_feature(void **state)
{
	struct ring *ring = *state;

	ring->queue.indirect = false;
	desc(ring, 0, TABLE, 16, INDIRECT, 0);
	guest_desc(&ring->guest, TABLE, 0, BUFFERS, 4, 0, 0);
	assert_int_equal(pop(ring), -EPROTO);
}

static void circles(void **state)
{
	struct ring *ring = *state;

	desc(ring, 0, BUFFERS, 4, NEXT, 0);
	assert_int_equal(pop(ring), -EPROTO);
	gabion_queue_enable(&ring->queue);
	ring->avail[1] = 0;
	desc(ring, 0, BUFFERS, 4, NEXT, 1);
	desc(ring, 1, BUFFERS, 4, NEXT, 0);
	assert_int_equal(pop(ring), -EPROTO);
	gabion_queue_enable(&ring->queue);
	ring->avail[1] = 0;
	desc(ring, 0, TABLE, 32, INDIRECT, 0);
	guest_desc(&ring->guest, TABLE, 0, BUFFERS, 4, NEXT, 1);
	guest_desc(&ring->guest, TABLE, 1, BUFFERS, 4, NEXT, 0);
	assert_int_equal(pop(ring), -EPROTO);
}

static void a_full_table_is_no_circle(void **state)
{
	struct ring *ring = *state;
	unsigned int i;

	for (i = 0; i < SIZE; i++)
		desc(ring, i, BUFFERS, 4, i + 1 < SIZE ? NEXT : 0, i + 1);
	assert_int_equal(pop(ring), 1);
	assert_int_equal(ring->chain.nread, SIZE);
}

static void indexes_out_of_range(void **state)
{
	struct ring *ring = *state;

	/* The next one, */
	desc(ring, 0, BUFFERS, 4, NEXT, SIZE);
	assert_int_equal(pop(ring), -EPROTO);
	/* one in an indirect table, */
	gabion_queue_enable(&ring->queue);
	ring->avail[1] = 0;
	desc(ring, 0, TABLE, 32, INDIRECT, 0);
	guest_desc(&ring->guest, TABLE, 0, BUFFERS, 4, NEXT, 2);
	assert_int_equal(pop(ring), -EPROTO);
	/* the head, */
	gabion_queue_enable(&ring->queue);
	ring->avail[2] = SIZE;
	ring->avail[1] = 1;
	assert_int_equal(gabion_queue_pop(&ring->queue, &ring->chain), -EPROTO);
	/* and more requests than fit. */
	gabion_queue_enable(&ring->queue);
	ring->avail[1] = SIZE + 1;
	assert_int_equal(gabion_queue_pop(&ring->queue, &ring->chain), -EPROTO);
}

static void buffers_out_of_memory(void **state)
{
	struct ring *ring = *state;
	static const struct {
		uint64_t address;
		uint32_t length;
	} buffers[] = {
		{ GUEST_MEMORY - 1, 2 }, { GUEST_MEMORY, 1 },	  { 0, GUEST_MEMORY + 1 },
		{ UINT64_MAX, 2 },	 { UINT64_MAX - 3, 4 },	  { 0xffffffffULL << 32, 1 },
		{ BUFFERS, 0 },		 { BUFFERS, 0xffffffff },
	};
	size_t i;

	for (i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
		gabion_queue_enable(&ring->queue);
		ring->avail[1] = 0;
		desc(ring, 0, buffers[i].address, buffers[i].length, WRITE, 0);
		assert_int_equal(pop(ring), -EPROTO);
	}
}

static void readable_after_writable(void **state)
{
	struct ring *ring = *state;

	desc(ring, 0, BUFFERS, 4, WRITE | NEXT, 1);
	desc(ring, 1, BUFFERS, 4, 0, 0);
	assert_int_equal(pop(ring), -EPROTO);
}

static void rings_that_are_not_where_memory_is(void **state)
{
	struct ring *ring = *state;
	static const struct {
		uint16_t size;
		uint64_t desc, avail, used;
	} rings[] = {
		{ 0, 0x1000, 0x2000, 0x3000 },
		{ 3, 0x1000, 0x2000, 0x3000 },
		{ 512, 0x1000, 0x8000, 0xa000 },
		{ 32768, 0x1000, 0x2000, 0x3000 },
		{ 16, 0x1008, 0x2000, 0x3000 },
		{ 16, 0x1000, 0x2001, 0x3000 },
		{ 16, 0x1000, 0x2000, 0x3002 },
		{ 16, GUEST_MEMORY - 240, 0x2000, 0x3000 },
		{ 16, 0x1000, GUEST_MEMORY - 36, 0x3000 },
		{ 16, 0x1000, 0x2000, GUEST_MEMORY - 132 },
		{ 16, -16ULL, 0x2000, 0x3000 },
		{ 16, 0x1000, -2ULL, 0x3000 },
		{ 16, 0x1000, 0x2000, -4ULL },
	};
	size_t i;

	for (i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
		ring->queue.size = rings[i].size;
		ring->queue.desc = rings[i].desc;
		ring->queue.avail = rings[i].avail;
		ring->queue.used = rings[i].used;
		assert_int_equal(gabion_queue_enable(&ring->queue), -EINVAL);
		assert_false(ring->queue.ready);
		assert_int_equal(gabion_queue_pop(&ring->queue, &ring->chain), 0);
	}
}

static void indexes_wrap(void **state)
{
	struct ring *ring = *state;
	unsigned int i;

	desc(ring, 0, BUFFERS, 4, WRITE, 0);
	for (i = 0; i < 70000; i++) {
		assert_int_equal(pop(ring), 1);
		gabion_queue_push(&ring->queue, &ring->chain, 4);
	}
	assert_int_equal(ring->used[1], 70000 % 65536);
}

static void interrupts(void **state)
{
	struct ring *ring = *state;

	desc(ring, 0, BUFFERS, 4, WRITE, 0);
	assert_false(gabion_queue_must_signal(&ring->queue));
	assert_int_equal(pop(ring), 1);
	gabion_queue_push(&ring->queue, &ring->chain, 4);
	assert_true(gabion_queue_must_signal(&ring->queue));
	assert_false(gabion_queue_must_signal(&ring->queue));
	ring->avail[0] = VRING_AVAIL_F_NO_INTERRUPT;
	assert_int_equal(pop(ring), 1);
	gabion_queue_push(&ring->queue, &ring->chain, 4);
	assert_false(gabion_queue_must_signal(&ring->queue));
}

static void interrupts_by_index(void **state)
{
	struct ring *ring = *state;
	uint16_t *used_event = &ring->avail[2 + SIZE], *avail_event = &ring->used[2 + 4 * SIZE];
	unsigned int i;

	ring->queue.event_idx = true;
	desc(ring, 0, BUFFERS, 4, WRITE, 0);
	/* An interrupt when the third comes back, and not before. */
	*used_event = 2;
	for (i = 0; i < 3; i++) {
		assert_int_equal(pop(ring), 1);
		gabion_queue_push(&ring->queue, &ring->chain, 4);
		assert_int_equal(gabion_queue_must_signal(&ring->queue), i == 2);
	}
	/* And we want to hear of the fourth. */
	assert_int_equal(gabion_queue_pop(&ring->queue, &ring->chain), 0);
	assert_int_equal(*avail_event, 3);
}

static bool is_dirty(const struct ring *ring, uint64_t address)
{
	uint64_t page = address / GABION_PAGE;

	return ring->guest.memory.dirty[page / 64] >> page % 64 & 1;
}

/* KVM sees only what the guest itself writes. */
static void what_a_device_writes_is_noted(void **state)
{
	struct ring *ring = *state;
	struct gabion_error error;

	assert_int_equal(gabion_memory_track(&ring->guest.memory, false, &error), 0);
	ring->queue.event_idx = true;
	assert_int_equal(gabion_queue_pop(&ring->queue, &ring->chain), 0);
	assert_true(is_dirty(ring, ring->queue.used));
	memset(ring->guest.memory.dirty, 0,
	       gabion_memory_dirty_words(&ring->guest.memory) * sizeof(uint64_t));
	desc(ring, 0, BUFFERS, 4, NEXT, 1);
	desc(ring, 1, BUFFERS + 0x2ff0, 0x20, WRITE, 0);
	assert_int_equal(pop(ring), 1);
	assert_false(is_dirty(ring, BUFFERS));
	assert_false(is_dirty(ring, BUFFERS + 0x1000));
	assert_true(is_dirty(ring, BUFFERS + 0x2000));
	assert_true(is_dirty(ring, BUFFERS + 0x3000));
	assert_false(is_dirty(ring, ring->queue.used));
	gabion_queue_push(&ring->queue, &ring->chain, 4);
	assert_true(is_dirty(ring, ring->queue.used));
	assert_false(is_dirty(ring, ring->queue.avail));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_chain_of_three),
		T(an_indirect_table),
		T(an_indirect_table_that_is_wrong),
		T(indirect_inside_indirect),
		T(indirect_without_the_feature),
		T(circles),
		T(a_full_table_is_no_circle),
		T(indexes_out_of_range),
		T(buffers_out_of_memory),
		T(readable_after_writable),
		T(rings_that_are_not_where_memory_is),
		T(indexes_wrap),
		T(interrupts),
		T(interrupts_by_index),
		T(what_a_device_writes_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
