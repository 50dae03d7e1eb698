// SPDX-License-Identifier: GPL-2.0
/*
 * Being led to an object: search of directories, symbolic links, access(2),
 * chdir(2). What is found there is asked about by other hooks; but that there is
 * nothing, only these can keep to themselves.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include "decision.h"
#include "engine.h"
#include "lookup.h"
#include "object_names.h"
#include "process_file.h"

#define ALWAYS	(MAY_ACCESS | MAY_WRITE)

u32 gabion_lookup_mask = ALWAYS;

void gabion_lookup_restrict(bool restricted)
{
	WRITE_ONCE(gabion_lookup_mask, restricted ? ALWAYS | MAY_CHDIR | MAY_EXEC : ALWAYS);
}

/* May @domain be led on by everything, and is nothing of it to be recorded? */
static bool roams(u16 domain)
{
	const struct gabion_policy *policy;
	bool everywhere;

	preempt_disable_notrace();
	policy = rcu_dereference_sched(gabion_policy_in_force);
	everywhere = policy && domain < policy->nnumbers && test_bit(domain, policy->roaming);
	preempt_enable_notrace();
	return everywhere;
}

/*
 * Where the current task's walk along a name has come to; NULL: there is none. It is
 * the first member of struct nameidata, which is private to fs/namei.c.
 */
static const struct path *reached(void)
{
	const struct path *path = (const struct path *)current->nameidata;

	return path && path->dentry ? path : NULL;
}

/*
 * @rcu: the walk holds no references, and this must not sleep. What cannot be
 * granted at once is then asked again, by a walk that does (-ECHILD).
 */
static int decide_step(enum gabion_hook_id hook, u16 domain, const struct path *path, bool rcu)
{
	if (gabion_path_granted(domain, path, GABION_FILE_SEARCH))
		return 0;
	return rcu ? -ECHILD
		   : gabion_decide_path_slow(hook, domain, path, GABION_FILE_SEARCH, GFP_KERNEL);
}

static int decide_search(struct inode *inode, bool rcu)
{
	const struct path *path = reached();
	u16 domain = gabion_task_label(current);

	if (roams(domain))
		return 0;
	if (path && d_inode_rcu(path->dentry) == inode)
		return decide_step(GABION_HOOK_inode_permission, domain, path, rcu);
	if (rcu)
		return -ECHILD;
	/* mq_open() and mq_unlink() walk along no name. */
	if (inode->i_sb->s_magic == GABION_QUEUE_MAGIC)
		return gabion_decide_inode(GABION_HOOK_inode_permission, inode, GABION_FILE_SEARCH);
	/* A filesystem, in what is its own: overlayfs in its layers. */
	return 0;
}

/*
 * access(2) overrides the task's credentials for itself, and marks what it made
 * so (access_override_creds()); overlayfs, which asks its layers in turn, does not.
 */
static bool task_asks(void)
{
	const struct cred *cred = current_cred();

	return cred == rcu_access_pointer(current->real_cred) || cred->non_rcu;
}

/* W_OK is for append, which whoever may write may too. */
static u32 access_wanted(const struct inode *inode, int mask)
{
	bool directory = S_ISDIR(inode->i_mode);
	u32 wanted = 0;

	if (mask & MAY_READ)
		wanted |= GABION_FILE_READ;
	if ((mask & MAY_WRITE) && !directory)
		wanted |= GABION_FILE_APPEND;
	if (mask & MAY_EXEC)
		wanted |= directory ? GABION_FILE_SEARCH : GABION_FILE_EXECUTE;
	return wanted ?: GABION_FILE_STAT;
}

/*
 * Into a cgroup, by clone3(2) without a file that is open for it, or with a process that is in another
 * than the task's own part of the tree: the kernel asks whether the file cgroup.procs there, and
 * of the lowest cgroup above both, could be written (cgroup_may_write()). Who opens one has
 * more in the mask.
 */
static bool moves_into_cgroup(const struct inode *inode, int mask)
{
	return mask == MAY_WRITE && inode->i_sb->s_magic == CGROUP2_SUPER_MAGIC &&
	       S_ISREG(inode->i_mode);
}

GABION_CHECK2(inode_permission, struct inode *, inode, int, mask)
{
	if (moves_into_cgroup(inode, mask))
		return gabion_decide_inode(GABION_HOOK_inode_permission, inode, GABION_FILE_APPEND);
	if (mask & (MAY_ACCESS | MAY_CHDIR))
		return task_asks() ? gabion_decide_inode(GABION_HOOK_inode_permission, inode,
							 access_wanted(inode, mask)) : 0;
	if ((mask & ~MAY_NOT_BLOCK) != MAY_EXEC || !S_ISDIR(inode->i_mode))
		return 0;
	return decide_search(inode, mask & MAY_NOT_BLOCK);
}

GABION_CHECK3(inode_follow_link, struct dentry *, dentry, struct inode *, inode, bool, rcu)
{
	const struct path *directory = reached();
	u16 domain = gabion_task_label(current);
	struct path link;

	if (roams(domain))
		return 0;
	if (!directory || directory->dentry->d_sb != dentry->d_sb)
		return rcu ? -ECHILD : gabion_decide_dentry(GABION_HOOK_inode_follow_link, dentry,
							    GABION_FILE_SEARCH);
	link = (struct path){ .mnt = directory->mnt, .dentry = dentry };
	return decide_step(GABION_HOOK_inode_follow_link, domain, &link, rcu);
}

/*
 * The names in /proc/PID/fd are the descriptors that the process has, and the directory's mode
 * says who may look for them. What is found is asked about by others.
 */
GABION_CHECK3(proc_fd_permission, void *, idmap, struct inode *, inode, int, mask)
{
	struct dentry *dentry;
	int err;

	if (mask & MAY_NOT_BLOCK)
		return -ECHILD;
	dentry = d_find_any_alias(inode);
	if (!dentry)
		return gabion_decide_nameless(GABION_HOOK_proc_fd_permission, GABION_LABEL_NONE,
					      GABION_FILE_SEARCH);
	err = gabion_decide_process(GABION_HOOK_proc_fd_permission, dentry, GABION_DOM_INSPECT);
	dput(dentry);
	return err;
}
