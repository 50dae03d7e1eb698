// SPDX-License-Identifier: GPL-2.0
/* Descriptors from another domain or policy.  See descriptor.h. */
#include <linux/file.h>
#include <linux/net.h>
#include <net/af_unix.h>
#include <net/sock.h>
#include "compat.h"
#include "creator.h"
#include "decision.h"
#include "descriptor.h"
#include "process_file.h"
#include "terminal.h"

/* What has no name on disk, and to make it takes a control. */
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

int gabion_decide_made(enum gabion_hook_id hook, const struct file *file)
{
	unsigned int i;

	if (!has_own_calls(file))
		return 0;
	for (i = 0; i < ARRAY_SIZE(made_with); i++)
		if (!strcmp(file->f_path.dentry->d_name.name, made_with[i].name))
			return gabion_decide_control(hook, made_with[i].control);
	return 0;
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
	/*
	 * Its own too: a ring has what was opened under an earlier policy, and what else took a
	 * control to make goes on doing what that allowed.
	 */
	if (has_own_calls(file))
		return gabion_decide_together(gabion_decide_made(hook, file) ?:
					      decide_shared(hook, file));
	if (!wanted)
		return 0;
	if (gabion_is_procfs(file->f_path.dentry))
		return gabion_decide_process_file(hook, file, wanted, GFP_ATOMIC);
	if (gabion_is_own_terminal(file->f_path.dentry))
		return gabion_decide_name(hook, GABION_OWN_TERMINAL,
					  sizeof(GABION_OWN_TERMINAL) - 1, wanted);
	return gabion_decide_path(hook, gabion_file_path(file), wanted, GFP_ATOMIC);
}
