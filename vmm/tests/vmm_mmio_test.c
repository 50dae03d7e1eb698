// SPDX-License-Identifier: GPL-2.0
/* The transport: what a driver may do, in which order, and what happens otherwise. */
#include "guest.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
	const struct gabion_balloon_options options = { .mib = 3 };
	struct guest *guest = calloc(1, sizeof(*guest));
	struct gabion_virtio *virtio;
	struct gabion_error error;

	guest_open(guest);
	assert_int_equal(gabion_balloon_create(&virtio, &options, &error), 0);
	guest_attach(guest, virtio);
	*state = guest;
	return 0;
}

static int teardown(void **state)
{
	guest_close(*state);
	free(*state);
	return 0;
}

static void identity(void **state)
{
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_MAGIC_VALUE), 0x74726976);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_VERSION), 2);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_DEVICE_ID), 5);
	guest_write(*state, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	assert_true(guest_read(*state, VIRTIO_MMIO_DEVICE_FEATURES) & 1);
	guest_write(*state, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_DEVICE_FEATURES), 0);
}

static void queues_that_are_not_there(void **state)
{
	guest_write(*state, VIRTIO_MMIO_QUEUE_SEL, 1);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_QUEUE_NUM_MAX), 256);
	guest_write(*state, VIRTIO_MMIO_QUEUE_SEL, 2);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
	guest_write(*state, VIRTIO_MMIO_QUEUE_SEL, UINT32_MAX);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
	guest_write(*state, VIRTIO_MMIO_QUEUE_NUM, 16);
	guest_write(*state, VIRTIO_MMIO_QUEUE_READY, 1);
	guest_write(*state, VIRTIO_MMIO_QUEUE_NOTIFY, 2);
	guest_write(*state, VIRTIO_MMIO_QUEUE_NOTIFY, UINT32_MAX);
	guest_run(*state);
}

static void a_driver_starts(void **state)
{
	guest_driver(*state, 0);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_STATUS), 15);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_QUEUE_READY), 1);
	guest_write(*state, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_STATUS), 0);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_QUEUE_READY), 0);
	guest_driver(*state, 0);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_STATUS), 15);
}

static void features_that_were_not_offered(void **state)
{
	guest_negotiate(*state, 1ULL << 40);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_STATUS), 3);
	guest_write(*state, VIRTIO_MMIO_STATUS, 15);
	assert_false(gabion_virtio_is_active(((struct guest *)*state)->virtio));
}

static void a_legacy_driver(void **state)
{
	guest_write(*state, VIRTIO_MMIO_STATUS, 1);
	guest_write(*state, VIRTIO_MMIO_STATUS, 3);
	guest_write(*state, VIRTIO_MMIO_STATUS, 11);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_STATUS), 3);
}

static void steps_left_out(void **state)
{
	guest_write(*state, VIRTIO_MMIO_STATUS, 4);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_STATUS), 0);
	guest_write(*state, VIRTIO_MMIO_STATUS, 15);
	assert_int_equal(guest_read(*state, VIRTIO_MMIO_STATUS), 3);
}

