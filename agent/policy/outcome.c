// SPDX-License-Identifier: GPL-2.0
#include "outcome.h"

#include "../../include/uapi/gabion/syscall.h"
#include "mem.h"
#include "syscall_constants.h"

const char *gabion_action_name(uint32_t action)
{
	static const char *const names[GABION_ACTION_END] = {
		[GABION_ACTION_ALLOW] = "allow", [GABION_ACTION_LOG] = "log",
		[GABION_ACTION_TRACE] = "trace", [GABION_ACTION_ERRNO] = "errno",
		[GABION_ACTION_TRAP] = "trap",	 [GABION_ACTION_KILL] = "kill",
	};

	return action < GABION_ACTION_END ? names[action] : "unknown";
}

char *gabion_outcome_format(uint32_t outcome)
{
	uint32_t action = GABION_OUTCOME_ACTION(outcome), data = GABION_OUTCOME_DATA(outcome);
	const char *error = action == GABION_ACTION_ERRNO ? gabion_errno_name(data) : NULL;

	if (error)
		return gabion_xasprintf("errno %s", error);
	if (data)
		return gabion_xasprintf("%s %u", gabion_action_name(action), data);
	return gabion_xstrdup(gabion_action_name(action));
}
