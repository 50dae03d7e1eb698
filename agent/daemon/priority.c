// SPDX-License-Identifier: GPL-2.0
#include "priority.h"

#include <syslog.h>

int gabion_record_priority(const struct gabion_record *record)
{
	if (record->kind != GABION_RECORD_EVENT)
		return LOG_ERR;
	switch (record->event.type) {
	case GABION_EVENT_HOOK:
		return LOG_CRIT;
	case GABION_EVENT_ACCESS:
		if (record->event.verdict == GABION_VERDICT_DENIED)
			return LOG_WARNING;
		if (record->event.verdict == GABION_VERDICT_COMPLAIN)
			return LOG_NOTICE;
		return LOG_INFO;
	case GABION_EVENT_POLICY:
	case GABION_EVENT_TRANSITION:
		/* A process that should be in a domain, and is not. */
		return record->event.verdict == GABION_VERDICT_DENIED ? LOG_WARNING : LOG_NOTICE;
	default:
		return LOG_NOTICE;
	}
}
