// SPDX-License-Identifier: GPL-2.0
/* Descriptors from another domain or policy.  See descriptor.h. */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
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

static bool is_uring(const struct file *file)
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

/* How many files are judged with the table's lock held. */
#define LOOKS_MAX	256

/**
 * struct judged - files that were found granted in this review, so that a table of any size can be
 * gone through in one go once they are all in it
 * @slots:	compared only, never dereferenced: whoever else has the table is of the same domain, and
 *		a file that takes the place of one that was closed was judged when it was opened or came
 * @size:	of @slots, a power of two; 0: there are none yet
 * @n:		how many are taken
 *
 * Nobody else has it.
 */
struct judged {
	const struct file **slots;
	unsigned int size;
	unsigned int n;
};

static const struct file **judged_slot(const struct judged *judged, const struct file *file)
{
	unsigned int i = hash_ptr(file, ilog2(judged->size));

	while (judged->slots[i] && judged->slots[i] != file)
		i = (i + 1) & (judged->size - 1);
	return &judged->slots[i];
}

static bool is_judged(const struct judged *judged, const struct file *file)
{
	return judged->size && *judged_slot(judged, file);
}

/* Is there no room for one more? Half of it stays free. */
static bool judged_is_full(const struct judged *judged)
{
	return judged->n >= judged->size / 2;
}

static void judged_add(struct judged *judged, const struct file *file)
{
	if (!judged->size)
		return;
	*judged_slot(judged, file) = file;
	judged->n++;
}

/* Twice as large. May sleep. Return: 0 or -ENOMEM. */
static int judged_grow(struct judged *judged)
{
	struct judged larger = { .size = max(2 * judged->size, 4U * LOOKS_MAX) };
	unsigned int i;

	/* Each thread has its own. */
	larger.slots = kvcalloc(larger.size, sizeof(*larger.slots), GFP_KERNEL_ACCOUNT);
	if (!larger.slots)
		return -ENOMEM;
	for (i = 0; i < judged->size; i++)
		if (judged->slots[i])
			judged_add(&larger, judged->slots[i]);
	kvfree(judged->slots);
	*judged = larger;
	return 0;
}

/**
 * struct search - for the next descriptor that is refused
 * @hook:	who asks
 * @looks:	how many files may still be judged before the lock is given up
 * @uring:	set if what is refused is an io_uring
 * @error:	of a decision that could not be made
 * @tries:	how often that may happen
 * @judged:	what need not be judged again
 */
struct search {
	enum gabion_hook_id hook;
	unsigned int looks;
	bool uring;
	int error;
	unsigned int tries;
	struct judged judged;
};

/*
 * iterate_fd() holds the table's lock. Return: what it is to return: 0 to go on; above it, by one
 * more than its number, what is refused; below likewise where to go on.
 */
static int look_at(const void *data, struct file *file, unsigned int fd)
{
	struct search *search = (void *)data;
	int err;

	if (is_judged(&search->judged, file))
		return 0;
	if (!search->looks || (search->judged.size && judged_is_full(&search->judged)))
		return -(int)(fd + 1);
	search->looks--;
	err = gabion_decide_descriptor(search->hook, file);
	if (err == -ENOMEM) {
		search->error = err;
		return -(int)(fd + 1);
	}
	if (err) {
		search->uring = is_uring(file);
		return fd + 1;
	}
	judged_add(&search->judged, file);
	return 0;
}

/* One for all of them, of this task alone. */
static void take_away(unsigned int fd, struct file **null)
{
	if (IS_ERR_OR_NULL(*null))
		*null = anon_inode_getfile("[gabion-null]", null_operations, NULL, O_RDWR);
	if (IS_ERR(*null) || static_call(gabion_replace_fd)(fd, *null, 0) < 0)
		close_fd(fd);
}

/* Ticks that there may be no memory for what cannot wait for any. */
#define MEMORY_TRIES	50

/* Return: 0 or -ENOMEM, if there is to be no more searching. */
static int go_on(struct search *search)
{
	search->looks = LOOKS_MAX;
	if (search->error && search->tries--) {
		search->error = 0;
		schedule_timeout_uninterruptible(1);
	}
	if (search->error)
		return search->error;
	return judged_is_full(&search->judged) ? judged_grow(&search->judged) : 0;
}

/* Take one away. Return: 0; -EBUSY: there is something of it that does not go with it. */
static int revoke(unsigned int fd, const struct search *search, struct file **null)
{
	take_away(fd, null);
	/* Still there, registered with the tasks that used it, and in their memory. */
	return search->uring && gabion_task_has_uring(current) ? -EBUSY : 0;
}

void gabion_descriptors_review(enum gabion_hook_id hook)
{
	struct search search = { .hook = hook, .looks = LOOKS_MAX, .tries = MEMORY_TRIES };
	int found, from = 0, passes = 0, err = 0;
	struct file *null = NULL;

	/*
	 * Until a pass from the start finds nothing, and comes to the end: that one held the
	 * table's lock from end to end, so nobody moved a descriptor from before it to behind it.
	 */
	while (!err && ((found = iterate_fd(current->files, from, look_at, &search)) || from)) {
		from = found > 0 ? found : found < 0 ? -found - 1 : 0;
		if (found > 0)
			err = revoke(found - 1, &search, &null);
		else if (found < 0)
			err = go_on(&search);
		/* Who brings refused descriptors back as fast as they go shares the table with us. */
		else if (++passes == PASSES_MAX)
			err = -EAGAIN;
		cond_resched();
	}
	if (err)
		gabion_revoke_failed(current);
	kvfree(search.judged.slots);
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
