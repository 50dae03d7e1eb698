/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where gabiond keeps things, for it and for who looks for them.
 */
#ifndef GABION_DAEMON_PATHS_H
#define GABION_DAEMON_PATHS_H

#define GABION_PATH_POLICY	"/etc/gabion/policy.d"
#define GABION_PATH_STATE	"/var/lib/gabion/state"
#define GABION_PATH_LAST	"/var/lib/gabion/last.image"
#define GABION_PATH_SPOOL	"/var/lib/gabion/spool"
#define GABION_PATH_SOCKET	"/run/gabion/events.sock"

#endif /* GABION_DAEMON_PATHS_H */
