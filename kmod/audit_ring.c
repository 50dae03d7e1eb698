// SPDX-License-Identifier: GPL-2.0
/* Per-CPU rings of audit records.  See audit.h. */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include "audit.h"
#include "audit_fold.h"
#include "audit_repeat.h"
#include "audit_share.h"
#include "audit_wait.h"
#include "domain_count.h"

/**
 * struct ring - records of one CPU
 * @draft:	GABION_RECORD_MAX bytes, the record that is being made; owning CPU, interrupts off
 * @fold:	likewise
 * @data:	ring_size bytes, mapped twice in a row: a record goes over the end
 * @head:	bytes ever written; by the owning CPU with interrupts off
 * @tail:	bytes acknowledged; under gabion_ring_mutex
 * @presented:	bytes that went into messages to the subscriber, tail <= presented <= head;
 *		under gabion_ring_mutex; the owning CPU looks at it
 * @made:	events, lost ones too; owning CPU, interrupts off
 * @written:	records, likewise
 * @lost:	likewise
 * @folded:	likewise
 * @acknowledged: records the tail went over; under gabion_ring_mutex
 */
struct ring {
	struct gabion_record *draft;
	struct gabion_fold fold;
	u8 *data;
	u64 head;
	u64 tail;
	u64 presented;
	u64 made;
	u64 written;
	u64 lost;
	u64 folded;
	u64 acknowledged;
};

static DEFINE_PER_CPU(struct ring, rings);
static u32 ring_size __ro_after_init;
/* So many bytes unread, and the subscriber is told at once: an eighth of the ring, or this. */
#define HURRY_MAX	(32U << 10)
static u32 hurry_size __ro_after_init;
static bool folds __ro_after_init;
static atomic64_t last_sequence = ATOMIC64_INIT(0);

DEFINE_MUTEX(gabion_ring_mutex);

static struct gabion_record *record_at(const struct ring *ring, u64 position)
{
	return (struct gabion_record *)(ring->data + (position & (ring_size - 1)));
}

struct gabion_record *gabion_ring_begin(u32 size, u16 payer, unsigned long *flags)
{
	struct gabion_record *record;
	struct ring *ring;

	local_irq_save(*flags);
	ring = this_cpu_ptr(&rings);
	record = ring->draft;
	memset(record, 0, size);
	record->size = size;
	record->payer = payer;
	return record;
}

/* Is there a record at @position of @ring? Owning CPU, interrupts off. */
static bool is_there(const struct ring *ring, u64 position)
{
	/* Nobody else writes over what the tail went over, so it may be on its way. */
	return position >= READ_ONCE(ring->tail) && position < ring->head;
}

/* One more is made, of @payer. Return: its number. */
static u64 number(struct ring *ring, u16 payer)
{
	ring->made++;
	gabion_domain_count_inc(payer, events);
	return atomic64_inc_return(&last_sequence);
}

/* Put @record into @ring, if its payer may have the room. */
static bool put(struct ring *ring, struct gabion_record *record)
{
	u64 used;

	record->purse = gabion_share_choose(record->payer, record->size);
	/* Pairs with the release in acknowledge: the reader is done with those bytes. */
	used = ring->head - smp_load_acquire(&ring->tail);
	/* What was chosen is there, unless what others hold was measured by larger parts. */
	if (record->purse == GABION_PURSE_NONE || record->size > ring_size - used)
		return false;
	record->sequence = number(ring, record->payer);
	record->cpu_sequence = ring->made;
	gabion_share_charge(record->payer, record->purse, record->size);
	memcpy(record_at(ring, ring->head), record, record->size);
	/* Pairs with the acquire in peek: the record is complete. */
	smp_store_release(&ring->head, ring->head + record->size);
	return true;
}

/* Is there enough to read that the subscriber should not wait for more? */
static bool is_full(const struct ring *ring)
{
	return ring->head - READ_ONCE(ring->presented) >= hurry_size;
}

/* There was no room for @record. Return: is it made all the same, and lost? */
static bool lose(struct ring *ring, struct gabion_record *record, u32 required)
{
	if (required) {
		gabion_share_withhold(record->payer);
		return false;
	}
	number(ring, record->payer);
	gabion_share_lose(record->payer);
	ring->lost++;
	return true;
}

u32 gabion_ring_repeat(u64 position, const struct gabion_call *call,
		       const struct gabion_net_key *net)
{
	struct ring *ring = this_cpu_ptr(&rings);
	struct gabion_record *earlier = record_at(ring, position);

	lockdep_assert_irqs_disabled();
	if (!is_there(ring, position) ||
	    (call && memcmp(&earlier->call, call, sizeof(*call))) ||
	    (net && memcmp(&earlier->net, net, sizeof(*net))) ||
	    !gabion_fold_add(earlier, ktime_get_boot_fast_ns()))
		return 0;
	number(ring, earlier->payer);
	ring->folded++;
	return earlier->verdict;
}

