// SPDX-License-Identifier: GPL-2.0
/* Assignment by executable.  See task_enter.h. */
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "audit.h"
#include "compat.h"
#include "path_label.h"
#include "policy.h"
#include "task_enter.h"
#include "task_label.h"

/* Processes that one walk brings. */
#define BATCH	64

/* How often those that may become movable are tried, 20 ms apart. */
#define ROUNDS	50

static bool may_change(int err)
{
	return err == -EMLINK || err == -EAGAIN;
}

/* File that the process of @leader executes, with a reference; NULL: a kernel thread, or dead. */
static struct file *executable(struct task_struct *leader)
{
	struct task_struct *thread;
	struct file *file = NULL;

	rcu_read_lock();
	/* The leader may be dead and the process not. */
	for_each_thread(leader, thread) {
		task_lock(thread);
		if (thread->mm && !(thread->flags & PF_KTHREAD))
			file = gabion_exe_file(thread->mm);
		task_unlock(thread);
		if (file)
			break;
	}
	rcu_read_unlock();
	return file;
}

/*
 * Domain that @file leads a task of the host to; GABION_HOST: none. With @buffer
 * also its name. Inside the RCU section of @policy.
 */
static u16 entered_by(const struct gabion_policy *policy, const struct file *file,
		      struct gabion_path_buffer *buffer)
{
	return gabion_policy_entered(policy, GABION_HOST,
				     gabion_path_label(policy, &file->f_path, buffer));
}

/* What of @leader's process is asked: 0 and the domain in @entry, or why not. */
static int look(struct task_struct *leader, struct gabion_entry *entry,
		struct gabion_path_buffer *buffer)
{
	u16 label = gabion_target_label(leader);
	const struct gabion_policy *policy;
	struct file *file;
	int err = 0;

	entry->domain = GABION_HOST;
	buffer->path = NULL;
	if (label == GABION_UNKNOWN)
		return pid_alive(leader) ? -EAGAIN : -ESRCH;
	entry->domain = label;
	file = executable(leader);
	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	if (!file) {
		err = leader->flags & PF_KTHREAD ? -EINVAL : -ESRCH;
	} else if (!policy) {
		err = -ENOENT;
	} else {
		u16 to = entered_by(policy, file, buffer);

		entry->generation = policy->generation;
		if (!gabion_is_host(label))
			err = -EEXIST;
		else if (gabion_is_host(to))
			err = -ENOENT;
		else
			entry->domain = to;
	}
	rcu_read_unlock();
	if (file)
		fput(file);
	return err;
}

/*
 * Move it, if it is not executing something: an exec that chose its domain before
 * the policy was in force would be missed, or undone. Not waited for: an exec may
 * take for ever (a FUSE daemon, a tracer).
 */
static int try_move(struct task_struct *leader, struct gabion_entry *entry,
		    struct gabion_path_buffer *buffer)
{
	struct mutex *guard = &leader->signal->cred_guard_mutex;
	bool guarded = mutex_trylock(guard);
	int err;

	down_read(&gabion_domain_rwsem);
	err = look(leader, entry, buffer);
	if (!guarded && (!err || err == -ENOENT))
		err = -EAGAIN;
	if (!err)
		err = gabion_task_move(leader, entry->domain, false);
	up_read(&gabion_domain_rwsem);
	if (guarded)
		mutex_unlock(guard);
	return err;
}

/* What it is about and what came of it goes into @entry. Return: 0, -ENOMEM. */
static int attempt(struct task_struct *leader, struct gabion_entry *entry,
		   struct gabion_path_buffer *buffer)
{
	entry->err = try_move(leader, entry, buffer);
	get_task_comm(entry->comm, leader);
	if (!entry->err)
		gabion_audit_assignment(entry->pid, entry->domain, entry->generation,
					buffer->path, true);
	kfree(entry->exe);
	entry->exe = NULL;
	if (!buffer->path)
		return 0;
	entry->exe = kstrdup(buffer->path, GFP_KERNEL);
	return entry->exe ? 0 : -ENOMEM;
}

static struct gabion_entry *entry_new(struct task_struct *leader)
{
	struct gabion_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (entry) {
		entry->process = get_task_pid(leader, PIDTYPE_PID);
		entry->pid = leader->pid;
	}
	return entry;
}

void gabion_entry_free(struct gabion_entry *entry)
{
	put_pid(entry->process);
	kfree(entry->exe);
	kfree(entry);
}

void gabion_entries_free(struct list_head *entries)
{
	struct gabion_entry *entry, *next;

	list_for_each_entry_safe(entry, next, entries, node)
		gabion_entry_free(entry);
	INIT_LIST_HEAD(entries);
}

/* Dead, or of another domain, or of none: nothing to tell when all were asked for. */
static bool is_other(const struct gabion_entry *entry)
{
	return entry->err == -ESRCH || entry->err == -EEXIST || entry->err == -ENOENT;
}

static bool is_known(const struct list_head *entries, const struct task_struct *leader)
{
	const struct gabion_entry *entry;

	list_for_each_entry(entry, entries, node)
		if (entry->err && entry->process == task_pid((struct task_struct *)leader))
			return true;
	return false;
}

/* Those that are to be moved and not known, at most BATCH, with references. */
static unsigned int walk(const struct list_head *entries, struct gabion_path_buffer *buffer,
			 struct task_struct **found)
{
	const struct gabion_policy *policy;
	struct task_struct *leader;
	unsigned int n = 0;
	struct file *file;
	u16 label;

	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	for_each_process(leader) {
		label = gabion_target_label(leader);
		if (!policy || (!gabion_is_host(label) && label != GABION_UNKNOWN))
			continue;
		file = executable(leader);
		if (!file)
			continue;
		if (!gabion_is_host(entered_by(policy, file, buffer)) &&
		    !is_known(entries, leader)) {
			get_task_struct(leader);
			found[n++] = leader;
		}
		fput(file);
		if (n == BATCH)
			break;
	}
	rcu_read_unlock();
	return n;
}

