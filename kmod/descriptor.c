// SPDX-License-Identifier: GPL-2.0
/* Descriptors from another domain or policy.  See descriptor.h. */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/static_call.h>
#include <net/af_unix.h>
#include <net/sock.h>
#include "compat.h"
#include "creator.h"
#include "decision.h"
#include "descriptor.h"
#include "process_file.h"
#include "revoke.h"
#include "symbol.h"
#include "terminal.h"

/* Those of /dev/null, which are not exported. */
static const struct file_operations *null_operations __ro_after_init;

/* Passes over a table that do not come to an end. */
#define PASSES_MAX	1000

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

static bool has_own_calls(const struct file *file)
{
	return !(file->f_mode & FMODE_PATH) &&
	       file->f_path.dentry->d_sb->s_magic == ANON_INODE_FS_MAGIC;
}

/*
 * A unix socket that the domain made itself: may it connect still to what the other end is
 * bound to? One that accepted has the name itself, and the other end rarely one.
 */
static int decide_connected(enum gabion_hook_id hook, const struct socket *sock)
{
	struct sock *peer = unix_peer_get(sock->sk);
	const struct path *path;
	int err = 0;

	if (!peer)
		return 0;
	unix_state_lock(peer);
	path = &unix_sk(peer)->path;
	if (path->dentry)
		err = gabion_decide_path(hook, path, GABION_FILE_CONNECT, GFP_ATOMIC);
	unix_state_unlock(peer);
	sock_put(peer);
	return err;
}

static int decide_socket(enum gabion_hook_id hook, struct file *file, const struct socket *sock)
{
	int err = decide_shared(hook, file);

	if (err)
		return err;
	if (sock->sk->sk_family != AF_UNIX)
		return gabion_decide_socket(hook, sock->sk);
	return gabion_creator(file->f_path.dentry) == gabion_task_label(current)
		       ? decide_connected(hook, sock) : 0;
}

int gabion_decide_descriptor(enum gabion_hook_id hook, struct file *file)
{
	u32 wanted = gabion_open_permission(file);
	struct socket *sock;

	if (gabion_file_is_backing(file))
		return 0;
	sock = sock_from_file(file);
	if (sock && !sock->sk)
		return 0;
	if (sock)
		return gabion_decide_together(decide_socket(hook, file, sock));
	/* Its own too: what is registered in it was opened under an earlier policy. */
	if (is_uring(file))
		return gabion_decide_together(
			gabion_decide_control(hook, GABION_CONTROL_IO_URING) ?:
			decide_shared(hook, file));
	if (has_own_calls(file))
		return decide_shared(hook, file);
	if (!wanted)
		return 0;
	if (gabion_is_procfs(file->f_path.dentry))
		return gabion_decide_process_file(hook, file, wanted, GFP_ATOMIC);
	if (gabion_is_own_terminal(file->f_path.dentry))
		return gabion_decide_name(hook, GABION_OWN_TERMINAL,
					  sizeof(GABION_OWN_TERMINAL) - 1, wanted);
	return gabion_decide_path(hook, gabion_file_path(file), wanted, GFP_ATOMIC);
}

/**
 * struct search - for the next descriptor that is refused
 * @hook:	who asks
 * @uring:	set if it is an io_uring
 */
struct search {
	enum gabion_hook_id hook;
	bool *uring;
};

/* iterate_fd() holds the table's lock. Return: what it is to return, 0 to go on. */
static int is_refused(const void *data, struct file *file, unsigned int fd)
{
	const struct search *search = data;

	if (!gabion_decide_descriptor(search->hook, file))
		return 0;
	*search->uring = is_uring(file);
	return fd + 1;
}

/* One for all of them, of this task alone. */
static void take_away(unsigned int fd, struct file **null)
{
	if (IS_ERR_OR_NULL(*null))
		*null = anon_inode_getfile("[gabion-null]", null_operations, NULL, O_RDWR);
	if (IS_ERR(*null) || static_call(gabion_replace_fd)(fd, *null, 0) < 0)
		close_fd(fd);
}

void gabion_descriptors_review(enum gabion_hook_id hook)
{
	bool uring = false;
	struct search search = { .hook = hook, .uring = &uring };
	struct file *null = NULL;
	int fd, from = 0, passes = 0;

	/*
	 * Until a pass from the start finds nothing: that one held the table's lock
	 * from end to end, so nobody moved a descriptor from before it to behind it.
	 */
	while ((fd = iterate_fd(current->files, from, is_refused, &search)) || from) {
		if (fd)
			take_away(fd - 1, &null);
		/*
		 * An io_uring is still there, registered with the tasks that used it, and in
		 * their memory. And who brings refused descriptors back as fast as they are
		 * taken away shares the table with us.
		 */
		if ((fd && uring && gabion_task_has_uring(current)) ||
		    (!fd && ++passes == PASSES_MAX)) {
			gabion_revoke_failed(current);
			break;
		}
		from = fd;
		cond_resched();
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
