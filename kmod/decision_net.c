// SPDX-License-Identifier: GPL-2.0
/* Network endpoints: see decision.h. */
#include <linux/bitmap.h>
#include "audit_repeat.h"
#include "core/decide.h"
#include "decision.h"
#include "judgement.h"

static u32 net_label(const struct gabion_policy *policy, const struct gabion_net_key *key)
{
	const struct gabion_class_view *c;

	if (!policy)
		return GABION_LABEL_NONE;
	c = &policy->view.classes[GABION_CLASS_NET];
	return c->has_dfa ? gabion_dfa_label(&c->dfa, key, sizeof(*key)) : GABION_LABEL_NONE;
}

/* What is not simply granted: a refusal, or something to record. */
static noinline int judge_endpoint(const struct gabion_subject *s, enum gabion_hook_id hook,
				   const struct gabion_net_key *key, u32 label, u32 wanted,
				   bool by_peer)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_NET,
		.label = label,
		.wanted = wanted,
		.net = key,
		.by_peer = by_peer,
		.target = GABION_NO_TARGET,
		.repeats = true,
	};
	struct gabion_repeat_key question = {
		.generation = s->policy ? s->policy->generation : 0,
		.domain = s->number,
		.hook = hook,
		.klass = GABION_CLASS_NET,
		.wanted = wanted,
	};
	u32 verdict = gabion_repeat(&question, NULL, key);

	if (verdict)
		return verdict == GABION_VERDICT_DENIED ? -EACCES : 0;
	return gabion_judge(s, &event, -EACCES);
}

static int judge_net(const struct gabion_subject *s, enum gabion_hook_id hook,
		     const struct gabion_net_key *key, u32 wanted, bool by_peer)
{
	u32 label = net_label(s->policy, key);

	if (gabion_granted(s, GABION_CLASS_NET, label, wanted))
		return 0;
	return judge_endpoint(s, hook, key, label, wanted, by_peer);
}

int gabion_decide_net_as(enum gabion_hook_id hook, u16 domain, const struct gabion_net_key *key,
			 u32 wanted, bool by_peer)
{
	struct gabion_subject s;
	int err;

	rcu_read_lock();
	s = gabion_subject_of(domain);
	err = judge_net(&s, hook, key, wanted, by_peer);
	rcu_read_unlock();
	return err;
}

int gabion_decide_all_peers(enum gabion_hook_id hook, const struct gabion_net_key *local)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_NET,
		.wanted = GABION_NET_ACCEPT,
		.refused = GABION_NET_ACCEPT,
		.reason = GABION_REASON_SIGMA,
		.net = local,
		.target = GABION_NO_TARGET,
	};
	u16 domain = gabion_task_label(current);
	struct gabion_subject s;
	int err = 0;

	rcu_read_lock();
	s = gabion_subject_of(domain);
	if (!gabion_subject_is_free(&s) && (!s.known || !test_bit(domain, s.policy->open)))
		err = gabion_conclude(&s, &event, -EACCES);
	rcu_read_unlock();
	return err;
}

int gabion_decide_net_or(enum gabion_hook_id hook, const struct gabion_net_key *local, u32 other,
			 const struct gabion_net_key *key, u32 wanted)
{
	struct gabion_subject s;
	int err = 0;

	rcu_read_lock();
	s = gabion_subject_of(gabion_task_label(current));
	if (!gabion_subject_has(&s, GABION_DOMAIN_COMPLAIN) &&
	    (!s.known || !(gabion_policy_effective(s.policy, GABION_CLASS_NET, s.index,
						   net_label(s.policy, local)) & other)))
		err = judge_net(&s, hook, key, wanted, false);
	rcu_read_unlock();
	return err;
}
