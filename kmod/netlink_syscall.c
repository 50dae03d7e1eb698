// SPDX-License-Identifier: GPL-2.0
/* Which syscalls domains have used. */
#include <linux/slab.h>
#include <asm/unistd.h>
#include "domain_id.h"
#include "netlink.h"
#include "policy.h"

#define USED_BYTES	(GABION_CALLS_MAX / 8)

int gabion_nl_syscalls_start(struct netlink_callback *cb)
{
	return gabion_netlink_admit_dump(cb, GABION_CMD_SYSCALLS);
}

/* Sizes of the tables; a kernel without an ABI answers ENOSYS to all of it. */
static u32 known_calls(u32 abi)
{
	switch (abi) {
	case GABION_ABI_X86_64:
		return NR_syscalls;
	case GABION_ABI_I386:
		return IS_ENABLED(CONFIG_IA32_EMULATION) ? IA32_NR_syscalls : 0;
	default:
		return IS_ENABLED(CONFIG_X86_X32_ABI) ? X32_NR_syscalls : 0;
	}
}

static int put_used(struct sk_buff *skb, const struct gabion_calls_used *used, u32 abi)
{
	struct nlattr *attribute = nla_reserve(skb, GABION_A_CALLS_USED, USED_BYTES);
	u32 i;

	if (!attribute)
		return -EMSGSIZE;
	memset(nla_data(attribute), 0, USED_BYTES);
	for_each_set_bit(i, used->bits[abi], GABION_CALLS_MAX)
		((u8 *)nla_data(attribute))[i / 8] |= 1 << i % 8;
	return 0;
}

static int put_calls(struct sk_buff *skb, struct netlink_callback *cb, u16 number, u32 abi)
{
	const struct gabion_calls_used *used = gabion_calls_used(number);
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &gabion_genl_family, NLM_F_MULTI, GABION_CMD_SYSCALLS);

	if (!header)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, header);
	if (nla_put_string(skb, GABION_A_DOMAIN, gabion_domain_name(number)) ||
	    nla_put_u32(skb, GABION_A_ABI, abi) || put_used(skb, used, abi) ||
	    nla_put_u32(skb, GABION_A_CALLS_KNOWN, known_calls(abi))) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/* args[0]: next filter times ABIs plus ABI. A replaced policy marks the dump as interrupted. */
int gabion_nl_syscalls_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct gabion_policy *policy;
	u32 index;

	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	cb->seq = policy ? policy->generation : 0;
	while (policy && cb->args[0] < (long)policy->view.nfilters * GABION_ABI_END) {
		index = le32_to_cpu(policy->view.filters[cb->args[0] / GABION_ABI_END].domain);
		/* An unconfined domain's filter is not used. */
		if (gabion_filter_of(policy, policy->numbers[index]) &&
		    put_calls(skb, cb, policy->numbers[index], cb->args[0] % GABION_ABI_END))
			break;
		cb->args[0]++;
	}
	rcu_read_unlock();
	return skb->len;
}
