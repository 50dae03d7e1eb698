/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What KVM knows of a processor.
 */
#ifndef GABION_VMM_SNAPSHOT_VCPU_H
#define GABION_VMM_SNAPSHOT_VCPU_H

#include "../vcpu.h"
#include "state.h"

/*
 * Save @vcpu, which rests, or load it into one that was just made. @kvm and @vm are the
 * machine's descriptors. 0 or a negative errno of KVM's; what is wrong with the file is
 * told by @state.
 */
int gabion_vcpu_transfer(struct gabion_vcpu *vcpu, int kvm, int vm, struct gabion_state *state,
			 struct gabion_error *error);

#endif /* GABION_VMM_SNAPSHOT_VCPU_H */
