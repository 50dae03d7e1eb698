/* SPDX-License-Identifier: GPL-2.0 */
/*
 * `audit required`: what leaves no record does not happen.
 *
 * An event of such a domain that has no room in this CPU's ring is not lost, but refused with
 * what it is about: the operation fails (gabion_conclude()), an exec that entered a domain ends
 * the process.  With `wait` it hardly comes to that.  Whoever's event leaves little
 * room marks the domain as tight, and its tasks then wait at the entry of their next syscall, where
 * nothing is locked, until every CPU has room for some more.  What makes events without passing
 * there (interrupts, workers of io_uring) does not wait.
 *
 * It is the agent that makes room.  It does not wait for itself, whatever domain it is in, and no
 * policy puts it, or who loads the policy, into a domain that waits.
 */
#ifndef GABION_AUDIT_WAIT_H
#define GABION_AUDIT_WAIT_H

#include <linux/bitops.h>
#include <linux/sched.h>
#include "policy.h"

/* By number: the domain's tasks look for room before they go on. Any CPU sets, waiters clear. */
extern unsigned long gabion_audit_tight[BITS_TO_LONGS(U16_MAX + 1)];

static inline bool gabion_audit_is_tight(u16 domain)
{
	return test_bit(domain, gabion_audit_tight);
}

/* GABION_DOMAIN_AUDIT_* of domain @number in @policy (NULL: none). */
static inline u32 gabion_audit_required(const struct gabion_policy *policy, u16 number)
{
	u32 index;

	if (!policy || !gabion_policy_index(policy, number, &index))
		return 0;
	return le32_to_cpu(gabion_policy_domain(policy, index)->flags) & GABION_DOMAIN_AUDIT_REQUIRED;
}

/* @domain, which waits, has little room left, or none. After it was charged; interrupts off. */
void gabion_audit_tighten(u16 domain);

/*
 * The current task's domain is tight: wait until it is not any more. At the entry of a syscall.
 * Return: 0, or -EINTR: the task is to die.
 */
int gabion_audit_wait(void);

/* There may be room, or another policy, or another domain for somebody. Any context. */
void gabion_audit_wake(void);

/* Would @policy make the agent, or the current task, wait for itself? In words; NULL: no. */
const char *gabion_audit_deadlock(const struct gabion_policy *policy);

#endif /* GABION_AUDIT_WAIT_H */
