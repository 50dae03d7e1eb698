// SPDX-License-Identifier: GPL-2.0
/* The family: commands, attribute policy, admission. */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include "compat.h"
#include "decision.h"
#include "netlink.h"
#include "peer.h"

static const struct nla_policy attributes[GABION_A_MAX + 1] = {
	[GABION_A_SIZE] = { .type = NLA_U32 },
	[GABION_A_OFFSET] = { .type = NLA_U32 },
	[GABION_A_DATA] = { .type = NLA_BINARY, .len = GABION_CHUNK_MAX },
	[GABION_A_DOMAIN] = { .type = NLA_NUL_STRING, .len = GABION_NAME_MAX - 1 },
	[GABION_A_PID] = { .type = NLA_U32 },
	[GABION_A_EVENT_ACK] = { .type = NLA_U64 },
};

/**
 * struct shape - attributes of a command
 * @required:	bit set of attributes without which it is refused
 * @optional:	bit set of further ones that it takes
 */
struct shape {
	u64 required;
	u64 optional;
};

#define A(name) BIT_ULL(GABION_A_##name)
static const struct shape shapes[__GABION_CMD_END] = {
	[GABION_CMD_POLICY_BEGIN] = { .required = A(SIZE) },
	[GABION_CMD_POLICY_CHUNK] = { .required = A(OFFSET) | A(DATA) },
	[GABION_CMD_TASK_ASSIGN] = { .required = A(PID) | A(DOMAIN) },
	[GABION_CMD_TASK_EXEC] = { .required = A(DOMAIN) },
	[GABION_CMD_TASK_ENTER] = { .optional = A(PID) },
	[GABION_CMD_EVENT_READ] = { .optional = A(EVENT_ACK) },
};
#undef A

static_assert(__GABION_A_END <= 64);

/* Does the domain administer? The host's that is not held, another with `control admin`. */
static bool domain_administers(u16 number)
{
	const struct gabion_policy *policy;
	const struct gabion_policy_domain *d;
	bool yes = false;
	u32 index;

	if (number == GABION_HOST)
		return true;
	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	if (!policy) {
		yes = gabion_is_host(number);
	} else if (gabion_policy_index(policy, number, &index)) {
		d = gabion_policy_domain(policy, index);
		yes = (le32_to_cpu(d->flags) & GABION_DOMAIN_UNCONFINED) ||
		      (le64_to_cpu(d->controls) & BIT_ULL(GABION_CONTROL_ADMIN));
	}
	rcu_read_unlock();
	return yes;
}

static int refuse(u16 domain, struct netlink_ext_ack *extack)
{
	gabion_refuse_administration(domain);
	NL_SET_ERR_MSG(extack, "the caller's domain, or that which made the socket, has no `control admin`");
	return -EPERM;
}

/*
 * Who sends a message need not have written it: a program that administers may be given a
 * socket for its output. So does the kernel's netlink_capable() ask for both.
 */
static int admit_domains(const struct sock *sk, struct netlink_ext_ack *extack)
{
	u16 domain = gabion_task_label(current), maker = gabion_socket_maker(sk);

	if (!domain_administers(domain))
		return refuse(domain, extack);
	return domain_administers(maker) ? 0 : refuse(maker, extack);
}

/**
 * admit - may the caller give this command, and is it well-formed?
 * @skb:	the request (for the opener's capabilities)
 * @nlh:	the request's header
 * @cmd:	enum gabion_cmd
 * @extack:	told which attribute is wrong
 *
 * The generic code has parsed the attributes against the policy already; this
 * adds what it does not check: privilege, attributes that the command does not
 * take, required ones, repeated ones. Every command goes through it once.
 */
static int admit(struct sk_buff *skb, const struct nlmsghdr *nlh, u8 cmd,
		 struct netlink_ext_ack *extack)
{
	const struct shape *shape = &shapes[cmd];
	const struct nlattr *nla;
	u64 seen = 0;
	int rest, err;

	if (!netlink_capable(skb, CAP_MAC_ADMIN)) {
		NL_SET_ERR_MSG(extack, "CAP_MAC_ADMIN in the initial user namespace is needed");
		return -EPERM;
	}
	err = admit_domains(NETLINK_CB(skb).sk, extack);
	if (err)
		return err;
	nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rest) {
		u64 bit = nla_type(nla) <= GABION_A_MAX ? BIT_ULL(nla_type(nla)) : 0;

		if (!(bit & (shape->required | shape->optional))) {
			NL_SET_ERR_MSG_ATTR(extack, nla, "the command does not take this attribute");
			return -EINVAL;
		}
		if (seen & bit) {
			NL_SET_ERR_MSG_ATTR(extack, nla, "attribute occurs twice");
			return -EINVAL;
		}
		seen |= bit;
	}
	if (shape->required & ~seen) {
		NL_SET_ERR_MSG(extack, "a required attribute is missing");
		NL_SET_ERR_ATTR_MISS(extack, NULL, __ffs64(shape->required & ~seen));
		return -EINVAL;
	}
	return 0;
}

