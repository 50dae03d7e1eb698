// SPDX-License-Identifier: GPL-2.0
#include "malice.h"

#include <linux/virtio_mmio.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

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
		return BUFFERS + (value >> 4 & 0xffff);
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

static struct gabion_virtio *make_device(unsigned int kind, int *other)
{
	struct gabion_block_options disk = { .id = "d", .writeback = true };
	const struct gabion_balloon_options balloon = { .mib = 1 };
	const struct gabion_limiter_options none = { 0 };
	const struct gabion_net_options net = { .tap = "t" };
	struct gabion_virtio *virtio = NULL;
	struct gabion_error error;
	char path[32];
	int pair[2];

	switch (kind % 4) {
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
	}
	return virtio;
}

/* A block request's header, or anything, where buffers are. */
static void put_bytes(struct guest *guest, struct script *script)
{
	uint32_t words[4] = { take(script, 1) & 15, 0, take(script, 1), 0 };
	uint64_t at = BUFFERS + (take(script, 2) & ~15U);

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
	case 4:
		put_descriptor(guest, script);
		break;
	case 5:
		put_bytes(guest, script);
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

	guest_open(&guest);
	virtio = make_device(take(&script, 1), &other);
	assert_non_null(virtio);
	guest_attach(&guest, virtio);
	guest_driver(&guest, 1ULL << VIRTIO_RING_F_INDIRECT_DESC);
	while (script.left)
		step(&guest, &script, other);
	guest_close(&guest);
	if (other >= 0)
		close(other);
}
