/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_SECCOMP_REACH_H
#define GABION_SECCOMP_REACH_H

#include "../../core/syscall.h"

#define GABION_REACH(action) (1U << (action))
/* Actions with which a call runs. */
#define GABION_REACH_RUNS (GABION_REACH(GABION_ACTION_ALLOW) | GABION_REACH(GABION_ACTION_LOG))
/* Those with which it may: a tracer, which may be the process's own parent, decides. */
#define GABION_REACH_MAY_RUN (GABION_REACH_RUNS | GABION_REACH(GABION_ACTION_TRACE))
#define GABION_REACH_ALL     (GABION_REACH(GABION_ACTION_END) - 1)

/*
 * Actions that @outcome comes to for some arguments or others: a set of GABION_REACH(). Where
 * the ways are too many to walk, all of them: never too few.
 */
u32 gabion_reach(const struct gabion_view *view, u32 outcome);

#endif /* GABION_SECCOMP_REACH_H */
