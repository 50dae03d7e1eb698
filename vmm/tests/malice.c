// SPDX-License-Identifier: GPL-2.0
#include "malice.h"

#include <linux/virtio_mmio.h>
#include <linux/virtio_vsock.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "guest.h"

struct script {
	const uint8_t *data;
	size_t left;
};

static uint32_t take(struct script *script, size_t n)
{
	uint32_t value = 0;

	if (n > script->left)
		n = script->left;
	memcpy(&value, script->data, n);
	script->data += n;
	script->left -= n;
	return value;
}

/* Mostly memory, its edges, and now and then what is not memory at all. */
static uint64_t take_address(struct script *script)
{
	uint32_t value = take(script, 3);

	switch (value & 15) {
	case 0:
		return UINT64_MAX - (value >> 4);
	case 1:
		return GUEST_MEMORY - (value >> 16);
	case 2:
		return (uint64_t)value << 40;
	case 3:
		return RING_AT(value >> 4 & 3) + (value >> 8);
	default:
		return BUFFERS + (value >> 4 & 15) * 64;
	}
}

static uint32_t take_length(struct script *script)
{
	uint32_t value = take(script, 2);

	switch (value & 7) {
	case 0:
		return UINT32_MAX - (value >> 3);
	case 1:
		return value << 12;
	case 2:
		return value >> 3 & 31;
	default:
		return (value >> 3) * 16;
	}
}

/* Of the process that plays, so that several can. */
static const char *vsock_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/vmm-malice.%d", getpid());
	return path;
}

/* A program of the host that connects, and wants port 1 of the guest. */
static int connect_vsock(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, vsock_path());
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    write(fd, "CONNECT 1\n", 10) != 10)
		assert_true(false);
	return fd;
}

struct gabion_virtio *malice_device(unsigned int kind, int *other)
{
	struct gabion_vsock_options vsock = { .cid = 3, .path = vsock_path() };
	struct gabion_block_options disk = { .id = "d", .writeback = true };
	const struct gabion_balloon_options balloon = { .mib = 1, .stats_interval_s = 3600 };
	const struct gabion_limiter_options none = { 0 };
	const struct gabion_net_options net = { .tap = "t" };
	struct gabion_virtio *virtio = NULL;
	struct gabion_error error;
	char path[32];
	int pair[2];

	switch (kind % 5) {
	case 0:
		*other = memfd_create("disk", MFD_CLOEXEC);
		if (ftruncate(*other, 1 << 16))
			return NULL;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", *other);
		disk.path = path;
		gabion_block_create(&virtio, &disk, &error);
		break;
	case 1:
		gabion_balloon_create(&virtio, &balloon, &error);
		break;
	case 2:
		gabion_rng_create(&virtio, &none, &error);
		break;
	case 3:
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair))
			return NULL;
		*other = pair[0];
		gabion_net_create_on(&virtio, &net, pair[1], &error);
		break;
	case 4:
		unlink(vsock.path);
		gabion_vsock_create(&virtio, &vsock, &error);
		break;
	}
	return virtio;
}

/* A header of the device's kind, where buffers are. */
static void put_header(struct guest *guest, struct script *script)
{
	uint32_t words[4] = { take(script, 1) & 15, 0, take(script, 1), 0 };
	uint64_t at = BUFFERS + (take(script, 1) & 3) * 64;
	struct virtio_vsock_hdr vsock = {
		.src_cid = 3,
		.dst_cid = 2,
		.type = 1,
		.src_port = !(words[0] & 8),
		.dst_port = words[0] & 4 ? words[0] & 2 : 1 << 30,
		.op = words[2] & 7,
		.len = words[2] >> 3,
		.flags = words[0] & 3,
		.buf_alloc = take(script, 2),
	};

	if (guest->virtio->ops->id == 19)
		gabion_memory_write(&guest->memory, at, &vsock, sizeof(vsock));
	else
		gabion_memory_write(&guest->memory, at, words, sizeof(words));
}

