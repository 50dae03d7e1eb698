// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel does to others' sockets, and tells of others' processes, by netlink:
 * CAP_NET_ADMIN is all that it asks for, and no LSM hook.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/taskstats.h>
#include <net/genetlink.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include "decision.h"
#include "engine.h"
#include "peer.h"

/* What has no file, or none any more, is the host's. A request is that of who listens. */
static u16 maker_of(const struct sock *sk)
{
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		sk = inet_reqsk(sk)->rsk_listener;
	return sk && sk_fullsock(sk) ? gabion_socket_maker(sk) : GABION_HOST;
}

/* SOCK_DESTROY ends a connection, or who listens, by its addresses, as a signal would. */
GABION_CHECK1(sock_diag_destroy, struct sock *, sk)
{
	u16 domain = gabion_task_label(current), maker = maker_of(sk);

	return gabion_is_same(maker, domain) ? 0 :
	       gabion_decide_domain(GABION_HOOK_sock_diag_destroy, domain, maker, 0,
				    GABION_DOM_SIGNAL, 0);
}

static int decide_statistics(enum gabion_hook_id hook, pid_t number)
{
	struct task_struct *task;
	int err = 0;

	rcu_read_lock();
	task = pid_task(find_vpid(number), PIDTYPE_PID);
	if (task && !same_thread_group(task, current))
		err = gabion_decide_domain(hook, gabion_task_label(current),
					   gabion_target_label(task), task->tgid,
					   GABION_DOM_INSPECT, 0);
	rcu_read_unlock();
	return err;
}

/*
 * taskstats: name, times and I/O of one task; or, from then on, of each that ends on some
 * processors, whosever it is, as perf_event_open(2) tells of whole processors.
 */
GABION_CHECK2(taskstats_user_cmd, struct sk_buff *, skb, struct genl_info *, info)
{
	const struct nlattr *number = info->attrs[TASKSTATS_CMD_ATTR_PID] ?:
				      info->attrs[TASKSTATS_CMD_ATTR_TGID];

	if (info->attrs[TASKSTATS_CMD_ATTR_REGISTER_CPUMASK])
		return gabion_decide_control(GABION_HOOK_taskstats_user_cmd, GABION_CONTROL_PERF);
	return number ? decide_statistics(GABION_HOOK_taskstats_user_cmd, nla_get_u32(number)) : 0;
}
