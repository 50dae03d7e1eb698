// SPDX-License-Identifier: GPL-2.0
/* Events that need no record of their own.  See audit_repeat.h. */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/irqflags.h>
#include <linux/log2.h>
#include <linux/mm_types.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include "audit.h"
#include "audit_repeat.h"
#include "symbol.h"
#include "task_label.h"

/**
 * struct descent - a thread that another descends from
 * @task:	compared only
 * @start:	its @start_boottime
 */
struct descent {
	const struct task_struct *task;
	u64 start;
};

/**
 * struct repeat - a record that waits, and the facts that it follows from
 * @key:	what was asked; no hook asks for an empty one's
 * @position:	of the record in this CPU's ring
 * @start:	@start_boottime of the thread
 * @changes:	gabion_task_changes
 * @renames:	rename_lock's counter
 * @mounts:	mount_lock's counter
 * @exe:	place of the executable
 * @exe_stamp:	where its stamp is now
 * @uid:	of the thread
 * @ndescents:	how many of @descents
 * @descents:	parent first; behind the last that the record names, one more
 *
 * Of one CPU, with interrupts off.
 */
struct repeat {
	struct gabion_repeat_key key;
	u64 position;
	u64 start;
	u64 changes;
	u32 renames;
	u32 mounts;
	struct gabion_place exe;
	const u64 *exe_stamp;
	kuid_t uid;
	u32 ndescents;
	struct descent descents[GABION_ANCESTORS_MAX + 1];
};

#define REPEATS	32

struct repeats {
	struct repeat at[REPEATS];
};

bool gabion_repeat_is_on __ro_after_init;
static struct repeats __percpu *repeats;
static struct tracepoint *rename;

/* Under the task's alloc_lock, before the name is changed. */
static void probe_rename(void *data, struct task_struct *task, const char *name)
{
	atomic64_inc(&gabion_task_changes);
}

static struct repeat *repeat_of(const struct gabion_repeat_key *key)
{
	u64 sum = key->word[0] ^ key->word[1] ^ rol64(key->word[2], 7) ^ key->word[3] ^ key->word[4];

	return &this_cpu_ptr(repeats)->at[hash_64(sum, ilog2(REPEATS))];
}

static __always_inline bool same_key(const struct gabion_repeat_key *a,
				     const struct gabion_repeat_key *b)
{
	const u64 *x = a->word, *y = b->word;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (x[4] ^ y[4]) |
		 (x[5] ^ y[5]) | (x[6] ^ y[6]));
}

/* Does the current task execute what is at @r->exe, and is that called as it was? */
static __always_inline bool same_exe(const struct repeat *r)
{
	const struct mm_struct *mm = current->mm;
	const struct file *exe = mm ? rcu_dereference_sched(mm->exe_file) : NULL;

	return exe && exe->f_path.dentry == r->exe.dentry && exe->f_path.mnt == r->exe.mnt &&
	       READ_ONCE(*r->exe_stamp) == r->exe.stamp;
}

static __always_inline bool same_descent(const struct repeat *r)
{
	const struct descent *d = r->descents, *end = d + r->ndescents;
	const struct task_struct *task = current;

	do {
		task = rcu_dereference_sched(task->real_parent);
		if (task != d->task || task->start_boottime != d->start)
			return false;
	} while (++d != end);
	return true;
}

/* Do the facts still hold? Interrupts off, which is an RCU read-side section. */
static __always_inline bool stands(const struct repeat *r)
{
	return atomic64_read(&gabion_task_changes) == r->changes &&
	       gabion_sequence(&rename_lock) == r->renames &&
	       gabion_sequence(gabion_path_cache.mount_lock) == r->mounts &&
	       current->start_boottime == r->start && uid_eq(current_uid(), r->uid) &&
	       same_exe(r) && same_descent(r);
}

u32 gabion_repeat(struct gabion_repeat_key *key, const struct gabion_call *call,
		  const struct gabion_net_key *net)
{
	const struct repeat *r;
	unsigned long flags;
	u32 verdict = 0;

	if (!gabion_repeat_is_on || !in_task())
		return 0;
	key->pid = current->pid;
	local_irq_save(flags);
	if (!raw_irqs_disabled_flags(flags)) {
		r = repeat_of(key);
		if (same_key(&r->key, key) && stands(r))
			verdict = gabion_ring_repeat(r->position, call, net);
	}
	local_irq_restore(flags);
	return verdict;
}

