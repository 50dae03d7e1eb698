// SPDX-License-Identifier: GPL-2.0
/* Waiting for room in the audit rings.  See audit_wait.h. */
#include <linux/cpumask.h>
#include <linux/wait.h>
#include "audit.h"
#include "audit_share.h"
#include "audit_wait.h"
#include "task_label.h"

unsigned long gabion_audit_tight[BITS_TO_LONGS(U16_MAX + 1)];
static DECLARE_WAIT_QUEUE_HEAD(waiters);

void gabion_audit_tighten(u16 domain)
{
	/* What was charged before the bit: pairs with the barrier in loosen(). */
	smp_mb__before_atomic();
	set_bit(domain, gabion_audit_tight);
}

/* On every CPU: nobody knows on which one the task goes on. */
static bool is_roomy(u16 domain)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (!gabion_share_is_roomy(cpu, domain))
			return false;
	return true;
}

static bool waits(u16 domain)
{
	bool yes;

	rcu_read_lock();
	yes = gabion_audit_required(rcu_dereference(gabion_policy_in_force), domain) &
	      GABION_DOMAIN_AUDIT_WAIT;
	rcu_read_unlock();
	return yes && !gabion_netlink_is_agent(current->tgid);
}

/* The administrator may have moved the task meanwhile. */
static bool may_go(void)
{
	u16 domain = gabion_task_label(current);

	return !waits(domain) || is_roomy(domain);
}

/* Who filled the rings up again since has set the bit again, or is seen here. */
static void loosen(u16 domain)
{
	clear_bit(domain, gabion_audit_tight);
	smp_mb__after_atomic();	/* pairs with gabion_audit_tighten() */
	if (!is_roomy(domain))
		set_bit(domain, gabion_audit_tight);
}

int gabion_audit_wait(void)
{
	u16 domain = gabion_task_label(current);

	might_sleep();
	if (wait_event_state(waiters, may_go(), (TASK_KILLABLE | TASK_FREEZABLE)))
		return -EINTR;
	loosen(domain);
	return 0;
}

void gabion_audit_wake(void)
{
	/* With a barrier: what makes them go on, before the look at who waits. */
	if (wq_has_sleeper(&waiters))
		wake_up_all(&waiters);
}

const char *gabion_audit_deadlock(const struct gabion_policy *policy)
{
	struct task_struct *agent;
	bool waits;

	if (gabion_audit_required(policy, gabion_task_label(current)))
		return "the policy has `audit required` for the domain that it is loaded from, which could then be kept from ending it: load it from another";
	agent = gabion_task_get(gabion_netlink_agent());
	if (!agent)
		return NULL;
	waits = gabion_audit_required(policy, gabion_task_label(agent));
	put_task_struct(agent);
	return waits ? "the policy has `audit required` for the domain of the agent, which would wait for itself: drop it there"
		     : NULL;
}
