// SPDX-License-Identifier: GPL-2.0
/* Who made an object without a name.  See creator.h. */
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/random.h>
#include "creator.h"
#include "decision.h"
#include "descriptor.h"
#include "task_label.h"

/*
 * d_fsdata: bits 63-32 the epoch, 31-16 the domain number, lowest bit set (no
 * pointer). Another epoch: written before we were unloaded and loaded again,
 * when numbers meant other domains.
 */
static u32 epoch __ro_after_init;

#define WRITTEN	1UL

static bool is_ours(const struct dentry *dentry)
{
	const struct super_block *sb = dentry->d_sb;

	if (!IS_ROOT(dentry) || !(sb->s_flags & SB_KERNMOUNT))
		return false;
	switch (sb->s_magic) {
	case PIPEFS_MAGIC:
	case SOCKFS_MAGIC:
	case ANON_INODE_FS_MAGIC:
	case TMPFS_MAGIC:
	case HUGETLBFS_MAGIC:
	case SECRETMEM_MAGIC:
		return true;
	default:
		return false;
	}
}

void gabion_creator_record(struct dentry *dentry)
{
	u16 domain = gabion_task_label(current);

	if (domain != GABION_HOST && is_ours(dentry))
		WRITE_ONCE(dentry->d_fsdata,
			   (void *)((unsigned long)epoch << 32 | (unsigned long)domain << 16 |
				    WRITTEN));
}

u16 gabion_creator(const struct dentry *dentry)
{
	unsigned long data;

	if (!is_ours(dentry))
		return GABION_HOST;
	data = (unsigned long)READ_ONCE(dentry->d_fsdata);
	return (data & WRITTEN) && data >> 32 == epoch ? data >> 16 & U16_MAX : GABION_HOST;
}

/*
 * What the object's other holders learn, and what is learnt of them. Not stat(2), which
 * every program asks of its output.
 */
#define READS	(GABION_FILE_READ | GABION_FILE_LOCK | GABION_FILE_WATCH)
#define WRITES	(GABION_FILE_WRITE | GABION_FILE_APPEND | GABION_FILE_SETATTR | \
		 GABION_FILE_CHOWN | GABION_FILE_LOCK)

/* Permissions on the creator's domain that @wanted on the object comes to. */
static u32 flow_of(u32 wanted)
{
	return (wanted & READS ? GABION_DOM_IPC_READ : 0) |
	       (wanted & WRITES ? GABION_DOM_IPC_WRITE : 0);
}

struct wish {
	const struct dentry *dentry;
	u32 flow;
};

static int gives(const void *data, struct file *file, unsigned int fd)
{
	const struct wish *wish = data;

	return file->f_path.dentry == wish->dentry &&
	       !(wish->flow & ~flow_of(gabion_open_permission(file)));
}

/* Has the task a descriptor already that gives what it opens again (/dev/stdout)? */
static bool is_held(const struct dentry *dentry, u32 flow)
{
	struct wish wish = { .dentry = dentry, .flow = flow };

	return current->files && iterate_fd(current->files, 0, gives, &wish);
}

/* do_shmat() maps the file that newseg() made. */
static bool is_shared_memory(const struct dentry *dentry)
{
	return dentry->d_name.len >= 4 && !memcmp(dentry->d_name.name, "SYSV", 4);
}

/*
 * What there is but one inode of: for all eventfds, timers and their like (anon_inode_inode), for a
 * namespace, for a process. Its owner, locks and watches are those of everybody's. (A dma-buf has
 * its own; nobody is written down as its maker.)
 */
static bool has_shared_inode(const struct dentry *dentry)
{
	return !is_ours(dentry) || (dentry->d_sb->s_magic == ANON_INODE_FS_MAGIC &&
				    IS_PRIVATE(d_inode(dentry)));
}

#define SHARED	(GABION_FILE_SETATTR | GABION_FILE_CHOWN | GABION_FILE_LOCK | GABION_FILE_WATCH)

int gabion_decide_creator(enum gabion_hook_id hook, u16 domain, const struct dentry *dentry,
			  u32 wanted)
{
	u16 creator = gabion_creator(dentry);
	u32 flow = flow_of(wanted);

	if ((wanted & SHARED) && has_shared_inode(dentry))
		return gabion_decide_nameless(hook, GABION_LABEL_UNREACHABLE, wanted & SHARED);
	/* Nobody made a namespace or a process's pidfd in this sense. */
	if (creator == domain || !flow || !is_ours(dentry))
		return 0;
	if ((hook == GABION_HOOK_file_open && !is_held(dentry, flow)) || is_shared_memory(dentry))
		return gabion_decide_domain(hook, domain, creator, 0, flow, 0);
	if (creator == GABION_HOST)
		return 0;
	return gabion_decide_flow(hook, domain, creator, flow);
}

void __init gabion_creator_init(void)
{
	epoch = get_random_u32();
}
