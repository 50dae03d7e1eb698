/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Folding: an event that says the same as one that lies unread in the same CPU's ring
 * is counted there, and needs no room.
 *
 * Two records say the same if they are equal byte by byte from @start on: process,
 * decision, object, and every name as it was read at the time. What repeats a record is one word in it,
 * changed by the CPU that owns the ring, and closed by the reader when the subscriber gets the
 * record: count and time of the last are of one moment, and either the reader has seen
 * a repetition, or the writer sees that it came too late.
 *
 * Most of them are counted before there is a second record to compare: audit_repeat.h.
 */
#ifndef GABION_AUDIT_FOLD_H
#define GABION_AUDIT_FOLD_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include "audit.h"

/**
 * struct gabion_fold - where the last record of each hash is; of one CPU
 * @position:	in the ring; owning CPU, interrupts off
 */
struct gabion_fold {
	u64 position[64];
};

/* The place for what @record says. It is complete. */
u64 *gabion_fold_place(struct gabion_fold *fold, const struct gabion_record *record);

/*
 * Count @record in @earlier, which lies in the ring of this CPU, if both say the same and
 * @earlier was not read yet. Interrupts off. Return: whether it was counted.
 */
bool gabion_fold_into(struct gabion_record *earlier, const struct gabion_record *record);

/* The word of repetitions: ns from the first to the last, how many, and that it was read. */
#define GABION_FOLD_DELAY	(BIT_ULL(41) - 1)	/* 36 minutes */
#define GABION_FOLD_ONE		BIT_ULL(41)
#define GABION_FOLD_MOST	(BIT_ULL(63) - GABION_FOLD_ONE)
#define GABION_FOLD_SEEN	BIT_ULL(63)

/*
 * Count one more in @earlier, that says the same and was made at @boottime, unless @earlier was
 * read already. Interrupts off. Return: whether it was counted.
 */
static inline bool gabion_fold_add(struct gabion_record *earlier, u64 boottime)
{
	/* A clock that is read without a lock may be behind by some ns. */
	u64 delay = max_t(s64, boottime - earlier->boottime, 0);
	s64 old = atomic64_read(&earlier->repeats);

	lockdep_assert_irqs_disabled();
	if (delay > GABION_FOLD_DELAY)
		return false;
	do {
		if ((u64)old >= GABION_FOLD_MOST)	/* SEEN, or it counts no further */
			return false;
	} while (!atomic64_try_cmpxchg(&earlier->repeats, &old,
				       ((old & ~GABION_FOLD_DELAY) + GABION_FOLD_ONE) | delay));
	return true;
}

/**
 * gabion_fold_count - how often was said again what @record says?
 * @final:	the subscriber gets it: no more after this
 * @last:	CLOCK_BOOTTIME of the last time
 *
 * Under gabion_ring_mutex.
 */
u32 gabion_fold_count(const struct gabion_record *record, bool final, u64 *last);

#endif /* GABION_AUDIT_FOLD_H */
