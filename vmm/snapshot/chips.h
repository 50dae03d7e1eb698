/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What KVM has of a machine beside its processors: interrupt controllers, timer, clock.
 */
#ifndef GABION_VMM_SNAPSHOT_CHIPS_H
#define GABION_VMM_SNAPSHOT_CHIPS_H

#include "state.h"

/*
 * Save those of @vm, whose processors rest, or load them, after its processors were loaded.
 * 0 or a negative errno of KVM's; what is wrong with the file is told by @state.
 */
int gabion_chips_transfer(int vm, struct gabion_state *state, struct gabion_error *error);

#endif /* GABION_VMM_SNAPSHOT_CHIPS_H */
