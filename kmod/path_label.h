/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The label of a file: its host-absolute name through the policy's DFA.
 *
 * Labels of existing files are cached by (mount, dentry).  An entry carries the
 * generation of the policy and the two kernel sequence counters under which
 * names can change (rename_lock: every dentry move; mount_lock: every change of
 * the mount tree), as they were before the name was read.  It counts only while
 * all three are the same, so an entry is exact or not used at all.  A dentry
 * that is freed and reused for another name passes d_instantiate() first, whose
 * hook drops the entry; until then it is negative, and for negative dentries the
 * cache is neither asked nor filled.
 *
 * Bounded: a fixed number of slots, the newest wins.  Reading takes no lock and
 * writes nothing but a per-CPU counter.
 */
#ifndef GABION_PATH_LABEL_H
#define GABION_PATH_LABEL_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/path.h>
#include <linux/percpu.h>
#include <linux/seqlock.h>
#include "policy.h"

/**
 * struct gabion_path_slot - one cached label
 * @dentry:	compared only, never dereferenced
 * @mnt:	likewise
 * @generation:	policy that gave the label
 * @renames:	rename_lock's counter before the name was read
 * @mounts:	mount_lock's counter before the name was read
 * @label:	label of (@mnt, @dentry)
 * @version:	odd while a writer is inside; a reader takes only what it saw between two equal,
 *		even values, with preemption off, so that it cannot come round unnoticed. Writers
 *		take it by cmpxchg and give up when they lose.
 */
struct gabion_path_slot {
	const struct dentry *dentry;
	const struct vfsmount *mnt;
	u32 generation;
	u32 renames;
	u32 mounts;
	u16 label;
	u16 version;
};

static_assert(sizeof(struct gabion_path_slot) == 32);
static_assert(GABION_LABELS_MAX <= U16_MAX);

/**
 * struct gabion_path_cache - the cache; constant after init but for what is in the slots
 * @slots:	1 << (64 - @shift) slots, chosen by dentry alone: d_instantiate() knows no mount
 * @stamps:	of each slot how often what is in it changed; by the slot's writer
 * @shift:	by which a hash is shortened to a slot's number
 * @mount_lock:	the kernel's, which is not exported
 */
struct gabion_path_cache {
	struct gabion_path_slot *slots;
	u64 *stamps;
	unsigned int shift;
	const seqlock_t *mount_lock;
};

extern struct gabion_path_cache gabion_path_cache;
DECLARE_PER_CPU(u64, gabion_path_cache_hits);

static inline u32 gabion_sequence(const seqlock_t *lock)
{
	return READ_ONCE(lock->seqcount.seqcount.sequence);
}

/* Is somebody, perhaps the current task, changing names or mounts right now? */
static inline bool gabion_path_names_change(void)
{
	return (gabion_sequence(&rename_lock) | gabion_sequence(gabion_path_cache.mount_lock)) & 1;
}

/*
 * By which a dentry's address is spread over the slots, as in hash_64() of linux/hash.h, whose
 * own factor does badly here: dentries made one after the other are 192 bytes apart in their
 * slabs, and of 4,000 such that take turns GOLDEN_RATIO_64 gives 30 % or less a slot of their own
 * out of 8,192. This one gives 96 % one, and 93 % of 8,000, in slabs of 1, 2, 4 and 8 pages, also of
 * dentries of 224 and 256 bytes; in slabs that lie about at random it is as good as chance. Found
 * by trying odd numbers on such addresses.
 */
#define GABION_PATH_SPREAD	0x09db6edb846d9503ULL

/* The number of @dentry's slot. As in trampoline.S. */
static inline unsigned long gabion_path_number(const struct dentry *dentry)
{
	return (unsigned long)dentry * GABION_PATH_SPREAD >> gabion_path_cache.shift;
}

static inline struct gabion_path_slot *gabion_path_slot(const struct dentry *dentry)
{
	return &gabion_path_cache.slots[gabion_path_number(dentry)];
}

static inline u64 *gabion_path_stamp(const struct dentry *dentry)
{
	return &gabion_path_cache.stamps[gabion_path_number(dentry)];
}

/**
 * struct gabion_place - by what is seen that an object still has the name that was read
 * @dentry:	compared only, never dereferenced
 * @mnt:	likewise
 * @stamp:	of the slot that has held the two since before the name was read. 0: none has
 * @renames:	rename_lock's counter
 * @mounts:	mount_lock's counter
 *
 * While all of it is the same an object that is found at (@dentry, @mnt), and is not negative,
 * has the same name: had the dentry been freed and used again, d_instantiate() would have
 * dropped the slot, or another have taken it before, and either changes the stamp.
 */
