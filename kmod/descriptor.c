// SPDX-License-Identifier: GPL-2.0
/* Descriptors from another domain or policy.  See descriptor.h. */
#include <linux/file.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/miscdevice.h>
#include <linux/net.h>
#include <net/sock.h>
#include "compat.h"
#include "creator.h"
#include "decision.h"
#include "descriptor.h"
#include "process_file.h"
#include "terminal.h"

/* What has no name on disk, and to make it takes a control: it is asked about again. */
static const struct {
	const char *name;
	enum gabion_control control;
} made_with[] = {
	{ "[io_uring]", GABION_CONTROL_IO_URING },
	{ "[userfaultfd]", GABION_CONTROL_JIT },
	{ "[perf_event]", GABION_CONTROL_PERF },
	{ "[fscontext]", GABION_CONTROL_MOUNT },
	{ "bpf-map", GABION_CONTROL_BPF },
	{ "bpf-prog", GABION_CONTROL_BPF },
	{ "bpf-link", GABION_CONTROL_BPF },
	{ "bpf_link", GABION_CONTROL_BPF },
	{ "bpf_iter", GABION_CONTROL_BPF },
	{ "bpf-stats", GABION_CONTROL_BPF },
	{ "btf", GABION_CONTROL_BPF },
};

static bool has_own_calls(const struct file *file)
{
	return !(file->f_mode & FMODE_PATH) &&
	       file->f_path.dentry->d_sb->s_magic == ANON_INODE_FS_MAGIC;
}

bool gabion_is_uring(const struct file *file)
{
	return has_own_calls(file) &&
	       !strcmp(file->f_path.dentry->d_name.name, made_with[0].name);
}

static int decide_anonymous(enum gabion_hook_id hook, const struct file *file)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(made_with); i++)
		if (!strcmp(file->f_path.dentry->d_name.name, made_with[i].name))
			return gabion_decide_control(hook, made_with[i].control);
	return 0;
}

static bool is_kcore(const struct dentry *dentry)
{
	return gabion_is_procfs(dentry) && dentry->d_parent == dentry->d_sb->s_root &&
	       !strcmp(dentry->d_name.name, "kcore");
}

static int decide_device(enum gabion_hook_id hook, const struct file *file, dev_t device)
{
	switch (device) {
	case MKDEV(MEM_MAJOR, 1):	/* /dev/mem */
	case MKDEV(MEM_MAJOR, 4):	/* /dev/port */
		return gabion_decide_control(hook, GABION_CONTROL_HARDWARE);
	case MKDEV(MEM_MAJOR, 11):	/* /dev/kmsg */
		return file->f_mode & FMODE_READ ? gabion_decide_control(hook, GABION_CONTROL_SYSLOG)
						 : 0;
	case MKDEV(MISC_MAJOR, SNAPSHOT_MINOR):
		return gabion_decide_control(hook, GABION_CONTROL_HARDWARE);
	case MKDEV(MISC_MAJOR, TUN_MINOR):
		return gabion_decide_control(hook, GABION_CONTROL_TUN);
	default:
		return 0;
	}
}

/* debugfs_locked_down(), but that it looks at what the file can do as well. */
static bool is_locked_down(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	switch (inode->i_sb->s_magic) {
	case TRACEFS_MAGIC:
		return S_ISREG(inode->i_mode);
	case DEBUGFS_MAGIC:
		return S_ISREG(inode->i_mode) &&
		       ((inode->i_mode & 07777 & ~0444) || (file->f_mode & FMODE_WRITE));
	default:
		return is_kcore(file->f_path.dentry);
	}
}

int gabion_decide_made(enum gabion_hook_id hook, const struct file *file)
{
	const struct inode *inode = file_inode(file);

	if (file->f_mode & FMODE_PATH)
		return 0;
	if (has_own_calls(file))
		return decide_anonymous(hook, file);
	if (S_ISCHR(inode->i_mode))
		return decide_device(hook, file, inode->i_rdev);
	return is_locked_down(file) ? gabion_decide_control(hook, GABION_CONTROL_HARDWARE) : 0;
}

int gabion_decide_jit(enum gabion_hook_id hook, const struct file *file, u32 wanted, gfp_t gfp)
{
	return gabion_decide_together(
		gabion_decide_control(hook, GABION_CONTROL_JIT) ?:
		gabion_decide_path(hook, gabion_file_path(file), wanted, gfp));
}

/*
 * Who has an inotify open reads from it, and sets watches that every other holder hears of: what
 * has its own calls is changed by them, however it is open. Sockets have options.
 */
static int decide_shared(enum gabion_hook_id hook, const struct file *file)
{
	return gabion_decide_creator(hook, gabion_task_label(current), file->f_path.dentry,
				     GABION_FILE_READ | GABION_FILE_WRITE);
}

static int decide_socket(enum gabion_hook_id hook, struct file *file, const struct socket *sock)
{
	int err = decide_shared(hook, file);

	if (err)
		return err;
	if (sock->sk->sk_family != AF_UNIX)
		return gabion_decide_socket(hook, sock->sk);
	/* One that accepted has the name itself, and the other end rarely one. */
	return gabion_creator(file->f_path.dentry) == gabion_task_label(current)
		       ? gabion_decide_connected(hook, sock->sk) : 0;
}

int gabion_decide_descriptor(enum gabion_hook_id hook, struct file *file)
{
	u32 wanted = gabion_open_permission(file);
	struct socket *sock;
	int err;

	if (gabion_file_is_backing(file))
		return 0;
	sock = sock_from_file(file);
	if (sock && !sock->sk)
		return 0;
	if (sock)
		return gabion_decide_together(decide_socket(hook, file, sock));
	/*
	 * Its own too: a ring has what was opened under an earlier policy, and what else took a
	 * control to make, or to open, goes on doing what that allowed.
	 */
	err = gabion_decide_together(gabion_decide_made(hook, file));
	if (err)
		return err;
	if (has_own_calls(file))
		return gabion_decide_together(decide_shared(hook, file));
	if (!wanted)
		return 0;
	if (gabion_is_procfs(file->f_path.dentry))
		return gabion_decide_process_file(hook, file, wanted, GFP_ATOMIC);
	if (gabion_is_own_terminal(file->f_path.dentry))
		return gabion_decide_name(hook, GABION_OWN_TERMINAL,
					  sizeof(GABION_OWN_TERMINAL) - 1, wanted);
	return gabion_decide_path(hook, gabion_file_path(file), wanted, GFP_ATOMIC);
}
