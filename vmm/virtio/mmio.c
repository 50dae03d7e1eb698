// SPDX-License-Identifier: GPL-2.0
#include "mmio.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../log.h"

#define MAGIC	0x74726976 /* "virt" */
#define VERSION 2
#define VENDOR	0x4e424147 /* "GABN" */
#define COMMON_FEATURES                                                                            \
	(1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_RING_F_INDIRECT_DESC |                        \
	 1ULL << VIRTIO_RING_F_EVENT_IDX)
_Static_assert(GABION_VIRTIO_NOTIFY == VIRTIO_MMIO_QUEUE_NOTIFY, "virtio 1.2, 4.2.2");

static uint64_t offered(const struct gabion_virtio *virtio)
{
	return virtio->features | COMMON_FEATURES;
}

bool gabion_virtio_is_active(const struct gabion_virtio *virtio)
{
	return virtio->status & VIRTIO_CONFIG_S_DRIVER_OK &&
	       !(virtio->status & (VIRTIO_CONFIG_S_NEEDS_RESET | VIRTIO_CONFIG_S_FAILED));
}

static void interrupt(struct gabion_virtio *virtio, uint32_t why)
{
	virtio->interrupts |= why;
	gabion_irq_raise(virtio->irq);
}

void gabion_virtio_fail(struct gabion_virtio *virtio, const char *why)
{
	if (virtio->status & VIRTIO_CONFIG_S_NEEDS_RESET)
		return;
	gabion_vmm_log(GABION_LOG_WARNING, "%s: %s: the device stops until the guest resets it",
		       virtio->ops->name, why);
	virtio->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	interrupt(virtio, VIRTIO_MMIO_INT_CONFIG);
}

void gabion_virtio_config_changed(struct gabion_virtio *virtio)
{
	virtio->generation++;
	if (gabion_virtio_is_active(virtio))
		interrupt(virtio, VIRTIO_MMIO_INT_CONFIG);
}

bool gabion_virtio_pop(struct gabion_virtio *virtio, unsigned int queue, struct gabion_chain *chain)
{
	int n;

	if (!gabion_virtio_is_active(virtio))
		return false;
	n = gabion_queue_pop(&virtio->queues[queue], chain);
	if (n < 0)
		gabion_virtio_fail(virtio, "the guest's ring breaks the rules");
	return n > 0;
}

void gabion_virtio_signal(struct gabion_virtio *virtio, unsigned int queue)
{
	if (gabion_queue_must_signal(&virtio->queues[queue]))
		interrupt(virtio, VIRTIO_MMIO_INT_VRING);
}

void gabion_virtio_requeue(struct gabion_virtio *virtio, unsigned int queue)
{
	uint64_t one = 1;

	if (write(virtio->notifiers[queue].eventfd, &one, sizeof(one)) < 0)
		return;
}

static void notified(void *opaque, uint32_t events)
{
	struct gabion_notifier *notifier = opaque;
	struct gabion_virtio *virtio = notifier->virtio;
	uint64_t count;

	(void)events;
	if (read(notifier->eventfd, &count, sizeof(count)) < 0)
		return;
	if (gabion_virtio_is_active(virtio))
		virtio->ops->notify(virtio, notifier - virtio->notifiers);
}

static void reset(struct gabion_virtio *virtio)
{
	unsigned int i;

	virtio->status = 0;
	virtio->interrupts = 0;
	virtio->driver_features = 0;
	virtio->queue_select = virtio->features_select = virtio->driver_features_select = 0;
	memset(virtio->queues, 0, sizeof(virtio->queues));
	for (i = 0; i < virtio->ops->queues; i++) {
		virtio->queues[i].memory = virtio->memory;
		virtio->queues[i].size = virtio->ops->queue_size;
	}
	if (virtio->ops->reset)
		virtio->ops->reset(virtio);
}

static void set_status(struct gabion_virtio *virtio, uint32_t value)
{
	uint32_t added = value & ~virtio->status;

	if (!value) {
		reset(virtio);
		return;
	}
	/* In this order, and none twice; bits are not taken back, but by a reset. */
	if (added & VIRTIO_CONFIG_S_ACKNOWLEDGE)
		virtio->status |= VIRTIO_CONFIG_S_ACKNOWLEDGE;
	if (added & VIRTIO_CONFIG_S_DRIVER && virtio->status & VIRTIO_CONFIG_S_ACKNOWLEDGE)
		virtio->status |= VIRTIO_CONFIG_S_DRIVER;
	if (added & VIRTIO_CONFIG_S_FEATURES_OK && virtio->status & VIRTIO_CONFIG_S_DRIVER &&
	    !(virtio->driver_features & ~offered(virtio)) &&
	    virtio->driver_features & 1ULL << VIRTIO_F_VERSION_1)
		virtio->status |= VIRTIO_CONFIG_S_FEATURES_OK;
	if (added & VIRTIO_CONFIG_S_FAILED)
		virtio->status |= VIRTIO_CONFIG_S_FAILED;
	if (added & VIRTIO_CONFIG_S_DRIVER_OK && virtio->status & VIRTIO_CONFIG_S_FEATURES_OK) {
		virtio->status |= VIRTIO_CONFIG_S_DRIVER_OK;
		if (gabion_virtio_is_active(virtio) && virtio->ops->activate)
			virtio->ops->activate(virtio);
	}
}

