// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that move from one machine to another in the middle of their work: the guest's
 * driver goes on there as if nothing had happened.
 */
#include "guest.h"

#include <errno.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_vsock.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../device/i8042.h"
#include "../device/serial.h"

#define WRITE VRING_DESC_F_WRITE
#define NEXT  VRING_DESC_F_NEXT

/* The guest before the snapshot and after it. */
struct move {
	struct guest from, to;
	struct gabion_state state;
	char folder[32], path[64];
	int disk;
};

static int setup(void **state)
{
	struct move *move = calloc(1, sizeof(*move));

	strcpy(move->folder, "/tmp/vmm-move.XXXXXX");
	assert_non_null(mkdtemp(move->folder));
	snprintf(move->path, sizeof(move->path), "%s/file", move->folder);
	move->disk = memfd_create("disk", MFD_CLOEXEC);
	guest_open(&move->from);
	guest_open(&move->to);
	*state = move;
	return 0;
}

static int teardown(void **state)
{
	struct move *move = *state;

	guest_close(&move->from);
	guest_close(&move->to);
	gabion_state_free(&move->state);
	close(move->disk);
	assert_int_equal(rmdir(move->folder), 0);
	free(move);
	return 0;
}

static void save(struct move *move)
{
	struct gabion_error error;

	gabion_state_begin(&move->state, "device", 0);
	gabion_virtio_transfer(move->from.virtio, &move->state);
	gabion_state_end(&move->state);
	assert_int_equal(gabion_state_finish(&move->state, &error), 0);
}

/* As one who alters a file on purpose does. */
static void correct_checksum(struct gabion_state *state)
{
	uint64_t sum = lzma_crc64(state->bytes, state->size - 8, 0);

	memcpy(state->bytes + state->size - 8, &sum, 8);
}

static int load(struct move *move, struct gabion_error *error)
{
	struct gabion_state state;
	int err = gabion_state_open(&state, "FILE", move->state.bytes, move->state.size, error);

	if (!err) {
		gabion_state_begin(&state, "device", 0);
		gabion_virtio_transfer(move->to.virtio, &state);
		gabion_state_end(&state);
		err = gabion_state_finish(&state, error);
	}
	gabion_state_free(&state);
	return err;
}

/* What the machine does; the guest's memory and its driver's own notes come along. */
static void move_on(struct move *move)
{
	struct gabion_error error;

	save(move);
	memcpy(move->to.memory.base, move->from.memory.base, GUEST_MEMORY);
	memcpy(move->to.avail, move->from.avail, sizeof(move->to.avail));
	assert_int_equal(load(move, &error), 0);
	gabion_virtio_wake(move->to.virtio);
}

static void attach_disks(struct move *move, const struct gabion_limiter_options *limiter)
{
	struct gabion_block_options options = { .id = "d", .writeback = true, .limiter = *limiter };
	struct gabion_virtio *virtio;
	struct gabion_error error;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", move->disk);
	options.path = path;
	/* Two machines that only read, here: a file that is written is locked. */
	options.read_only = true;
	assert_int_equal(gabion_block_create(&virtio, &options, &error), 0);
	guest_attach(&move->from, virtio);
	assert_int_equal(gabion_block_create(&virtio, &options, &error), 0);
	guest_attach(&move->to, virtio);
}

/* A request for sector @sector, which the device hears of only when it is told to. */
static void publish_read(struct guest *guest, uint64_t sector)
{
	const struct virtio_blk_outhdr header = { .type = VIRTIO_BLK_T_IN, .sector = sector };

	gabion_memory_write(&guest->memory, BUFFERS, &header, sizeof(header));
	guest_desc(guest, RING_AT(0), 0, BUFFERS, sizeof(header), NEXT, 1);
	guest_desc(guest, RING_AT(0), 1, BUFFERS + 0x1000, 512, WRITE | NEXT, 2);
	guest_desc(guest, RING_AT(0), 2, BUFFERS + 0x2000, 1, WRITE, 0);
	guest_publish(guest, 0, 0);
}

static char byte_read(struct guest *guest)
{
	return *(char *)guest_at(guest, BUFFERS + 0x1000, 1);
}

