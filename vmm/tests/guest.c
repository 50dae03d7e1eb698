// SPDX-License-Identifier: GPL-2.0
#include "guest.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <string.h>
#include <sys/eventfd.h>

void guest_open(struct guest *guest)
{
	struct gabion_error error;

	memset(guest, 0, sizeof(*guest));
	assert_int_equal(gabion_memory_create(&guest->memory, GUEST_MEMORY, &error), 0);
	assert_int_equal(gabion_loop_create(&guest->loop, &error), 0);
	guest->irq.eventfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	assert_true(guest->irq.eventfd >= 0);
}

void guest_attach(struct guest *guest, struct gabion_virtio *virtio)
{
	struct gabion_error error;

	guest->virtio = virtio;
	assert_int_equal(
		gabion_virtio_start(virtio, &guest->memory, &guest->loop, &guest->irq, &error), 0);
}

void guest_close(struct guest *guest)
{
	if (guest->virtio)
		gabion_virtio_destroy(guest->virtio);
	close(guest->irq.eventfd);
	gabion_loop_destroy(&guest->loop);
	gabion_memory_destroy(&guest->memory);
}

uint32_t guest_read(struct guest *guest, uint64_t offset)
{
	uint32_t value = 0;

	gabion_virtio_mmio_ops.read(guest->virtio, offset, &value, sizeof(value));
	return value;
}

void guest_write(struct guest *guest, uint64_t offset, uint32_t value)
{
	gabion_virtio_mmio_ops.write(guest->virtio, offset, &value, sizeof(value));
}

static void write_address(struct guest *guest, uint64_t low, uint64_t address)
{
	guest_write(guest, low, address);
	guest_write(guest, low + 4, address >> 32);
}

void guest_negotiate(struct guest *guest, uint64_t features)
{
	features |= 1ULL << VIRTIO_F_VERSION_1;
	guest_write(guest, VIRTIO_MMIO_STATUS, 0);
	memset(guest->avail, 0, sizeof(guest->avail));
	guest_write(guest, VIRTIO_MMIO_STATUS, 1);
	guest_write(guest, VIRTIO_MMIO_STATUS, 3);
	guest_write(guest, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	guest_write(guest, VIRTIO_MMIO_DRIVER_FEATURES, features);
	guest_write(guest, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	guest_write(guest, VIRTIO_MMIO_DRIVER_FEATURES, features >> 32);
	guest_write(guest, VIRTIO_MMIO_STATUS, 11);
}

void guest_lay_out(struct guest *guest)
{
	unsigned int n;

	for (n = 0; n < guest->virtio->ops->queues; n++) {
		memset(guest_at(guest, RING_AT(n), 0x4000), 0, 0x4000);
		guest_write(guest, VIRTIO_MMIO_QUEUE_SEL, n);
		guest_write(guest, VIRTIO_MMIO_QUEUE_NUM, SIZE);
		write_address(guest, VIRTIO_MMIO_QUEUE_DESC_LOW, RING_AT(n));
		write_address(guest, VIRTIO_MMIO_QUEUE_AVAIL_LOW, RING_AT(n) + AVAIL_OFFSET);
		write_address(guest, VIRTIO_MMIO_QUEUE_USED_LOW, RING_AT(n) + USED_OFFSET);
		guest_write(guest, VIRTIO_MMIO_QUEUE_READY, 1);
	}
}

void guest_ready(struct guest *guest)
{
	guest_lay_out(guest);
	guest_write(guest, VIRTIO_MMIO_STATUS, 15);
}

void guest_driver(struct guest *guest, uint64_t features)
{
	guest_negotiate(guest, features);
	guest_ready(guest);
}

void *guest_at(struct guest *guest, uint64_t address, uint64_t length)
{
	void *p = gabion_memory_at(&guest->memory, address, length);

	assert_non_null(p);
	return p;
}

void guest_desc(struct guest *guest, uint64_t table, unsigned int index, uint64_t address,
		uint32_t length, uint16_t flags, uint16_t next)
{
	struct vring_desc desc = { address, length, flags, next };

	memcpy(guest_at(guest, table + index * sizeof(desc), sizeof(desc)), &desc, sizeof(desc));
}

void guest_publish(struct guest *guest, unsigned int queue, uint16_t head)
{
	uint16_t *avail = guest_at(guest, RING_AT(queue) + AVAIL_OFFSET, 4 + 2 * SIZE + 2);

	avail[2 + guest->avail[queue] % SIZE] = head;
	avail[1] = ++guest->avail[queue];
}

void guest_offer(struct guest *guest, unsigned int queue, uint16_t head)
{
	guest_publish(guest, queue, head);
	guest_kick(guest, queue);
}

void guest_kick(struct guest *guest, unsigned int queue)
{
	guest_write(guest, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
	guest_run(guest);
}

void guest_run(struct guest *guest)
{
	unsigned int turns = 0;

	while (gabion_loop_turn(&guest->loop, 0) == 1)
		assert_true(++turns < 1000);
}

uint16_t guest_used(struct guest *guest, unsigned int queue)
{
	return ((uint16_t *)guest_at(guest, RING_AT(queue) + USED_OFFSET, 4))[1];
}

uint32_t guest_used_length(struct guest *guest, unsigned int queue)
{
	uint16_t slot = (guest_used(guest, queue) - 1) % SIZE;
	struct vring_used_elem used;

	memcpy(&used, guest_at(guest, RING_AT(queue) + USED_OFFSET + 4 + 8 * slot, 8), 8);
	return used.len;
}

bool guest_interrupted(struct guest *guest)
{
	uint64_t count;

	return read(guest->irq.eventfd, &count, sizeof(count)) == sizeof(count);
}
