/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_DAEMON_PRIORITY_H
#define GABION_DAEMON_PRIORITY_H

#include "../event/event_json.h"

/* How grave a record is, as a priority of syslog(3), LOG_CRIT to LOG_INFO; see docs/events.md. */
int gabion_record_priority(const struct gabion_record *record);

#endif /* GABION_DAEMON_PRIORITY_H */
