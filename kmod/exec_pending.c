// SPDX-License-Identifier: GPL-2.0
/* Domain changes that wait for an execve.  See exec_pending.h. */
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "exec_pending.h"
#include "task_label.h"

#define PENDING_BITS	12

struct pending {
	struct hlist_node node;
	const struct task_struct *task;
	bool has[GABION_PENDING_KINDS];
	u16 domain[GABION_PENDING_KINDS];
	u16 from;
};

static DEFINE_SPINLOCK(gabion_pending_lock);
static struct hlist_head table[1 << PENDING_BITS];	/* gabion_pending_lock */
static atomic_t count = ATOMIC_INIT(0);			/* entries in table */

static struct hlist_head *bucket(const struct task_struct *task)
{
	return &table[hash_ptr(task, PENDING_BITS)];
}

static struct pending *find(const struct task_struct *task)
{
	struct pending *p;

	lockdep_assert_held(&gabion_pending_lock);
	hlist_for_each_entry(p, bucket(task), node)
		if (p->task == task)
			return p;
	return NULL;
}

static int set(const struct task_struct *task, enum gabion_pending_kind kind, u16 from, u16 domain)
{
	struct pending *p, *new = kzalloc(sizeof(*new), GFP_KERNEL);
	unsigned long flags;

	if (!new)
		return -ENOMEM;
	spin_lock_irqsave(&gabion_pending_lock, flags);
	p = find(task);
	if (!p) {
		p = new;
		new = NULL;
		p->task = task;
		hlist_add_head(&p->node, bucket(task));
		atomic_inc(&count);
	}
	p->has[kind] = true;
	p->domain[kind] = domain;
	if (kind == GABION_PENDING_CHOSEN)
		p->from = from;
	spin_unlock_irqrestore(&gabion_pending_lock, flags);
	kfree(new);
	return 0;
}

int gabion_pending_force(const struct task_struct *task, u16 domain)
{
	return set(task, GABION_PENDING_FORCED, GABION_UNKNOWN, domain);
}

int gabion_pending_choose(const struct task_struct *task, u16 from, u16 domain)
{
	return set(task, GABION_PENDING_CHOSEN, from, domain);
}

bool gabion_pending_get(const struct task_struct *task, enum gabion_pending_kind kind,
			u16 *domain)
{
	struct pending *p;
	unsigned long flags;
	bool found;

	if (!atomic_read(&count))
		return false;
	spin_lock_irqsave(&gabion_pending_lock, flags);
	p = find(task);
	found = p && p->has[kind];
	if (found)
		*domain = p->domain[kind];
	spin_unlock_irqrestore(&gabion_pending_lock, flags);
	return found;
}

u16 gabion_pending_from(const struct task_struct *task)
{
	struct pending *p;
	unsigned long flags;
	u16 from;

	spin_lock_irqsave(&gabion_pending_lock, flags);
	p = find(task);
	from = p && p->has[GABION_PENDING_CHOSEN] ? p->from : GABION_UNKNOWN;
	spin_unlock_irqrestore(&gabion_pending_lock, flags);
	return from;
}

static void forget(const struct task_struct *task, bool forced)
{
	struct pending *p;
	unsigned long flags;

	if (!atomic_read(&count))
		return;
	spin_lock_irqsave(&gabion_pending_lock, flags);
	p = find(task);
	if (p) {
		p->has[GABION_PENDING_CHOSEN] = false;
		if (p->has[GABION_PENDING_FORCED] && !forced) {
			p = NULL;
		} else {
			hlist_del(&p->node);
			atomic_dec(&count);
		}
	}
	spin_unlock_irqrestore(&gabion_pending_lock, flags);
	kfree(p);
}

void gabion_pending_unchoose(const struct task_struct *task)
{
	forget(task, false);
}

void gabion_pending_drop(const struct task_struct *task)
{
	forget(task, true);
}

void gabion_pending_exit(void)
{
	struct hlist_node *next;
	struct pending *p;
	int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		hlist_for_each_entry_safe(p, next, &table[i], node)
			kfree(p);
}