static void a_disk_goes_on_where_it_was(void **state)
{
	static const struct gabion_limiter_options none;
	struct move *move = *state;

	assert_int_equal(pwrite(move->disk, "a", 1, 0), 1);
	assert_int_equal(pwrite(move->disk, "b", 1, 512), 1);
	assert_int_equal(ftruncate(move->disk, 1024), 0);
	attach_disks(move, &none);
	guest_driver(&move->from, 1ULL << VIRTIO_BLK_F_FLUSH);
	publish_read(&move->from, 0);
	guest_kick(&move->from, 0);
	assert_int_equal(byte_read(&move->from), 'a');
	/* One that was told of, and never looked at. */
	publish_read(&move->from, 1);
	move_on(move);
	assert_int_equal(guest_used(&move->to, 0), 1);
	guest_run(&move->to);
	assert_int_equal(guest_used(&move->to, 0), 2);
	assert_int_equal(byte_read(&move->to), 'b');
	assert_true(guest_interrupted(&move->to));
	publish_read(&move->to, 0);
	guest_kick(&move->to, 0);
	assert_int_equal(guest_used(&move->to, 0), 3);
	assert_int_equal(byte_read(&move->to), 'a');
	assert_int_equal(guest_read(&move->to, VIRTIO_MMIO_STATUS), 15);
	assert_int_equal(guest_read(&move->to, VIRTIO_MMIO_CONFIG_GENERATION), 0);
}

static void an_interrupt_that_was_not_taken_comes_again(void **state)
{
	static const struct gabion_limiter_options none;
	struct move *move = *state;

	assert_int_equal(ftruncate(move->disk, 1024), 0);
	attach_disks(move, &none);
	guest_driver(&move->from, 0);
	publish_read(&move->from, 0);
	guest_kick(&move->from, 0);
	move_on(move);
	assert_true(guest_interrupted(&move->to));
	assert_int_equal(guest_read(&move->to, VIRTIO_MMIO_INTERRUPT_STATUS), 1);
	guest_write(&move->to, VIRTIO_MMIO_INTERRUPT_ACK, 1);
	gabion_virtio_wake(move->to.virtio);
	assert_false(guest_interrupted(&move->to));
}

static void a_disk_of_another_size_is_told_of(void **state)
{
	static const struct gabion_limiter_options none;
	struct move *move = *state;
	struct gabion_error error;

	assert_int_equal(ftruncate(move->disk, 4096), 0);
	attach_disks(move, &none);
	guest_driver(&move->from, 0);
	save(move);
	/* As if the file had grown since: the size is the last field. */
	move->state.bytes[move->state.size - 16] = 2;
	correct_checksum(&move->state);
	assert_int_equal(load(move, &error), 0);
	gabion_virtio_wake(move->to.virtio);
	assert_int_equal(guest_read(&move->to, VIRTIO_MMIO_INTERRUPT_STATUS), 2);
	assert_int_equal(guest_read(&move->to, VIRTIO_MMIO_CONFIG), 8);
}

static void a_limit_is_not_new_after_a_snapshot(void **state)
{
	static const struct gabion_limiter_options one = { .ops = { .size = 1,
								    .refill_ms = 1000000 } };
	struct move *move = *state;

	assert_int_equal(ftruncate(move->disk, 1024), 0);
	attach_disks(move, &one);
	guest_driver(&move->from, 0);
	publish_read(&move->from, 0);
	guest_kick(&move->from, 0);
	publish_read(&move->from, 0);
	move_on(move);
	guest_run(&move->to);
	assert_int_equal(guest_used(&move->to, 0), 1);
}

static void attach_nets(struct move *move, int wire[2])
{
	const struct gabion_net_options options = { .tap = "t" };
	struct guest *guests[] = { &move->from, &move->to };
	struct gabion_virtio *virtio;
	struct gabion_error error;
	unsigned int i;
	int pair[2];

	for (i = 0; i < 2; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
		assert_int_equal(gabion_net_create_on(&virtio, &options, pair[1], &error), 0);
		guest_attach(guests[i], virtio);
		wire[i] = pair[0];
	}
}

static void a_card_receives_and_sends_elsewhere(void **state)
{
	struct move *move = *state;
	char packet[64] = { 0 };
	int wire[2];

	attach_nets(move, wire);
	guest_driver(&move->from, 0);
	guest_desc(&move->from, RING_AT(0), 0, BUFFERS, 2048, WRITE, 0);
	guest_offer(&move->from, 0, 0);
	guest_desc(&move->from, RING_AT(1), 0, BUFFERS + 0x1000, 60, 0, 0);
	move_on(move);
	guest_run(&move->to);
	assert_int_equal(write(wire[1], packet, sizeof(packet)), sizeof(packet));
	guest_run(&move->to);
	assert_int_equal(guest_used(&move->to, 0), 1);
	guest_offer(&move->to, 1, 0);
	assert_int_equal(read(wire[1], packet, sizeof(packet)), 60);
	assert_int_equal(guest_used(&move->from, 0), 0);
	close(wire[0]);
	close(wire[1]);
}

