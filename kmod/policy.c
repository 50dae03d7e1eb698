// SPDX-License-Identifier: GPL-2.0
/* The policy in force: built beside the old one, then swapped.  See policy.h. */
#include <linux/netlink.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include "audit.h"
#include "audit_wait.h"
#include "check_syscall.h"
#include "domain_id.h"
#include "lookup.h"
#include "peer.h"
#include "policy.h"
#include "revoke.h"
#include "rule_index.h"
#include "syscall_work.h"
#include "task_label.h"

struct gabion_policy __rcu *gabion_policy_in_force;
DEFINE_MUTEX(gabion_policy_mutex);
DECLARE_RWSEM(gabion_domain_rwsem);

static u32 generation;	/* gabion_policy_mutex */
static struct workqueue_struct *free_queue;	/* set at init */
static bool locked;	/* written under gabion_policy_mutex, never cleared */

static void policy_free(struct gabion_policy *policy)
{
	u32 klass;

	if (!policy)
		return;
	for (klass = 0; klass < GABION_CLASS_TABLES_END; klass++)
		kvfree(policy->effective[klass]);
	gabion_filters_free(policy);
	kvfree(policy->rule_order);
	kvfree(policy->file_rows);
	bitmap_free(policy->roaming);
	bitmap_free(policy->open);
	bitmap_free(policy->waiting);
	kvfree(policy->local);
	kvfree(policy->numbers);
	vfree(policy->image);
	kfree(policy);
}

/* vfree() may sleep: after the grace period, in a work item. */
static void policy_free_work(struct work_struct *work)
{
	policy_free(container_of(to_rcu_work(work), struct gabion_policy, rcu));
}

/* Index 0 is the host whatever the policy calls it. */
static u16 hosts_number(const struct gabion_view *view)
{
	return le32_to_cpu(view->domains[0].flags) & GABION_DOMAIN_UNCONFINED ? GABION_HOST
									     : GABION_HOST_HELD;
}

static int number_domains(struct gabion_policy *policy, struct netlink_ext_ack *extack)
{
	const struct gabion_view *view = &policy->view;
	u32 i;
	int n;

	policy->numbers = kvcalloc(view->ndomains, sizeof(u16), GFP_KERNEL);
	if (!policy->numbers)
		return -ENOMEM;
	for (i = 0; i < view->ndomains; i++) {
		n = i ? gabion_domain_number(gabion_view_string(view, view->domains[i].name))
		      : hosts_number(view);
		if (n == -ENOSPC)
			NL_SET_ERR_MSG(extack, "65535 domain names used since the module was loaded: reload the module");
		if (n < 0)
			return n;
		if (i && gabion_is_host(n)) {
			NL_SET_ERR_MSG(extack, "domain named host is not the first: the name is taken");
			return -EINVAL;
		}
		policy->numbers[i] = n;
	}
	policy->nnumbers = gabion_domain_count();
	policy->local = kvmalloc_array(policy->nnumbers, sizeof(u16), GFP_KERNEL);
	if (!policy->local)
		return -ENOMEM;
	memset(policy->local, 0xff, policy->nnumbers * sizeof(u16));
	for (i = 0; i < view->ndomains; i++) {
		if (policy->local[policy->numbers[i]] != GABION_TRANSITION_NONE) {
			NL_SET_ERR_MSG(extack, "two domains have the same name");
			return -EINVAL;
		}
		policy->local[policy->numbers[i]] = i;
	}
	policy->local[GABION_HOST] = 0;
	policy->local[GABION_HOST_HELD] = 0;
	return 0;
}

/* sigma under the level order: the kernel does not trust the compiler's levels. */
static int build_effective(struct gabion_policy *policy, u32 klass)
{
	const struct gabion_view *view = &policy->view;
	u32 nlabels = view->classes[klass].nlabels, d, l;
	u32 *matrix;

	if (!nlabels)
		return 0;
	matrix = kvmalloc_array((size_t)view->ndomains * nlabels, sizeof(u32), GFP_KERNEL);
	if (!matrix)
		return -ENOMEM;
	for (d = 0; d < view->ndomains; d++) {
		for (l = 0; l < nlabels; l++)
			matrix[(size_t)d * nlabels + l] = gabion_effective(view, klass, d, l);
		cond_resched();
	}
	policy->effective[klass] = matrix;
	return 0;
}

static bool records_grants(const struct gabion_class_view *c, u32 index)
{
	u32 l;

	for (l = 0; c->audit && l < c->nlabels; l++)
		if (gabion_matrix(c, c->audit, index, l))
			return true;
	return false;
}

