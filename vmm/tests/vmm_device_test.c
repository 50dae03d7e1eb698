// SPDX-License-Identifier: GPL-2.0
/* Disk, random source, balloon and network card, asked rightly and wrongly. */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_mmio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define NEXT	VRING_DESC_F_NEXT
#define WRITE	VRING_DESC_F_WRITE
#define HEADER	BUFFERS
#define DATA	(BUFFERS + 0x1000)
#define STATUS	(BUFFERS + 0x8000)
#define SECTORS 8

struct scene {
	struct guest guest;
	int fd; /* the disk's file, or the network's other end */
	char path[32];
};

static struct scene *open_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	guest_open(&scene->guest);
	scene->fd = -1;
	*state = scene;
	return scene;
}

static void add_disk(struct scene *scene, struct gabion_block_options options)
{
	struct gabion_virtio *virtio;
	struct gabion_error error;
	char sector[512];
	unsigned int i;

	scene->fd = memfd_create("disk", MFD_CLOEXEC);
	for (i = 0; i < SECTORS; i++) {
		memset(sector, 'a' + i, sizeof(sector));
		assert_int_equal(write(scene->fd, sector, sizeof(sector)), sizeof(sector));
	}
	snprintf(scene->path, sizeof(scene->path), "/proc/self/fd/%d", scene->fd);
	options.id = "disk0";
	options.path = scene->path;
	assert_int_equal(gabion_block_create(&virtio, &options, &error), 0);
	guest_attach(&scene->guest, virtio);
}

static int disk(void **state)
{
	struct scene *scene = open_scene(state);

	add_disk(scene, (struct gabion_block_options){ .writeback = true });
	guest_driver(&scene->guest, 1ULL << VIRTIO_BLK_F_FLUSH);
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	guest_close(&scene->guest);
	if (scene->fd >= 0)
		close(scene->fd);
	free(scene);
	return 0;
}

/* A request of @length bytes at DATA; the status that it got, or -1 when it did not come back. */
static int request(struct scene *scene, uint32_t type, uint64_t sector, uint32_t length)
{
	struct guest *guest = &scene->guest;
	struct virtio_blk_outhdr header = { .type = type, .sector = sector };
	uint16_t before = guest_used(guest, 0), data = type == VIRTIO_BLK_T_OUT ? 0 : WRITE;

	memcpy(guest_at(guest, HEADER, sizeof(header)), &header, sizeof(header));
	*(unsigned char *)guest_at(guest, STATUS, 1) = 0xee;
	guest_desc(guest, RING_AT(0), 0, HEADER, sizeof(header), NEXT, length ? 1 : 2);
	guest_desc(guest, RING_AT(0), 1, DATA, length, data | NEXT, 2);
	guest_desc(guest, RING_AT(0), 2, STATUS, 1, WRITE, 0);
	guest_offer(guest, 0, 0);
	return guest_used(guest, 0) == before ? -1 : *(unsigned char *)guest_at(guest, STATUS, 1);
}

static void reading_and_writing(void **state)
{
	struct scene *scene = *state;
	char *data = guest_at(&scene->guest, DATA, 2048), sector[512];

	assert_int_equal(request(scene, VIRTIO_BLK_T_IN, 2, 1024), VIRTIO_BLK_S_OK);
	assert_int_equal(guest_used_length(&scene->guest, 0), 1025);
	assert_int_equal(data[0], 'c');
	assert_int_equal(data[1023], 'd');
	assert_true(guest_interrupted(&scene->guest));
	memset(data, 'Z', 512);
	assert_int_equal(request(scene, VIRTIO_BLK_T_OUT, 7, 512), VIRTIO_BLK_S_OK);
	assert_int_equal(pread(scene->fd, sector, 512, 7 * 512), 512);
	assert_int_equal(sector[511], 'Z');
	assert_int_equal(request(scene, VIRTIO_BLK_T_FLUSH, 0, 0), VIRTIO_BLK_S_OK);
	assert_int_equal(request(scene, VIRTIO_BLK_T_GET_ID, 0, 20), VIRTIO_BLK_S_OK);
	assert_string_equal(data, "disk0");
}

