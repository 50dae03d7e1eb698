/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domains that belong to objects of the kernel which have no room for them:
 * System V IPC objects and owned files. Without an entry an object is the
 * host's. Readers are under RCU; writers use the table's own bucket locks.
 */
#ifndef GABION_LABEL_TABLE_H
#define GABION_LABEL_TABLE_H

#include <linux/rhashtable.h>
#include <linux/types.h>

/**
 * struct gabion_label_table - from an object's address to a domain number
 * @table:	of struct label (label_table.c)
 */
struct gabion_label_table {
	struct rhashtable table;
};

/* Before hooks are attached. Return: 0 or a negative errno. */
int gabion_label_table_init(struct gabion_label_table *t);
/* When no hook runs any more. */
void gabion_label_table_exit(struct gabion_label_table *t);

/* The domain of @object, the host's without an entry. Any context. */
u16 gabion_label_table_get(struct gabion_label_table *t, const void *object);

/*
 * Whatever @object had, it is @domain's now. Two may not set the same object at
 * once. Context: may sleep. Return: 0, or a negative errno and it is whose it was.
 */
int gabion_label_table_set(struct gabion_label_table *t, const void *object, u16 domain);

/* @object ends, or is the host's. Not in hard interrupts. Return: had it an entry? */
bool gabion_label_table_forget(struct gabion_label_table *t, const void *object);

#endif /* GABION_LABEL_TABLE_H */
