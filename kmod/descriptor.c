// SPDX-License-Identifier: GPL-2.0
/* Descriptors from another domain or policy.  See descriptor.h. */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/magic.h>
#include <linux/net.h>
#include <linux/static_call.h>
#include <net/sock.h>
#include "compat.h"
#include "decision.h"
#include "descriptor.h"
#include "symbol.h"

/* Those of /dev/null, which are not exported. */
static const struct file_operations *null_operations __ro_after_init;

static int no_replace_fd(unsigned int fd, struct file *file, unsigned int flags)
{
	return -ENOSYS;
}

DEFINE_STATIC_CALL(gabion_replace_fd, no_replace_fd);

static bool is_uring(const struct file *file)
{
	const struct qstr *name = &file->f_path.dentry->d_name;

	return (file_inode(file)->i_sb->s_flags & SB_NOUSER) &&
	       !strcmp(name->name, "[io_uring]");
}

bool gabion_is_process_memory(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	return (file->f_mode & FMODE_WRITE) && dentry->d_sb->s_magic == PROC_SUPER_MAGIC &&
	       S_ISREG(file_inode(file)->i_mode) && dentry->d_name.len == 3 &&
	       !memcmp(dentry->d_name.name, "mem", 3);
}

int gabion_decide_jit(enum gabion_hook_id hook, const struct file *file, u32 wanted, gfp_t gfp)
{
	return gabion_decide_together(
		gabion_decide_control(hook, GABION_CONTROL_JIT) ?:
		gabion_decide_path(hook, gabion_file_path(file), wanted, gfp));
}

int gabion_decide_descriptor(enum gabion_hook_id hook, struct file *file)
{
	u32 wanted = gabion_open_permission(file);
	struct socket *sock;

	if (gabion_file_is_backing(file))
		return 0;
	sock = sock_from_file(file);
	if (sock)
		return sock->sk ? gabion_decide_socket(hook, sock->sk) : 0;
	if (is_uring(file))
		return gabion_decide_control(hook, GABION_CONTROL_IO_URING);
	if (!wanted)
		return 0;
	if (gabion_is_process_memory(file))
		return gabion_decide_jit(hook, file, wanted, GFP_ATOMIC);
	return gabion_decide_path(hook, gabion_file_path(file), wanted, GFP_ATOMIC);
}

/* iterate_fd() holds the table's lock. Return: what it is to return, 0 to go on. */
static int find_refused(const void *hook, struct file *file, unsigned int fd)
{
	return gabion_decide_descriptor(*(const enum gabion_hook_id *)hook, file) ? fd + 1 : 0;
}

void gabion_descriptors_review(enum gabion_hook_id hook)
{
	struct files_struct *files = current->files;
	struct file *null = NULL;
	int fd;

	for (fd = iterate_fd(files, 0, find_refused, &hook); fd;
	     fd = iterate_fd(files, fd, find_refused, &hook)) {
		/* One for all of them, of this task alone. */
		if (IS_ERR_OR_NULL(null))
			null = anon_inode_getfile("[gabion-null]", null_operations, NULL, O_RDWR);
		if (IS_ERR(null) || static_call(gabion_replace_fd)(fd - 1, null, 0) < 0)
			close_fd(fd - 1);
	}
	if (!IS_ERR_OR_NULL(null))
		fput(null);
}

int __init gabion_descriptor_init(void)
{
	unsigned long replace = gabion_symbol_address("replace_fd");

	null_operations = (void *)gabion_symbol_address("null_fops");
	if (!replace || !null_operations)
		return -ENOENT;
	static_call_update(gabion_replace_fd,
			   (int (*)(unsigned int, struct file *, unsigned int))replace);
	return 0;
}
