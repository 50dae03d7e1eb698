/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest without KVM: its memory, and a driver that does with a virtio device what
 * the test says, right or wrong.
 */
#ifndef GABION_VMM_TESTS_GUEST_H
#define GABION_VMM_TESTS_GUEST_H

#include "../../agent/tests/test.h"

#include <linux/virtio_ring.h>

#include "../virtio/devices.h"

#define GUEST_MEMORY (4 << 20)
/* Where the driver keeps the rings of queue n, and buffers. */
#define RING_AT(n)   (0x10000ULL + (n)*0x4000)
#define AVAIL_OFFSET 0x2000
#define USED_OFFSET  0x3000
#define BUFFERS	     0x100000ULL
#define SIZE	     16 /* of each queue */

struct guest {
	struct gabion_memory memory;
	struct gabion_loop loop;
	struct gabion_irq irq;
	struct gabion_virtio *virtio;
	uint16_t avail[GABION_VIRTIO_QUEUES]; /* index that the driver published */
};

/* A guest, and one with @virtio in it, of which nothing has been initialised. */
void guest_open(struct guest *guest);
void guest_attach(struct guest *guest, struct gabion_virtio *virtio);
void guest_close(struct guest *guest);

/* Registers. */
uint32_t guest_read(struct guest *guest, uint64_t offset);
void guest_write(struct guest *guest, uint64_t offset, uint32_t value);

/* Negotiate @features beside VERSION_1 and lay out all queues; ready unless @but_ready. */
void guest_negotiate(struct guest *guest, uint64_t features);
void guest_lay_out(struct guest *guest);
void guest_ready(struct guest *guest);
void guest_driver(struct guest *guest, uint64_t features);

/* Write descriptor @index of the table at @table. */
void guest_desc(struct guest *guest, uint64_t table, unsigned int index, uint64_t address,
		uint32_t length, uint16_t flags, uint16_t next);

/* Make @head available in @queue. */
void guest_publish(struct guest *guest, unsigned int queue, uint16_t head);

/* The same, and tell the device; then let it work until it rests. */
void guest_offer(struct guest *guest, unsigned int queue, uint16_t head);
void guest_kick(struct guest *guest, unsigned int queue);
void guest_run(struct guest *guest);

/* How many requests came back, and the last one's length. */
uint16_t guest_used(struct guest *guest, unsigned int queue);
uint32_t guest_used_length(struct guest *guest, unsigned int queue);

/* Whether an interrupt came since the last time. */
bool guest_interrupted(struct guest *guest);

void *guest_at(struct guest *guest, uint64_t address, uint64_t length);

#endif /* GABION_VMM_TESTS_GUEST_H */
