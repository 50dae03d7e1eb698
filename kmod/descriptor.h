/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors that a task did not open under the domain and policy it has now:
 * inherited over execve, received, or open when the domain or the policy
 * changed. Each may stay if the domain could have opened it.
 */
#ifndef GABION_DESCRIPTOR_H
#define GABION_DESCRIPTOR_H

#include <linux/fcntl.h>
#include <linux/fs.h>
#include <gabion/policy.h>
#include "hooks.h"

struct sock;

/*
 * O_APPEND without O_TRUNC can only add; every other way of writing can overwrite. Devices
 * write where they are told to, whatever the flag (blkdev_write_iter(), write_mem()).
 */
static inline u32 gabion_write_permission(const struct file *file)
{
	const umode_t mode = file_inode(file)->i_mode;

	if ((file->f_flags & (O_APPEND | O_TRUNC)) != O_APPEND || S_ISBLK(mode) || S_ISCHR(mode))
		return GABION_FILE_WRITE;
	return GABION_FILE_APPEND;
}

/* What @file, as it is open, allows to do to its object. 0 for O_PATH. */
static inline u32 gabion_open_permission(const struct file *file)
{
	u32 wanted = 0;

	/* Most are opened to be read, and nothing else. */
	if ((file->f_mode & (FMODE_READ | FMODE_WRITE | FMODE_PATH)) == FMODE_READ &&
	    !(file->f_flags & (O_ACCMODE | O_TRUNC)))
		return GABION_FILE_READ;
	if (file->f_mode & FMODE_PATH)
		return 0;
	/* Access mode 3 opens without checking permission, for ioctl: judge it as both. */
	if ((file->f_flags & O_ACCMODE) == O_ACCMODE)
		wanted |= GABION_FILE_READ | GABION_FILE_WRITE;
	if (file->f_mode & FMODE_READ)
		wanted |= GABION_FILE_READ;
	if (file->f_mode & FMODE_WRITE)
		wanted |= gabion_write_permission(file);
	/* While it is being opened: FUSE's server and the like truncate it before the kernel would. */
	if ((file->f_flags & O_TRUNC) && !(file->f_mode & FMODE_CREATED))
		wanted |= GABION_FILE_WRITE;
	return wanted;
}

bool gabion_is_uring(const struct file *file);

/**
 * gabion_decide_made - may the current domain have what takes a control to make?
 * @file:	io_uring, userfaultfd, perf event, what is of BPF; of others nothing is asked
 *
 * Context: any. Return: 0 or a negative errno.
 */
int gabion_decide_made(enum gabion_hook_id hook, const struct file *file);

/**
 * gabion_decide_descriptor - may the current domain hold @file?
 * @hook:	who asks
 * @file:	referenced by the caller, or in a descriptor table that is locked
 *
 * Files are judged by name and mode. Things without a name by who made them (creator.h):
 * pipes and memfds by mode; sockets, and what has calls of its own (inotify, epoll, ...), as if
 * open for both. Sockets also by family and endpoints, a unix socket of the domain's own by what
 * it is connected to; io_urings, which carry what was registered in them, also by
 * `control io_uring`.
 * Context: any that is not hard interrupt; does not sleep.
 * Return: 0 or a negative errno; refusals are recorded.
 */
int gabion_decide_descriptor(enum gabion_hook_id hook, struct file *file);

/* What comes of @file will be code that was written: `control jit` and, by name, @wanted. */
int gabion_decide_jit(enum gabion_hook_id hook, const struct file *file, u32 wanted, gfp_t gfp);

/* The socket's part of it (check_socket.c). */
int gabion_decide_socket(enum gabion_hook_id hook, const struct sock *sk);

/* Of that, the family alone: for each use of one. */
int gabion_decide_holder(enum gabion_hook_id hook, const struct sock *sk);

/* May the current domain, which made the unix socket @sk, still be connected to its peer? */
int gabion_decide_connected(enum gabion_hook_id hook, const struct sock *sk);

/* Is a command to a socket about the network, and not about it (check_option.c)? */
int gabion_decide_socket_command(enum gabion_hook_id hook, unsigned int cmd);

/**
 * gabion_descriptors_review - put /dev/null in the place of what the current domain may not hold
 * @hook:	who asks
 *
 * Closes a descriptor when no replacement can be had.
 * Context: may sleep; the current task's own table.
 */
void gabion_descriptors_review(enum gabion_hook_id hook);

/* For the review. Return: 0, or -ENOENT: this kernel lacks what it needs. */
int gabion_descriptor_init(void);

#endif /* GABION_DESCRIPTOR_H */