bool gabion_ring_commit(struct gabion_record *record, u32 required,
			const struct gabion_repeat_places *places, unsigned long flags)
{
	struct ring *ring = this_cpu_ptr(&rings);
	u64 *place = folds ? gabion_fold_place(&ring->fold, record) : NULL, head = ring->head;
	bool ready = true, hurry = false, made = true;

	lockdep_assert_irqs_disabled();
	if (place && is_there(ring, *place) &&
	    gabion_fold_into(record_at(ring, *place), record)) {
		number(ring, record->payer);
		ring->folded++;
		ready = false;
	} else if (put(ring, record)) {
		ring->written++;
		if (place)
			*place = head;
		hurry = is_full(ring);
	} else {
		made = lose(ring, record, required);
		place = NULL;
		hurry = true;
	}
	/* What is required may have to be refused, or to tell its domain to wait. */
	if (places && place && !required)
		gabion_repeat_remember(places, record, *place);
	if (required && !gabion_share_is_roomy(smp_processor_id(), record->payer)) {
		hurry = true;
		if (required & GABION_DOMAIN_AUDIT_WAIT)
			gabion_audit_tighten(record->payer);
	}
	local_irq_restore(flags);
	if (ready || hurry)
		gabion_netlink_event_ready(hurry);
	return made;
}

const struct gabion_record *gabion_ring_peek(struct gabion_ring_cursor *cursor)
{
	struct ring *ring = per_cpu_ptr(&rings, cursor->cpu);

	lockdep_assert_held(&gabion_ring_mutex);
	if (cursor->position < ring->tail)
		cursor->position = ring->tail;
	/* Pairs with the release in commit: records before the head are complete. */
	if (cursor->position == smp_load_acquire(&ring->head))
		return NULL;
	return record_at(ring, cursor->position);
}

void gabion_ring_advance(struct gabion_ring_cursor *cursor, const struct gabion_record *record)
{
	cursor->position += record->size;
}

void gabion_ring_present(const struct gabion_ring_cursor *cursor)
{
	lockdep_assert_held(&gabion_ring_mutex);
	WRITE_ONCE(per_cpu_ptr(&rings, cursor->cpu)->presented, cursor->position);
}

void gabion_ring_rewind(void)
{
	int cpu;

	lockdep_assert_held(&gabion_ring_mutex);
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(rings, cpu).presented, per_cpu(rings, cpu).tail);
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
		       (record = gabion_ring_peek(&cursor)) && record->sequence <= sequence) {
			u16 payer = record->payer;
			u8 purse = record->purse;
			u32 size = record->size;

			gabion_ring_advance(&cursor, record);
			ring->acknowledged++;
			/*
			 * Pairs with the acquire in put: we are done with those bytes.
			 * First the room, then the right to it.
			 */
			smp_store_release(&ring->tail, cursor.position);
			gabion_share_return(cpu, payer, purse, size);
		}
	}
	gabion_audit_wake();
}

/* Of one ring, on its CPU: between two events, not in the middle of one. */
static void add_ring(void *data)
{
	struct gabion_ring_totals *totals = data;
	const struct ring *ring = this_cpu_ptr(&rings);

	totals->made += ring->made;
	totals->lost += ring->lost;
	totals->folded += ring->folded;
	totals->pending += ring->written;
}

void gabion_ring_totals(struct gabion_ring_totals *totals)
{
	const struct ring *ring;
	int cpu;

	memset(totals, 0, sizeof(*totals));
	cpus_read_lock();
	mutex_lock(&gabion_ring_mutex);
	for_each_possible_cpu(cpu) {
		ring = per_cpu_ptr(&rings, cpu);
		totals->acknowledged += ring->acknowledged;
		if (!smp_call_function_single(cpu, add_ring, totals, true))
			continue;
		/* Offline, and stays so: nobody writes. */
		totals->made += ring->made;
		totals->lost += ring->lost;
		totals->folded += ring->folded;
		totals->pending += ring->written;
	}
	mutex_unlock(&gabion_ring_mutex);
	cpus_read_unlock();
	totals->pending -= totals->acknowledged;
}

/*
 * The second mapping has references of its own, and with VM_MAP_PUT_PAGES vfree()
 * drops those of both, and the array.
 */
static u8 *map_twice(int node)
{
	unsigned int n = ring_size >> PAGE_SHIFT, i;
	struct page **pages = kvcalloc(n, 2 * sizeof(*pages), GFP_KERNEL);
	u8 *data;

	if (!pages)
		return NULL;
	for (i = 0; i < n; i++) {
		pages[i] = alloc_pages_node(node, GFP_KERNEL | __GFP_ZERO, 0);
		if (!pages[i])
			goto err;
		pages[n + i] = pages[i];
	}
	data = vmap(pages, 2 * n, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	if (!data)
		goto err;
	for (i = 0; i < n; i++)
		get_page(pages[i]);
	return data;
err:
	while (i--)
		__free_page(pages[i]);
	kvfree(pages);
	return NULL;
}

int __init gabion_ring_init(unsigned int bytes, bool fold)
{
	struct ring *ring;
	int cpu;

	/* Four fifths of the smallest pool hold the largest record, GABION_RECORD_MAX. */
	ring_size = roundup_pow_of_two(clamp(bytes, 64U << 10, 64U << 20));
	hurry_size = min(ring_size / 8, HURRY_MAX);
	folds = fold;
	if (gabion_share_init(ring_size)) {
		gabion_share_exit();
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu) {
		ring = per_cpu_ptr(&rings, cpu);
		ring->draft = vzalloc_node(GABION_RECORD_MAX, cpu_to_node(cpu));
		ring->data = map_twice(cpu_to_node(cpu));
		if (!ring->draft || !ring->data) {
			gabion_ring_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void gabion_ring_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		vfree(per_cpu(rings, cpu).data);
		vfree(per_cpu(rings, cpu).draft);
	}
	gabion_share_exit();
}
