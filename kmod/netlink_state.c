// SPDX-License-Identifier: GPL-2.0
/* What the module is doing: status, hooks, domains. */
#include <linux/module.h>
#include "audit.h"
#include "audit_share.h"
#include "domain_count.h"
#include "domain_id.h"
#include "engine.h"
#include "main.h"
#include "netlink.h"
#include "path_label.h"
#include "task_label.h"

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, GABION_A_PAD);
}

static int put_policy(struct sk_buff *skb)
{
	const struct gabion_policy *policy;
	u32 generation = 0, size = 0, ndomains = 0;

	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	if (policy) {
		generation = policy->generation;
		size = policy->view.size;
		ndomains = policy->view.ndomains;
	}
	rcu_read_unlock();
	return nla_put_u32(skb, GABION_A_GENERATION, generation) ||
	       nla_put_u32(skb, GABION_A_POLICY_SIZE, size) ||
	       nla_put_u32(skb, GABION_A_NDOMAINS, ndomains);
}

int gabion_nl_status(struct sk_buff *skb, struct genl_info *info)
{
	struct gabion_ring_totals totals;
	struct sk_buff *reply;
	u64 hits, misses;
	void *header;
	pid_t any;

	reply = gabion_netlink_reply(info, &header);
	if (!reply)
		return -ENOMEM;
	gabion_path_cache_stats(&hits, &misses);
	gabion_ring_totals(&totals);
	if (put_u64(reply, GABION_A_INSTANCE, gabion_instance()) ||
	    nla_put_string(reply, GABION_A_MODULE_VERSION, GABION_VERSION) ||
	    put_policy(reply) ||
	    nla_put_u8(reply, GABION_A_LOCKED, gabion_policy_is_locked()) ||
	    put_u64(reply, GABION_A_CACHE_HITS, hits) ||
	    put_u64(reply, GABION_A_CACHE_MISSES, misses) ||
	    put_u64(reply, GABION_A_EVENTS_MADE, totals.made) ||
	    put_u64(reply, GABION_A_EVENTS_LOST, totals.lost) ||
	    put_u64(reply, GABION_A_EVENTS_PENDING, totals.pending) ||
	    put_u64(reply, GABION_A_EVENTS_FOLDED, totals.folded) ||
	    put_u64(reply, GABION_A_EVENTS_ACKNOWLEDGED, totals.acknowledged) ||
	    nla_put_u32(reply, GABION_A_NTASKS, gabion_task_count_confined(&any))) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	return gabion_netlink_send(reply, header, info);
}

int gabion_nl_hooks_start(struct netlink_callback *cb)
{
	return gabion_netlink_admit_dump(cb, GABION_CMD_HOOKS);
}

static int put_hook(struct sk_buff *skb, struct netlink_callback *cb, int id)
{
	const struct gabion_hook *hook = &gabion_hooks[id];
	struct gabion_hook_count sum = gabion_hook_sum(id);
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &gabion_genl_family, NLM_F_MULTI, GABION_CMD_HOOKS);

	if (!header)
		return -EMSGSIZE;
	if (nla_put_string(skb, GABION_A_HOOK_NAME, hook->name) ||
	    nla_put_string(skb, GABION_A_HOOK_METHOD, gabion_method_name(hook->method)) ||
	    nla_put_string(skb, GABION_A_HOOK_STATE,
			   READ_ONCE(hook->broken) ? "no longer fires" : "armed") ||
	    put_u64(skb, GABION_A_HOOK_CHECKS, sum.entered) ||
	    put_u64(skb, GABION_A_HOOK_REFUSALS, sum.refused)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

int gabion_nl_hooks_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	while (cb->args[0] < GABION_NHOOKS && !put_hook(skb, cb, cb->args[0]))
		cb->args[0]++;
	return skb->len;
}

int gabion_nl_domains_start(struct netlink_callback *cb)
{
	return gabion_netlink_admit_dump(cb, GABION_CMD_DOMAINS);
}

/* One pass over all threads for each domain: administration, not a hot path. */
static u32 count_tasks(u16 number)
{
	struct task_struct *process, *thread;
	u32 n = 0;

	rcu_read_lock();
	for_each_process_thread(process, thread)
		n += gabion_task_label(thread) == number;
	rcu_read_unlock();
	return n;
}

/* Of domain @number; the host's two are one. */
static int put_counts(struct sk_buff *skb, u16 number)
{
	struct gabion_domain_count count = gabion_domain_count_sum(number), held = {};
	u64 lost = 0, withheld = 0;
	int cpu;

	if (gabion_is_host(number)) {
		held = gabion_domain_count_sum(GABION_HOST_HELD);
		count = gabion_domain_count_sum(GABION_HOST);
		number = GABION_HOST;	/* pays for both */
	}
	for_each_possible_cpu(cpu) {
		lost += gabion_share_lost(cpu, number);
		withheld += gabion_share_withheld(cpu, number);
	}
	return put_u64(skb, GABION_A_DOMAIN_CHECKS, count.checks + held.checks) ||
	       put_u64(skb, GABION_A_DOMAIN_REFUSALS, count.refusals + held.refusals) ||
	       put_u64(skb, GABION_A_DOMAIN_EVENTS, count.events + held.events) ||
	       put_u64(skb, GABION_A_DOMAIN_LOST, lost) ||
	       put_u64(skb, GABION_A_DOMAIN_WITHHELD, withheld);
}

/* Inside the RCU section of @policy. */
static int put_domain(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct gabion_policy *policy, u32 index)
{
	const struct gabion_policy_domain *d = gabion_policy_domain(policy, index);
	const struct gabion_view *view = &policy->view;
	u16 number = policy->numbers[index];
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &gabion_genl_family, NLM_F_MULTI, GABION_CMD_DOMAINS);

	if (!header)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, header);
	if (nla_put_string(skb, GABION_A_DOMAIN, gabion_domain_name(number)) ||
	    nla_put_u32(skb, GABION_A_DOMAIN_ID, number) ||
	    nla_put_u32(skb, GABION_A_DOMAIN_FLAGS, le32_to_cpu(d->flags)) ||
	    nla_put_string(skb, GABION_A_LEVEL,
			   gabion_view_string(view, view->levels[le32_to_cpu(d->level)].name)) ||
	    nla_put_u32(skb, GABION_A_NTASKS, count_tasks(number)) || put_counts(skb, number)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/* args[0]: next index. A policy that is replaced meanwhile marks the dump as interrupted. */
int gabion_nl_domains_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct gabion_policy *policy;

	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	cb->seq = policy ? policy->generation : 0;
	if (policy) {
		while (cb->args[0] < policy->view.ndomains &&
		       !put_domain(skb, cb, policy, cb->args[0]))
			cb->args[0]++;
	}
	rcu_read_unlock();
	return skb->len;
}
