// SPDX-License-Identifier: GPL-2.0
/* Names of an object by its dentry.  See object_names.h. */
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/kernfs.h>
#include <linux/list.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/nsproxy.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include "creator.h"
#include "mount_kind.h"
#include "object_names.h"

/*
 * Distance from a struct vfsmount to its mnt_instance, which links the mounts of
 * a superblock in s_mounts (fs/mount.h, private).
 */
static long instance_offset __ro_after_init;

static const struct vfsmount *mount_of(const struct list_head *instance)
{
	return (const void *)((const u8 *)instance - instance_offset);
}

/* mount_lock for readers: its counter, by which labels are cached, does not move. */
static void lock_mounts(void)
	__acquires(((seqlock_t *)gabion_path_cache.mount_lock)->lock)
{
	read_seqlock_excl((seqlock_t *)gabion_path_cache.mount_lock);
}

static void unlock_mounts(void)
	__releases(((seqlock_t *)gabion_path_cache.mount_lock)->lock)
{
	read_sequnlock_excl((seqlock_t *)gabion_path_cache.mount_lock);
}

/* How many mounts are looked at with the lock held, a few loads each: anybody can make very many. */
#define LOOKS_MAX	4096

/*
 * Calls @look for all mounts of @sb, in whatever namespace, until it returns true. Where the lock is
 * given up in between, a reference keeps the place: mntput_no_expire() takes a mount off the list
 * when the last one goes, under that lock, and new ones come at the end. May sleep.
 */
static bool any_mount(struct super_block *sb,
		      bool (*look)(const struct vfsmount *mnt, void *data), void *data)
{
	const struct list_head *instance;
	struct vfsmount *place = NULL, *last;
	unsigned int looks = 0;
	bool any = false;

	lock_mounts();
	list_for_each(instance, &sb->s_mounts) {
		any = look(mount_of(instance), data);
		if (any)
			break;
		if (++looks < LOOKS_MAX)
			continue;
		last = place;
		place = mntget((struct vfsmount *)mount_of(instance));
		unlock_mounts();
		mntput(last);
		cond_resched();
		looks = 0;
		lock_mounts();
	}
	unlock_mounts();
	mntput(place);
	return any;
}

/**
 * struct collection - references to the mounts in the current namespace
 * @mounts:	the first of them
 * @room:	how many @mounts has room for
 * @n:		how many there are
 */
struct collection {
	struct vfsmount **mounts;
	unsigned int room;
	unsigned int n;
};

static bool collect(const struct vfsmount *mnt, void *data)
{
	struct collection *c = data;

	if (gabion_mount_namespace(mnt) != current->nsproxy->mnt_ns)
		return false;
	if (c->n < c->room)
		c->mounts[c->n] = mntget((struct vfsmount *)mnt);
	c->n++;
	return false;
}

static bool is_layer_at(const struct vfsmount *mnt, void *dentry)
{
	return mnt->mnt_root == dentry && gabion_mount_kind(mnt) == GABION_MOUNT_LAYER;
}

bool gabion_dentry_is_layer(struct dentry *dentry)
{
	return any_mount(dentry->d_sb, is_layer_at, dentry);
}

static void put_mounts(struct vfsmount **mounts, unsigned int n)
{
	while (n--)
		mntput(mounts[n]);
}

/**
 * struct object - what is decided about
 * @dentry:	NULL: nobody has looked for its name
 * @node:	its place in a cgroup filesystem then
 */
struct object {
	struct dentry *dentry;
	struct kernfs_node *node;
};

/*
 * The name that a lookup would find: that of the mount, and the place below. A kernfs has
 * no other names.
 */
static int decide_node(enum gabion_hook_id hook, struct vfsmount *mnt, struct kernfs_node *node,
		       u32 wanted)
{
	const struct path top = { .mnt = mnt, .dentry = mnt->mnt_root };
	struct gabion_path_buffer above = {}, name = {};
	size_t room;
	int err;

	if (gabion_path_buffer_get(&above, GFP_KERNEL) || gabion_path_buffer_get(&name, GFP_KERNEL)) {
		err = gabion_no_memory(hook, gabion_task_label(current), wanted);
		goto out;
	}
	err = -ENOENT;
	if (gabion_path_name(&top, &above))
		goto out;
	memcpy(name.page, above.path, above.length);
	room = PATH_MAX - above.length;
	err = kernfs_path_from_node(node, d_inode(mnt->mnt_root)->i_private,
				    name.page + above.length, room);
	/* Up from the mount's root: not below it. */
	if (err < 0 || err >= room || !strncmp(name.page + above.length, "/..", 3))
		err = -ENOENT;
	else
		err = gabion_decide_name(hook, name.page, above.length + err, wanted);
out:
	gabion_path_buffer_put(&above);
	gabion_path_buffer_put(&name);
	return err;
}

