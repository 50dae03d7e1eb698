// SPDX-License-Identifier: GPL-2.0
#include "devices.h"

#include <linux/virtio_ids.h>

int gabion_devices_attach(struct gabion_machine *machine, const struct gabion_config *config,
			  struct gabion_error *error)
{
	struct gabion_virtio *virtio;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < config->drive_count; i++) {
		err = gabion_block_create(&virtio, &config->drives[i].options, error);
		if (!err)
			err = gabion_machine_attach(machine, virtio, error);
	}
	for (i = 0; !err && i < config->net_count; i++) {
		err = gabion_net_create(&virtio, &config->nets[i], error);
		if (!err)
			err = gabion_machine_attach(machine, virtio, error);
	}
	if (!err && config->has_vsock) {
		err = gabion_vsock_create(&virtio, &config->vsock, error);
		if (!err)
			err = gabion_machine_attach(machine, virtio, error);
	}
	if (!err && config->has_entropy) {
		err = gabion_rng_create(&virtio, &config->entropy, error);
		if (!err)
			err = gabion_machine_attach(machine, virtio, error);
	}
	if (!err && config->has_balloon) {
		err = gabion_balloon_create(&virtio, &config->balloon, error);
		if (!err)
			err = gabion_machine_attach(machine, virtio, error);
	}
	return err;
}

/* Those of a kind are in the order in which they were attached. */
static struct gabion_virtio *find(const struct gabion_machine *machine, uint32_t id, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < machine->virtios; i++)
		if (machine->virtio[i]->ops->id == id && !n--)
			return machine->virtio[i];
	return NULL;
}

struct gabion_virtio *gabion_devices_drive(const struct gabion_machine *machine, unsigned int n)
{
	return find(machine, VIRTIO_ID_BLOCK, n);
}

struct gabion_virtio *gabion_devices_net(const struct gabion_machine *machine, unsigned int n)
{
	return find(machine, VIRTIO_ID_NET, n);
}

struct gabion_virtio *gabion_devices_balloon(const struct gabion_machine *machine)
{
	return find(machine, VIRTIO_ID_BALLOON, 0);
}