static int build_file_rows(struct gabion_policy *policy)
{
	const struct gabion_class_view *c = &policy->view.classes[GABION_CLASS_FILE];
	u32 i;

	policy->file_rows = kvcalloc(policy->nnumbers, sizeof(*policy->file_rows), GFP_KERNEL);
	if (!policy->file_rows)
		return -ENOMEM;
	for (i = 0; i < policy->view.ndomains; i++)
		if (!records_grants(c, i))
			policy->file_rows[policy->numbers[i]] =
				policy->effective[GABION_CLASS_FILE] + (size_t)i * c->nlabels;
	return 0;
}

/* May the domain do @wanted to all objects of a class, without a record? */
static bool granted_everywhere(const struct gabion_policy *policy, u32 klass, u32 index, u32 wanted)
{
	const struct gabion_class_view *c = &policy->view.classes[klass];
	u32 l;

	for (l = 0; l < c->nlabels; l++)
		if ((wanted & ~gabion_policy_effective(policy, klass, index, l)) ||
		    (gabion_matrix(c, c->audit, index, l) & wanted))
			return false;
	return true;
}

static int build_waiting(struct gabion_policy *policy)
{
	u32 i;

	policy->waiting = bitmap_zalloc(policy->nnumbers, GFP_KERNEL);
	if (!policy->waiting)
		return -ENOMEM;
	for (i = 0; i < policy->view.ndomains; i++)
		if (le32_to_cpu(gabion_policy_domain(policy, i)->flags) & GABION_DOMAIN_AUDIT_WAIT)
			__set_bit(policy->numbers[i], policy->waiting);
	return 0;
}

/* What no rule need grant: does anything take it away? */
static int build_restrictions(struct gabion_policy *policy)
{
	u32 i;

	policy->roaming = bitmap_zalloc(policy->nnumbers, GFP_KERNEL);
	policy->open = bitmap_zalloc(policy->nnumbers, GFP_KERNEL);
	if (!policy->roaming || !policy->open)
		return -ENOMEM;
	for (i = 0; i < policy->view.ndomains; i++) {
		if (granted_everywhere(policy, GABION_CLASS_FILE, i, GABION_FILE_IMPLIED))
			__set_bit(policy->numbers[i], policy->roaming);
		else
			policy->search_restricted = true;
		if (granted_everywhere(policy, GABION_CLASS_NET, i, GABION_NET_IMPLIED))
			__set_bit(policy->numbers[i], policy->open);
		else
			policy->peers_restricted = true;
		cond_resched();
	}
	/* Who is not held is not asked, also while the label that said so is being replaced. */
	__set_bit(GABION_HOST, policy->roaming);
	__set_bit(GABION_HOST, policy->open);
	if (!gabion_policy_holds_host(policy)) {
		__set_bit(GABION_HOST_HELD, policy->roaming);
		__set_bit(GABION_HOST_HELD, policy->open);
	}
	return 0;
}

static struct gabion_policy *policy_build(void *image, u32 size, struct netlink_ext_ack *extack)
{
	struct gabion_policy *policy = kzalloc(sizeof(*policy), GFP_KERNEL);
	const char *why = NULL;
	u32 klass;
	int err;

	if (!policy) {
		vfree(image);
		return ERR_PTR(-ENOMEM);
	}
	policy->image = image;
	INIT_RCU_WORK(&policy->rcu, policy_free_work);
	err = gabion_view_open(&policy->view, image, size, &why);
	if (err) {
		if (extack)
			extack->_msg = why;
		goto fail;
	}
	err = number_domains(policy, extack);
	if (err)
		goto fail;
	for (klass = 1; klass < GABION_CLASS_TABLES_END; klass++) {
		err = build_effective(policy, klass);
		if (err)
			goto fail;
	}
	err = build_file_rows(policy);
	if (!err)
		err = build_restrictions(policy);
	if (!err)
		err = build_waiting(policy);
	if (!err)
		err = gabion_filters_build(policy);
	if (!err)
		err = gabion_rule_index_build(policy);
	if (err)
		goto fail;
	return policy;
fail:
	policy_free(policy);
	return ERR_PTR(err);
}

