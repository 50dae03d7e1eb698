/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic-netlink family "gabion": what its files share.
 */
#ifndef GABION_NETLINK_H
#define GABION_NETLINK_H

#include <net/genetlink.h>
#include <gabion/netlink.h>

extern struct genl_family gabion_genl_family;

/* Family, and the notice when a socket closes. Context: may sleep. */
int gabion_netlink_init(void);
void gabion_netlink_exit(void);

/*
 * May the caller give this command, and is it well-formed? For a dump's start callback; the other
 * commands are asked about before they run.
 */
int gabion_netlink_admit_dump(struct netlink_callback *cb, u8 cmd);

/* One-message reply; NULL when out of memory. */
struct sk_buff *gabion_netlink_reply(struct genl_info *info, void **header);
int gabion_netlink_send(struct sk_buff *reply, void *header, struct genl_info *info);

/* netlink_policy.c */
int gabion_nl_policy_begin(struct sk_buff *skb, struct genl_info *info);
int gabion_nl_policy_chunk(struct sk_buff *skb, struct genl_info *info);
int gabion_nl_policy_commit(struct sk_buff *skb, struct genl_info *info);
int gabion_nl_policy_abort(struct sk_buff *skb, struct genl_info *info);
int gabion_nl_policy_unload(struct sk_buff *skb, struct genl_info *info);
int gabion_nl_lock(struct sk_buff *skb, struct genl_info *info);
void gabion_nl_policy_socket_closed(u32 portid);

/* netlink_state.c */
int gabion_nl_status(struct sk_buff *skb, struct genl_info *info);
int gabion_nl_hooks_start(struct netlink_callback *cb);
int gabion_nl_hooks_dump(struct sk_buff *skb, struct netlink_callback *cb);
int gabion_nl_domains_start(struct netlink_callback *cb);
int gabion_nl_domains_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* netlink_syscall.c */
int gabion_nl_syscalls_start(struct netlink_callback *cb);
int gabion_nl_syscalls_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* netlink_task.c */
int gabion_nl_tasks_start(struct netlink_callback *cb);
int gabion_nl_tasks_dump(struct sk_buff *skb, struct netlink_callback *cb);
int gabion_nl_task_assign(struct sk_buff *skb, struct genl_info *info);
int gabion_nl_task_enter_start(struct netlink_callback *cb);
int gabion_nl_task_enter_dump(struct sk_buff *skb, struct netlink_callback *cb);
int gabion_nl_task_enter_done(struct netlink_callback *cb);
int gabion_nl_task_exec(struct sk_buff *skb, struct genl_info *info);

/* netlink_event.c */
int gabion_nl_event_subscribe(struct sk_buff *skb, struct genl_info *info);
int gabion_nl_event_start(struct netlink_callback *cb);
int gabion_nl_event_dump(struct sk_buff *skb, struct netlink_callback *cb);
void gabion_nl_event_socket_closed(u32 portid);
/* After the last event: when no hook runs any more. */
void gabion_nl_event_exit(void);

#endif /* GABION_NETLINK_H */