static void what_is_agreed_stays(void **state)
{
	struct guest *guest = *state;
	uint64_t features;

	guest_negotiate(guest, 0);
	features = guest->virtio->driver_features;
	guest_write(guest, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	guest_write(guest, VIRTIO_MMIO_DRIVER_FEATURES, UINT32_MAX);
	assert_int_equal(guest->virtio->driver_features, features);
	guest_ready(guest);
	/* A queue in use does not move. */
	guest_write(guest, VIRTIO_MMIO_QUEUE_DESC_LOW, 0x999000);
	guest_write(guest, VIRTIO_MMIO_QUEUE_NUM, 1);
	guest_write(guest, VIRTIO_MMIO_QUEUE_READY, 0);
	assert_int_equal(guest->virtio->queues[1].desc, RING_AT(1));
	assert_int_equal(guest->virtio->queues[1].size, SIZE);
	assert_int_equal(guest_read(guest, VIRTIO_MMIO_QUEUE_READY), 1);
}

static void a_queue_too_large(void **state)
{
	struct guest *guest = *state;

	guest_negotiate(guest, 0);
	guest_write(guest, VIRTIO_MMIO_QUEUE_SEL, 0);
	guest_write(guest, VIRTIO_MMIO_QUEUE_NUM, 512);
	guest_write(guest, VIRTIO_MMIO_QUEUE_READY, 1);
	assert_int_equal(guest_read(guest, VIRTIO_MMIO_QUEUE_READY), 0);
	guest_write(guest, VIRTIO_MMIO_QUEUE_NUM, 0x10010);
	guest_write(guest, VIRTIO_MMIO_QUEUE_READY, 1);
	assert_int_equal(guest_read(guest, VIRTIO_MMIO_QUEUE_READY), 0);
}

static void a_broken_ring_stops_the_device_until_reset(void **state)
{
	struct guest *guest = *state;
	uint32_t page = 300;

	guest_driver(guest, 0);
	guest_desc(guest, RING_AT(0), 0, UINT64_MAX, 4, 0, 0);
	guest_offer(guest, 0, 0);
	assert_true(guest_read(guest, VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	assert_true(guest_interrupted(guest));
	assert_int_equal(guest_read(guest, VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_MMIO_INT_CONFIG);
	guest_write(guest, VIRTIO_MMIO_INTERRUPT_ACK, UINT32_MAX);
	assert_int_equal(guest_read(guest, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	/* Nothing more is done, */
	memcpy(guest_at(guest, BUFFERS, 4), &page, 4);
	guest_desc(guest, RING_AT(1), 0, BUFFERS, 4, 0, 0);
	guest_offer(guest, 1, 0);
	assert_int_equal(guest_used(guest, 1), 0);
	assert_false(guest_interrupted(guest));
	/* until the driver begins anew. */
	guest_driver(guest, 0);
	guest_desc(guest, RING_AT(1), 0, BUFFERS, 4, 0, 0);
	guest_offer(guest, 1, 0);
	assert_int_equal(guest_used(guest, 1), 1);
	assert_true(guest_interrupted(guest));
	assert_int_equal(guest_read(guest, VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_MMIO_INT_VRING);
}

static void notified_too_early(void **state)
{
	struct guest *guest = *state;

	guest_kick(guest, 0);
	guest_negotiate(guest, 0);
	guest_kick(guest, 1);
	assert_false(guest_interrupted(guest));
}

static void accesses_of_other_sizes(void **state)
{
	struct guest *guest = *state;
	uint64_t wide = 0;
	unsigned char bytes[8];
	uint64_t offset;
	size_t size;

	for (offset = 0; offset < 0x1000; offset += offset < 0x120 ? 1 : 61) {
		for (size = 1; size <= 8; size++) {
			gabion_virtio_mmio_ops.read(guest->virtio, offset, bytes, size);
			gabion_virtio_mmio_ops.write(guest->virtio, offset, &wide, size);
		}
	}
	gabion_virtio_mmio_ops.read(guest->virtio, 0, bytes, 2);
	assert_int_equal(bytes[0], 0);
	/* The configuration by bytes, and to its end. */
	gabion_virtio_mmio_ops.read(guest->virtio, VIRTIO_MMIO_CONFIG + 1, bytes, 1);
	assert_int_equal(bytes[0], 3);
	memset(bytes, 0xee, sizeof(bytes));
	gabion_virtio_mmio_ops.read(guest->virtio, VIRTIO_MMIO_CONFIG + 7, bytes, 4);
	assert_int_equal(bytes[0] | bytes[1] | bytes[2] | bytes[3], 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(identity),
		T(queues_that_are_not_there),
		T(a_driver_starts),
		T(features_that_were_not_offered),
		T(a_legacy_driver),
		T(steps_left_out),
		T(what_is_agreed_stays),
		T(a_queue_too_large),
		T(a_broken_ring_stops_the_device_until_reset),
		T(notified_too_early),
		T(accesses_of_other_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