/* Would the policy hold the host, and not let its tasks have an io_uring? */
static bool bars_host_uring(const struct gabion_policy *policy)
{
	const struct gabion_policy_domain *host = gabion_policy_domain(policy, 0);

	return gabion_policy_holds_host(policy) &&
	       (gabion_filter_bars_uring(policy, GABION_HOST_HELD) ||
		!((le32_to_cpu(host->flags) & GABION_DOMAIN_COMPLAIN) ||
		  (le64_to_cpu(host->controls) & BIT_ULL(GABION_CONTROL_IO_URING))));
}

/* A task that the policy cannot take over as it is, and why; NULL: none. */
static const char *check_task(const struct gabion_policy *policy, const struct task_struct *task)
{
	u16 number = gabion_task_label(task);
	u32 index;

	if (number == GABION_HOST) {
		if (!gabion_task_is_kernels(task) && gabion_task_has_uring(task) &&
		    bars_host_uring(policy))
			return "a task has an io_uring, for which the host's domain has no `control io_uring` or no syscalls: end the task, or grant it";
		return NULL;
	}
	if (!gabion_policy_index(policy, number, &index))
		return "a task runs in a domain that the new policy does not have: end the task, assign it elsewhere, or keep the domain";
	if (gabion_task_has_uring(task) && gabion_filter_bars_uring(policy, number))
		return "a task has an io_uring that its domain's new syscall filter would not let it have: end the task, or allow io_uring";
	return NULL;
}

static int check_tasks(const struct gabion_policy *policy, const char **why, pid_t *pid)
{
	struct task_struct *process, *thread;
	int err = 0;

	lockdep_assert_held_write(&gabion_domain_rwsem);
	rcu_read_lock();
	for_each_process_thread(process, thread) {
		*why = check_task(policy, thread);
		if (!*why)
			continue;
		*pid = thread->pid;
		err = -EBUSY;
		goto out;
	}
out:
	rcu_read_unlock();
	return err;
}

static void release_module(struct work_struct *work);
static DECLARE_DELAYED_WORK(release_work, release_module);
static unsigned int releases;	/* references to drop; gabion_policy_mutex */

/* Without a policy the module is held until no task depends on its syscall hook, or is in it. */
static void release_module(struct work_struct *work)
{
	bool any;

	mutex_lock(&gabion_policy_mutex);
	any = releases && (gabion_syscall_work_any() || gabion_syscall_running());
	while (releases && !any) {
		module_put(THIS_MODULE);
		releases--;
	}
	mutex_unlock(&gabion_policy_mutex);
	if (any)
		schedule_delayed_work(&release_work, HZ);
}

/*
 * A policy in force holds the module (the caller got the reference): it cannot
 * be unloaded under confined tasks, since the policy cannot be unloaded while
 * there are any.
 */
static void policy_publish(struct gabion_policy *policy)
{
	struct gabion_policy *old;

	lockdep_assert_held_write(&gabion_domain_rwsem);

	if (policy && policy->search_restricted)
		gabion_lookup_restrict(true);
	if (policy && policy->peers_restricted)
		gabion_peers_restrict(true);
	old = rcu_replace_pointer(gabion_policy_in_force, policy,
				  lockdep_is_held(&gabion_policy_mutex));
	if (!policy || !policy->search_restricted)
		gabion_lookup_restrict(false);
	if (!policy || !policy->peers_restricted)
		gabion_peers_restrict(false);
	if (old) {
		queue_rcu_work(free_queue, &old->rcu);
		if (policy)
			module_put(THIS_MODULE);
		else
			releases++;
	}
	gabion_task_label_hosts(policy ? policy->numbers[0] : GABION_HOST);
	gabion_syscall_work_refresh();
	gabion_audit_wake();
}

/* Domains of @policy that the one in force has too, in another mode. */
static void find_changed_modes(const struct gabion_policy *policy, unsigned long *changed)
{
	static const u32 modes = GABION_DOMAIN_COMPLAIN | GABION_DOMAIN_UNCONFINED;
	const struct gabion_policy *old = rcu_dereference_protected(
		gabion_policy_in_force, lockdep_is_held(&gabion_policy_mutex));
	u32 i, index;

	for (i = 0; old && i < policy->view.ndomains; i++)
		if (gabion_policy_index(old, policy->numbers[i], &index) &&
		    ((le32_to_cpu(gabion_policy_domain(old, index)->flags) ^
		      le32_to_cpu(gabion_policy_domain(policy, i)->flags)) & modes))
			__set_bit(policy->numbers[i], changed);
}

