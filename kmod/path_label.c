// SPDX-License-Identifier: GPL-2.0
/* Labels of files and their cache.  See path_label.h. */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/magic.h>
#include <linux/percpu.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/vmalloc.h>
#include "creator.h"
#include "engine.h"
#include "mount_kind.h"
#include "path_label.h"
#include "symbol.h"

struct gabion_path_cache gabion_path_cache __ro_after_init;
DEFINE_PER_CPU(u64, gabion_path_cache_hits);
static DEFINE_PER_CPU(u64, cache_misses);

static char *no_path(const struct path *path, char *buf, int len)
{
	return ERR_PTR(-EINVAL);
}

/* d_absolute_path(), which is not exported; see symbol.c for why a static call. */
DEFINE_STATIC_CALL(gabion_absolute_path, no_path);

/* Become the slot's writer, unless there is one. */
static bool slot_lock(struct gabion_path_slot *slot, u16 *version)
{
	*version = READ_ONCE(slot->version);
	if ((*version & 1) || cmpxchg(&slot->version, *version, *version + 1) != *version)
		return false;
	smp_wmb();	/* odd before the contents change; pairs with the reader's smp_rmb() */
	return true;
}

static void slot_unlock(struct gabion_path_slot *slot, u16 version)
{
	smp_store_release(&slot->version, version + 2);	/* even after the contents; as above */
}

/* It says nothing any more. By its writer. */
static void slot_drop(struct gabion_path_slot *slot)
{
	u64 *stamp = &gabion_path_cache.stamps[slot - gabion_path_cache.slots];

	WRITE_ONCE(*stamp, *stamp + 1);
	WRITE_ONCE(slot->dentry, NULL);
}

/* Does the slot say the same of @path already? By its writer. */
static bool slot_says(const struct gabion_path_slot *slot, const struct path *path,
		      const struct gabion_path_slot *value)
{
	return slot->dentry == path->dentry && slot->mnt == path->mnt &&
	       slot->generation == value->generation && slot->renames == value->renames &&
	       slot->mounts == value->mounts && slot->label == value->label;
}

/* Return: the stamp by which the slot is known that says @value of @path; 0: none does. */
static u64 slot_store(const struct path *path, const struct gabion_path_slot *value)
{
	struct gabion_path_slot *slot = gabion_path_slot(path->dentry);
	u64 *stamp = gabion_path_stamp(path->dentry), is = 0;
	u16 version;

	/*
	 * The walk ran while nothing moved, or what it found may belong to no
	 * single moment. Odd counters: a move is under way.
	 */
	if ((value->renames & 1) || (value->mounts & 1) ||
	    value->renames != gabion_sequence(&rename_lock) ||
	    value->mounts != gabion_sequence(gabion_path_cache.mount_lock))
		return 0;
	preempt_disable();
	if (slot_lock(slot, &version)) {
		/* Whoever folds by the stamp (audit_repeat.c) need not begin anew. */
		if (!slot_says(slot, path, value)) {
			WRITE_ONCE(*stamp, *stamp + 1);
			WRITE_ONCE(slot->label, value->label);
			WRITE_ONCE(slot->generation, value->generation);
			WRITE_ONCE(slot->renames, value->renames);
			WRITE_ONCE(slot->mounts, value->mounts);
			WRITE_ONCE(slot->dentry, path->dentry);
			WRITE_ONCE(slot->mnt, path->mnt);
		}
		is = *stamp;
		slot_unlock(slot, version);
	}
	preempt_enable();
	return is;
}

/*
 * A dentry gets its inode: it is new under this address, or was negative.
 * Whatever the slot says of that address is of an earlier life. No one can have
 * stored this life's label yet: only positive dentries are stored.
 *
 * The trampoline leaves when both halves have nothing to do: nobody's domain is to
 * be written down, and the slot says nothing of this address.
 */
GABION_CHECK2(d_instantiate, struct dentry *, dentry, struct inode *, inode)
{
	struct gabion_path_slot *slot = gabion_path_slot(dentry);
	u16 version;

	gabion_creator_record(dentry);
	if (READ_ONCE(slot->dentry) != dentry)
		return 0;
	preempt_disable();
	while (!slot_lock(slot, &version))
		cpu_relax();
	if (slot->dentry == dentry)
		slot_drop(slot);
	slot_unlock(slot, version);
	preempt_enable();
	return 0;
}

/* What a writer stores meanwhile is of now. */
void gabion_path_cache_empty(void)
{
	unsigned long i, slots = 1UL << (64 - gabion_path_cache.shift);

	for (i = 0; i < slots; i++) {
		struct gabion_path_slot *slot = &gabion_path_cache.slots[i];
		u16 version;

		preempt_disable();
		if (READ_ONCE(slot->dentry) && slot_lock(slot, &version)) {
			slot_drop(slot);
			slot_unlock(slot, version);
		}
		preempt_enable();
		if (!(i % 1024))
			cond_resched();
	}
}

/* Private to fs/. */
#define NTFS3_SUPER_MAGIC	0x7366746e
#define VBOXSF_SUPER_MAGIC	0x786f4256