/* By the name that @object has on @mnt; -ENOENT: none. */
static int decide_on(enum gabion_hook_id hook, struct vfsmount *mnt, const struct object *object,
		     u32 wanted)
{
	const struct path path = { .mnt = mnt, .dentry = object->dentry };

	if (!object->dentry)
		return decide_node(hook, mnt, object->node, wanted);
	if (!is_subdir(object->dentry, mnt->mnt_root))
		return -ENOENT;
	return gabion_decide_path(hook, &path, wanted, GFP_KERNEL);
}

static int decide_each(enum gabion_hook_id hook, struct vfsmount **mounts, unsigned int n,
		       const struct object *object, u32 wanted)
{
	bool named = false;
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		err = decide_on(hook, mounts[i], object, wanted);
		if (err && err != -ENOENT)
			return err;
		named |= !err;
		cond_resched();
	}
	return named ? 0 : gabion_decide_nameless(hook, GABION_LABEL_NONE, wanted);
}

#define MOUNTS_ON_STACK	8

static int decide_names(enum gabion_hook_id hook, struct super_block *sb,
			const struct object *object, u32 wanted)
{
	struct vfsmount *few[MOUNTS_ON_STACK];
	struct collection c = { .mounts = few, .room = ARRAY_SIZE(few) };
	int err;

	while (any_mount(sb, collect, &c), c.n > c.room) {
		put_mounts(c.mounts, c.room);
		if (c.mounts != few)
			kvfree(c.mounts);
		c.room = c.n + MOUNTS_ON_STACK;
		c.n = 0;
		c.mounts = kvmalloc_array(c.room, sizeof(*c.mounts), GFP_KERNEL);
		if (!c.mounts)
			return gabion_no_memory(hook, gabion_task_label(current), wanted);
	}
	err = gabion_decide_together(decide_each(hook, c.mounts, c.n, object, wanted));
	put_mounts(c.mounts, c.n);
	if (c.mounts != few)
		kvfree(c.mounts);
	return err;
}

int gabion_decide_dentry(enum gabion_hook_id hook, struct dentry *dentry, u32 wanted)
{
	const struct object object = { .dentry = dentry };

	if (gabion_kernel_acts())
		return 0;
	if (dentry->d_sb->s_flags & SB_NOUSER)
		return gabion_decide_creator(hook, gabion_task_label(current), dentry, wanted);
	return decide_names(hook, dentry->d_sb, &object, wanted);
}

int gabion_decide_inode(enum gabion_hook_id hook, struct inode *inode, u32 wanted)
{
	struct object object = {};
	int err;

	if (inode->i_sb->s_flags & SB_NOUSER)
		return 0;
	object.dentry = d_find_alias(inode);
	if (!object.dentry && inode->i_sb->s_magic == CGROUP2_SUPER_MAGIC)
		object.node = inode->i_private;
	if (!object.dentry && !object.node)
		return gabion_decide_nameless(hook, GABION_LABEL_NONE, wanted);
	err = decide_names(hook, inode->i_sb, &object, wanted);
	dput(object.dentry);
	return err;
}

/* Does every entry of @sb's list, taken at @offset, look like a mount of @sb? */
static bool __init all_of(const struct super_block *sb, long offset)
{
	const struct list_head *instance;
	bool all = true;

	lock_mounts();
	list_for_each(instance, &sb->s_mounts) {
		const struct vfsmount *mnt = (const void *)((const u8 *)instance - offset);

		all = all && gabion_mount_superblock(mnt) == sb;
	}
	unlock_mounts();
	return all;
}

/* The entry of @mnt in its superblock's list is the one within struct mount. */
int __init gabion_object_names_init(void)
{
	const struct list_head *instance;
	struct path root;
	long offset = 0, distance;

	get_fs_root(current->fs, &root);
	lock_mounts();
	list_for_each(instance, &root.mnt->mnt_sb->s_mounts) {
		distance = (const u8 *)instance - (const u8 *)root.mnt;
		if (distance > 0 && distance < GABION_MOUNT_BYTES)
			offset = distance;
	}
	unlock_mounts();
	if (offset && !all_of(root.mnt->mnt_sb, offset))
		offset = 0;
	path_put(&root);
	instance_offset = offset;
	return offset ? 0 : -ENOENT;
}
