// SPDX-License-Identifier: GPL-2.0
/*
 * Events to the agent: it is told that there are some, and fetches them.
 *
 * Pulling gives back-pressure for nothing (a dump goes on when the reader has
 * room) and makes the reader's crash harmless: what it did not acknowledge is
 * still in the ring.
 */
#include <linux/irq_work.h>
#include <linux/workqueue.h>
#include "audit.h"
#include "audit_fold.h"
#include "audit_share.h"
#include "audit_wait.h"
#include "compat.h"
#include "domain_id.h"
#include "engine.h"
#include "netlink.h"

/* Port of the subscriber, 0: none. Changed by cmpxchg only. */
static u32 subscriber;
/* Whose that is: process in the initial pid namespace. Written by the one that became it. */
static pid_t agent;

/*
 * How long one event may wait for others to be told with: waking the agent costs more than
 * ten events do. The agent reads what there is, so that none waits twice.
 */
#define NOTICE_DELAY	msecs_to_jiffies(10)

/**
 * enum notice - how far the notice is that the subscriber has not answered with EVENT_READ yet
 * @NOTICE_NONE:	nothing is under way: the next event begins one
 * @NOTICE_SOON:	it is sent after NOTICE_DELAY
 * @NOTICE_NOW:		it is sent at once, or was
 */
enum notice {
	NOTICE_NONE,
	NOTICE_SOON,
	NOTICE_NOW,
};

/* Raised by cmpxchg by who made an event; back to NONE by the subscriber. */
static atomic_t notice = ATOMIC_INIT(NOTICE_NONE);

static void send_notice(struct work_struct *work)
{
	u32 portid = READ_ONCE(subscriber);
	struct sk_buff *skb;
	void *header;

	/* It cannot be hurried any more. */
	atomic_cmpxchg(&notice, NOTICE_SOON, NOTICE_NOW);
	if (!portid)
		return;
	skb = genlmsg_new(0, GFP_KERNEL);
	if (!skb)
		goto again;
	header = genlmsg_put(skb, 0, 0, &gabion_genl_family, 0, GABION_CMD_EVENT_READY);
	if (!header) {
		nlmsg_free(skb);
		goto again;
	}
	genlmsg_end(skb, header);
	if (!genlmsg_unicast(&init_net, skb, portid))
		return;
again:
	/* Not told: the next event tries again, and the agent polls as well. */
	atomic_set(&notice, NOTICE_NONE);
}

static DECLARE_DELAYED_WORK(notice_work, send_notice);

/*
 * An event may be made under the scheduler's or the workqueue's own locks; the
 * irq_work takes the wake-up out of there.
 */
static void queue_notice(struct irq_work *work)
{
	if (atomic_read(&notice) == NOTICE_NOW)
		mod_delayed_work(system_wq, &notice_work, 0);
	else
		queue_delayed_work(system_wq, &notice_work, NOTICE_DELAY);
}

static DEFINE_IRQ_WORK(notice_irq, queue_notice);

void gabion_netlink_event_ready(bool hurry)
{
	int wanted = hurry ? NOTICE_NOW : NOTICE_SOON, is;

	if (!READ_ONCE(subscriber))
		return;
	/* The event, then the notice; pairs with the barrier in begin_reading(). */
	smp_mb();
	is = atomic_read(&notice);
	do {
		if (is >= wanted)
			return;
	} while (!atomic_try_cmpxchg(&notice, &is, wanted));
	irq_work_queue(&notice_irq);
}

/* The subscriber is about to read: what was made until now it finds, and need not be told. */
static void begin_reading(void)
{
	cancel_delayed_work(&notice_work);
	/* With a barrier: whose event is not found afterwards sees that nothing is under way. */
	atomic_xchg(&notice, NOTICE_NONE);
}

pid_t gabion_netlink_agent(void)
{
	return READ_ONCE(subscriber) ? READ_ONCE(agent) : 0;
}

