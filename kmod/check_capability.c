// SPDX-License-Identifier: GPL-2.0
/* Capabilities: a bit set of the domain, beside what the credentials have. */
#include <linux/capability.h>
#include <linux/security.h>
#include "decision.h"
#include "engine.h"

static int decide_control(enum gabion_control control, bool record)
{
	if (record)
		return gabion_decide_control(GABION_HOOK_capable, control);
	return gabion_control_granted(gabion_task_label(current), control) ? 0 : -EPERM;
}

static int decide_with_control(int cap, bool record, enum gabion_control control)
{
	return gabion_decide_together(gabion_decide_capability(GABION_HOOK_capable, cap, record) ?:
				      decide_control(control, record));
}

/* CAP_OPT_NOAUDIT: the kernel only wonders; a refusal is not an event. */
GABION_CHECK4(capable, const struct cred *, cred, struct user_namespace *, ns, int, cap,
	      unsigned int, opts)
{
	bool record = !(opts & CAP_OPT_NOAUDIT);

	if (gabion_kernel_acts())
		return 0;
	switch (cap) {
	/*
	 * delete_module() has no hook of its own, and with O_TRUNC takes away a
	 * module that is in use: us.
	 */
	case CAP_SYS_MODULE:
		return decide_with_control(cap, record, GABION_CONTROL_MODULE);
	/* Nor has adjtimex(). */
	case CAP_SYS_TIME:
		return decide_with_control(cap, record, GABION_CONTROL_SETTIME);
	/* Nor acct(2), which tells of every process that ends, as taskstats does. */
	case CAP_SYS_PACCT:
		return decide_with_control(cap, record, GABION_CONTROL_PERF);
	default:
		return gabion_decide_capability(GABION_HOOK_capable, cap, record);
	}
}

GABION_CHECK1(capget, const struct task_struct *, target)
{
	return gabion_decide_domain(GABION_HOOK_capget, gabion_task_label(current),
				    gabion_target_label(target), target->tgid, GABION_DOM_INSPECT,
				    0);
}
