/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all virtio devices have in common: the registers of virtio over MMIO (virtio
 * 1.2, 4.2), the states of the driver, queues, notifications, interrupts.
 *
 * A device is a structure that begins with a struct gabion_virtio, and a table of
 * operations. Everything here is called with the lock of the loop held.
 */
#ifndef GABION_VMM_VIRTIO_MMIO_H
#define GABION_VMM_VIRTIO_MMIO_H

#include "../bus.h"
#include "../irq.h"
#include "../loop.h"
#include "queue.h"

#define GABION_VIRTIO_QUEUES 3
#define GABION_VIRTIO_NOTIFY 0x50 /* register that a queue's number is written to */

struct gabion_virtio;

/**
 * struct gabion_virtio_ops - what one kind of device does
 * @name:	for the log
 * @id:		virtio's number of it
 * @queues:	how many
 * @queue_size:	the largest size of each
 * @start:	the loop is there; may be NULL
 * @notify:	there is something new in a queue; comes only while the driver is ready
 * @activate:	the driver has become ready; may be NULL
 * @reset:	forget what was begun; the queues are gone. May be NULL
 * @write_config: @size bytes of the configuration space were written; may be NULL
 * @transfer:	save or load what the device has of its own; may be NULL
 * @wake:	the driver is ready, and all of a snapshot is loaded: do what has to be done
 *		anew on this host; the queues are served next. May be NULL
 * @destroy:	free the device
 */
struct gabion_virtio_ops {
	const char *name;
	uint32_t id;
	unsigned int queues;
	uint16_t queue_size;
	int (*start)(struct gabion_virtio *virtio, struct gabion_error *error);
	void (*notify)(struct gabion_virtio *virtio, unsigned int queue);
	void (*activate)(struct gabion_virtio *virtio);
	void (*reset)(struct gabion_virtio *virtio);
	void (*write_config)(struct gabion_virtio *virtio, uint64_t offset, const void *data,
			     size_t size);
	void (*transfer)(struct gabion_virtio *virtio, struct gabion_state *state);
	void (*wake)(struct gabion_virtio *virtio);
	void (*destroy)(struct gabion_virtio *virtio);
};

/* An eventfd that tells of one queue; the device owns it. */
struct gabion_notifier {
	struct gabion_virtio *virtio;
	struct gabion_watch watch;
	int eventfd;
};

/**
 * struct gabion_virtio - a device
 * @ops, @features, @config, @config_size: set by the device before gabion_virtio_start();
 *		@features beside those that every device has; @config is the device's
 * @memory, @loop, @irq: not owned
 * @driver_features: what the driver took
 * @status:	as in the register
 * @interrupts:	why the guest was interrupted: 1 a queue, 2 the configuration
 * @generation:	of the configuration: another one after each change of ours
 */
struct gabion_virtio {
	const struct gabion_virtio_ops *ops;
	uint64_t features;
	const void *config;
	size_t config_size;
	const struct gabion_memory *memory;
	struct gabion_loop *loop;
	const struct gabion_irq *irq;
	uint64_t driver_features;
	uint32_t generation;
	uint32_t status, interrupts, queue_select, features_select, driver_features_select;
	struct gabion_queue queues[GABION_VIRTIO_QUEUES];
	struct gabion_notifier notifiers[GABION_VIRTIO_QUEUES];
};

/* The registers; the device is a struct gabion_virtio. */
extern const struct gabion_bus_ops gabion_virtio_mmio_ops;

/* Make the eventfds and wait for them. */
int gabion_virtio_start(struct gabion_virtio *virtio, const struct gabion_memory *memory,
			struct gabion_loop *loop, const struct gabion_irq *irq,
			struct gabion_error *error);

/*
 * Save the device, or load it into one that was made and started like it. Nothing is ever
 * half done when nobody calls the device: a request is in its ring, or was given back.
 */
void gabion_virtio_transfer(struct gabion_virtio *virtio, struct gabion_state *state);

/* All of a snapshot is loaded: go on. */
void gabion_virtio_wake(struct gabion_virtio *virtio);

/* Free the device, started or not. */
void gabion_virtio_destroy(struct gabion_virtio *virtio);

/* The descriptor that KVM is to make readable when the guest notifies of @queue. */
int gabion_virtio_queue_eventfd(const struct gabion_virtio *virtio, unsigned int queue);

/* Whether the driver is ready, so that queues may be used. */
bool gabion_virtio_is_active(const struct gabion_virtio *virtio);

/* The next request of @queue: whether there is one. A broken ring makes the device fail. */
bool gabion_virtio_pop(struct gabion_virtio *virtio, unsigned int queue,
		       struct gabion_chain *chain);

/* Interrupt the guest for what was pushed to @queue, if it wants that. */
void gabion_virtio_signal(struct gabion_virtio *virtio, unsigned int queue);

/* Have @queue served again later, so that one busy guest does not keep us from the rest. */
void gabion_virtio_requeue(struct gabion_virtio *virtio, unsigned int queue);

/* The device has changed its configuration: tell the guest. */
void gabion_virtio_config_changed(struct gabion_virtio *virtio);

/* The guest broke the rules: nothing more is done for it until it resets the device. */
void gabion_virtio_fail(struct gabion_virtio *virtio, const char *why);

#endif /* GABION_VMM_VIRTIO_MMIO_H */
