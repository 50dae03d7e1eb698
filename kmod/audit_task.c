// SPDX-License-Identifier: GPL-2.0
/* Who an event is about: the current task, and where it comes from.  See audit.h. */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/mm_types.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include "audit.h"
#include "compat.h"
#include "path_label.h"
#include "task_label.h"

/*
 * Path of the current task's executable; none for kernel threads and in
 * interrupts. capable() is also asked under mount_lock (can_idmap_mount()),
 * where reading a path would wait for ourselves: then none either. Nor on a
 * real-time kernel with preemption off (sys_enter's probe): allocating sleeps there.
 * Nor with interrupts off: setpgid() asks under tasklist_lock, which an interrupt
 * may want while its CPU changes names.
 */
void gabion_audit_exe(struct gabion_path_buffer *buffer, const struct gabion_policy *policy)
{
	struct file *exe;

	if (IS_ENABLED(CONFIG_PREEMPT_RT) && !preemptible())
		return;
	/* It is ourselves who change names only with preemption off, or on a real-time kernel. */
	if ((IS_ENABLED(CONFIG_PREEMPT_RT) || !preemptible()) && gabion_path_names_change())
		return;
	if (!current->mm || in_interrupt() || irqs_disabled() ||
	    gabion_path_buffer_get(buffer, GFP_ATOMIC))
		return;
	exe = gabion_exe_file(current->mm);
	if (!exe)
		return;
	if (policy)
		gabion_path_label(policy, &exe->f_path, buffer);
	else
		gabion_path_name(&exe->f_path, buffer);
	fput(exe);
}

/* In an interrupt the current task is anybody: the domain alone says whose doing it was. */
void gabion_audit_task(struct gabion_record *record)
{
	if (!in_task()) {
		record->pid = 0;
		record->tgid = 0;
		record->ppid = 0;
		record->start = 0;
		record->uid = 0;
		strscpy_pad(record->comm, "(interrupt)", sizeof(record->comm));
		return;
	}
	rcu_read_lock();
	record->pid = current->pid;
	record->tgid = current->tgid;
	record->ppid = rcu_dereference(current->real_parent)->tgid;
	record->start = current->group_leader->start_boottime;
	rcu_read_unlock();
	record->uid = from_kuid(&init_user_ns, current_uid());
	strscpy_pad(record->comm, current->comm, sizeof(record->comm));
}

/*
 * A parent that has gone meanwhile stays until the end of the section, and its
 * group leader with it: what is reached was not released when the section began.
 * Names are read without task_lock(), as the scheduler's tracepoints do; they
 * always end with NUL.
 */
unsigned int gabion_audit_ancestors(struct gabion_ancestor *ancestors, bool *cut)
{
	const struct task_struct *task = current, *leader;
	unsigned int n = 0;

	*cut = false;
	if (!in_task())
		return 0;
	rcu_read_lock();
	/* The idle task is everybody's last ancestor, and its own. */
	for (task = rcu_dereference(task->real_parent); task->tgid;
	     task = rcu_dereference(task->real_parent)) {
		if (n == GABION_ANCESTORS_MAX) {
			*cut = true;
			break;
		}
		leader = READ_ONCE(task->group_leader);
		/* The gap at its end is compared, too (audit_fold.h). */
		memset(&ancestors[n], 0, sizeof(ancestors[n]));
		ancestors[n].pid = task->tgid;
		ancestors[n].start = leader->start_boottime;
		/* Not the leader's, which may have ended before its threads. */
		ancestors[n].domain = gabion_task_label(task);
		strscpy_pad(ancestors[n].comm, leader->comm, sizeof(ancestors[n].comm));
		n++;
	}
	rcu_read_unlock();
	return n;
}
