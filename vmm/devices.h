/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a configuration to the devices of a machine.
 */
#ifndef GABION_VMM_DEVICES_H
#define GABION_VMM_DEVICES_H

#include "config.h"
#include "machine.h"

/* Make every device that @config asks for, the root drive first. */
int gabion_devices_attach(struct gabion_machine *machine, const struct gabion_config *config,
			  struct gabion_error *error);

/* Those of a machine that they were made for: drive @n, network card @n, the balloon. */
struct gabion_virtio *gabion_devices_drive(const struct gabion_machine *machine, unsigned int n);
struct gabion_virtio *gabion_devices_net(const struct gabion_machine *machine, unsigned int n);
struct gabion_virtio *gabion_devices_balloon(const struct gabion_machine *machine);

#endif /* GABION_VMM_DEVICES_H */
