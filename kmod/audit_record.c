// SPDX-License-Identifier: GPL-2.0
/* From an event to a record in the ring.  See audit.h. */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/mm_types.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include "audit.h"
#include "audit_share.h"
#include "compat.h"
#include "path_label.h"
#include "task_label.h"

/*
 * Room for a string and its NUL.  Paths are at most PATH_MAX; the names of a
 * label's resources may be more than anybody reads, and end in "..." then.
 */
static u16 string_size(const char *string)
{
	return string ? min_t(size_t, strlen(string) + 1, PATH_MAX) : 0;
}

static void copy_string(char *to, const char *from, u16 size)
{
	memcpy(to, from, size - 1);
	to[size - 1] = '\0';
	if (from[size - 1])
		memcpy(to + size - 4, "...", 3);
}

/*
 * Path of the current task's executable; none for kernel threads and in
 * interrupts. capable() is also asked under mount_lock (can_idmap_mount()),
 * where reading a path would wait for ourselves: then none either. Nor on a
 * real-time kernel with preemption off (sys_enter's probe): allocating sleeps there.
 * Nor with interrupts off: setpgid() asks under tasklist_lock, which an interrupt
 * may want while its CPU changes names.
 */
static void find_exe(struct gabion_path_buffer *buffer)
{
	struct file *exe;

	if (IS_ENABLED(CONFIG_PREEMPT_RT) && !preemptible())
		return;
	if (!current->mm || in_interrupt() || irqs_disabled() || gabion_path_names_change() ||
	    gabion_path_buffer_get(buffer, GFP_ATOMIC))
		return;
	exe = gabion_exe_file(current->mm);
	if (!exe)
		return;
	gabion_path_name(&exe->f_path, buffer);
	fput(exe);
}

/* In an interrupt the current task is anybody: the domain alone says whose doing it was. */
static void fill_task(struct gabion_record *record)
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

/* What a domain did is paid by it; the rest is nobody's doing. */
static u16 payer_of(const struct gabion_event *event)
{
	return event->type == GABION_EVENT_ACCESS || event->type == GABION_EVENT_TRANSITION ?
		       event->domain : GABION_SHARE_KERNEL;
}

void gabion_audit(const struct gabion_event *event)
{
	struct gabion_path_buffer exe = {};
	const char *strings[GABION_RECORD_NSTRINGS];
	u16 length[GABION_RECORD_NSTRINGS];
	struct gabion_record *record;
	u32 size = sizeof(*record);
	unsigned long flags;
	u64 sequence;
	char *p;
	int i;

	find_exe(&exe);
	strings[GABION_RECORD_RESOURCE] = event->resource;
	strings[GABION_RECORD_OBJECT] = event->object;
	strings[GABION_RECORD_OBJECT2] = event->object2;
	strings[GABION_RECORD_EXE] = exe.path;
	for (i = 0; i < GABION_RECORD_NSTRINGS; i++) {
		length[i] = string_size(strings[i]);
		size += length[i];
	}
	record = gabion_ring_reserve(ALIGN(size, 8), payer_of(event), &flags, &sequence);
	if (record) {
		record->sequence = sequence;
		record->cpu = smp_processor_id();
		record->boottime = ktime_get_boottime_ns();
		record->realtime = ktime_get_real_ns();
		record->type = event->type;
		record->verdict = event->verdict;
		record->reason = event->reason;
		record->klass = event->klass;
		record->wanted = event->wanted;
		record->refused = event->refused;
		record->generation = event->generation;
		record->label = event->label;
		record->hook = event->hook;
		record->signal = event->signal;
		record->target_pid = event->target_pid;
		record->command = event->command;
		record->domain = event->domain;
		record->target = event->target;
		record->has_net = event->net != NULL;
		if (event->net)
			record->net = *event->net;
		record->has_call = event->call != NULL;
		record->outcome = event->outcome & ~GABION_OUTCOME_QUIET;
		if (event->call)
			record->call = *event->call;
		fill_task(record);
		p = record->strings;
		for (i = 0; i < GABION_RECORD_NSTRINGS; i++) {
			record->length[i] = length[i];
			if (!length[i])
				continue;
			copy_string(p, strings[i], length[i]);
			p += length[i];
		}
		gabion_ring_commit(record, flags);
	}
	gabion_path_buffer_put(&exe);
}

void gabion_audit_policy(u32 generation)
{
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_POLICY,
		.verdict = GABION_VERDICT_ALLOWED,
		.generation = generation,
		.hook = GABION_NHOOKS,
		.domain = gabion_task_label(current),
		.target = GABION_NO_TARGET,
	});
}

void gabion_audit_lock(void)
{
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_LOCK,
		.verdict = GABION_VERDICT_ALLOWED,
		.hook = GABION_NHOOKS,
		.domain = gabion_task_label(current),
		.target = GABION_NO_TARGET,
	});
}

void gabion_audit_hook(enum gabion_hook_id hook)
{
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_HOOK,
		.verdict = GABION_VERDICT_DENIED,
		.hook = hook,
		.target = GABION_NO_TARGET,
	});
}

void gabion_audit_transition(u16 from, u16 to, u32 generation, const char *path)
{
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_TRANSITION,
		.verdict = GABION_VERDICT_ALLOWED,
		.klass = GABION_CLASS_DOMAIN,
		.generation = generation,
		.hook = GABION_HOOK_bprm_committing_creds,
		.domain = from,
		.target = to,
		.object = path,
	});
}

void gabion_audit_assignment(pid_t pid, u16 to, u32 generation, const char *path, bool moved)
{
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_TRANSITION,
		.verdict = moved ? GABION_VERDICT_ALLOWED : GABION_VERDICT_DENIED,
		.reason = moved ? GABION_REASON_NONE : GABION_REASON_TRANSITION,
		.klass = GABION_CLASS_DOMAIN,
		.generation = generation,
		.hook = GABION_NHOOKS,
		.domain = GABION_HOST,
		.target = to,
		.target_pid = pid,
		.object = path,
	});
}
