// SPDX-License-Identifier: GPL-2.0
/* Events that say the same.  See audit_fold.h. */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/string.h>
#include "audit.h"
#include "audit_fold.h"

/* What a record says begins here, and it is a whole number of words. */
#define SAYS	offsetof(struct gabion_record, start)
static_assert(SAYS % sizeof(u64) == 0);

u64 *gabion_fold_place(struct gabion_fold *fold, const struct gabion_record *record)
{
	const u64 *word = (const void *)record;
	u64 sum = 0;
	u32 i;

	for (i = SAYS / sizeof(u64); i < record->size / sizeof(u64); i++)
		sum = rol64(sum, 5) ^ word[i];
	return &fold->position[hash_64(sum, ilog2(ARRAY_SIZE(fold->position)))];
}

bool gabion_fold_into(struct gabion_record *earlier, const struct gabion_record *record)
{
	return earlier->size == record->size &&
	       !memcmp((const u8 *)earlier + SAYS, (const u8 *)record + SAYS, record->size - SAYS) &&
	       gabion_fold_add(earlier, record->boottime);
}

u32 gabion_fold_count(const struct gabion_record *record, bool final, u64 *last)
{
	atomic64_t *repeats = (atomic64_t *)&record->repeats;
	u64 word;

	lockdep_assert_held(&gabion_ring_mutex);
	word = final ? atomic64_fetch_or(GABION_FOLD_SEEN, repeats) : atomic64_read(repeats);
	*last = record->boottime + (word & GABION_FOLD_DELAY);
	return (word & ~GABION_FOLD_SEEN) / GABION_FOLD_ONE;
}
