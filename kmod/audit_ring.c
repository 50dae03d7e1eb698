// SPDX-License-Identifier: GPL-2.0
/* Per-CPU rings of audit records.  See audit.h. */
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include "audit.h"

/**
 * struct ring - records of one CPU
 * @data:	ring_size bytes
 * @head:	bytes ever written; by the owning CPU with interrupts off
 * @tail:	bytes acknowledged; under gabion_ring_mutex
 * @presented:	bytes that went into messages to the subscriber, tail <= presented <= head;
 *		under gabion_ring_mutex
 * @made:	events, lost ones too; owning CPU, interrupts off
 * @lost:	owning CPU, interrupts off
 * @acknowledged: records the tail went over; under gabion_ring_mutex
 *
 * A record does not wrap: when it would, a filler (sequence 0) takes the rest
 * of the ring.
 */
struct ring {
	u8 *data;
	u64 head;
	u64 tail;
	u64 presented;
	u64 made;
	u64 lost;
	u64 acknowledged;
};

static DEFINE_PER_CPU(struct ring, rings);
static u32 ring_size __ro_after_init;
static atomic64_t last_sequence = ATOMIC64_INIT(0);

DEFINE_MUTEX(gabion_ring_mutex);

static struct gabion_record *record_at(const struct ring *ring, u64 position)
{
	return (struct gabion_record *)(ring->data + (position & (ring_size - 1)));
}

struct gabion_record *gabion_ring_reserve(u32 size, unsigned long *flags, u64 *sequence)
{
	struct gabion_record *record;
	struct ring *ring;
	u32 rest, need;

	local_irq_save(*flags);
	ring = this_cpu_ptr(&rings);
	ring->made++;
	*sequence = atomic64_inc_return(&last_sequence);
	rest = ring_size - (ring->head & (ring_size - 1));
	need = size > rest ? rest + size : size;
	/* Pairs with the release in acknowledge: the reader is done with those bytes. */
	if (need > ring_size - (ring->head - smp_load_acquire(&ring->tail))) {
		ring->lost++;
		local_irq_restore(*flags);
		return NULL;
	}
	if (size > rest) {
		record = record_at(ring, ring->head);
		record->size = rest;
		if (rest >= offsetofend(struct gabion_record, sequence))
			record->sequence = 0;
		/* Pairs with the acquire in peek. */
		smp_store_release(&ring->head, ring->head + rest);
	}
	record = record_at(ring, ring->head);
	record->size = size;
	return record;
}

void gabion_ring_commit(struct gabion_record *record, unsigned long flags)
{
	struct ring *ring = this_cpu_ptr(&rings);

	lockdep_assert_irqs_disabled();
	/* Pairs with the acquire in peek: the record is complete. */
	smp_store_release(&ring->head, ring->head + record->size);
	local_irq_restore(flags);
	gabion_netlink_event_ready();
}

/* A filler is too short for a record, or says so. */
static bool is_filler(const struct gabion_record *record)
{
	return record->size < sizeof(*record) || !record->sequence;
}

const struct gabion_record *gabion_ring_peek(struct gabion_ring_cursor *cursor)
{
	struct ring *ring = per_cpu_ptr(&rings, cursor->cpu);
	const struct gabion_record *record;

	lockdep_assert_held(&gabion_ring_mutex);
	if (cursor->position < ring->tail)
		cursor->position = ring->tail;
	/* Pairs with the release in commit: records before the head are complete. */
	while (cursor->position != smp_load_acquire(&ring->head)) {
		record = record_at(ring, cursor->position);
		if (!is_filler(record))
			return record;
		cursor->position += record->size;
	}
	return NULL;
}

void gabion_ring_advance(struct gabion_ring_cursor *cursor, const struct gabion_record *record)
{
	cursor->position += record->size;
}

void gabion_ring_present(const struct gabion_ring_cursor *cursor)
{
	lockdep_assert_held(&gabion_ring_mutex);
	per_cpu_ptr(&rings, cursor->cpu)->presented = cursor->position;
}

void gabion_ring_rewind(void)
{
	int cpu;

	lockdep_assert_held(&gabion_ring_mutex);
	for_each_possible_cpu(cpu)
		per_cpu(rings, cpu).presented = per_cpu(rings, cpu).tail;
}

/*
 * Numbers are given out before records are complete, and rings are read one
 * after the other: a record with a lower number than one that was presented may
 * not have been. Hence both conditions.
 */
void gabion_ring_acknowledge(u64 sequence)
{
	int cpu;

	lockdep_assert_held(&gabion_ring_mutex);
	for_each_possible_cpu(cpu) {
		struct ring *ring = per_cpu_ptr(&rings, cpu);
		struct gabion_ring_cursor cursor = { .cpu = cpu, .position = ring->tail };
		const struct gabion_record *record;

		while (cursor.position < ring->presented &&
		       (record = gabion_ring_peek(&cursor)) && record->sequence <= sequence &&
		       cursor.position < ring->presented) {
			gabion_ring_advance(&cursor, record);
			ring->acknowledged++;
		}
		/* Pairs with the acquire in reserve: we are done with those bytes. */
		smp_store_release(&ring->tail, cursor.position);
		ring->presented = max(ring->presented, ring->tail);
	}
}

void gabion_ring_totals(struct gabion_ring_totals *totals)
{
	u64 acknowledged = 0;
	int cpu;

	memset(totals, 0, sizeof(*totals));
	for_each_possible_cpu(cpu) {
		const struct ring *ring = per_cpu_ptr(&rings, cpu);

		acknowledged += READ_ONCE(ring->acknowledged);
		totals->made += READ_ONCE(ring->made);
		totals->lost += READ_ONCE(ring->lost);
	}
	totals->pending = totals->made - totals->lost - acknowledged;
}

u64 gabion_ring_lost(int cpu)
{
	return READ_ONCE(per_cpu(rings, cpu).lost);
}

int __init gabion_ring_init(unsigned int bytes)
{
	int cpu;

	ring_size = roundup_pow_of_two(clamp(bytes, 32U << 10, 64U << 20));
	for_each_possible_cpu(cpu) {
		struct ring *ring = per_cpu_ptr(&rings, cpu);

		ring->data = vzalloc_node(ring_size, cpu_to_node(cpu));
		if (!ring->data) {
			gabion_ring_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void gabion_ring_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		vfree(per_cpu(rings, cpu).data);
}
