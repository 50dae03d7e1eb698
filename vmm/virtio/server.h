/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device with one queue that does one request after the other, at once, as fast as
 * its limiter lets it: block and entropy.
 */
#ifndef GABION_VMM_VIRTIO_SERVER_H
#define GABION_VMM_VIRTIO_SERVER_H

#include "../limiter.h"
#include "mmio.h"

/**
 * struct gabion_server - first member of such a device
 * @virtio:	first
 * @serve:	do what @chain asks. Return: bytes written to it, or a negative errno: a
 *		request that no driver makes, which ends the device.
 * @limits:	of the limiter; what was read and written counts
 * @limiter:	runs between start and destroy
 * @chain:	the request under way
 */
struct gabion_server {
	struct gabion_virtio virtio;
	int64_t (*serve)(struct gabion_server *server);
	struct gabion_limiter_options limits;
	struct gabion_limiter limiter;
	struct gabion_chain chain;
};

/* For struct gabion_virtio_ops. */
int gabion_server_start(struct gabion_virtio *virtio, struct gabion_error *error);
void gabion_server_notify(struct gabion_virtio *virtio, unsigned int queue);
void gabion_server_activate(struct gabion_virtio *virtio);

void gabion_server_transfer(struct gabion_virtio *virtio, struct gabion_state *state);

/* What the device's own destroy begins with. */
void gabion_server_stop(struct gabion_server *server);

#endif