/* The queue selected, if it is there. */
static struct gabion_queue *selected(struct gabion_virtio *virtio)
{
	return virtio->queue_select < virtio->ops->queues ? &virtio->queues[virtio->queue_select]
							  : NULL;
}

static uint32_t read_common(struct gabion_virtio *virtio, uint64_t offset)
{
	const struct gabion_queue *queue = selected(virtio);

	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return MAGIC;
	case VIRTIO_MMIO_VERSION:
		return VERSION;
	case VIRTIO_MMIO_DEVICE_ID:
		return virtio->ops->id;
	case VIRTIO_MMIO_VENDOR_ID:
		return VENDOR;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return virtio->features_select < 2 ? offered(virtio) >> 32 * virtio->features_select
						   : 0;
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return queue ? virtio->ops->queue_size : 0;
	case VIRTIO_MMIO_QUEUE_READY:
		return queue && queue->ready;
	case VIRTIO_MMIO_INTERRUPT_STATUS:
		return virtio->interrupts;
	case VIRTIO_MMIO_STATUS:
		return virtio->status;
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return virtio->generation;
	default:
		return 0;
	}
}

static void read_register(void *device, uint64_t offset, void *data, size_t size)
{
	struct gabion_virtio *virtio = device;
	uint32_t value;

	memset(data, 0, size);
	if (offset >= VIRTIO_MMIO_CONFIG) {
		offset -= VIRTIO_MMIO_CONFIG;
		if (offset >= virtio->config_size)
			return;
		if (size > virtio->config_size - offset)
			size = virtio->config_size - offset;
		memcpy(data, (const char *)virtio->config + offset, size);
	} else if (size == 4) {
		value = read_common(virtio, offset);
		memcpy(data, &value, 4);
	}
}

static void set_half(uint64_t *address, bool high, uint32_t value)
{
	*address = high ? (uint32_t)*address | (uint64_t)value << 32
			: (*address & ~0xffffffffULL) | value;
}

/* A queue is laid out between the agreement on features and the start of the driver. */
static void write_queue(struct gabion_virtio *virtio, uint64_t offset, uint32_t value)
{
	struct gabion_queue *queue = selected(virtio);

	if (!queue || !(virtio->status & VIRTIO_CONFIG_S_FEATURES_OK) ||
	    virtio->status & VIRTIO_CONFIG_S_DRIVER_OK)
		return;
	if (offset == VIRTIO_MMIO_QUEUE_READY) {
		queue->ready = false;
		queue->indirect = virtio->driver_features & 1ULL << VIRTIO_RING_F_INDIRECT_DESC;
		queue->event_idx = virtio->driver_features & 1ULL << VIRTIO_RING_F_EVENT_IDX;
		if (value == 1 && gabion_queue_enable(queue))
			gabion_vmm_log(GABION_LOG_WARNING, "%s: queue %u is not where memory is",
				       virtio->ops->name, virtio->queue_select);
		return;
	}
	if (queue->ready)
		return;
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_NUM:
		queue->size = value <= virtio->ops->queue_size ? value : 0;
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		set_half(&queue->desc, offset == VIRTIO_MMIO_QUEUE_DESC_HIGH, value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
	case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
		set_half(&queue->avail, offset == VIRTIO_MMIO_QUEUE_AVAIL_HIGH, value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_LOW:
	case VIRTIO_MMIO_QUEUE_USED_HIGH:
		set_half(&queue->used, offset == VIRTIO_MMIO_QUEUE_USED_HIGH, value);
		break;
	}
}

static void write_register(void *device, uint64_t offset, const void *data, size_t size)
{
	struct gabion_virtio *virtio = device;
	uint32_t value;

	if (offset >= VIRTIO_MMIO_CONFIG) {
		if (virtio->ops->write_config)
			virtio->ops->write_config(virtio, offset - VIRTIO_MMIO_CONFIG, data, size);
		return;
	}
	if (size != 4)
		return;
	memcpy(&value, data, 4);
	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		virtio->features_select = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		virtio->driver_features_select = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		if (virtio->driver_features_select < 2 && virtio->status & VIRTIO_CONFIG_S_DRIVER &&
		    !(virtio->status & VIRTIO_CONFIG_S_FEATURES_OK))
			set_half(&virtio->driver_features, virtio->driver_features_select, value);
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		virtio->queue_select = value;
		break;
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		/* Comes here only without KVM's ioeventfd: in tests. */
		if (value < virtio->ops->queues)
			gabion_virtio_requeue(virtio, value);
		break;
	case VIRTIO_MMIO_INTERRUPT_ACK:
		virtio->interrupts &= ~value;
		break;
	case VIRTIO_MMIO_STATUS:
		set_status(virtio, value);
		break;
	default:
		write_queue(virtio, offset, value);
	}
}

