// SPDX-License-Identifier: GPL-2.0
/* Capabilities: a bit set of the domain, beside what the credentials have. */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/security.h>
#include "decision.h"
#include "engine.h"

/*
 * The kernel has put other credentials over the task's own to do something on
 * its own authority: overlayfs reads its layers' xattrs as the one who mounted
 * it, and would misread them if the domain's set counted. What the task itself
 * asked for was decided before.
 *
 * io_uring runs a request with the credentials it was submitted with, the same
 * way; there the task's own request is at stake, so a task that has a ring gets
 * no such allowance.
 */
static bool kernel_acts(void)
{
	if (current_cred() == rcu_access_pointer(current->real_cred))
		return false;
#ifdef CONFIG_IO_URING
	if (current->io_uring)
		return false;
#endif
	return !(current->flags & PF_IO_WORKER);
}

/* CAP_OPT_NOAUDIT: the kernel only wonders; a refusal is not an event. */
GABION_CHECK4(capable, const struct cred *, cred, struct user_namespace *, ns, int, cap,
	      unsigned int, opts)
{
	if (kernel_acts())
		return 0;
	return gabion_decide_capability(GABION_HOOK_capable, cap, !(opts & CAP_OPT_NOAUDIT));
}