int gabion_netlink_admit_dump(struct netlink_callback *cb, u8 cmd)
{
	return admit(cb->skb, cb->nlh, cmd, cb->extack);
}

static int pre_doit(gabion_genl_pre_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	return admit(skb, info->nlhdr, info->genlhdr->cmd, info->extack);
}

struct sk_buff *gabion_netlink_reply(struct genl_info *info, void **header)
{
	struct sk_buff *reply = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (!reply)
		return NULL;
	*header = genlmsg_put_reply(reply, info, &gabion_genl_family, 0, info->genlhdr->cmd);
	if (!*header) {
		nlmsg_free(reply);
		return NULL;
	}
	return reply;
}

int gabion_netlink_send(struct sk_buff *reply, void *header, struct genl_info *info)
{
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static const struct genl_ops operations[] = {
	{ .cmd = GABION_CMD_POLICY_BEGIN, .doit = gabion_nl_policy_begin },
	{ .cmd = GABION_CMD_POLICY_CHUNK, .doit = gabion_nl_policy_chunk },
	{ .cmd = GABION_CMD_POLICY_COMMIT, .doit = gabion_nl_policy_commit },
	{ .cmd = GABION_CMD_POLICY_ABORT, .doit = gabion_nl_policy_abort },
	{ .cmd = GABION_CMD_POLICY_UNLOAD, .doit = gabion_nl_policy_unload },
	{ .cmd = GABION_CMD_LOCK, .doit = gabion_nl_lock },
	{ .cmd = GABION_CMD_STATUS, .doit = gabion_nl_status },
	{ .cmd = GABION_CMD_HOOKS, .start = gabion_nl_hooks_start,
	  .dumpit = gabion_nl_hooks_dump },
	{ .cmd = GABION_CMD_DOMAINS, .start = gabion_nl_domains_start,
	  .dumpit = gabion_nl_domains_dump },
	{ .cmd = GABION_CMD_TASKS, .start = gabion_nl_tasks_start,
	  .dumpit = gabion_nl_tasks_dump },
	{ .cmd = GABION_CMD_SYSCALLS, .start = gabion_nl_syscalls_start,
	  .dumpit = gabion_nl_syscalls_dump },
	{ .cmd = GABION_CMD_TASK_ASSIGN, .doit = gabion_nl_task_assign },
	{ .cmd = GABION_CMD_TASK_EXEC, .doit = gabion_nl_task_exec },
	{ .cmd = GABION_CMD_TASK_ENTER, .start = gabion_nl_task_enter_start,
	  .dumpit = gabion_nl_task_enter_dump, .done = gabion_nl_task_enter_done },
	{ .cmd = GABION_CMD_EVENT_SUBSCRIBE, .doit = gabion_nl_event_subscribe },
	{ .cmd = GABION_CMD_EVENT_READ, .start = gabion_nl_event_start,
	  .dumpit = gabion_nl_event_dump },
};

struct genl_family gabion_genl_family __ro_after_init = {
	.name = GABION_GENL_NAME,
	.version = GABION_GENL_VERSION,
	.maxattr = GABION_A_MAX,
	.policy = attributes,
	.module = THIS_MODULE,
	.netnsok = false,
	.ops = operations,
	.n_ops = ARRAY_SIZE(operations),
	.resv_start_op = GABION_CMD_UNSPEC + 1,
	.pre_doit = pre_doit,
	.parallel_ops = true,	/* each file has its own lock */
};

/* A transaction and a subscription end with their socket. */
static int socket_closed(struct notifier_block *block, unsigned long state, void *data)
{
	const struct netlink_notify *notify = data;

	if (state == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    net_eq(notify->net, &init_net)) {
		gabion_nl_policy_socket_closed(notify->portid);
		gabion_nl_event_socket_closed(notify->portid);
	}
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = { .notifier_call = socket_closed };

int __init gabion_netlink_init(void)
{
	int err;

	err = netlink_register_notifier(&socket_notifier);
	if (err)
		return err;
	err = genl_register_family(&gabion_genl_family);
	if (err)
		netlink_unregister_notifier(&socket_notifier);
	return err;
}

void gabion_netlink_exit(void)
{
	genl_unregister_family(&gabion_genl_family);
	netlink_unregister_notifier(&socket_notifier);
	gabion_nl_policy_socket_closed(0);
}