static void put_descriptor(struct guest *guest, struct script *script)
{
	struct vring_desc desc = { .addr = take_address(script), .len = take_length(script) };
	uint32_t bits = take(script, 2);
	uint64_t table = bits & 0x8000 ? BUFFERS : RING_AT(bits >> 13 & 3);

	desc.flags = bits & 7;
	desc.next = bits >> 3 & 31;
	gabion_memory_write(&guest->memory, table + (bits >> 8 & 15) * sizeof(desc), &desc,
			    sizeof(desc));
}

/* Nearly as a driver does it: header, data, status; or a buffer to be filled. */
static void offer_request(struct guest *guest, struct script *script)
{
	uint32_t bits = take(script, 2);
	unsigned int queue = (bits & 3) % guest->virtio->ops->queues;
	uint32_t header = guest->virtio->ops->id == 19 ? 44 : 16;
	uint16_t write = bits & 4 ? VRING_DESC_F_WRITE : 0;
	uint64_t ring = RING_AT(queue);

	if (bits & 8) {
		guest_desc(guest, ring, 0, BUFFERS + 0x10000, 1 + (bits >> 4), VRING_DESC_F_WRITE,
			   0);
	} else {
		put_header(guest, script);
		guest_desc(guest, ring, 0, BUFFERS, header, VRING_DESC_F_NEXT, 1);
		guest_desc(guest, ring, 1, BUFFERS + 0x1000, (1 + (bits >> 4 & 15)) * 512,
			   VRING_DESC_F_NEXT | write, 2);
		guest_desc(guest, ring, 2, BUFFERS + 0x8000, 1,
			   guest->virtio->ops->id == 19 ? write : VRING_DESC_F_WRITE, 0);
	}
	guest_offer(guest, queue, 0);
}

static void step(struct guest *guest, struct script *script, int other)
{
	unsigned char bytes[8] = { 0 };
	uint32_t value = take(script, 1);
	uint64_t offset;

	switch (value & 7) {
	case 0:
		offset = take(script, 1) * 4;
		guest_write(guest, offset, take(script, 4));
		break;
	case 1:
		value = take(script, 2);
		gabion_virtio_mmio_ops.read(guest->virtio, value >> 4 & 0xff0, bytes,
					    1 + (value & 7));
		break;
	case 2:
		guest_driver(guest, 1ULL << VIRTIO_RING_F_INDIRECT_DESC |
					    (uint64_t)(value >> 7) << VIRTIO_RING_F_EVENT_IDX);
		break;
	case 3:
		offer_request(guest, script);
		break;
	case 4:
		put_descriptor(guest, script);
		break;
	case 5:
		put_header(guest, script);
		break;
	case 6:
		if (other >= 0 && value & 8 && write(other, bytes, sizeof(bytes)) < 0)
			break;
		guest_offer(guest, (value >> 4) % guest->virtio->ops->queues, take(script, 1) & 31);
		break;
	case 7:
		/* Anything, anywhere: the rings among it. */
		value = take(script, 4);
		gabion_memory_write(&guest->memory, take_address(script), &value, sizeof(value));
		guest_kick(guest, 0);
		break;
	}
}

void malice_play(const uint8_t *data, size_t size)
{
	struct script script = { data, size };
	struct gabion_virtio *virtio;
	struct guest guest;
	int other = -1;

	signal(SIGPIPE, SIG_IGN);
	guest_open(&guest);
	virtio = malice_device(take(&script, 1), &other);
	assert_non_null(virtio);
	guest_attach(&guest, virtio);
	guest_driver(&guest, 1ULL << VIRTIO_RING_F_INDIRECT_DESC);
	if (virtio->ops->id == 19)
		other = connect_vsock();
	while (script.left)
		step(&guest, &script, other);
	guest_close(&guest);
	if (other >= 0)
		close(other);
}