/* @policy, which is in force and stays while the mutex is held, has come by this. */
static void record_load(const struct gabion_policy *policy, const unsigned long *changed)
{
	unsigned long number;

	lockdep_assert_held(&gabion_policy_mutex);
	gabion_audit_policy(policy->generation);
	for_each_set_bit(number, changed, policy->nnumbers)
		gabion_audit_mode(policy, number);
}

/*
 * Is @policy, byte for byte, what is in force? Then nobody loses anything: what a task has it
 * may have, and no io_uring has to go for what might be registered in it.
 */
static bool is_in_force(const struct gabion_policy *policy)
{
	const struct gabion_policy *old;

	lockdep_assert_held(&gabion_policy_mutex);
	old = rcu_dereference_protected(gabion_policy_in_force, true);
	return old && old->view.size == policy->view.size &&
	       !memcmp(old->image, policy->image, policy->view.size);
}

int gabion_policy_load(void *image, u32 size, struct netlink_ext_ack *extack, pid_t *pid)
{
	struct gabion_policy *policy;
	unsigned long *changed;
	const char *why = NULL;
	bool same;
	int err;

	mutex_lock(&gabion_policy_mutex);
	if (locked) {
		NL_SET_ERR_MSG(extack, "the policy is locked until reboot");
		vfree(image);
		err = -EPERM;
		goto out;
	}
	policy = policy_build(image, size, extack);
	if (IS_ERR(policy)) {
		err = PTR_ERR(policy);
		goto out;
	}
	changed = bitmap_zalloc(policy->nnumbers, GFP_KERNEL);
	if (!changed) {
		policy_free(policy);
		err = -ENOMEM;
		goto out;
	}
	/* Netlink holds no reference: the module may be going already. */
	if (!try_module_get(THIS_MODULE)) {
		bitmap_free(changed);
		policy_free(policy);
		err = -ESHUTDOWN;
		goto out;
	}
	find_changed_modes(policy, changed);
	same = is_in_force(policy);
	down_write(&gabion_domain_rwsem);
	why = gabion_audit_deadlock(policy);
	err = why ? -EDEADLK : check_tasks(policy, &why, pid);
	if (!err) {
		policy->generation = ++generation;
		policy_publish(policy);
		err = generation;
	}
	up_write(&gabion_domain_rwsem);
	if (err < 0) {
		if (extack)
			extack->_msg = why;
		policy_free(policy);
		module_put(THIS_MODULE);
	} else {
		record_load(policy, changed);
		if (!same)
			gabion_revoke_confined();
	}
	bitmap_free(changed);
out:
	mutex_unlock(&gabion_policy_mutex);
	release_module(NULL);
	return err;
}

int gabion_policy_unload(struct netlink_ext_ack *extack)
{
	bool any = false;
	pid_t pid;
	int err = 0;

	mutex_lock(&gabion_policy_mutex);
	down_write(&gabion_domain_rwsem);
	if (locked) {
		NL_SET_ERR_MSG(extack, "the policy is locked until reboot");
		err = -EPERM;
	} else if (gabion_task_count_confined(&pid)) {
		NL_SET_ERR_MSG(extack, "tasks are confined: end them first (gabion ps)");
		err = -EBUSY;
	} else {
		any = rcu_access_pointer(gabion_policy_in_force);
		policy_publish(NULL);
	}
	up_write(&gabion_domain_rwsem);
	if (any)
		gabion_audit_policy(0);
	mutex_unlock(&gabion_policy_mutex);
	release_module(NULL);
	return err;
}

int gabion_policy_lock(void)
{
	int err = 0;

	mutex_lock(&gabion_policy_mutex);
	if (!rcu_access_pointer(gabion_policy_in_force)) {
		err = -ENOENT;
	} else if (!locked && !try_module_get(THIS_MODULE)) {
		err = -ESHUTDOWN;
	} else if (!locked) {
		WRITE_ONCE(locked, true);
		gabion_audit_lock();
	}
	mutex_unlock(&gabion_policy_mutex);
	return err;
}

bool gabion_policy_is_locked(void)
{
	return READ_ONCE(locked);
}

int __init gabion_policy_init(void)
{
	free_queue = alloc_workqueue("gabion_policy", 0, 0);
	return free_queue ? 0 : -ENOMEM;
}

void gabion_policy_exit(void)
{
	cancel_delayed_work_sync(&release_work);
	policy_free(rcu_dereference_protected(gabion_policy_in_force, true));
	/* Policies replaced before: RCU hands them to the queue, which frees them. */
	rcu_barrier();
	destroy_workqueue(free_queue);
}
