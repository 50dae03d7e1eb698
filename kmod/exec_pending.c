// SPDX-License-Identifier: GPL-2.0
/* Domain changes that wait for an execve.  See exec_pending.h. */
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "exec_pending.h"

#define PENDING_BITS	6

struct pending {
	struct hlist_node node;
	const struct task_struct *task;
	u16 domain;
	enum gabion_pending_state state;
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

int gabion_pending_set(const struct task_struct *task, u16 domain,
		       enum gabion_pending_state state)
{
	struct pending *new, *old;
	unsigned long flags;

	new = kmalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	new->task = task;
	new->domain = domain;
	new->state = state;
	spin_lock_irqsave(&gabion_pending_lock, flags);
	old = find(task);
	if (old)
		hlist_del(&old->node);
	else
		atomic_inc(&count);
	hlist_add_head(&new->node, bucket(task));
	spin_unlock_irqrestore(&gabion_pending_lock, flags);
	kfree(old);
	return 0;
}

bool gabion_pending_get(const struct task_struct *task, enum gabion_pending_state state,
			u16 *domain)
{
	struct pending *p;
	unsigned long flags;
	bool found;

	if (!atomic_read(&count))
		return false;
	spin_lock_irqsave(&gabion_pending_lock, flags);
	p = find(task);
	found = p && p->state == state;
	if (found)
		*domain = p->domain;
	spin_unlock_irqrestore(&gabion_pending_lock, flags);
	return found;
}

void gabion_pending_drop(const struct task_struct *task)
{
	struct pending *p;
	unsigned long flags;

	if (!atomic_read(&count))
		return;
	spin_lock_irqsave(&gabion_pending_lock, flags);
	p = find(task);
	if (p) {
		hlist_del(&p->node);
		atomic_dec(&count);
	}
	spin_unlock_irqrestore(&gabion_pending_lock, flags);
	kfree(p);
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
