// SPDX-License-Identifier: GPL-2.0
/* Open files: opening, mapping, changing the mode they were opened in. */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/personality.h>
#include "decision.h"
#include "engine.h"

/* O_APPEND without O_TRUNC can only add; every other way of writing can overwrite. */
static u32 write_permission(const struct file *file)
{
	return (file->f_flags & (O_APPEND | O_TRUNC)) == O_APPEND ? GABION_FILE_APPEND
								   : GABION_FILE_WRITE;
}

/*
 * do_dentry_open(), for every open but O_PATH.  The name was already made by
 * path_mknod if it is new; O_TMPFILE makes a file without passing there.
 *
 * An open for execution shows nothing to the task: whether it may be executed
 * is for bprm_check, and for mmap_file in the new domain.
 */
GABION_CHECK1(file_open, struct file *, file)
{
	u32 wanted = 0;

	if (file->f_flags & __FMODE_EXEC)
		return 0;
	if (file->f_mode & FMODE_READ)
		wanted |= GABION_FILE_READ;
	if (file->f_mode & FMODE_WRITE)
		wanted |= write_permission(file);
	if (file->f_flags & __O_TMPFILE)
		wanted |= GABION_FILE_CREATE;
	return gabion_decide_path(GABION_HOOK_file_open, &file->f_path, wanted, GFP_KERNEL);
}

/* Taking O_APPEND away turns append into write. */
GABION_CHECK3(file_fcntl, struct file *, file, unsigned int, cmd, unsigned long, arg)
{
	if (cmd != F_SETFL || (arg & O_APPEND) || !(file->f_flags & O_APPEND) ||
	    !(file->f_mode & FMODE_WRITE))
		return 0;
	return gabion_decide_path(GABION_HOOK_file_fcntl, &file->f_path, GABION_FILE_WRITE,
				  GFP_KERNEL);
}

/*
 * Executable mappings of files, and shared writable ones of append-only files,
 * through which they could be overwritten.  mmap_prot() in the function itself
 * adds PROT_EXEC for READ_IMPLIES_EXEC, after we were asked.
 */
GABION_CHECK3(mmap_file, struct file *, file, unsigned long, prot, unsigned long, flags)
{
	u32 wanted = 0;

	if (!file)
		return 0;
	if ((prot & PROT_EXEC) ||
	    ((prot & PROT_READ) && (current->personality & READ_IMPLIES_EXEC)))
		wanted |= GABION_FILE_MAP;
	if ((flags & MAP_TYPE) != MAP_PRIVATE && (file->f_mode & FMODE_WRITE) &&
	    (file->f_flags & O_APPEND))
		wanted |= GABION_FILE_WRITE;
	if (!wanted)
		return 0;
	return gabion_decide_path(GABION_HOOK_mmap_file, &file->f_path, wanted, GFP_KERNEL);
}

GABION_CHECK3(file_mprotect, struct vm_area_struct *, vma, unsigned long, reqprot,
	      unsigned long, prot)
{
	if (!((reqprot | prot) & PROT_EXEC) || (vma->vm_flags & VM_EXEC) || !vma->vm_file)
		return 0;
	return gabion_decide_path(GABION_HOOK_file_mprotect, &vma->vm_file->f_path,
				  GABION_FILE_MAP, GFP_KERNEL);
}

#ifdef GABION_HAVE_FILE_TRUNCATE
/* ftruncate() and open(O_TRUNC); elsewhere they pass path_truncate. */
GABION_CHECK1(file_truncate, struct file *, file)
{
	return gabion_decide_path(GABION_HOOK_file_truncate, &file->f_path, GABION_FILE_WRITE,
				  GFP_KERNEL);
}
#endif