static struct kmem_cache *pages __ro_after_init;

/* Of those given back one for each CPU, for whoever is next there: half of what the cache costs. */
static DEFINE_PER_CPU(char *, spare);

/*
 * With a constructor the kernel does not clear what it gives out (init_on_alloc):
 * that would be a quarter of the price of a name, and of a page nothing but the
 * name is read.
 */
static void construct(void *page)
{
}

int gabion_path_buffer_get(struct gabion_path_buffer *buffer, gfp_t gfp)
{
	buffer->path = NULL;
	buffer->tail = NULL;
	buffer->length = 0;
	buffer->place.stamp = 0;
	/* Whether or not anything is: who may not is found out on a debug kernel. */
	might_alloc(gfp);
	buffer->page = this_cpu_read(spare) ? this_cpu_xchg(spare, NULL) : NULL;
	if (!buffer->page)
		buffer->page = kmem_cache_alloc(pages, gfp);
	return buffer->page ? 0 : -ENOMEM;
}

void gabion_path_buffer_put(struct gabion_path_buffer *buffer)
{
	/* KASAN is to see who uses it after this. */
	if (buffer->page &&
	    (IS_ENABLED(CONFIG_KASAN) || this_cpu_cmpxchg(spare, NULL, buffer->page)))
		kmem_cache_free(pages, buffer->page);
	buffer->page = NULL;
}

/*
 * POSIX message queues have one name, wherever and whether the filesystem is
 * mounted: mq_open(3) reaches it through a mount inside the kernel.
 */
static char *queue_name(const struct path *path, char *page)
{
	static const char prefix[] = GABION_QUEUE_DIRECTORY;
	size_t n = sizeof(prefix) - 1;
	char *name = dentry_path_raw(path->dentry, page + n, PATH_MAX - n);

	if (IS_ERR(name))
		return name;
	/* "/", or "/NAME": the root keeps no slash. */
	if (!name[1])
		name++;
	return memcpy(name - n, prefix, n);
}

int gabion_path_name(const struct path *path, struct gabion_path_buffer *buffer)
{
	char *name = gabion_path_is_queue(path)
			     ? queue_name(path, buffer->page)
			     : static_call(gabion_absolute_path)(path, buffer->page, PATH_MAX);

	buffer->path = NULL;
	buffer->tail = NULL;
	buffer->length = 0;
	/* prepend() in fs/d_path.c fills the page to its beginning before it gives up. */
	if (IS_ERR(name) && PTR_ERR(name) == -ENAMETOOLONG)
		buffer->tail = buffer->page;
	if (IS_ERR(name))
		return PTR_ERR(name);
	buffer->path = name;
	buffer->length = buffer->page + PATH_MAX - 1 - name;
	return 0;
}

/*
 * In all directories, as vfat? Of some the dentry cache does not know: it keeps each spelling, and
 * the server, or the list of short names, leads all of them to one file.
 */
static bool folds_all(const struct super_block *sb)
{
	switch (sb->s_magic) {
	case PROC_SUPER_MAGIC:
		/* Its function says "gone" that way. */
		return false;
	case CIFS_SUPER_MAGIC:
	case SMB2_SUPER_MAGIC:
	case NTFS3_SUPER_MAGIC:
	case VBOXSF_SUPER_MAGIC:
		return true;
	default:
		return sb->s_root->d_flags & DCACHE_OP_COMPARE;
	}
}

/* Are there directories on it in which other spellings lead to the same? */
static bool may_fold(const struct super_block *sb)
{
#if IS_ENABLED(CONFIG_UNICODE)
	return sb->s_encoding || folds_all(sb);
#else
	return folds_all(sb);
#endif
}

/* Do other spellings lead to what is in @directory? */
static bool folds(const struct dentry *directory)
{
	const struct inode *inode = d_inode_rcu(directory);

	/* Removed meanwhile, and the parent no more: how it spelt names is not known. */
	return !inode || IS_CASEFOLDED(inode) || folds_all(directory->d_sb);
}

/* Bytes of the last part of @name, which has @length, if @dentry is called so; 0: it is not. */
static size_t last_part(const char *name, size_t length, const struct dentry *dentry)
{
	/* As prepend_name(). A name that is being changed ends with a NUL all the while. */
	const char *part = smp_load_acquire(&dentry->d_name.name);
	size_t n = READ_ONCE(dentry->d_name.len) + 1;

	return n <= length && name[length - n] == '/' && !strncmp(part, name + length - n + 1, n - 1)
		       ? n : 0;
}

/*
 * Bytes at the end of the name in @buffer, which is @path's, that may be spelt otherwise: below the
 * topmost directory that does not care about the case, or knows short names as well (vfat). 0:
 * none. -1: it is called something else by now. Under RCU: directories may go meanwhile.
 */
static ssize_t folded_bytes(const struct path *path, const struct gabion_path_buffer *buffer)
{
	const struct dentry *d = path->dentry, *parent;
	size_t left = buffer->length, folded = 0, part;

	while (d != path->mnt->mnt_root && !IS_ROOT(d)) {
		part = last_part(buffer->path, left, d);
		if (!part)
			return -1;
		left -= part;
		parent = READ_ONCE(d->d_parent);
		if (folds(parent))
			folded = buffer->length - left;
		d = parent;
	}
	return folded;
}

