/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shares of the audit rings: how much of a CPU's ring one domain may hold.
 *
 * Half of a ring is reserve. Every domain that has a number, whoever is unknown, and the
 * kernel for events that are nobody's doing (policy, lock, hook), has an equal part of it
 * for itself: so many bytes it may always have unacknowledged, whatever the
 * others do. The other half is the pool: who has used its part up may take from
 * it no more than four times what is then left there. So k domains that flood
 * come to rest at 4/(4k + 1) of the pool each, and one alone at four fifths.
 *
 * A record is charged as a whole, to its payer's part if it fits there, else to
 * the pool. Domains that a later policy brings make the parts smaller; what was
 * recorded by the old measure counts until it is acknowledged.
 *
 * Accounts are per CPU, and each member has one writer: the owning CPU with
 * interrupts off charges, the reader that holds gabion_ring_mutex gives back.
 */
#ifndef GABION_AUDIT_SHARE_H
#define GABION_AUDIT_SHARE_H

#include <linux/types.h>

/*
 * Payer of the kernel's own events. Like GABION_UNKNOWN, which pays for what was done by
 * nobody can tell whom, it is no domain's number.
 */
#define GABION_SHARE_KERNEL	(U16_MAX - 1)

/* Out of which half of the ring a record is paid. */
enum gabion_purse {
	GABION_PURSE_NONE,	/* it is not: the record is lost */
	GABION_PURSE_PART,
	GABION_PURSE_POOL,
};

/* Parts for domains below @count. Called before one of them makes an event. Return: 0, -ENOMEM. */
int gabion_share_provide(u32 count);

/**
 * gabion_share_choose - may @payer have @size more bytes of this CPU's ring, and out of what?
 * @payer:	number of a domain, or GABION_SHARE_KERNEL
 *
 * Interrupts off from here to gabion_share_charge() or gabion_share_lose(). The ring's tail,
 * if it is read after this, is at least where the last return was made for.
 */
enum gabion_purse gabion_share_choose(u16 payer, u32 size);
void gabion_share_charge(u16 payer, enum gabion_purse purse, u32 size);

/* An event of @payer is lost on this CPU. Interrupts off. */
void gabion_share_lose(u16 payer);
/* An operation of @payer is refused on this CPU, for want of room for the event. Interrupts off. */
void gabion_share_withhold(u16 payer);

/* Has @payer room in the ring of @cpu for what a syscall may have to say? Any CPU may ask. */
bool gabion_share_is_roomy(int cpu, u16 payer);

/* Back what was charged on @cpu. After the ring's tail has moved; under gabion_ring_mutex. */
void gabion_share_return(int cpu, u16 payer, enum gabion_purse purse, u32 size);

/* Events of @payer lost on @cpu since the module was loaded. */
u64 gabion_share_lost(int cpu, u16 payer);
/* Likewise: operations refused. */
u64 gabion_share_withheld(int cpu, u16 payer);

/* @ring_size: bytes of each CPU's ring. Return: 0 or -ENOMEM. */
int gabion_share_init(u32 ring_size);
void gabion_share_exit(void);

#endif /* GABION_AUDIT_SHARE_H */
