// SPDX-License-Identifier: GPL-2.0
/* Tasks and their domains. */
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "compat.h"
#include "domain_id.h"
#include "exec_pending.h"
#include "netlink.h"
#include "policy.h"
#include "task_enter.h"
#include "task_label.h"

int gabion_nl_tasks_start(struct netlink_callback *cb)
{
	return gabion_netlink_admit_dump(cb, GABION_CMD_TASKS);
}

static int put_task(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct task_struct *task)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &gabion_genl_family, NLM_F_MULTI, GABION_CMD_TASKS);
	char comm[TASK_COMM_LEN];

	if (!header)
		return -EMSGSIZE;
	/* prctl(PR_SET_NAME) may change it between its length and its bytes. */
	strscpy_pad(comm, task->comm, sizeof(comm));
	if (nla_put_u32(skb, GABION_A_PID, task->pid) ||
	    nla_put_u32(skb, GABION_A_TGID, task->tgid) ||
	    nla_put_string(skb, GABION_A_DOMAIN, gabion_domain_name(gabion_task_label(task))) ||
	    nla_put_string(skb, GABION_A_COMM, comm)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/* By rising pid, as /proc does: args[0] is the next one to look at. */
int gabion_nl_tasks_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct task_struct *task;
	struct pid *pid;
	int err = 0;

	rcu_read_lock();
	while (!err && (pid = find_ge_pid(cb->args[0], &init_pid_ns))) {
		cb->args[0] = pid_nr(pid);
		task = pid_task(pid, PIDTYPE_PID);
		if (task && gabion_task_label(task) != GABION_HOST)
			err = put_task(skb, cb, task);
		if (!err)
			cb->args[0]++;
	}
	rcu_read_unlock();
	return skb->len;
}

/* A domain of the policy in force, by name. Caller holds gabion_domain_rwsem. */
static int domain_in_force(struct genl_info *info)
{
	const struct gabion_policy *policy;
	struct nlattr *attribute = info->attrs[GABION_A_DOMAIN];
	int number = gabion_domain_find(nla_data(attribute));
	u32 index;

	lockdep_assert_held(&gabion_domain_rwsem);
	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	/* The host's number is the policy's to say. */
	if (number >= 0)
		number = policy && gabion_policy_index(policy, number, &index)
				 ? policy->numbers[index] : -ENOENT;
	rcu_read_unlock();
	if (number < 0)
		NL_SET_ERR_MSG_ATTR(info->extack, attribute,
				    "the policy in force has no such domain");
	return number;
}

int gabion_nl_task_assign(struct sk_buff *skb, struct genl_info *info)
{
	int number, err;

	down_read(&gabion_domain_rwsem);
	number = domain_in_force(info);
	err = number < 0 ? number
			 : gabion_task_assign(nla_get_u32(info->attrs[GABION_A_PID]), number);
	up_read(&gabion_domain_rwsem);
	if (err == -ESRCH)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[GABION_A_PID], "no such process");
	else if (err == -EBUSY)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[GABION_A_PID],
				    "the process has an io_uring, for which the domain has no `control io_uring` or no syscalls");
	else if (err == -EMLINK)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[GABION_A_PID],
				    "another process shares its memory or descriptors: let it execute a program first");
	else if (err == -EOWNERDEAD)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[GABION_A_PID],
				    "another process began to share its memory or descriptors in this moment: it was killed");
	else if (err == -EDEADLK)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[GABION_A_PID],
				    "the process reads the events, and the domain has `audit required`: it would wait for itself");
	else if (err == -EINVAL)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[GABION_A_PID],
				    "a kernel thread, or a thread: give a process's thread-group leader");
	return err;
}

int gabion_nl_task_exec(struct sk_buff *skb, struct genl_info *info)
{
	int number, err;

	down_read(&gabion_domain_rwsem);
	number = domain_in_force(info);
	err = number < 0 ? number : gabion_pending_force(current, number);
	up_read(&gabion_domain_rwsem);
	return err;
}

/* A path, a domain's name, and what is around them. */
#define ENTRY_ROOM	(PATH_MAX + 1024)

/* All is done here; the dump tells it. args[0]: the list of what is still to be told. */
int gabion_nl_task_enter_start(struct netlink_callback *cb)
{
	const struct nlattr *pid;
	struct list_head *entries;
	int err = gabion_netlink_admit_dump(cb, GABION_CMD_TASK_ENTER);

	if (err)
		return err;
	if (!rcu_access_pointer(gabion_policy_in_force)) {
		NL_SET_ERR_MSG(cb->extack, "no policy is in force: load one first");
		return -ENOENT;
	}
	entries = kmalloc(sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return -ENOMEM;
	INIT_LIST_HEAD(entries);
	pid = gabion_dump_attribute(cb, GABION_A_PID);
	err = pid ? gabion_task_enter(nla_get_u32(pid), entries) : gabion_task_enter_all(entries);
	if (err == -ESRCH)
		NL_SET_ERR_MSG_ATTR(cb->extack, pid, "no such process");
	if (err && list_empty(entries)) {
		kfree(entries);
		return err;
	}
	/* What was done is told first, then that it was not all. */
	cb->min_dump_alloc = ENTRY_ROOM;
	cb->args[0] = (long)entries;
	cb->args[1] = err;
	return 0;
}

static int put_entry(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct gabion_entry *entry)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &gabion_genl_family, NLM_F_MULTI, GABION_CMD_TASK_ENTER);

	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(skb, GABION_A_PID, entry->pid) ||
	    nla_put_string(skb, GABION_A_COMM, entry->comm) ||
	    (!gabion_is_host(entry->domain) &&
	     nla_put_string(skb, GABION_A_DOMAIN, gabion_domain_name(entry->domain))) ||
	    (entry->exe && nla_put_string(skb, GABION_A_EXE, entry->exe)) ||
	    (entry->err && nla_put_u32(skb, GABION_A_ERROR, -entry->err))) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

int gabion_nl_task_enter_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct list_head *entries = (struct list_head *)cb->args[0];
	struct gabion_entry *entry, *next;

	list_for_each_entry_safe(entry, next, entries, node) {
		if (put_entry(skb, cb, entry))
			break;
		list_del(&entry->node);
		gabion_entry_free(entry);
	}
	if (skb->len)
		return skb->len;
	if (cb->args[1] == -EAGAIN)
		NL_SET_ERR_MSG(cb->extack, "more processes than one call takes, or they keep appearing: call again");
	return cb->args[1];
}

int gabion_nl_task_enter_done(struct netlink_callback *cb)
{
	struct list_head *entries = (struct list_head *)cb->args[0];

	gabion_entries_free(entries);
	kfree(entries);
	return 0;
}