/* Does @state stay what it is, whatever is read? */
static bool is_sink(const struct gabion_dfa *dfa, u32 state)
{
	u8 byte = 0;

	do {
		if (gabion_dfa_walk(dfa, state, &byte, 1) != state)
			return false;
	} while (++byte);
	return true;
}

/*
 * Label and state of the name in @buffer. One that has other spellings counts only where no rule
 * can tell names below that place apart; otherwise nothing names it. Return: false if @path is
 * called something else by now.
 */
static bool label_name(const struct gabion_dfa *dfa, const struct path *path,
		       struct gabion_path_buffer *buffer)
{
	ssize_t folded = may_fold(path->dentry->d_sb) ? folded_bytes(path, buffer) : 0;
	size_t exact = folded > 0 ? buffer->length - folded + 1 : buffer->length;

	buffer->label = GABION_LABEL_NONE;
	if (folded < 0)
		return false;
	buffer->state = gabion_dfa_walk(dfa, dfa->start, buffer->path, exact);
	if (!folded || is_sink(dfa, buffer->state))
		buffer->label = le32_to_cpu(dfa->accept[buffer->state]);
	return true;
}

/*
 * Without a name. Rules on `unreachable` are about what can have none. A file on what was mounted
 * has one for others, even if who holds it reached it past its name, or its mount is gone, as those
 * of a namespace are that ended: no rule is about it.
 */
static u32 nameless_label(const struct path *path)
{
	return gabion_mount_kind(path->mnt) == GABION_MOUNT_NAMED ? GABION_LABEL_NONE
								   : GABION_LABEL_UNREACHABLE;
}

/* That of a memfd decides about its code alone (creator.h): the cache says what decides all. */
static bool may_cache(const struct path *path)
{
	return d_is_positive(path->dentry) &&
	       (gabion_mount_kind(path->mnt) != GABION_MOUNT_PSEUDO || gabion_path_is_queue(path));
}

/* How often an object, or what is above it, may be renamed before nothing names it. */
#define NAME_TRIES	16

u32 gabion_path_label(const struct gabion_policy *policy, const struct path *path,
		      struct gabion_path_buffer *buffer)
{
	const struct gabion_dfa *dfa = &policy->view.classes[GABION_CLASS_FILE].dfa;
	struct gabion_path_slot value = { .generation = policy->generation };
	int tries = NAME_TRIES;

	this_cpu_inc(cache_misses);
	do {
		value.renames = gabion_sequence(&rename_lock);
		value.mounts = gabion_sequence(gabion_path_cache.mount_lock);
		smp_rmb();	/* the counters are read before the name */
		buffer->state = dfa->start;
		if (gabion_path_name(path, buffer)) {
			buffer->label = nameless_label(path);
			break;
		}
	} while (!label_name(dfa, path, buffer) && --tries);
	smp_rmb();	/* and again after it, in slot_store() */
	value.label = buffer->label;
	buffer->place = (struct gabion_place){
		.dentry = path->dentry,
		.mnt = path->mnt,
		.stamp = may_cache(path) ? slot_store(path, &value) : 0,
		.renames = value.renames,
		.mounts = value.mounts,
	};
	return buffer->label;
}

void gabion_path_cache_stats(u64 *hits, u64 *misses)
{
	int cpu;

	*hits = 0;
	*misses = 0;
	for_each_possible_cpu(cpu) {
		*hits += per_cpu(gabion_path_cache_hits, cpu);
		*misses += per_cpu(cache_misses, cpu);
	}
}

int __init gabion_path_label_init(unsigned int count)
{
	unsigned int bits = ilog2(clamp(count, 64U, 1U << 24));
	unsigned long absolute_path = gabion_symbol_address("d_absolute_path");

	gabion_path_cache.mount_lock = (void *)gabion_symbol_address("mount_lock");
	if (!absolute_path || !gabion_path_cache.mount_lock)
		return -ENOENT;
	static_call_update(gabion_absolute_path,
			   (char *(*)(const struct path *, char *, int))absolute_path);
	pages = kmem_cache_create("gabion_path", PATH_MAX, 0, 0, construct);
	if (!pages)
		return -ENOMEM;
	gabion_path_cache.shift = 64 - bits;
	gabion_path_cache.slots = vzalloc(array_size(sizeof(struct gabion_path_slot), 1UL << bits));
	gabion_path_cache.stamps = vzalloc(array_size(sizeof(u64), 1UL << bits));
	if (gabion_path_cache.slots && gabion_path_cache.stamps)
		return 0;
	gabion_path_label_exit();
	return -ENOMEM;
}

void gabion_path_label_exit(void)
{
	int cpu;

	vfree(gabion_path_cache.stamps);
	vfree(gabion_path_cache.slots);
	for_each_possible_cpu(cpu)
		if (per_cpu(spare, cpu))
			kmem_cache_free(pages, per_cpu(spare, cpu));
	kmem_cache_destroy(pages);
}
