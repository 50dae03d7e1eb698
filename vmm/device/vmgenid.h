/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VM generation ID (Microsoft's "Virtual Machine Generation ID", 2012): 16 bytes that are
 * others each time the machine goes on from a snapshot. A guest that is told of it makes
 * anew what must not be the same in two machines, its random numbers first of all.
 */
#ifndef GABION_VMM_DEVICE_VMGENID_H
#define GABION_VMM_DEVICE_VMGENID_H

#include "../memory.h"

#define GABION_VMGENID_SIZE 16

/*
 * Write a new one at GABION_VMGENID_ADDRESS, where the ACPI tables say it is. The guest looks
 * when interrupt GABION_VMGENID_GSI comes.
 */
int gabion_vmgenid_renew(const struct gabion_memory *memory, struct gabion_error *error);

#endif /* GABION_VMM_DEVICE_VMGENID_H */
