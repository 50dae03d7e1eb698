// SPDX-License-Identifier: GPL-2.0
/* Operations on names and on attributes of files. */
#include <linux/fs.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/path.h>
#include "decision.h"
#include "engine.h"

/* The name @dentry will have, or has, in directory @dir. */
static struct path child(const struct path *dir, struct dentry *dentry)
{
	return (struct path){ .mnt = dir->mnt, .dentry = dentry };
}

static int decide_child(enum gabion_hook_id hook, const struct path *dir, struct dentry *dentry,
			u32 wanted)
{
	struct path path = child(dir, dentry);

	return gabion_decide_path(hook, &path, wanted, GFP_KERNEL);
}

GABION_CHECK2(path_unlink, const struct path *, dir, struct dentry *, dentry)
{
	return decide_child(GABION_HOOK_path_unlink, dir, dentry, GABION_FILE_DELETE);
}

GABION_CHECK2(path_rmdir, const struct path *, dir, struct dentry *, dentry)
{
	return decide_child(GABION_HOOK_path_rmdir, dir, dentry, GABION_FILE_DELETE);
}

GABION_CHECK3(path_mkdir, const struct path *, dir, struct dentry *, dentry, umode_t, mode)
{
	return decide_child(GABION_HOOK_path_mkdir, dir, dentry, GABION_FILE_CREATE);
}

/* Also for open(O_CREAT), with a mode of S_IFREG. */
GABION_CHECK4(path_mknod, const struct path *, dir, struct dentry *, dentry, umode_t, mode,
	      unsigned int, dev)
{
	u32 wanted = GABION_FILE_CREATE;

	if (S_ISBLK(mode) || S_ISCHR(mode))
		wanted |= GABION_FILE_MKNOD;
	return gabion_decide_together(
		decide_child(GABION_HOOK_path_mknod, dir, dentry, wanted) ?:
		gabion_decide_set_id(GABION_HOOK_path_mknod, mode));
}

GABION_CHECK3(path_symlink, const struct path *, dir, struct dentry *, dentry,
	      const char *, old_name)
{
	return decide_child(GABION_HOOK_path_symlink, dir, dentry, GABION_FILE_CREATE);
}

GABION_CHECK3(path_link, struct dentry *, old_dentry, const struct path *, new_dir,
	      struct dentry *, new_dentry)
{
	/* vfs_link() refuses to cross mounts: both names are on new_dir's. */
	struct path from = child(new_dir, old_dentry), to = child(new_dir, new_dentry);

	return gabion_decide_move(GABION_HOOK_path_link, &from, GABION_FILE_LINK, &to,
				  GABION_FILE_CREATE, false);
}

/* What is replaced goes; what is moved goes from one name and comes at the other. */
static int decide_rename(const struct path *from, const struct path *to, u32 wanted_to)
{
	return gabion_decide_move(GABION_HOOK_path_rename, from, GABION_FILE_DELETE, to, wanted_to,
				  d_is_dir(from->dentry));
}

GABION_CHECK5(path_rename, const struct path *, old_dir, struct dentry *, old_dentry,
	      const struct path *, new_dir, struct dentry *, new_dentry, unsigned int, flags)
{
	struct path from = child(old_dir, old_dentry), to = child(new_dir, new_dentry);
	u32 wanted_to = GABION_FILE_CREATE;

	if (d_is_positive(new_dentry))
		wanted_to |= GABION_FILE_DELETE;
	if (!(flags & RENAME_EXCHANGE))
		return decide_rename(&from, &to, wanted_to);
	return gabion_decide_together(
		decide_rename(&from, &to, wanted_to) ?:
		decide_rename(&to, &from, GABION_FILE_CREATE | GABION_FILE_DELETE));
}

GABION_CHECK1(path_truncate, const struct path *, path)
{
	return gabion_decide_path(GABION_HOOK_path_truncate, path, GABION_FILE_WRITE, GFP_KERNEL);
}

GABION_CHECK2(path_chmod, const struct path *, path, umode_t, mode)
{
	umode_t type = d_inode(path->dentry)->i_mode & S_IFMT;

	return gabion_decide_together(
		gabion_decide_path(GABION_HOOK_path_chmod, path, GABION_FILE_SETATTR,
				   GFP_KERNEL) ?:
		gabion_decide_set_id(GABION_HOOK_path_chmod, type | (mode & S_IALLUGO)));
}

GABION_CHECK3(path_chown, const struct path *, path, kuid_t, uid, kgid_t, gid)
{
	return gabion_decide_path(GABION_HOOK_path_chown, path, GABION_FILE_CHOWN, GFP_KERNEL);
}

/*
 * mq_open() and mq_unlink() pass no path hook. Other filesystems do, or are
 * worked on by the kernel.
 */
static int decide_queue(enum gabion_hook_id hook, const struct inode *dir, struct dentry *dentry,
			u32 wanted)
{
	struct path path = { .dentry = dentry };

	if (dir->i_sb->s_magic != GABION_QUEUE_MAGIC)
		return 0;
	path.mnt = current->nsproxy->ipc_ns->mq_mnt;
	return gabion_decide_path(hook, &path, wanted, GFP_KERNEL);
}

GABION_CHECK2(inode_create, struct inode *, dir, struct dentry *, dentry)
{
	return decide_queue(GABION_HOOK_inode_create, dir, dentry, GABION_FILE_CREATE);
}

GABION_CHECK2(inode_unlink, struct inode *, dir, struct dentry *, dentry)
{
	return decide_queue(GABION_HOOK_inode_unlink, dir, dentry, GABION_FILE_DELETE);
}
