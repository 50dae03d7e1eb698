/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process of the domain "target" that sleeps: what attempts on other tasks are
 * about. Leads a process group of its own. Include after kselftest_harness.h.
 */
#ifndef GABION_SELFTESTS_VICTIM_H
#define GABION_SELFTESTS_VICTIM_H

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

#define ATTEMPT_WITHOUT_FILES
#include "attempt.h"

/* linux/sched/types.h cannot be included beside sched.h. */
struct sched_attr {
	uint32_t size, sched_policy;
	uint64_t sched_flags;
	int32_t sched_nice;
	uint32_t sched_priority;
	uint64_t sched_runtime, sched_deadline, sched_period;
};

static pid_t victim;

static int victim_make(struct gabion_netlink *client)
{
	victim = confine_sleeper(client, "target");
	return victim < 0 ? ECHILD : ATTEMPT(setpgid(victim, victim));
}

static void victim_release(void)
{
	confine_release(victim);
}

/* @name is the function that tries; @permission: GABION_DOM_* that @by lacks. */
#define VICTIM_VARIANT(name, permission, by)					\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = victim_make, .after = victim_release,	\
		.error = EPERM, .klass = GABION_CLASS_DOMAIN,			\
		.refused = permission, .refused_by = by, .target = "target",	\
	}

#endif /* GABION_SELFTESTS_VICTIM_H */