/* Nobody is changing the task's name: who begins now counts first. */
static bool keeps_name(const struct task_struct *task)
{
	bool keeps = !spin_is_locked((spinlock_t *)&task->alloc_lock);

	smp_rmb();	/* pairs with the unlock: the name is read after this */
	return keeps;
}

static bool is_called(const struct task_struct *task, const char *comm)
{
	return keeps_name(task) && !strncmp(task->comm, comm, TASK_COMM_LEN);
}

/* Are the ancestors those of @record? As in gabion_audit_ancestors(). */
static bool trace(struct repeat *r, const struct gabion_record *record)
{
	const struct task_struct *task = current, *leader;
	const struct gabion_ancestor *a = record->ancestors;

	for (r->ndescents = 0;; a++) {
		task = rcu_dereference_sched(task->real_parent);
		r->descents[r->ndescents++] = (struct descent){ task, task->start_boottime };
		if (r->ndescents > record->nancestors)
			break;
		leader = READ_ONCE(task->group_leader);
		if (a->pid != task->tgid || a->start != leader->start_boottime ||
		    !is_called(leader, a->comm) || a->domain != gabion_task_label(task))
			return false;
	}
	return record->nancestors == GABION_ANCESTORS_MAX || !task->tgid;
}

/* Is @record what an event would say right now? With the facts by which that is seen. */
static bool follows(struct repeat *r, const struct gabion_repeat_places *places,
		    const struct gabion_record *record)
{
	const struct gabion_place *object = &places->object;

	/* Pairs with the barrier in gabion_task_relabel(): first the counter. */
	r->changes = atomic64_read_acquire(&gabion_task_changes);
	r->renames = places->exe.renames;
	r->mounts = places->exe.mounts;
	r->exe = places->exe;
	r->exe_stamp = gabion_path_stamp(r->exe.dentry);
	r->start = current->start_boottime;
	r->uid = current_uid();
	if (object->dentry && (object->renames != r->renames || object->mounts != r->mounts))
		return false;
	return record->start == current->group_leader->start_boottime &&
	       record->pid == current->pid &&
	       record->uid == from_kuid(&init_user_ns, r->uid) &&
	       is_called(current, record->comm) && trace(r, record) && stands(r);
}

void gabion_repeat_remember(const struct gabion_repeat_places *places,
			    const struct gabion_record *record, u64 position)
{
	struct gabion_repeat_key key = {
		.generation = record->generation,
		.domain = record->domain,
		.hook = record->hook,
		.klass = record->klass,
		.pid = record->pid,
		.wanted = record->wanted,
		.command = record->command,
		.outcome = record->outcome,
		.verdict = record->klass == GABION_CLASS_SYSCALL ? record->verdict : 0,
		.dentry = places->object.dentry,
		.mnt = places->object.mnt,
		.stamp = places->object.stamp,
	};
	struct repeat *r;

	lockdep_assert_irqs_disabled();
	if (!gabion_repeat_is_on || !in_task() || !places->exe.stamp ||
	    (places->object.dentry && !places->object.stamp))
		return;
	r = repeat_of(&key);
	r->key = key;
	r->position = position;
	/* No hook has this number: it is not found. */
	if (!follows(r, places, record))
		r->key.hook = U16_MAX;
}

int __init gabion_repeat_init(bool fold)
{
	int err;

	static_assert(GABION_NHOOKS < U16_MAX);
	/* On a real-time kernel, where such a lock may be slept for, it was not tried. */
	if (!fold || IS_ENABLED(CONFIG_PREEMPT_RT))
		return 0;
	/* Without it names could change unseen: then all goes the long way. */
	rename = gabion_symbol_tracepoint("task_rename");
	if (!rename)
		return 0;
	repeats = alloc_percpu(struct repeats);
	if (!repeats)
		return -ENOMEM;
	err = tracepoint_probe_register(rename, probe_rename, NULL);
	if (err) {
		free_percpu(repeats);
		return err;
	}
	gabion_repeat_is_on = true;
	return 0;
}

void gabion_repeat_exit(void)
{
	if (!gabion_repeat_is_on)
		return;
	tracepoint_probe_unregister(rename, probe_rename, NULL);
	tracepoint_synchronize_unregister();
	free_percpu(repeats);
}