/* One that a policy makes to in this moment does not wait all the same (audit_wait.c). */
static bool would_wait(void)
{
	bool yes;

	rcu_read_lock();
	yes = gabion_audit_required(rcu_dereference(gabion_policy_in_force),
				    gabion_task_label(current));
	rcu_read_unlock();
	return yes;
}

int gabion_nl_event_subscribe(struct sk_buff *skb, struct genl_info *info)
{
	u32 old;

	if (would_wait()) {
		NL_SET_ERR_MSG(info->extack, "this process is in a domain with `audit required`: it would wait for itself");
		return -EDEADLK;
	}
	old = cmpxchg(&subscriber, 0, info->snd_portid);
	if (old && old != info->snd_portid) {
		NL_SET_ERR_MSG(info->extack, "another agent is subscribed");
		return -EBUSY;
	}
	if (!old) {
		WRITE_ONCE(agent, current->tgid);
		mutex_lock(&gabion_ring_mutex);
		gabion_ring_rewind();
		mutex_unlock(&gabion_ring_mutex);
		gabion_audit_subscription(true);
	}
	atomic_set(&notice, NOTICE_NONE);
	gabion_netlink_event_ready(true);
	return 0;
}

void gabion_nl_event_socket_closed(u32 portid)
{
	if (cmpxchg(&subscriber, portid, 0) == portid)
		gabion_audit_subscription(false);
}

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, GABION_E_PAD);
}

static const char *hook_name(u32 hook)
{
	return hook < GABION_NHOOKS ? gabion_hooks[hook].name : NULL;
}

static int put_string(struct sk_buff *skb, int type, const char *string)
{
	return string ? nla_put_string(skb, type, string) : 0;
}

static int put_call(struct sk_buff *skb, const struct gabion_record *r)
{
	return nla_put_u32(skb, GABION_E_ABI, r->call.abi) ||
	       nla_put(skb, GABION_E_ARGUMENTS, sizeof(r->call.arguments), r->call.arguments) ||
	       nla_put_u32(skb, GABION_E_OUTCOME, r->outcome) ||
	       put_u64(skb, GABION_E_IP, r->call.ip);
}

static int put_decision(struct sk_buff *skb, const struct gabion_record *r)
{
	return nla_put_u32(skb, GABION_E_TYPE, r->type) ||
	       nla_put_u32(skb, GABION_E_VERDICT, r->verdict) ||
	       nla_put_u32(skb, GABION_E_REASON, r->reason) ||
	       nla_put_u32(skb, GABION_E_CLASS, r->klass) ||
	       nla_put_u32(skb, GABION_E_WANTED, r->wanted) ||
	       nla_put_u32(skb, GABION_E_REFUSED, r->refused) ||
	       nla_put_u32(skb, GABION_E_GENERATION, r->generation) ||
	       nla_put_u32(skb, GABION_E_LABEL, r->label) ||
	       nla_put_string(skb, GABION_E_DOMAIN, gabion_domain_name(r->domain)) ||
	       (r->target != GABION_NO_TARGET &&
		nla_put_string(skb, GABION_E_TARGET, gabion_domain_name(r->target))) ||
	       (r->target_pid && nla_put_u32(skb, GABION_E_TARGET_PID, r->target_pid)) ||
	       (r->signal && nla_put_u32(skb, GABION_E_SIGNAL, r->signal)) ||
	       (r->command && nla_put_u32(skb, GABION_E_COMMAND, r->command)) ||
	       (r->has_flags && nla_put_u32(skb, GABION_E_DOMAIN_FLAGS, r->domain_flags)) ||
	       (r->error && nla_put_u32(skb, GABION_E_ERROR, r->error)) ||
	       (r->has_net && nla_put(skb, GABION_E_NET, sizeof(r->net), &r->net)) ||
	       (r->has_call && put_call(skb, r)) ||
	       put_string(skb, GABION_E_HOOK, hook_name(r->hook));
}

