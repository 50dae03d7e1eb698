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

/**
 * struct account - of one payer on one CPU
 * @part:	bytes of its part that were ever charged; owning CPU, interrupts off
 * @pool:	bytes of the pool, likewise
 * @lost:	events, likewise
 * @part_back:	bytes of @part that were acknowledged; under gabion_ring_mutex
 * @pool_back:	bytes of @pool, likewise
 */
struct account {
	u64 part;
	u64 pool;
	u64 lost;
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

/* What of @charged did not come back yet. */
static u64 held(const u64 *charged, const u64 *back)
{
	/* Pairs with the release in give_back(). */
	return *charged - smp_load_acquire(back);
}

enum gabion_purse gabion_share_choose(u16 payer, u32 size)
{
	const struct account *a, *pool;
	u64 used;

	lockdep_assert_irqs_disabled();
	a = account_of(smp_processor_id(), payer);
	if (held(&a->part, &a->part_back) + size <= READ_ONCE(part_size))
		return GABION_PURSE_PART;
	pool = this_cpu_ptr(&pools);
	used = held(&pool->pool, &pool->pool_back) + size;
	if (used <= half && held(&a->pool, &a->pool_back) + size <= POOL_FACTOR * (half - used))
		return GABION_PURSE_POOL;
	return GABION_PURSE_NONE;
}

void gabion_share_charge(u16 payer, enum gabion_purse purse, u32 size)
{
	struct account *a = account_of(smp_processor_id(), payer);

	lockdep_assert_irqs_disabled();
	if (purse == GABION_PURSE_PART) {
		a->part += size;
		return;
	}
	a->pool += size;
	this_cpu_ptr(&pools)->pool += size;
}

void gabion_share_lose(u16 payer)
{
	struct account *a = account_of(smp_processor_id(), payer);

	lockdep_assert_irqs_disabled();
	WRITE_ONCE(a->lost, a->lost + 1);
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
