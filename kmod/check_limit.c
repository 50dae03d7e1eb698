// SPDX-License-Identifier: GPL-2.0
/* Limits of resources: see limit.h, and struct gabion_policy_limit. */
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/security.h>
#include "core/limit.h"
#include "audit.h"
#include "decision.h"
#include "engine.h"
#include "judgement.h"
#include "limit.h"

static_assert(RLIM_NLIMITS == GABION_RLIMITS_END);

static void lower(struct rlimit *limit, u64 most)
{
	limit->rlim_max = min_t(u64, limit->rlim_max, most);
	limit->rlim_cur = min(limit->rlim_cur, limit->rlim_max);
}

void gabion_limits_lower(struct task_struct *leader, u16 domain, struct rlimit *stack)
{
	struct gabion_subject s;
	u32 resource;
	u64 most;

	rcu_read_lock();
	s = gabion_subject_of(domain);
	if (!s.known || !s.policy->view.nlimits ||
	    gabion_subject_has(&s, GABION_DOMAIN_UNCONFINED | GABION_DOMAIN_COMPLAIN))
		goto out;
	/* What do_prlimit() takes for the whole process. */
	task_lock(leader);
	for (resource = 0; resource < RLIM_NLIMITS; resource++) {
		most = gabion_limit_of(&s.policy->view, s.index, resource);
		lower(&leader->signal->rlim[resource], most);
		if (stack && resource == RLIMIT_STACK)
			lower(stack, most);
	}
	task_unlock(leader);
out:
	rcu_read_unlock();
}

/* May the hard limit of a task in domain @target become @limit? Under its alloc_lock. */
static int decide_limit(u16 target, unsigned int resource, u64 limit)
{
	struct gabion_event event = {
		.hook = GABION_HOOK_task_setrlimit,
		.klass = GABION_CLASS_LIMIT,
		.wanted = resource,
		.refused = resource,
		.reason = GABION_REASON_DENY,
		.target = GABION_NO_TARGET,
	};
	struct gabion_subject s;
	int err = 0;

	rcu_read_lock();
	s = gabion_subject_of(target);
	if (s.known && !gabion_subject_has(&s, GABION_DOMAIN_UNCONFINED) &&
	    limit > gabion_limit_of(&s.policy->view, s.index, resource)) {
		s = gabion_subject_of(gabion_task_label(current));
		err = gabion_conclude(&s, &event, -EPERM);
	}
	rcu_read_unlock();
	return err;
}

/* Also prlimit(). */
GABION_CHECK3(task_setrlimit, struct task_struct *, task, unsigned int, resource,
	      struct rlimit *, limit)
{
	u16 target = gabion_target_label(task);

	return gabion_decide_domain(GABION_HOOK_task_setrlimit, gabion_task_label(current), target,
				    task->tgid, GABION_DOM_SCHEDULE, 0) ?:
	       decide_limit(target, resource, limit->rlim_max);
}
