// SPDX-License-Identifier: GPL-2.0
/* What administrators and agents did, as events.  See audit.h. */
#include "audit.h"
#include "policy.h"
#include "task_label.h"

void gabion_audit_policy(u32 generation)
{
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_POLICY,
		.verdict = GABION_VERDICT_ALLOWED,
		.generation = generation,
		.hook = GABION_NHOOKS,
		.domain = gabion_task_label(current),
		.target = GABION_NO_TARGET,
	});
}

void gabion_audit_policy_refused(int error, const char *message)
{
	const struct gabion_policy *policy;

	rcu_read_lock();
	policy = rcu_dereference(gabion_policy_in_force);
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_POLICY,
		.verdict = GABION_VERDICT_DENIED,
		.policy = policy,
		.generation = policy ? policy->generation : 0,
		.hook = GABION_NHOOKS,
		.domain = gabion_task_label(current),
		.target = GABION_NO_TARGET,
		.error = error,
		.message = message,
	});
	rcu_read_unlock();
}

void gabion_audit_lock(void)
{
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_LOCK,
		.verdict = GABION_VERDICT_ALLOWED,
		.hook = GABION_NHOOKS,
		.domain = gabion_task_label(current),
		.target = GABION_NO_TARGET,
	});
}

void gabion_audit_mode(const struct gabion_policy *policy, u16 domain)
{
	u32 index;

	if (!gabion_policy_index(policy, domain, &index))
		return;
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_MODE,
		.verdict = GABION_VERDICT_ALLOWED,
		.policy = policy,
		.generation = policy->generation,
		.hook = GABION_NHOOKS,
		.domain = gabion_task_label(current),
		.target = domain,
		.has_flags = true,
		.domain_flags = le32_to_cpu(gabion_policy_domain(policy, index)->flags),
	});
}

void gabion_audit_subscription(bool begins)
{
	gabion_audit(&(struct gabion_event){
		.type = begins ? GABION_EVENT_SUBSCRIBE : GABION_EVENT_UNSUBSCRIBE,
		.verdict = GABION_VERDICT_ALLOWED,
		.hook = GABION_NHOOKS,
		.domain = gabion_task_label(current),
		.target = GABION_NO_TARGET,
	});
}