static void attach_vsocks(struct move *move)
{
	const struct gabion_vsock_options options = { .cid = 3, .path = move->path };
	struct gabion_vsock_options other = { .cid = 3 };
	struct gabion_virtio *virtio;
	struct gabion_error error;
	char path[80];

	snprintf(path, sizeof(path), "%s2", move->path);
	other.path = path;
	assert_int_equal(gabion_vsock_create(&virtio, &options, &error), 0);
	guest_attach(&move->from, virtio);
	assert_int_equal(gabion_vsock_create(&virtio, &other, &error), 0);
	guest_attach(&move->to, virtio);
}

static void the_guest_learns_that_its_streams_are_broken(void **state)
{
	struct move *move = *state;
	struct virtio_vsock_event *event;

	attach_vsocks(move);
	guest_driver(&move->from, 0);
	guest_desc(&move->from, RING_AT(2), 0, BUFFERS, sizeof(*event), WRITE, 0);
	guest_offer(&move->from, 2, 0);
	assert_int_equal(guest_used(&move->from, 2), 0);
	memset(guest_at(&move->from, BUFFERS, sizeof(*event)), 0xff, sizeof(*event));
	move_on(move);
	guest_run(&move->to);
	event = guest_at(&move->to, BUFFERS, sizeof(*event));
	assert_int_equal(guest_used(&move->to, 2), 1);
	assert_int_equal(guest_used_length(&move->to, 2), sizeof(*event));
	assert_int_equal(event->id, VIRTIO_VSOCK_EVENT_TRANSPORT_RESET);
	assert_true(guest_interrupted(&move->to));
	/* Once. */
	guest_offer(&move->to, 2, 0);
	assert_int_equal(guest_used(&move->to, 2), 1);
}

static void attach_balloons(struct move *move)
{
	const struct gabion_balloon_options options = { .mib = 1, .stats_interval_s = 3600 };
	struct gabion_virtio *virtio;
	struct gabion_error error;

	assert_int_equal(gabion_balloon_create(&virtio, &options, &error), 0);
	guest_attach(&move->from, virtio);
	assert_int_equal(gabion_balloon_create(&virtio, &options, &error), 0);
	guest_attach(&move->to, virtio);
}

static void a_balloon_keeps_its_size_and_the_guests_buffer(void **state)
{
	static const struct virtio_balloon_stat stat = { VIRTIO_BALLOON_S_MEMTOT, 77 };
	struct gabion_balloon_stats stats;
	struct move *move = *state;
	const uint32_t actual = 200;

	attach_balloons(move);
	guest_driver(&move->from, 1ULL << VIRTIO_BALLOON_F_STATS_VQ);
	gabion_virtio_mmio_ops.write(move->from.virtio, VIRTIO_MMIO_CONFIG + 4, &actual, 4);
	gabion_memory_write(&move->from.memory, BUFFERS, &stat, sizeof(stat));
	guest_desc(&move->from, RING_AT(2), 5, BUFFERS, sizeof(stat), 0, 0);
	guest_offer(&move->from, 2, 5);
	/* The first is given back at once, to ask for another. */
	guest_run(&move->from);
	guest_offer(&move->from, 2, 5);
	move_on(move);
	gabion_balloon_read(move->to.virtio, &stats);
	assert_int_equal(stats.actual_pages, actual);
	assert_int_equal(stats.target_pages, 256);
	assert_int_equal(stats.values[VIRTIO_BALLOON_S_MEMTOT], 77);
	gabion_balloon_set_interval(move->to.virtio, 3600);
	assert_int_equal(gabion_loop_turn(&move->to.loop, 5000), 1);
	guest_run(&move->to);
	assert_int_equal(guest_used(&move->to, 2), guest_used(&move->from, 2) + 1);
}

static void a_device_that_was_not_started_can_be(void **state)
{
	static const struct gabion_limiter_options none;
	struct move *move = *state;

	assert_int_equal(ftruncate(move->disk, 1024), 0);
	attach_disks(move, &none);
	guest_negotiate(&move->from, 0);
	move_on(move);
	guest_run(&move->to);
	assert_int_equal(guest_read(&move->to, VIRTIO_MMIO_STATUS), 11);
	guest_ready(&move->to);
	publish_read(&move->to, 0);
	guest_kick(&move->to, 0);
	assert_int_equal(guest_used(&move->to, 0), 1);
}

static void another_device_is_refused(void **state)
{
	const struct gabion_limiter_options none = { 0 };
	struct move *move = *state;
	struct gabion_virtio *virtio;
	struct gabion_error error;

	attach_balloons(move);
	guest_driver(&move->from, 0);
	save(move);
	gabion_virtio_destroy(move->to.virtio);
	assert_int_equal(gabion_rng_create(&virtio, &none, &error), 0);
	guest_attach(&move->to, virtio);
	assert_int_equal(load(move, &error), -EINVAL);
	assert_string_equal(error.text, "section device[0]: it is another device");
}

