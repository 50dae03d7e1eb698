/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy in force.
 */
#ifndef GABION_POLICY_H
#define GABION_POLICY_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include "core/decide.h"
#include "syscall_filter.h"
#include "task_label.h"

struct netlink_ext_ack;

/**
 * struct gabion_policy - one verified policy
 * @rcu:	freed after a grace period when replaced
 * @generation:	1 for the first policy put in force, then counting
 * @image:	the bytes that were verified (vmalloc), owned
 * @view:	pointers into @image
 * @nnumbers:	entries of @local
 * @local:	domain number -> index in the image, GABION_TRANSITION_NONE if absent; both numbers
 *		of the host are index 0
 * @numbers:	index in the image -> domain number; that of index 0 says whether the host is held
 * @file_rows:	domain number -> its row of @effective for files; NULL: decide the long way (the
 *		policy lacks the domain, or records grants of it)
 * @roaming:	bit for each domain number whose search for names nothing restricts or records
 * @search_restricted: some domain's is restricted or recorded
 * @open:	bit for each domain number whose sockets may be sent to by everybody
 * @peers_restricted: some domain's may not
 * @waiting:	bit for each domain number that has `audit required wait`
 * @filters:	domain number -> its syscall filter; NULL: none
 * @rule_order:	indexes into RULES, ascending by (domain, class, object) (rule_index.h)
 * @effective:	per class: sigma under the level order, [index][label]; NULL: nothing granted
 *
 * Immutable once published.
 */
struct gabion_policy {
	struct rcu_work rcu;
	u32 generation;
	void *image;
	struct gabion_view view;
	u32 nnumbers;
	u16 *local;
	u16 *numbers;
	const u32 **file_rows;
	unsigned long *roaming;
	bool search_restricted;
	unsigned long *open;
	bool peers_restricted;
	unsigned long *waiting;
	struct gabion_filter **filters;
	u32 *rule_order;
	u32 *effective[GABION_CLASS_TABLES_END];
};

/* Read under RCU; replaced under gabion_policy_mutex. NULL: none, nobody is confined. */
extern struct gabion_policy __rcu *gabion_policy_in_force;

/* Serialises load, unload, lock and the domain numbers. Outermost lock. */
extern struct mutex gabion_policy_mutex;

/*
 * Held for reading while a task changes domain (exec commit, assignment), for
 * writing while a policy is swapped: no task enters a domain that the policy
 * about to be in force does not have. Order: gabion_policy_mutex, then this.
 */
extern struct rw_semaphore gabion_domain_rwsem;

/**
 * gabion_policy_load - verify an image and put it in force
 * @image:	vmalloc'ed; owned by this function from now on, also on failure
 * @size:	bytes
 * @extack:	told what is wrong
 * @pid:	on -EBUSY a task in a domain that the new policy lacks
 *
 * Context: may sleep. Return: the generation, or a negative errno; the policy
 * in force is then as before.
 */
int gabion_policy_load(void *image, u32 size, struct netlink_ext_ack *extack, pid_t *pid);

/* Take the policy away. Return: 0; -EBUSY while a task is confined; -EPERM when locked. */
int gabion_policy_unload(struct netlink_ext_ack *extack);

/* Policy and module stay until reboot. Return: 0 or -ENOENT without a policy. */
int gabion_policy_lock(void);
bool gabion_policy_is_locked(void);

/* Module init, and exit when no hook runs any more. */
int gabion_policy_init(void);
void gabion_policy_exit(void);

/* Index in @policy of a domain number; false if the policy does not have it. */
static inline bool gabion_policy_index(const struct gabion_policy *policy, u16 number, u32 *index)
{
	if (number >= policy->nnumbers || policy->local[number] == GABION_TRANSITION_NONE)
		return false;
	*index = policy->local[number];
	return true;
}

/* Does @policy restrict the host's tasks? */
static inline bool gabion_policy_holds_host(const struct gabion_policy *policy)
{
	return policy->numbers[0] == GABION_HOST_HELD;
}

static inline const struct gabion_policy_domain *
gabion_policy_domain(const struct gabion_policy *policy, u32 index)
{
	return &policy->view.domains[index];
}

/* Domain number that executing a file of @label leads a task of domain @from to. */
static inline u16 gabion_policy_entered(const struct gabion_policy *policy, u16 from, u32 label)
{
	const struct gabion_class_view *c = &policy->view.classes[GABION_CLASS_FILE];
	u16 to = GABION_TRANSITION_NONE;
	u32 index;

	if (c->transition && gabion_policy_index(policy, from, &index))
		to = le16_to_cpu(c->transition[(size_t)index * c->nlabels + label]);
	return to == GABION_TRANSITION_NONE ? from : policy->numbers[to];
}

/* What the domain at @index may do to label @label of class @klass. */
static inline u32 gabion_policy_effective(const struct gabion_policy *policy, u32 klass,
					  u32 index, u32 label)
{
	const u32 *matrix = policy->effective[klass];

	return matrix ? matrix[(size_t)index * policy->view.classes[klass].nlabels + label] : 0;
}

#endif /* GABION_POLICY_H */
