// SPDX-License-Identifier: GPL-2.0
/* Capabilities: a bit set of the domain, beside what the credentials have. */
#include <linux/capability.h>
#include <linux/security.h>
#include "decision.h"
#include "engine.h"

/* CAP_OPT_NOAUDIT: the kernel only wonders; a refusal is not an event. */
GABION_CHECK4(capable, const struct cred *, cred, struct user_namespace *, ns, int, cap,
	      unsigned int, opts)
{
	return gabion_decide_capability(GABION_HOOK_capable, cap, !(opts & CAP_OPT_NOAUDIT));
}