static void beyond_the_end(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(request(scene, VIRTIO_BLK_T_IN, 8, 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(scene, VIRTIO_BLK_T_IN, 7, 1024), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(scene, VIRTIO_BLK_T_OUT, 7, 1024), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(scene, VIRTIO_BLK_T_OUT, UINT64_MAX, 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(scene, VIRTIO_BLK_T_OUT, UINT64_MAX / 512 + 1, 512),
			 VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(scene, VIRTIO_BLK_T_IN, 0, 100), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(scene, 77, 0, 512), VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(lseek(scene->fd, 0, SEEK_END), SECTORS * 512);
}

static void a_request_without_header_or_status(void **state)
{
	struct scene *scene = *state;
	struct guest *guest = &scene->guest;

	guest_desc(guest, RING_AT(0), 0, HEADER, 15, NEXT, 1);
	guest_desc(guest, RING_AT(0), 1, STATUS, 1, WRITE, 0);
	guest_offer(guest, 0, 0);
	assert_false(gabion_virtio_is_active(guest->virtio));
	guest_driver(guest, 0);
	guest_desc(guest, RING_AT(0), 0, HEADER, 16, 0, 0);
	guest_offer(guest, 0, 0);
	assert_false(gabion_virtio_is_active(guest->virtio));
}

static void a_read_only_disk(void **state)
{
	struct scene *scene = open_scene(state);

	add_disk(scene, (struct gabion_block_options){ .read_only = true });
	guest_driver(&scene->guest, 1ULL << VIRTIO_BLK_F_RO);
	assert_int_equal(request(scene, VIRTIO_BLK_T_IN, 0, 512), VIRTIO_BLK_S_OK);
	assert_int_equal(request(scene, VIRTIO_BLK_T_OUT, 0, 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(scene, VIRTIO_BLK_T_FLUSH, 0, 0), VIRTIO_BLK_S_UNSUPP);
}

static void a_disk_in_use(void **state)
{
	struct scene *scene = *state;
	const struct gabion_block_options options = { .id = "d", .path = scene->path };
	struct gabion_virtio *virtio;
	struct gabion_error error;

	assert_int_equal(gabion_block_create(&virtio, &options, &error), -EWOULDBLOCK);
	assert_non_null(strstr(error.text, "in use"));
}

static void no_disk(void **state)
{
	struct gabion_block_options options = { .id = "d", .path = "/dev/null" };
	struct gabion_virtio *virtio;
	struct gabion_error error;

	(void)state;
	assert_int_equal(gabion_block_create(&virtio, &options, &error), -EINVAL);
	options.path = "/nonexistent";
	assert_int_equal(gabion_block_create(&virtio, &options, &error), -ENOENT);
}

static void a_limited_disk(void **state)
{
	struct scene *scene = open_scene(state);
	struct gabion_block_options options = {
		.limiter.ops = { .size = 2, .refill_ms = 200 },
	};

	add_disk(scene, options);
	guest_driver(&scene->guest, 0);
	assert_int_equal(request(scene, VIRTIO_BLK_T_IN, 0, 512), VIRTIO_BLK_S_OK);
	assert_int_equal(request(scene, VIRTIO_BLK_T_IN, 0, 512), VIRTIO_BLK_S_OK);
	/* The third has to wait, and is then done without the guest's asking again. */
	assert_int_equal(request(scene, VIRTIO_BLK_T_IN, 0, 512), -1);
	assert_int_equal(gabion_loop_turn(&scene->guest.loop, 5000), 1);
	assert_int_equal(guest_used(&scene->guest, 0), 3);
}

/* A guest that asks for a lot leaves the loop to others after each piece of it. */
static void large_requests(void **state)
{
	struct scene *scene = *state;
	struct guest *guest = &scene->guest;
	struct gabion_block_options options = { .path = scene->path };
	struct virtio_blk_outhdr header = { .type = VIRTIO_BLK_T_IN };
	unsigned int i;

	assert_int_equal(ftruncate(scene->fd, 12 << 20), 0);
	assert_int_equal(gabion_block_update(guest->virtio, &options, true, NULL), 0);
	memcpy(guest_at(guest, HEADER, sizeof(header)), &header, sizeof(header));
	guest_desc(guest, RING_AT(0), 0, HEADER, sizeof(header), NEXT, 1);
	/* To where there is memory, again and again: 12 MiB. */
	for (i = 1; i <= 6; i++)
		guest_desc(guest, RING_AT(0), i, DATA, 2 << 20, WRITE | NEXT, i + 1);
	guest_desc(guest, RING_AT(0), 7, STATUS, 1, WRITE, 0);
	guest_publish(guest, 0, 0);
	guest_publish(guest, 0, 0);
	guest_publish(guest, 0, 0);
	guest_write(guest, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
	for (i = 1; i <= 3; i++) {
		assert_int_equal(gabion_loop_turn(&guest->loop, 0), 1);
		assert_int_equal(guest_used(guest, 0), i);
	}
	assert_int_equal(guest_used_length(guest, 0), (12 << 20) + 1);
}

static void random_bytes(void **state)
{
	static const struct gabion_limiter_options none;
	struct scene *scene = open_scene(state);
	struct guest *guest = &scene->guest;
	struct gabion_virtio *virtio;
	struct gabion_error error;
	char zero[64] = { 0 };

	assert_int_equal(gabion_rng_create(&virtio, &none, &error), 0);
	guest_attach(guest, virtio);
	guest_driver(guest, 0);
	guest_desc(guest, RING_AT(0), 0, DATA, 64, WRITE, 0);
	guest_offer(guest, 0, 0);
	assert_int_equal(guest_used_length(guest, 0), 64);
	assert_memory_not_equal(guest_at(guest, DATA, 64), zero, 64);
	/* Not more at once than we would hold. */
	guest_desc(guest, RING_AT(0), 0, DATA, 0x10000, WRITE, 0);
	guest_offer(guest, 0, 0);
	assert_int_equal(guest_used_length(guest, 0), 4096);
	/* Nowhere to put any. */
	guest_desc(guest, RING_AT(0), 0, DATA, 64, 0, 0);
	guest_offer(guest, 0, 0);
	assert_int_equal(guest_used_length(guest, 0), 0);
}

static int balloon(void **state)
{
	static const struct gabion_balloon_options options = { .mib = 1 };
	struct scene *scene = open_scene(state);
	struct gabion_virtio *virtio;
	struct gabion_error error;

	assert_int_equal(gabion_balloon_create(&virtio, &options, &error), 0);
	guest_attach(&scene->guest, virtio);
	guest_driver(&scene->guest, 0);
	return 0;
}

static void inflating(void **state)
{
	struct guest *guest = &((struct scene *)*state)->guest;
	uint32_t pages[] = { 512, 513, 520 }, actual = 3;
	unsigned char *ram = guest_at(guest, 512 * 4096, 16 * 4096);

	assert_int_equal(guest_read(guest, VIRTIO_MMIO_CONFIG), 256);
	memset(ram, 1, 16 * 4096);
	memcpy(guest_at(guest, DATA, sizeof(pages)), pages, sizeof(pages));
	guest_desc(guest, RING_AT(0), 0, DATA, sizeof(pages), 0, 0);
	guest_offer(guest, 0, 0);
	assert_int_equal(guest_used(guest, 0), 1);
	assert_int_equal(ram[0] + ram[2 * 4096 - 1] + ram[8 * 4096], 0);
	assert_int_equal(ram[2 * 4096] + ram[7 * 4096] + ram[9 * 4096], 3);
	guest_write(guest, VIRTIO_MMIO_CONFIG + 4, actual);
	assert_int_equal(guest_read(guest, VIRTIO_MMIO_CONFIG + 4), 3);
	/* How large it is to be is not the guest's to say. */
	guest_write(guest, VIRTIO_MMIO_CONFIG, 7);
	assert_int_equal(guest_read(guest, VIRTIO_MMIO_CONFIG), 256);
	/* Taking back: nothing to do. */
	guest_desc(guest, RING_AT(1), 0, DATA, sizeof(pages), 0, 0);
	guest_offer(guest, 1, 0);
	assert_int_equal(guest_used(guest, 1), 1);
}

static void pages_that_are_not_there(void **state)
{
	struct guest *guest = &((struct scene *)*state)->guest;
	static const uint32_t wrong[] = { 1024, 0xffffffff, 0xc0000 };
	size_t i;

	for (i = 0; i < 3; i++) {
		guest_driver(guest, 0);
		memcpy(guest_at(guest, DATA, 4), &wrong[i], 4);
		guest_desc(guest, RING_AT(0), 0, DATA, 4, 0, 0);
		guest_offer(guest, 0, 0);
		assert_false(gabion_virtio_is_active(guest->virtio));
	}
	/* Half a number, and more of them than there is reason for. */
	guest_driver(guest, 0);
	guest_desc(guest, RING_AT(0), 0, DATA, 6, 0, 0);
	guest_offer(guest, 0, 0);
	assert_false(gabion_virtio_is_active(guest->virtio));
	guest_driver(guest, 0);
	guest_desc(guest, RING_AT(0), 0, DATA, 0x20000, 0, 0);
	guest_offer(guest, 0, 0);
	assert_false(gabion_virtio_is_active(guest->virtio));
}

/* A socket that keeps packets apart, in the place of a tap. */
static int net(void **state)
{
	static const struct gabion_net_options options = {
		.tap = "tap0",
		.has_mac = true,
		.mac = { 2, 0, 0, 0, 0, 9 },
	};
	struct scene *scene = open_scene(state);
	struct gabion_virtio *virtio;
	struct gabion_error error;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	scene->fd = pair[0];
	assert_int_equal(gabion_net_create_on(&virtio, &options, pair[1], &error), 0);
	guest_attach(&scene->guest, virtio);
	guest_driver(&scene->guest, 0);
	return 0;
}

static void packets_out(void **state)
{
	struct scene *scene = *state;
	struct guest *guest = &scene->guest;
	char packet[100];

	memset(guest_at(guest, HEADER, 12), 0, 12);
	memcpy(guest_at(guest, DATA, 5), "hello", 5);
	guest_desc(guest, RING_AT(1), 0, HEADER, 12, NEXT, 1);
	guest_desc(guest, RING_AT(1), 1, DATA, 5, 0, 0);
	guest_offer(guest, 1, 0);
	assert_int_equal(guest_used(guest, 1), 1);
	assert_int_equal(read(scene->fd, packet, sizeof(packet)), 17);
	assert_memory_equal(packet + 12, "hello", 5);
	/* One that is too long is lost, and comes back all the same. */
	guest_desc(guest, RING_AT(1), 0, DATA, 70000, 0, 0);
	guest_offer(guest, 1, 0);
	assert_int_equal(guest_used(guest, 1), 2);
	assert_int_equal(read(scene->fd, packet, sizeof(packet)), -1);
	guest_desc(guest, RING_AT(1), 0, HEADER, 11, 0, 0);
	guest_offer(guest, 1, 0);
	assert_false(gabion_virtio_is_active(guest->virtio));
}

static void packets_in(void **state)
{
	struct scene *scene = *state;
	struct guest *guest = &scene->guest;
	char packet[20] = "____________hello";

	/* Until there is room it waits, and the loop with it: guest_run() would not end. */
	assert_int_equal(write(scene->fd, packet, 17), 17);
	guest_run(guest);
	assert_int_equal(guest_used(guest, 0), 0);
	guest_desc(guest, RING_AT(0), 0, HEADER, 12, WRITE | NEXT, 1);
	guest_desc(guest, RING_AT(0), 1, DATA, 100, WRITE, 0);
	guest_offer(guest, 0, 0);
	assert_int_equal(guest_used(guest, 0), 1);
	assert_int_equal(guest_used_length(guest, 0), 17);
	assert_memory_equal(guest_at(guest, DATA, 5), "hello", 5);
	assert_memory_equal(guest_at(guest, HEADER, 12), "__________\1\0", 12);
	assert_true(guest_interrupted(guest));
	/* The next, when it comes, takes the next buffer. */
	guest_offer(guest, 0, 0);
	assert_int_equal(guest_used(guest, 0), 1);
	assert_int_equal(write(scene->fd, packet, 17), 17);
	guest_run(guest);
	assert_int_equal(guest_used(guest, 0), 2);
	guest_desc(guest, RING_AT(0), 0, HEADER, 11, WRITE, 0);
	guest_offer(guest, 0, 0);
	assert_int_equal(write(scene->fd, packet, 17), 17);
	guest_run(guest);
	assert_false(gabion_virtio_is_active(guest->virtio));
}

static void the_other_end_is_gone(void **state)
{
	struct scene *scene = *state;

	close(scene->fd);
	scene->fd = -1;
	guest_run(&scene->guest);
}

static void buckets(void **state)
{
	struct gabion_bucket bucket = {
		.options = { .size = 100, .refill_ms = 1000 },
		.tokens = 100,
		.burst = 50,
	};
	uint64_t ms = 1000000;

	(void)state;
	/* The burst first, once; then into debt by what was begun. */
	gabion_bucket_take(&bucket, 60);
	assert_int_equal(bucket.tokens, 90);
	gabion_bucket_take(&bucket, 200);
	assert_int_equal(bucket.tokens, -110);
	assert_int_equal(gabion_bucket_wait(&bucket), 1110 * ms);
	gabion_bucket_fill(&bucket, 505 * ms);
	assert_int_equal(bucket.tokens, -60);
	/* Half a token is not lost. */
	gabion_bucket_fill(&bucket, 1110 * ms);
	assert_int_equal(bucket.tokens, 1);
	assert_int_equal(gabion_bucket_wait(&bucket), 0);
	gabion_bucket_fill(&bucket, UINT64_MAX);
	assert_int_equal(bucket.tokens, 100);
	assert_int_equal(bucket.burst, 0);
}

static void huge_buckets(void **state)
{
	struct gabion_bucket bucket = {
		.options = { .size = INT64_MAX / 2, .refill_ms = UINT32_MAX },
	};

	(void)state;
	gabion_bucket_take(&bucket, UINT32_MAX);
	assert_true(gabion_bucket_wait(&bucket) > 0);
	gabion_bucket_fill(&bucket, UINT64_MAX);
	assert_int_equal(bucket.tokens, INT64_MAX / 2);
	bucket.tokens = -INT64_MAX / 2;
	assert_true(gabion_bucket_wait(&bucket) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reading_and_writing, disk, teardown),
		cmocka_unit_test_setup_teardown(beyond_the_end, disk, teardown),
		cmocka_unit_test_setup_teardown(a_request_without_header_or_status, disk, teardown),
		cmocka_unit_test_teardown(a_read_only_disk, teardown),
		cmocka_unit_test_setup_teardown(a_disk_in_use, disk, teardown),
		cmocka_unit_test(no_disk),
		cmocka_unit_test_teardown(a_limited_disk, teardown),
		cmocka_unit_test_setup_teardown(large_requests, disk, teardown),
		cmocka_unit_test_teardown(random_bytes, teardown),
		cmocka_unit_test_setup_teardown(inflating, balloon, teardown),
		cmocka_unit_test_setup_teardown(pages_that_are_not_there, balloon, teardown),
		cmocka_unit_test_setup_teardown(packets_out, net, teardown),
		cmocka_unit_test_setup_teardown(packets_in, net, teardown),
		cmocka_unit_test_setup_teardown(the_other_end_is_gone, net, teardown),
		cmocka_unit_test(buckets),
		cmocka_unit_test(huge_buckets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