struct gabion_place {
	const struct dentry *dentry;
	const struct vfsmount *mnt;
	u64 stamp;
	u32 renames;
	u32 mounts;
};

/**
 * struct gabion_path_buffer - room for one absolute path
 * @page:	PATH_MAX bytes, NULL until needed
 * @path:	the path inside @page, NULL if the object has none, or one longer than PATH_MAX
 * @tail:	the end of that which is longer, inside @page, for the record; otherwise NULL
 * @length:	bytes in @path without NUL
 * @label:	of @path; this, @state and @place by gabion_path_label(), for the policy it was given
 * @state:	of the DFA after @path; without a path there is none
 * @place:	where @path was read; no stamp until then
 */
struct gabion_path_buffer {
	char *page;
	const char *path;
	const char *tail;
	size_t length;
	u32 label;
	u32 state;
	struct gabion_place place;
};

/* Where POSIX message queues are, as rules name them. */
#define GABION_QUEUE_DIRECTORY	"/dev/mqueue"

/* MQUEUE_MAGIC of ipc/mqueue.c, private. */
#define GABION_QUEUE_MAGIC	0x19800202

static inline bool gabion_path_is_queue(const struct path *path)
{
	return path->dentry->d_sb->s_magic == GABION_QUEUE_MAGIC;
}

/* Label from the cache, or -1. Caller has preemption off. */
static __always_inline int gabion_path_label_cached(const struct gabion_policy *policy,
						    const struct path *path)
{
	const struct gabion_path_slot *slot = gabion_path_slot(path->dentry);
	u16 version, label;

	/*
	 * A name that is about to be made: d_instantiate() has not yet dropped
	 * what the slot says of this dentry's earlier life.
	 */
	if (d_is_negative(path->dentry))
		return -1;
	/* Pairs with slot_unlock(): the contents are of this version or later. */
	version = smp_load_acquire(&slot->version);
	label = READ_ONCE(slot->label);
	if (READ_ONCE(slot->dentry) != path->dentry || READ_ONCE(slot->mnt) != path->mnt ||
	    READ_ONCE(slot->generation) != policy->generation ||
	    READ_ONCE(slot->renames) != gabion_sequence(&rename_lock) ||
	    READ_ONCE(slot->mounts) != gabion_sequence(gabion_path_cache.mount_lock))
		return -1;
	smp_rmb();	/* pairs with slot_lock() and slot_unlock() */
	if ((version & 1) || READ_ONCE(slot->version) != version)
		return -1;
	this_cpu_inc(gabion_path_cache_hits);
	return label;
}

/**
 * gabion_path_label - label of @path by its name; goes into the cache
 * @policy:	caller holds rcu_read_lock() from which it came
 * @path:	referenced by the caller
 * @buffer:	with @page allocated (gabion_path_buffer_get()); path, label and state are left in it
 *
 * Two names with the same state have the same label, and so have all names below
 * them: the DFA is minimal. Any context, does not sleep.
 * Return: a label; GABION_LABEL_UNREACHABLE if it can have no host-absolute name;
 * GABION_LABEL_NONE if it is not reached by its name, that is longer than PATH_MAX, or what
 * rules say depends on how a name is spelt where case does not matter.
 */
u32 gabion_path_label(const struct gabion_policy *policy, const struct path *path,
		      struct gabion_path_buffer *buffer);

/* Return: 0 or -ENOMEM. */
int gabion_path_buffer_get(struct gabion_path_buffer *buffer, gfp_t gfp);
void gabion_path_buffer_put(struct gabion_path_buffer *buffer);

/* Fill @buffer with the name of @path. Return: 0 or a negative errno (no such name). */
int gabion_path_name(const struct path *path, struct gabion_path_buffer *buffer);

/*
 * Forget all labels. The kernel's counters have 32 bits: who renames for hours brings them
 * round to what an entry says. So it is done each minute, in which nobody renames 2^31 times.
 * Context: may sleep.
 */
void gabion_path_cache_empty(void);

/* Cache totals since load. */
void gabion_path_cache_stats(u64 *hits, u64 *misses);

int gabion_path_label_init(unsigned int slots);
void gabion_path_label_exit(void);

#endif /* GABION_PATH_LABEL_H */