/* Whatever stands in a file that somebody made: an error, or a device that works. */
static void every_altered_byte_is_an_error_or_harmless(void **state)
{
	static const unsigned char values[] = { 0x01, 0x80, 0xff };
	struct move *move = *state;
	struct gabion_error error;
	size_t at, i;

	attach_balloons(move);
	guest_driver(&move->from, 1ULL << VIRTIO_BALLOON_F_STATS_VQ);
	save(move);
	for (at = 40; at < move->state.size - 8; at++) {
		for (i = 0; i < sizeof(values); i++) {
			move->state.bytes[at] ^= values[i];
			correct_checksum(&move->state);
			guest_write(&move->to, VIRTIO_MMIO_STATUS, 0);
			if (load(move, &error))
				assert_int_equal(error.code, -EINVAL);
			else
				gabion_virtio_wake(move->to.virtio);
			guest_run(&move->to);
			move->state.bytes[at] ^= values[i];
		}
	}
}

static void the_serial_port(void **ignored)
{
	struct gabion_serial from, to;
	struct gabion_state made = { 0 }, state;
	struct gabion_error error;
	unsigned char byte = 0;

	(void)ignored;
	gabion_serial_init(&from);
	gabion_serial_init(&to);
	from.ier = 5;
	from.scratch = 0x42;
	from.fifo[0] = 'x';
	from.fifo_count = 1;
	gabion_state_begin(&made, "serial", 0);
	gabion_serial_transfer(&from, &made);
	gabion_state_end(&made);
	assert_int_equal(gabion_state_finish(&made, &error), 0);
	assert_int_equal(gabion_state_open(&state, "FILE", made.bytes, made.size, &error), 0);
	gabion_state_begin(&state, "serial", 0);
	gabion_serial_transfer(&to, &state);
	gabion_state_end(&state);
	assert_int_equal(gabion_state_finish(&state, &error), 0);
	to.in = to.out = to.input.fd = to.output.fd = -1;
	gabion_serial_ops.read(&to, 1, &byte, 1);
	assert_int_equal(byte, 5);
	gabion_serial_ops.read(&to, 7, &byte, 1);
	assert_int_equal(byte, 0x42);
	gabion_serial_ops.read(&to, 0, &byte, 1);
	assert_int_equal(byte, 'x');
	gabion_state_free(&state);
	gabion_state_free(&made);
}

static void the_keyboard(void **ignored)
{
	struct gabion_i8042 from, to;
	struct gabion_state made = { 0 }, state;
	const struct gabion_irq none = { -1 };
	struct gabion_error error;
	unsigned char byte = 0xf4;

	(void)ignored;
	gabion_i8042_init(&from, NULL, &none);
	gabion_i8042_init(&to, NULL, &none);
	gabion_i8042_ops.write(&from, 0, &byte, 1);
	gabion_state_begin(&made, "i8042", 0);
	gabion_i8042_transfer(&from, &made);
	gabion_state_end(&made);
	assert_int_equal(gabion_state_finish(&made, &error), 0);
	assert_int_equal(gabion_state_open(&state, "FILE", made.bytes, made.size, &error), 0);
	gabion_state_begin(&state, "i8042", 0);
	gabion_i8042_transfer(&to, &state);
	gabion_state_end(&state);
	assert_int_equal(gabion_state_finish(&state, &error), 0);
	/* The acknowledgement waits, and the guest listens. */
	gabion_i8042_ops.read(&to, 0, &byte, 1);
	assert_int_equal(byte, 0xfa);
	assert_int_equal(gabion_i8042_ctrl_alt_del(&to), 0);
	gabion_state_free(&state);
	gabion_state_free(&made);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_disk_goes_on_where_it_was),
		TEST(an_interrupt_that_was_not_taken_comes_again),
		TEST(a_disk_of_another_size_is_told_of),
		TEST(a_limit_is_not_new_after_a_snapshot),
		TEST(a_card_receives_and_sends_elsewhere),
		TEST(the_guest_learns_that_its_streams_are_broken),
		TEST(a_balloon_keeps_its_size_and_the_guests_buffer),
		TEST(a_device_that_was_not_started_can_be),
		TEST(another_device_is_refused),
		TEST(every_altered_byte_is_an_error_or_harmless),
		cmocka_unit_test(the_serial_port),
		cmocka_unit_test(the_keyboard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
