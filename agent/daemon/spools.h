/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The spools of the outputs.
 */
#ifndef GABION_DAEMON_SPOOLS_H
#define GABION_DAEMON_SPOOLS_H

#include "../stream/sink.h"
#include "options.h"

/*
 * Give each output of @options, which are the first of @sinks in their order, its
 * spool. Without one an output does as before: its events wait in the kernel; so
 * that is logged, like spools of outputs that are not among them any more.
 */
void gabion_spools_open(const struct gabion_options *options, struct gabion_sink **sinks,
			uint64_t instance);

#endif /* GABION_DAEMON_SPOOLS_H */
