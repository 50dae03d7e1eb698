// SPDX-License-Identifier: GPL-2.0
/* What can be changed of a device while the guest uses it. */
#include "guest.h"

#include <errno.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_mmio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#define WRITE VRING_DESC_F_WRITE
#define NEXT  VRING_DESC_F_NEXT
#define DATA  BUFFERS

static struct guest guest;
static char first[] = "/tmp/vmm-first.XXXXXX", second[] = "/tmp/vmm-second.XXXXXX";
static struct gabion_block_options drive = { .id = "a", .path = first };

static void use(struct gabion_virtio *virtio, uint64_t features)
{
	guest_open(&guest);
	guest_attach(&guest, virtio);
	guest_driver(&guest, features);
}

static int disk(void **state)
{
	struct gabion_virtio *virtio;
	struct gabion_error error;

	(void)state;
	drive.limiter = (struct gabion_limiter_options){ 0 };
	strcpy(strchr(first, '.'), ".XXXXXX");
	strcpy(strchr(second, '.'), ".XXXXXX");
	close(mkstemp(first));
	close(mkstemp(second));
	assert_int_equal(truncate(first, 8 * 512) | truncate(second, 24 * 512), 0);
	assert_int_equal(gabion_block_create(&virtio, &drive, &error), 0);
	use(virtio, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	guest_close(&guest);
	unlink(first);
	unlink(second);
	return 0;
}

/* What a timer that has just been set is to bring about. */
static void settle(void)
{
	struct timespec moment = { 0, 1000000 };

	nanosleep(&moment, NULL);
	guest_run(&guest);
}

/* The guest was told that its configuration is another; it has seen that now. */
static bool told(void)
{
	bool is = guest_interrupted(&guest) &&
		  guest_read(&guest, VIRTIO_MMIO_INTERRUPT_STATUS) & VIRTIO_MMIO_INT_CONFIG;

	guest_write(&guest, VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_MMIO_INT_CONFIG);
	return is;
}

static uint32_t generation(void)
{
	return guest_read(&guest, VIRTIO_MMIO_CONFIG_GENERATION);
}

static void a_disk_that_grows(void **state)
{
	struct gabion_error error;
	uint32_t before = generation();

	(void)state;
	assert_int_equal(guest_read(&guest, VIRTIO_MMIO_CONFIG), 8);
	assert_false(told());
	assert_int_equal(truncate(first, 16 * 512), 0);
	assert_int_equal(gabion_block_update(guest.virtio, &drive, true, &error), 0);
	assert_int_equal(guest_read(&guest, VIRTIO_MMIO_CONFIG), 16);
	assert_true(told());
	assert_int_not_equal(generation(), before);
}

static void another_file(void **state)
{
	struct gabion_block_options other = { .id = "a", .path = second };
	struct gabion_virtio *virtio;
	struct gabion_error error;

	(void)state;
	assert_int_equal(gabion_block_update(guest.virtio, &other, true, &error), 0);
	assert_true(told());
	assert_int_equal(guest_read(&guest, VIRTIO_MMIO_CONFIG), 24);
	/* The one is free for other machines, the other is not. */
	assert_int_equal(gabion_block_create(&virtio, &other, &error), -EWOULDBLOCK);
	assert_int_equal(gabion_block_create(&virtio, &drive, &error), 0);
	gabion_virtio_destroy(virtio);
}

static void a_file_that_cannot_be_had(void **state)
{
	struct gabion_block_options other = { .id = "a", .path = "/tmp/vmm-not/there" };
	struct gabion_virtio *virtio;
	struct gabion_error error;

	(void)state;
	assert_int_equal(gabion_block_update(guest.virtio, &other, true, &error), -ENOENT);
	assert_non_null(strstr(error.text, "/tmp/vmm-not/there"));
	other.path = second;
	assert_int_equal(gabion_block_create(&virtio, &other, &error), 0);
	assert_int_equal(gabion_block_update(guest.virtio, &other, true, &error), -EWOULDBLOCK);
	gabion_virtio_destroy(virtio);
	assert_false(told());
	assert_int_equal(guest_read(&guest, VIRTIO_MMIO_CONFIG), 8);
	assert_int_equal(gabion_block_create(&virtio, &drive, &error), -EWOULDBLOCK);
	assert_non_null(strstr(error.text, "another machine, or as another drive of this one"));
}

/* Ask for the serial number; whether an answer came. */
static bool served(void)
{
	struct virtio_blk_outhdr header = { .type = VIRTIO_BLK_T_GET_ID };
	uint16_t before = guest_used(&guest, 0);

	memcpy(guest_at(&guest, DATA, sizeof(header)), &header, sizeof(header));
	guest_desc(&guest, RING_AT(0), 0, DATA, sizeof(header), NEXT, 1);
	guest_desc(&guest, RING_AT(0), 1, DATA + 0x1000, 21, WRITE, 0);
	guest_offer(&guest, 0, 0);
	return guest_used(&guest, 0) != before;
}

static void limit(const struct gabion_limiter_options *limits)
{
	struct gabion_error error;

	drive.limiter = *limits;
	assert_int_equal(gabion_block_update(guest.virtio, &drive, false, &error), 0);
	settle();
}

static void limits_come_and_go(void **state)
{
	/* For one request in an hour. */
	struct gabion_limiter_options one = { .ops = { 1, 0, 3600000 } }, none = { 0 };

	(void)state;
	assert_true(served() && served());
	limit(&one);
	assert_true(served());
	assert_false(served());
	/* The same again is no new budget. */
	limit(&one);
	assert_int_equal(guest_used(&guest, 0), 3);
	one.bandwidth = (struct gabion_bucket_options){ 1 << 20, 0, 1000 };
	limit(&one);
	assert_int_equal(guest_used(&guest, 0), 3);
	/* What waited is done at once, when it may. */
	limit(&none);
	assert_int_equal(guest_used(&guest, 0), 4);
	assert_true(served() && served());
}

/* From now on @n descriptors more can be opened, and no others; -1: as many as before. */
static void leave_descriptors(int n)
{
	static struct rlimit before;
	struct rlimit limit;
	int fd;

	if (n < 0) {
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
		return;
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	fd = dup(0);
	close(fd);
	limit = before;
	limit.rlim_cur = fd + n;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* A new file and new limits come together, or not at all. */
static void a_disk_without_descriptors(void **state)
{
	struct gabion_block_options other = { .id = "a",
					      .path = second,
					      .limiter.ops = { 1, 0, 3600000 } };
	struct gabion_error error;
	int n;

	(void)state;
	for (n = 0; n < 2; n++) {
		leave_descriptors(n);
		assert_int_equal(gabion_block_update(guest.virtio, &other, true, &error), -EMFILE);
		leave_descriptors(-1);
		settle();
		assert_false(told());
		assert_int_equal(guest_read(&guest, VIRTIO_MMIO_CONFIG), 8);
		assert_true(served() && served());
	}
	assert_int_equal(gabion_block_update(guest.virtio, &other, true, &error), 0);
	assert_int_equal(guest_read(&guest, VIRTIO_MMIO_CONFIG), 24);
	assert_true(served());
	assert_false(served());
}

/* Give the driver's transmit queue two packets; whether both came out of @peer. */
static bool both_sent(int peer)
{
	char packet[100];
	int n = 0;

	guest_desc(&guest, RING_AT(1), 0, DATA, sizeof(packet), 0, 0);
	guest_offer(&guest, 1, 0);
	guest_offer(&guest, 1, 0);
	while (read(peer, packet, sizeof(packet)) == sizeof(packet))
		n++;
	return n == 2;
}

static void a_network_card_without_descriptors(void **state)
{
	static const struct gabion_bucket_options one = { 1, 0, 3600000 };
	struct gabion_net_options options = { .tap = "t", .rx.ops = one, .tx.ops = one };
	struct gabion_virtio *virtio;
	struct gabion_error error;
	char packet[12] = "";
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(gabion_net_create_on(&virtio, &(struct gabion_net_options){ .tap = "t" },
					      pair[0], &error),
			 0);
	use(virtio, 0);
	/* For one timer, where there are two limiters. */
	leave_descriptors(1);
	assert_int_equal(gabion_net_limit(guest.virtio, &options, &error), -EMFILE);
	leave_descriptors(-1);
	assert_true(both_sent(pair[1]));
	guest_desc(&guest, RING_AT(0), 0, DATA, 200, WRITE, 0);
	guest_offer(&guest, 0, 0);
	guest_offer(&guest, 0, 0);
	assert_int_equal(write(pair[1], packet, sizeof(packet)), sizeof(packet));
	assert_int_equal(write(pair[1], packet, sizeof(packet)), sizeof(packet));
	guest_run(&guest);
	assert_int_equal(guest_used(&guest, 0), 2);
	assert_int_equal(gabion_net_limit(guest.virtio, &options, &error), 0);
	assert_false(both_sent(pair[1]));
	close(pair[1]);
}

static void limits_of_a_network_card(void **state)
{
	struct gabion_net_options options = { .tap = "t" };
	struct gabion_virtio *virtio;
	struct gabion_error error;
	char packet[100];
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(gabion_net_create_on(&virtio, &options, pair[0], &error), 0);
	use(virtio, 0);
	options.tx.ops = (struct gabion_bucket_options){ 1, 0, 3600000 };
	assert_int_equal(gabion_net_limit(guest.virtio, &options, &error), 0);
	guest_desc(&guest, RING_AT(1), 0, DATA, sizeof(packet), 0, 0);
	guest_offer(&guest, 1, 0);
	guest_offer(&guest, 1, 0);
	assert_int_equal(read(pair[1], packet, sizeof(packet)), sizeof(packet));
	assert_int_equal(read(pair[1], packet, sizeof(packet)), -1);
	options.tx.ops.size = 0;
	assert_int_equal(gabion_net_limit(guest.virtio, &options, &error), 0);
	settle();
	assert_int_equal(read(pair[1], packet, sizeof(packet)), sizeof(packet));
	close(pair[1]);
}

static int balloon(void **state)
{
	struct gabion_balloon_options options = { .mib = 1, .stats_interval_s = 3600 };
	struct gabion_virtio *virtio;
	struct gabion_error error;

	(void)state;
	assert_int_equal(gabion_balloon_create(&virtio, &options, &error), 0);
	use(virtio, 1ULL << VIRTIO_BALLOON_F_STATS_VQ);
	return 0;
}

static void a_balloon_of_another_size(void **state)
{
	struct gabion_balloon_stats stats;
	uint32_t before = generation();

	(void)state;
	gabion_balloon_resize(guest.virtio, 3);
	assert_true(told());
	assert_int_equal(guest_read(&guest, VIRTIO_MMIO_CONFIG), 3 << 8);
	assert_int_not_equal(generation(), before);
	guest_write(&guest, VIRTIO_MMIO_CONFIG + 4, 77);
	gabion_balloon_read(guest.virtio, &stats);
	assert_int_equal(stats.target_pages, 3 << 8);
	assert_int_equal(stats.actual_pages, 77);
	assert_int_equal(stats.known, 0);
}

/* The guest hands in @n statistics of @tag, @tag + 1, ..., each of 100 times its tag. */
static void hand_in(uint16_t tag, unsigned int n, unsigned int surplus)
{
	struct virtio_balloon_stat stat;
	unsigned int i;

	for (i = 0; i < n; i++) {
		stat = (struct virtio_balloon_stat){ tag + i, (tag + i) * 100 };
		memcpy(guest_at(&guest, DATA + i * sizeof(stat), sizeof(stat)), &stat,
		       sizeof(stat));
	}
	guest_desc(&guest, RING_AT(2), 0, DATA, n * sizeof(stat) + surplus, 0, 0);
	guest_offer(&guest, 2, 0);
}

static void statistics(void **state)
{
	struct gabion_balloon_stats stats;

	(void)state;
	hand_in(3, 2, 0);
	gabion_balloon_read(guest.virtio, &stats);
	assert_int_equal(stats.known, 1 << 3 | 1 << 4);
	assert_int_equal(stats.values[4], 400);
	/* It is kept, until there is a wish for new ones. */
	assert_int_equal(guest_used(&guest, 2), 0);
	gabion_balloon_set_interval(guest.virtio, 1800);
	settle();
	assert_int_equal(guest_used(&guest, 2), 1);
	gabion_balloon_set_interval(guest.virtio, 3600);
	settle();
	assert_int_equal(guest_used(&guest, 2), 1);
	/* Numbers of the future, and half of one. */
	hand_in(14, 4, 9);
	gabion_balloon_read(guest.virtio, &stats);
	assert_int_equal(stats.known, 1 << 14 | 1 << 15);
	/* Two are one too many. */
	hand_in(0, 1, 0);
	assert_int_equal(guest_used(&guest, 2), 2);
	/* After a reset there is none to give back. */
	guest_driver(&guest, 1ULL << VIRTIO_BALLOON_F_STATS_VQ);
	gabion_balloon_set_interval(guest.virtio, 60);
	settle();
	assert_int_equal(guest_used(&guest, 2), 0);
	assert_true(gabion_virtio_is_active(guest.virtio));
}

static void statistics_before_the_driver_is_ready(void **state)
{
	struct gabion_balloon_stats stats;

	(void)state;
	guest_negotiate(&guest, 1ULL << VIRTIO_BALLOON_F_STATS_VQ);
	guest_lay_out(&guest);
	hand_in(5, 1, 0);
	guest_write(&guest, VIRTIO_MMIO_STATUS, 15);
	gabion_balloon_read(guest.virtio, &stats);
	assert_int_equal(stats.known, 1 << 5);
}

static void statistics_every_second(void **state)
{
	(void)state;
	gabion_balloon_set_interval(guest.virtio, 1);
	settle();
	hand_in(0, 1, 0);
	assert_int_equal(guest_used(&guest, 2), 0);
	/* The timer wakes the loop. */
	assert_int_equal(gabion_loop_turn(&guest.loop, 60000), 1);
	assert_int_equal(guest_used(&guest, 2), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_disk_that_grows, disk, teardown),
		cmocka_unit_test_setup_teardown(another_file, disk, teardown),
		cmocka_unit_test_setup_teardown(a_file_that_cannot_be_had, disk, teardown),
		cmocka_unit_test_setup_teardown(limits_come_and_go, disk, teardown),
		cmocka_unit_test_setup_teardown(a_disk_without_descriptors, disk, teardown),
		cmocka_unit_test_teardown(limits_of_a_network_card, teardown),
		cmocka_unit_test_teardown(a_network_card_without_descriptors, teardown),
		cmocka_unit_test_setup_teardown(a_balloon_of_another_size, balloon, teardown),
		cmocka_unit_test_setup_teardown(statistics, balloon, teardown),
		cmocka_unit_test_setup_teardown(statistics_before_the_driver_is_ready, balloon,
						teardown),
		cmocka_unit_test_setup_teardown(statistics_every_second, balloon, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
