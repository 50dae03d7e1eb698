/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_VMM_JAIL_CALLS_H
#define GABION_VMM_JAIL_CALLS_H

#include "../../agent/seccomp/call_list.h"

/* By 1 << enum gabion_thread. */
extern const struct gabion_call gabion_calls[];
extern const size_t gabion_calls_count;

#endif /* GABION_VMM_JAIL_CALLS_H */
