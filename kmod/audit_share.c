// SPDX-License-Identifier: GPL-2.0
/* Shares of the audit rings.  See audit_share.h. */
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include "audit.h"
#include "audit_share.h"
#include "policy.h"

/* Nobody has more of the pool than this many times what is left in it. */
#define POOL_FACTOR	4

/* Bytes that some events take; the smallest pool has more. */
#define ROOMY	4096U

/**
 * struct account - of one payer on one CPU
 * @part:	bytes of its part that were ever charged; owning CPU, interrupts off
 * @pool:	bytes of the pool, likewise
 * @lost:	events, likewise
 * @withheld:	operations refused for want of room, likewise
 * @part_back:	bytes of @part that were acknowledged; under gabion_ring_mutex
 * @pool_back:	bytes of @pool, likewise
 */
struct account {
	u64 part;
	u64 pool;
	u64 lost;
	u64 withheld;
	u64 part_back;
	u64 pool_back;
};

/* Accounts are made by the chunk, when a domain gets a number, and stay until unload. */
#define CHUNK	64

static struct account __percpu *chunks[(U16_MAX + 1) / CHUNK];
/* The pool of each CPU, as an account of which only the pool's members are used. */
static DEFINE_PER_CPU(struct account, pools);
static u32 half __ro_after_init;
/* Bytes of a part. Written under gabion_policy_mutex. */
static u32 part_size;

/* Every number was provided for before anybody could have it. */
static struct account *account_of(int cpu, u16 payer)
{
	/* Pairs with the release in provide(): the accounts are zero. */
	return per_cpu_ptr(smp_load_acquire(&chunks[payer / CHUNK]), cpu) + payer % CHUNK;
}

/*
 * What of @charged did not come back yet. Of another CPU perhaps more than that: what comes
 * back after the first load was charged before it, or counts as not yet back.
 */
static u64 held(const u64 *charged, const u64 *back)
{
	/* Pairs with the release in give_back(). */
	u64 returned = smp_load_acquire(back);

	return READ_ONCE(*charged) - returned;
}

static enum gabion_purse choose(int cpu, u16 payer, u32 size)
{
	const struct account *a = account_of(cpu, payer), *pool;
	u64 used;

	if (held(&a->part, &a->part_back) + size <= READ_ONCE(part_size))
		return GABION_PURSE_PART;
	pool = per_cpu_ptr(&pools, cpu);
	used = held(&pool->pool, &pool->pool_back) + size;
	if (used <= half && held(&a->pool, &a->pool_back) + size <= POOL_FACTOR * (half - used))
		return GABION_PURSE_POOL;
	return GABION_PURSE_NONE;
}

enum gabion_purse gabion_share_choose(u16 payer, u32 size)
{
	lockdep_assert_irqs_disabled();
	return choose(smp_processor_id(), payer, size);
}

/*
 * Half of its part, which nobody else can take; where a part is next to nothing, what a few
 * events need. Either can be had when all is acknowledged.
 */
bool gabion_share_is_roomy(int cpu, u16 payer)
{
	const struct account *a = account_of(cpu, payer);
	u32 part = READ_ONCE(part_size);

	if (part < 2 * ROOMY)
		return choose(cpu, payer, ROOMY) != GABION_PURSE_NONE;
	return held(&a->part, &a->part_back) + part / 2 <= part;
}

/* Others read what this CPU alone writes. */
static void add(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

void gabion_share_charge(u16 payer, enum gabion_purse purse, u32 size)
{
	struct account *a = account_of(smp_processor_id(), payer);

	lockdep_assert_irqs_disabled();
	if (purse == GABION_PURSE_PART) {
		add(&a->part, size);
		return;
	}
	add(&a->pool, size);
	add(&this_cpu_ptr(&pools)->pool, size);
}

void gabion_share_lose(u16 payer)
{
	struct account *a = account_of(smp_processor_id(), payer);

	lockdep_assert_irqs_disabled();
	add(&a->lost, 1);
}

void gabion_share_withhold(u16 payer)
{
	lockdep_assert_irqs_disabled();
	add(&account_of(smp_processor_id(), payer)->withheld, 1);
}

static void give_back(u64 *back, u32 size)
{
	/* Pairs with the acquire in held(): who sees it sees the tail that was moved before. */
	smp_store_release(back, *back + size);
}

void gabion_share_return(int cpu, u16 payer, enum gabion_purse purse, u32 size)
{
	struct account *a = account_of(cpu, payer);

	lockdep_assert_held(&gabion_ring_mutex);
	if (purse == GABION_PURSE_PART) {
		give_back(&a->part_back, size);
		return;
	}
	give_back(&a->pool_back, size);
	give_back(&per_cpu_ptr(&pools, cpu)->pool_back, size);
}

u64 gabion_share_lost(int cpu, u16 payer)
{
	return READ_ONCE(account_of(cpu, payer)->lost);
}

u64 gabion_share_withheld(int cpu, u16 payer)
{
	return READ_ONCE(account_of(cpu, payer)->withheld);
}

static int provide(u16 payer)
{
	struct account __percpu *chunk;

	if (chunks[payer / CHUNK])
		return 0;
	chunk = __alloc_percpu(CHUNK * sizeof(*chunk), __alignof__(*chunk));
	if (!chunk)
		return -ENOMEM;
	/* Pairs with the acquire in chunk_of(). */
	smp_store_release(&chunks[payer / CHUNK], chunk);
	return 0;
}

int gabion_share_provide(u32 count)
{
	int err = provide(count - 1);

	if (!err)
		WRITE_ONCE(part_size, half / (count + 2));
	return err;
}

int __init gabion_share_init(u32 ring_size)
{
	half = ring_size / 2;
	return provide(GABION_SHARE_KERNEL) ?: gabion_share_provide(1);
}

void gabion_share_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(chunks); i++)
		free_percpu(chunks[i]);
}
