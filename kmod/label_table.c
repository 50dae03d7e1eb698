// SPDX-License-Identifier: GPL-2.0
/* Domains of objects.  See label_table.h. */
#include <linux/slab.h>
#include "label_table.h"
#include "task_label.h"

/**
 * struct label - of one object
 * @node:	in the table
 * @object:	compared only
 * @domain:	domain number, not the host's
 * @rcu:	freed after a grace period
 */
struct label {
	struct rhash_head node;
	const void *object;
	u16 domain;
	struct rcu_head rcu;
};

static const struct rhashtable_params params = {
	.key_len = sizeof(const void *),
	.key_offset = offsetof(struct label, object),
	.head_offset = offsetof(struct label, node),
	.automatic_shrinking = true,
};

u16 gabion_label_table_get(struct gabion_label_table *t, const void *object)
{
	const struct label *label;
	u16 domain;

	rcu_read_lock();
	label = rhashtable_lookup(&t->table, &object, params);
	domain = label ? label->domain : GABION_HOST;
	rcu_read_unlock();
	return domain;
}

bool gabion_label_table_forget(struct gabion_label_table *t, const void *object)
{
	struct label *label;
	bool found;

	rcu_read_lock();
	label = rhashtable_lookup(&t->table, &object, params);
	found = label && !rhashtable_remove_fast(&t->table, &label->node, params);
	if (found)
		kfree_rcu(label, rcu);
	rcu_read_unlock();
	return found;
}

int gabion_label_table_set(struct gabion_label_table *t, const void *object, u16 domain)
{
	struct label *label, *had;
	int err;

	if (domain == GABION_HOST) {
		gabion_label_table_forget(t, object);
		return 0;
	}
	label = kmalloc(sizeof(*label), GFP_KERNEL);
	if (!label)
		return -ENOMEM;
	label->object = object;
	label->domain = domain;
	rcu_read_lock();
	had = rhashtable_lookup(&t->table, &object, params);
	err = had ? rhashtable_replace_fast(&t->table, &had->node, &label->node, params)
		  : rhashtable_insert_fast(&t->table, &label->node, params);
	if (err)
		kfree(label);
	else if (had)
		kfree_rcu(had, rcu);
	rcu_read_unlock();
	return err;
}

int __init gabion_label_table_init(struct gabion_label_table *t)
{
	return rhashtable_init(&t->table, &params);
}

static void free_label(void *label, void *unused)
{
	kfree(label);
}

void gabion_label_table_exit(struct gabion_label_table *t)
{
	rhashtable_free_and_destroy(&t->table, free_label, NULL);
}
