// SPDX-License-Identifier: GPL-2.0
/* What is known of files beside their contents: attributes, extended ones, watches. */
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/time64.h>
#include "compat.h"
#include "decision.h"
#include "engine.h"
#include "object_names.h"
#include "process_file.h"

/* Whose a process is, is seen at its files' owner. */
static int decide_process_attributes(const struct path *path)
{
	return gabion_decide_together(
		gabion_decide_path(GABION_HOOK_inode_getattr, path, GABION_FILE_STAT, GFP_KERNEL) ?:
		gabion_decide_process(GABION_HOOK_inode_getattr, path->dentry,
				      GABION_DOM_INSPECT));
}

GABION_CHECK1(inode_getattr, const struct path *, path)
{
	if (gabion_is_procfs(path->dentry))
		return decide_process_attributes(path);
	return gabion_decide_path(GABION_HOOK_inode_getattr, path, GABION_FILE_STAT, GFP_KERNEL);
}

/* Not security_inode_setattr(), which has no mount: the other attributes have hooks with a path. */
GABION_CHECK2(vfs_utimes, const struct path *, path, struct timespec64 *, times)
{
	return gabion_decide_path(GABION_HOOK_vfs_utimes, path, GABION_FILE_SETATTR, GFP_KERNEL);
}

/*
 * overlayfs asks its layers in turn, with the task's own credentials: at their
 * roots, which only tell how full the filesystem is that the task may ask about.
 */
GABION_CHECK1(sb_statfs, struct dentry *, dentry)
{
	if (gabion_dentry_is_layer(dentry))
		return 0;
	return gabion_decide_dentry(GABION_HOOK_sb_statfs, dentry, GABION_FILE_STAT);
}

/* Permission events hold up, and refuse, what others do with the file: as a lease does, and more. */
GABION_CHECK3(path_notify, const struct path *, path, u64, mask, unsigned int, type)
{
	u32 wanted = GABION_FILE_WATCH | (mask & ALL_FSNOTIFY_PERM_EVENTS ? GABION_FILE_LOCK : 0);

	if (type == FSNOTIFY_OBJ_TYPE_INODE)
		return gabion_decide_path(GABION_HOOK_path_notify, path, wanted, GFP_KERNEL);
	return gabion_decide_together(
		gabion_decide_control(GABION_HOOK_path_notify, GABION_CONTROL_WATCH) ?:
		gabion_decide_path(GABION_HOOK_path_notify, path, wanted, GFP_KERNEL));
}

GABION_CHECK1(inode_readlink, struct dentry *, dentry)
{
	return gabion_decide_dentry(GABION_HOOK_inode_readlink, dentry, GABION_FILE_STAT);
}

GABION_CHECK2(inode_setxattr, void *, idmap, struct dentry *, dentry)
{
	return gabion_decide_dentry(GABION_HOOK_inode_setxattr, dentry, GABION_FILE_SETATTR);
}

GABION_CHECK1(inode_getxattr, struct dentry *, dentry)
{
	return gabion_decide_dentry(GABION_HOOK_inode_getxattr, dentry, GABION_FILE_STAT);
}

GABION_CHECK1(inode_listxattr, struct dentry *, dentry)
{
	return gabion_decide_dentry(GABION_HOOK_inode_listxattr, dentry, GABION_FILE_STAT);
}

GABION_CHECK2(inode_removexattr, void *, idmap, struct dentry *, dentry)
{
	return gabion_decide_dentry(GABION_HOOK_inode_removexattr, dentry, GABION_FILE_SETATTR);
}

#ifdef GABION_HAVE_INODE_ACL
GABION_CHECK2(inode_set_acl, void *, idmap, struct dentry *, dentry)
{
	return gabion_decide_dentry(GABION_HOOK_inode_set_acl, dentry, GABION_FILE_SETATTR);
}

GABION_CHECK2(inode_get_acl, void *, idmap, struct dentry *, dentry)
{
	return gabion_decide_dentry(GABION_HOOK_inode_get_acl, dentry, GABION_FILE_STAT);
}

GABION_CHECK2(inode_remove_acl, void *, idmap, struct dentry *, dentry)
{
	return gabion_decide_dentry(GABION_HOOK_inode_remove_acl, dentry, GABION_FILE_SETATTR);
}
#endif