/* The same for those that are executing something: what, is not known yet. */
static unsigned int walk_executing(const struct list_head *entries, struct task_struct **found)
{
	struct task_struct *leader;
	unsigned int n = 0;

	rcu_read_lock();
	for_each_process(leader) {
		if (!gabion_is_host(gabion_target_label(leader)))
			continue;
		if (mutex_trylock(&leader->signal->cred_guard_mutex)) {
			mutex_unlock(&leader->signal->cred_guard_mutex);
		} else if (!is_known(entries, leader)) {
			get_task_struct(leader);
			found[n++] = leader;
		}
		if (n == BATCH)
			break;
	}
	rcu_read_unlock();
	return n;
}

static int add(struct task_struct *leader, struct list_head *entries,
	       struct gabion_path_buffer *buffer)
{
	struct gabion_entry *entry = entry_new(leader);
	int err = entry ? attempt(leader, entry, buffer) : -ENOMEM;

	/* Without memory for a name it is in the list as well: it may have been moved. */
	if (entry && !is_other(entry))
		list_add_tail(&entry->node, entries);
	else if (entry)
		gabion_entry_free(entry);
	return err;
}

/*
 * Walk until there is nothing new. @n: processes so far. @executing: those that
 * began before the policy was in force, which later ones did not.
 */
static int add_all(struct list_head *entries, unsigned int *n, bool executing,
		   struct gabion_path_buffer *buffer)
{
	struct task_struct *found[BATCH];
	unsigned int nfound, i;
	int err = 0;

	do {
		nfound = executing ? walk_executing(entries, found) : walk(entries, buffer, found);
		for (i = 0; i < nfound; i++) {
			if (!err)
				err = add(found[i], entries, buffer);
			put_task_struct(found[i]);
		}
		*n += nfound;
		if (!err && *n > GABION_ENTRIES_MAX)
			err = -EAGAIN;
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	} while (!err && nfound);
	return err;
}

/* Try those again that may be movable by now; @moved: one was; @left: one is not. */
static int retry(struct list_head *entries, struct gabion_path_buffer *buffer, bool *moved,
		 bool *left)
{
	struct gabion_entry *entry, *next;
	struct task_struct *leader;
	int err = 0;

	*moved = false;
	*left = false;
	list_for_each_entry_safe(entry, next, entries, node) {
		if (!may_change(entry->err) || err)
			continue;
		leader = get_pid_task(entry->process, PIDTYPE_PID);
		if (leader) {
			err = attempt(leader, entry, buffer);
			put_task_struct(leader);
		} else {
			entry->err = -ESRCH;
		}
		*moved |= !entry->err;
		*left |= may_change(entry->err);
		if (is_other(entry)) {
			list_del(&entry->node);
			gabion_entry_free(entry);
		}
	}
	return err;
}

static void record_failures(const struct list_head *entries)
{
	const struct gabion_entry *entry;

	list_for_each_entry(entry, entries, node)
		if (entry->err)
			gabion_audit_assignment(entry->pid, entry->domain, entry->generation,
						entry->exe, false);
}

int gabion_task_enter_all(struct list_head *entries)
{
	struct gabion_path_buffer buffer;
	bool moved = true, left = true;
	unsigned int n = 0, round;
	int err;

	err = gabion_path_buffer_get(&buffer, GFP_KERNEL);
	if (err)
		return err;
	err = add_all(entries, &n, true, &buffer);
	for (round = 0; !err && (moved || (left && round < ROUNDS)); round++) {
		if (round)
			msleep(20);
		err = add_all(entries, &n, false, &buffer);
		if (!err)
			err = retry(entries, &buffer, &moved, &left);
	}
	gabion_path_buffer_put(&buffer);
	record_failures(entries);
	return err;
}

/* Attempts until it is moved, or will not be. */
static int attempts(struct task_struct *leader, struct gabion_entry *entry)
{
	struct gabion_path_buffer buffer;
	unsigned int round;
	int err;

	err = gabion_path_buffer_get(&buffer, GFP_KERNEL);
	if (err)
		return err;
	for (round = 0; !round || (!err && may_change(entry->err) && round < ROUNDS); round++) {
		if (round)
			msleep(20);
		err = attempt(leader, entry, &buffer);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
	}
	gabion_path_buffer_put(&buffer);
	return err;
}

int gabion_task_enter(pid_t pid, struct list_head *entries)
{
	struct task_struct *leader = gabion_task_get(pid);
	struct gabion_entry *entry;
	int err = -ENOMEM;

	if (!leader)
		return -ESRCH;
	entry = entry_new(leader);
	if (entry) {
		list_add_tail(&entry->node, entries);
		err = attempts(leader, entry);
		/* Whatever its executable. */
		if (!thread_group_leader(leader))
			entry->err = -EINVAL;
		record_failures(entries);
	}
	put_task_struct(leader);
	return err;
}

void gabion_task_enter_self(void)
{
	struct gabion_entry *entry = entry_new(current->group_leader);
	int err = entry ? attempts(current->group_leader, entry) : -ENOMEM;

	if (entry && (err || (entry->err && !is_other(entry))))
		gabion_audit_assignment(entry->pid, entry->domain, entry->generation, entry->exe,
					false);
	if (entry)
		gabion_entry_free(entry);
}