static int put_task(struct sk_buff *skb, const struct gabion_record *r)
{
	return nla_put_u32(skb, GABION_E_PID, r->pid) || nla_put_u32(skb, GABION_E_TGID, r->tgid) ||
	       nla_put_u32(skb, GABION_E_PPID, r->ppid) ||
	       nla_put_u32(skb, GABION_E_UID, r->uid) ||
	       put_u64(skb, GABION_E_START, r->start) ||
	       nla_put_string(skb, GABION_E_COMM, r->comm);
}

static int put_ancestor(struct sk_buff *skb, const struct gabion_ancestor *a)
{
	struct nlattr *nest = nla_nest_start(skb, GABION_E_ANCESTOR);

	if (!nest || nla_put_u32(skb, GABION_P_PID, a->pid) ||
	    nla_put_u64_64bit(skb, GABION_P_START, a->start, GABION_P_PAD) ||
	    nla_put_string(skb, GABION_P_COMM, a->comm) ||
	    nla_put_string(skb, GABION_P_DOMAIN, gabion_domain_name(a->domain)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_ancestors(struct sk_buff *skb, const struct gabion_record *r)
{
	int i, err = 0;

	for (i = 0; i < r->nancestors && !err; i++)
		err = put_ancestor(skb, &r->ancestors[i]);
	return err;
}

/* Rules lie one behind the other, each with its NUL. */
static int put_rules(struct sk_buff *skb, const char *rules, u16 length)
{
	const char *end = rules + length;
	int err = 0;

	for (; length && rules < end && !err; rules += strlen(rules) + 1)
		err = nla_put_string(skb, GABION_E_RULE, rules);
	return err;
}

/* Once it is put for the subscriber, what it says does not change any more. */
static int put_repeats(struct sk_buff *skb, const struct gabion_record *r, bool final)
{
	u64 last;
	u32 repeats = gabion_fold_count(r, final, &last);

	return repeats && (nla_put_u32(skb, GABION_E_COUNT, repeats + 1) ||
			   put_u64(skb, GABION_E_LAST, last));
}

static int put_strings(struct sk_buff *skb, const struct gabion_record *r)
{
	const char *p = gabion_record_strings(r);
	int i, err = 0;

	for (i = 0; i < GABION_RECORD_RULES && !err; p += r->length[i++])
		if (r->length[i])
			err = nla_put(skb, gabion_record_attributes[i], r->length[i], p);
	return err ?: put_rules(skb, p, r->length[GABION_RECORD_RULES]);
}

static int put_event(struct sk_buff *skb, const struct gabion_record *r, bool final)
{
	struct nlattr *nest = nla_nest_start(skb, GABION_A_EVENT);

	if (!nest)
		return -EMSGSIZE;
	if (put_u64(skb, GABION_E_SEQUENCE, r->sequence) ||
	    nla_put_u32(skb, GABION_E_CPU, r->cpu) ||
	    put_u64(skb, GABION_E_CPU_SEQUENCE, r->cpu_sequence) ||
	    put_u64(skb, GABION_E_BOOTTIME, r->boottime) ||
	    put_u64(skb, GABION_E_REALTIME, r->realtime) || put_decision(skb, r) ||
	    put_task(skb, r) || put_strings(skb, r) || put_ancestors(skb, r) ||
	    (r->truncated && put_u64(skb, GABION_E_TRUNCATED, r->truncated)) ||
	    put_repeats(skb, r, final)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_loss(struct sk_buff *skb, int cpu, u16 payer, u64 lost)
{
	struct nlattr *nest = nla_nest_start(skb, GABION_A_LOSS);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, GABION_L_CPU, cpu) ||
	    nla_put_u64_64bit(skb, GABION_L_COUNT, lost, GABION_L_PAD) ||
	    (payer != GABION_SHARE_KERNEL &&
	     nla_put_string(skb, GABION_L_DOMAIN, gabion_domain_name(payer)))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static u16 payer_at(u32 place)
{
	u32 count = gabion_domain_count();

	if (place < count)
		return place;
	return place == count ? GABION_UNKNOWN : GABION_SHARE_KERNEL;
}

/*
 * Losses from those of domain *@next on CPU *@cpu on, behind those of the last domain who is
 * unknown, and the kernel's own; both are then at the first one that did not fit, or *@cpu at
 * nr_cpu_ids.
 */
static void put_losses(struct sk_buff *skb, long *cpu, long *next)
{
	u64 lost;
	u16 payer;

	while (*cpu < nr_cpu_ids) {
		payer = payer_at(*next);
		lost = gabion_share_lost(*cpu, payer);
		if (lost && put_loss(skb, *cpu, payer, lost))
			return;
		if (payer != GABION_SHARE_KERNEL) {
			++*next;
			continue;
		}
		*cpu = cpumask_next(*cpu, cpu_possible_mask);
		*next = 0;
	}
}

static bool is_subscriber(const struct netlink_callback *cb)
{
	return READ_ONCE(subscriber) == NETLINK_CB(cb->skb).portid;
}

/*
 * State of a dump: args[0] cursor's CPU, args[1] its position, args[2] CPU whose losses are
 * next, args[3] domain whose losses there are.
 */
int gabion_nl_event_start(struct netlink_callback *cb)
{
	const struct nlattr *ack;
	int err = gabion_netlink_admit_dump(cb, GABION_CMD_EVENT_READ);

	if (err)
		return err;
	ack = gabion_dump_attribute(cb, GABION_A_EVENT_ACK);
	cb->min_dump_alloc = GABION_RECORD_MAX;
	if (!is_subscriber(cb)) {
		if (!ack)
			return 0;	/* looks on */
		NL_SET_ERR_MSG_ATTR(cb->extack, ack, "only the subscriber acknowledges");
		return -EPERM;
	}
	begin_reading();
	if (ack) {
		mutex_lock(&gabion_ring_mutex);
		gabion_ring_acknowledge(nla_get_u64(ack));
		mutex_unlock(&gabion_ring_mutex);
	}
	return 0;
}

/* Events of one ring into @skb, @final: for the subscriber; true when the ring is through. */
static bool dump_ring(struct sk_buff *skb, struct gabion_ring_cursor *cursor, bool final)
{
	const struct gabion_record *record;

	while ((record = gabion_ring_peek(cursor))) {
		if (put_event(skb, record, final))
			return false;
		gabion_ring_advance(cursor, record);
	}
	return true;
}

int gabion_nl_event_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct gabion_ring_cursor cursor = { .cpu = cb->args[0], .position = cb->args[1] };
	int before = skb->len;
	void *header;

	if (cb->args[2] >= nr_cpu_ids && cursor.cpu >= nr_cpu_ids)
		return 0;
	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			     &gabion_genl_family, NLM_F_MULTI, GABION_CMD_EVENT_READ);
	if (!header)
		return -EMSGSIZE;
	put_losses(skb, &cb->args[2], &cb->args[3]);
	if (cb->args[2] < nr_cpu_ids)
		goto out;
	mutex_lock(&gabion_ring_mutex);
	while (cursor.cpu < nr_cpu_ids) {
		bool through = !cpu_possible(cursor.cpu) || dump_ring(skb, &cursor, is_subscriber(cb));

		if (cpu_possible(cursor.cpu) && is_subscriber(cb))
			gabion_ring_present(&cursor);
		if (!through)
			break;
		cursor.cpu = cpumask_next(cursor.cpu, cpu_possible_mask);
		cursor.position = 0;
	}
	mutex_unlock(&gabion_ring_mutex);
	/* A record larger than an empty message would come for ever: none is. */
	WARN_ON_ONCE(cursor.cpu == cb->args[0] && cursor.position == cb->args[1] &&
		     cursor.cpu < nr_cpu_ids && skb->len == before + NLMSG_HDRLEN + GENL_HDRLEN);
	cb->args[0] = cursor.cpu;
	cb->args[1] = cursor.position;
out:
	genlmsg_end(skb, header);
	return skb->len;
}

void gabion_nl_event_exit(void)
{
	WRITE_ONCE(subscriber, 0);
	irq_work_sync(&notice_irq);
	cancel_delayed_work_sync(&notice_work);
}
