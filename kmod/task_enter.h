/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Assignment by executable: processes that were there before the policy.
 *
 * What an exec now would ask of the policy is asked of the file that a process
 * of the host's domain executes, and the process is moved as by assignment, all
 * of its threads or none.  Exec holds cred_guard_mutex from its choice of a
 * domain to the commit, and so do we from the look at the file to the last
 * label: neither sees half of the other.
 *
 * Nobody slips through: the kernel's list of processes grows at its end, so a
 * walk over it meets each one that is born before the walk ends. Who was moved
 * has children of the domain; children born before that are found by the next
 * walk. It is over when a walk finds nothing that it did not know.
 */
#ifndef GABION_TASK_ENTER_H
#define GABION_TASK_ENTER_H

#include <linux/list.h>
#include <linux/pid.h>
#include <linux/sched.h>

/* More processes than this are left for another call. */
#define GABION_ENTRIES_MAX	2048

/**
 * struct gabion_entry - a process that was to be moved
 * @node:	in the list of entries
 * @process:	referenced: who it is, even when its number is somebody else's
 * @pid:	in the initial pid namespace
 * @err:	0: it was moved; else a negative errno
 * @domain:	that it was to enter, GABION_HOST where that is not known; with -EEXIST the one
 *		that it is in
 * @generation:	of the policy that said so
 * @comm:	of its first thread
 * @exe:	path of the executable, NULL if it has none
 *
 * Owned by whoever owns the list; touched by one task only.
 */
struct gabion_entry {
	struct list_head node;
	struct pid *process;
	pid_t pid;
	int err;
	u16 domain;
	u32 generation;
	char comm[TASK_COMM_LEN];
	char *exe;
};

/**
 * gabion_task_enter_all - move every process of the host's domain that has a domain's executable
 * @entries:	empty; gets those that were moved, and those that could not be: -EBUSY, -EMLINK
 *		and -EOWNERDEAD as of gabion_task_move(), -EAGAIN: was executing something all
 *		the time
 *
 * Context: may sleep, some seconds. Return: 0; -EAGAIN: there may be more; -EINTR; -ENOMEM.
 * Also after an error @entries says what was done.
 */
int gabion_task_enter_all(struct list_head *entries);

/**
 * gabion_task_enter - the same for one process, with an entry whatever becomes of it
 * @pid:	thread-group leader, in the initial pid namespace
 *
 * In the entry also -ENOENT: no domain is entered by its executable; -EEXIST: it is in a domain;
 * -EINVAL: not a leader, or a kernel thread. Return: 0, -ESRCH, -ENOMEM, -EINTR.
 */
int gabion_task_enter(pid_t pid, struct list_head *entries);

/**
 * gabion_task_enter_self - the same for the current process, which put a policy in force
 *
 * That its executable enters no domain is no matter, and not recorded; other failures are.
 * Context: may sleep, a second.
 */
void gabion_task_enter_self(void);

void gabion_entry_free(struct gabion_entry *entry);
void gabion_entries_free(struct list_head *entries);

#endif /* GABION_TASK_ENTER_H */