const struct gabion_bus_ops gabion_virtio_mmio_ops = { read_register, write_register };

int gabion_virtio_start(struct gabion_virtio *virtio, const struct gabion_memory *memory,
			struct gabion_loop *loop, const struct gabion_irq *irq,
			struct gabion_error *error)
{
	unsigned int i;
	int err;

	virtio->memory = memory;
	virtio->loop = loop;
	virtio->irq = irq;
	for (i = 0; i < virtio->ops->queues; i++) {
		virtio->notifiers[i].watch.fd = virtio->notifiers[i].eventfd = -1;
		virtio->notifiers[i].virtio = virtio;
	}
	for (i = 0; i < virtio->ops->queues; i++) {
		virtio->notifiers[i].eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		err = virtio->notifiers[i].eventfd < 0 ? -errno : 0;
		if (!err)
			err = gabion_loop_add(loop, &virtio->notifiers[i].watch,
					      virtio->notifiers[i].eventfd, EPOLLIN, notified,
					      &virtio->notifiers[i]);
		if (err)
			return gabion_error_set(error, err, "%s: eventfd: %s", virtio->ops->name,
						strerror(-err));
	}
	reset(virtio);
	return virtio->ops->start ? virtio->ops->start(virtio, error) : 0;
}

static bool status_is_possible(const struct gabion_virtio *virtio)
{
	if (virtio->status & VIRTIO_CONFIG_S_DRIVER_OK &&
	    !(virtio->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return false;
	return !(virtio->status & VIRTIO_CONFIG_S_FEATURES_OK) ||
	       !(virtio->driver_features & ~offered(virtio));
}

void gabion_virtio_transfer(struct gabion_virtio *virtio, struct gabion_state *state)
{
	unsigned int i;

	gabion_state_same(state, virtio->ops->id, "it is another device");
	gabion_state_same(state, offered(virtio), "the device has other features");
	gabion_state_u64(state, &virtio->driver_features);
	gabion_state_u32(state, &virtio->generation);
	gabion_state_u32(state, &virtio->status);
	gabion_state_u32(state, &virtio->interrupts);
	gabion_state_u32(state, &virtio->queue_select);
	gabion_state_u32(state, &virtio->features_select);
	gabion_state_u32(state, &virtio->driver_features_select);
	gabion_state_check(state, status_is_possible(virtio),
			   "no driver brings a device into this status");
	for (i = 0; i < virtio->ops->queues; i++)
		gabion_queue_transfer(&virtio->queues[i], virtio->ops->queue_size, state);
	if (virtio->ops->transfer)
		virtio->ops->transfer(virtio, state);
}

void gabion_virtio_wake(struct gabion_virtio *virtio)
{
	unsigned int i;

	/* One that was on its way may not have been among what KVM saved. */
	if (virtio->interrupts)
		gabion_irq_raise(virtio->irq);
	if (!gabion_virtio_is_active(virtio))
		return;
	if (virtio->ops->wake)
		virtio->ops->wake(virtio);
	for (i = 0; i < virtio->ops->queues; i++)
		gabion_virtio_requeue(virtio, i);
}

void gabion_virtio_destroy(struct gabion_virtio *virtio)
{
	unsigned int i;

	for (i = 0; virtio->loop && i < virtio->ops->queues; i++) {
		gabion_loop_remove(virtio->loop, &virtio->notifiers[i].watch);
		if (virtio->notifiers[i].eventfd >= 0)
			close(virtio->notifiers[i].eventfd);
	}
	virtio->ops->destroy(virtio);
}

int gabion_virtio_queue_eventfd(const struct gabion_virtio *virtio, unsigned int queue)
{
	return virtio->notifiers[queue].eventfd;
}
